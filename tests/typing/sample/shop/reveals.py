"""
What type checkers say, case by case, beside what they say about plain Django.

Above each pair stands its name, and what the first of the two is to be; below that the
checkers that fall short, and why. The second of the two is the same of plain Django.
"""

from __future__ import annotations

from typing import reveal_type

import plain.models as django

from shop.models import Author, Book, City, Country, Rack, Tag

author = Author()
plain = django.Author()

# CharField, of an instance: str
reveal_type(author.upper)
reveal_type(plain.upper)

# CharField, of the class: FieldAccessor[CharField[...]]
reveal_type(Author.upper)
reveal_type(django.Author.upper)

# CharField(null=True): str | None
reveal_type(author.short)
reveal_type(plain.short)

# IntegerField: int
reveal_type(author.decade)
reveal_type(plain.decade)

# DecimalField: Decimal
reveal_type(author.revenue)
reveal_type(plain.revenue)

# DateTimeField(null=True): datetime | None
reveal_type(author.last_sale)
reveal_type(plain.last_sale)

# JSONField: dict[str, Any]
reveal_type(author.record)
reveal_type(plain.record)

# ForeignKey(null=True): Country | None
reveal_type(author.country)
reveal_type(plain.country)

# ForeignKey, of the class: FieldAccessor[ForeignKey[...]]
# limit mypy: django-stubs types a ForeignKey only where it is assigned
reveal_type(Author.country)
reveal_type(django.Author.country)

# the key of a ForeignKey: int | None
# limit pyright, basedpyright: Knows no attribute that Django adds
# limit ty, pyrefly: Knows what Django adds for an assigned ForeignKey only
reveal_type(author.country_id)
reveal_type(plain.country_id)

# what leads back over a ForeignKey: Author | None
# limit pyright, basedpyright, ty: Knows no attribute that Django adds
# limit pyrefly: Knows what Django adds for an assigned ForeignKey only
reveal_type(Country().authors.first())
reveal_type(django.Country().authors.first())

# ComputedField(compute=function): str
reveal_type(author.first)
reveal_type(plain.upper)

# ComputedField(compute=lambda): str
# limit mypy, pyright, basedpyright, ty, pyrefly: A class body cannot name its class
reveal_type(author.last)
reveal_type(plain.upper)

# inherited from an abstract base: str
reveal_type(Rack().slug)
reveal_type(plain.upper)

# objects.filter(): AuthorQuerySet
# limit pyright, basedpyright, ty: Knows no model of a manager without annotation
# limit pyrefly: Knows no manager that is made by a call
reveal_type(Author.objects.filter(upper__icontains="a"))
reveal_type(django.Author.objects.filter(upper__icontains="a"))

# objects.get(): str
# limit pyright, basedpyright, ty: Knows no model of a manager without annotation
reveal_type(Author.objects.get(upper="A").upper)
reveal_type(django.Author.objects.get(upper="A").upper)

# values_list(): tuple[str, str | None, Decimal]
# limit pyright, basedpyright, ty, pyrefly: Knows no columns
reveal_type(Author.objects.values_list("upper", "short", "revenue").get())
reveal_type(django.Author.objects.values_list("upper", "short", "revenue").get())

# values(): TypedDict({'upper': str})
# limit pyright, basedpyright, ty, pyrefly: Knows no columns
reveal_type(Author.objects.values("upper").get())
reveal_type(django.Author.objects.values("upper").get())

# method of from_queryset(): int
# limit pyright, basedpyright, ty, pyrefly: Knows no manager that is made by a call
reveal_type(Author.objects.adults().count())
reveal_type(django.Author.objects.adults().count())

# method of as_manager(): int
# limit pyright, basedpyright, ty: Knows no manager that is made by a call
# limit pyrefly: Knows the manager of Django's own as_manager() only
reveal_type(Tag.objects.used().count())
reveal_type(django.Tag.objects.used().count())

# annotated manager, filter(): FastCountQuerySet[Book, Book]
reveal_type(Book.objects.filter(title="a"))
reveal_type(django.Book.objects.filter(title="a"))

# annotated manager, count(): int
reveal_type(Book.objects.count())
reveal_type(django.Book.objects.count())

# related manager, filter(): FastCountQuerySet[Book, Book]
# limit pyrefly: Knows Django's own manager only behind a relation
# limit pyright, basedpyright, ty: Knows no attribute that Django adds
reveal_type(author.books.filter(title="a"))
reveal_type(plain.books.filter(title="a"))

# related manager of many-to-many: int
reveal_type(Tag().books.count())
reveal_type(django.Tag().books.count())

# related manager of from_queryset(): AuthorQuerySet
# limit pyright, basedpyright, ty: Knows no attribute that Django adds
# limit pyrefly: Knows no manager that is made by a call
reveal_type(City().authors.adults())
reveal_type(django.City().authors.adults())
