"""What users do with it: types that must be these, and mistakes that must be seen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, assert_type

from django.db.models import Model

from django_reckon.managers import FastCountManager, FastCountQuerySet
from django_reckon.models import (
    acompute,
    aflush,
    apreupdate_dependent,
    aupdate_computedfields,
    aupdate_dependent,
    compute,
    deferred_updates,
    flush,
    get_computedfields,
    get_contributing_fks,
    has_computedfields,
    immediate_updates,
    is_computedfield,
    not_computed,
    preupdate_dependent,
    update_computedfields,
    update_dependent,
)
from django_reckon.protocols import CountInfo
from shop.models import Author, Book, Country, Rack

author = Author()

# Values, read and written.

assert_type(author.upper, str)
assert_type(author.short, str | None)
assert_type(author.decade, int)
assert_type(author.revenue, Decimal)
assert_type(author.last_sale, datetime | None)
assert_type(author.record, dict[str, Any])
assert_type(author.country, Country | None)
assert_type(author.first, str)
assert_type(Rack().slug, str)

author.upper = "A"
author.short = None
author.country = None
# E: plugin, mypy [assignment]
# E: pyright, basedpyright [reportAttributeAccessIssue]
# E: ty [invalid-assignment]
# E: pyrefly [bad-argument-type]
author.upper = 3.5
# E: plugin, mypy [assignment]
# E: pyright, basedpyright [reportAttributeAccessIssue]
# E: ty [invalid-assignment]
# E: pyrefly [bad-argument-type]
author.country = author

# Queries.

Author.objects.create(name="a", upper="A", short=None, country=Country())
# E: plugin, mypy [misc]
Author.objects.create(upper=1.5)
# E: plugin, mypy [misc]
Author(upper=[])
Author.objects.filter(upper__icontains="A", country__code="DE", books__price__gt=1)
# E: plugin, mypy [misc]
Author.objects.filter(uper="x")
Author.objects.order_by("revenue", "-upper")
author.save(skip_computedfields=True)
author.save(update_fields=["upper"])

# Counts.

assert_type(Book.objects.count(), int)
assert_type(Book.objects.count_info(), CountInfo)
assert_type(Book.objects.filter(title="a"), FastCountQuerySet[Book])
assert_type(Book.objects.filter(title="a").count_info().value, int)
assert_type(Book.objects.order_by("title").exclude(pk=1).first(), Book | None)

managed = FastCountManager[Book](cache_counts_larger_than=1)
assert_type(managed.all(), FastCountQuerySet[Book])

# What is called by hand.

assert_type(has_computedfields(Author), bool)
assert_type(list(get_computedfields(Author)), list[str])
assert_type(is_computedfield(Author, "upper"), bool)
assert_type(get_contributing_fks(), dict[type[Model], set[str]])
assert_type(update_computedfields(author, ["name"]), list[str] | None)
before = preupdate_dependent(author)
update_dependent(author, old=before)
update_dependent(Book.objects.all(), update_fields=["price"], update_local=False)
# E: plugin, mypy [arg-type]
# E: pyright, basedpyright [reportArgumentType]
# E: ty [invalid-argument-type]
# E: pyrefly [bad-argument-type]
update_dependent("author")
compute(author, "upper")
flush()

with not_computed(recover=True), deferred_updates(), immediate_updates():
    pass

# precomputed() keeps the signature.

assert_type(author.save_quietly("default", loud=True), int)
# E: plugin, mypy [arg-type]
# E: pyright, basedpyright [reportArgumentType]
# E: ty [invalid-argument-type]
# E: pyrefly [bad-argument-type]
author.save_quietly(1)


async def twins() -> None:
    assert_type(await Book.objects.acount(), int)
    assert_type(await Book.objects.acount_info(), CountInfo)
    assert_type(await Book.objects.filter(title="a").acount_info(), CountInfo)
    assert_type(await aupdate_computedfields(author, ["name"]), list[str] | None)
    old = await apreupdate_dependent(author)
    await aupdate_dependent(author, old=old)
    await acompute(author, "upper")
    await aflush()
    await author.asave(update_fields=["upper"])
    async with not_computed():
        pass
