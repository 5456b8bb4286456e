"""Managers that a model inherits: from an abstract base, a parent table, a proxy."""

from __future__ import annotations

import pytest

from django_reckon.models import FastCount
from tests.support.database import committing
from tests.support.twins import Twin, plain_count
from tests.support.world import add_author, add_books
from tests.testapp.models import Book, LongBook, Member, Reader

pytestmark = committing


def test_manager_of_an_abstract_base_keeps_its_configuration() -> None:
    assert Reader.objects.policy.cache_counts_larger_than == 7
    assert Reader.objects.model is Reader


def test_manager_of_a_grandparent_reaches_the_second_table() -> None:
    assert Member.objects.policy.cache_counts_larger_than == 7
    assert Member.objects.model is Member


def test_manager_of_a_proxy_keeps_the_configuration_of_its_model() -> None:
    assert LongBook.objects.policy == Book.objects.policy
    assert LongBook.rarely.policy == Book.rarely.policy


@pytest.mark.parametrize(("rows", "kept"), [(6, 0), (7, 1)])
def test_inherited_threshold_decides_what_is_kept(
    rows: int, kept: int, twin: Twin
) -> None:
    Reader.objects.bulk_create([Reader(name="R") for _ in range(rows)])

    twin.count(Reader.objects.all())

    assert FastCount.objects.count() == kept


def test_parent_and_child_table_have_counts_of_their_own(twin: Twin) -> None:
    Reader.objects.bulk_create([Reader(name="R") for _ in range(8)])
    for _ in range(7):
        Member.members.create(name="M")

    counted = [
        twin.count(manager.all())
        for _ in range(2)
        for manager in (Reader.objects, Member.objects, Member.members)
    ]

    assert counted == [15, 7, 7] * 2


def test_filter_on_a_parent_column_is_counted_right(twin: Twin) -> None:
    Member.members.create(name="old", since=1990)
    Member.members.create(name="new", since=2020)
    new = Member.members.filter(name="new")

    counted = [twin.count(new) for _ in range(2)]

    assert counted == [plain_count(new)] * 2


def test_proxy_has_entries_of_its_own(twin: Twin) -> None:
    add_books(2)
    twin.count(Book.objects.all())
    add_books(1, author=add_author())

    counted = twin.count(LongBook.objects.all())

    assert counted == 3
    models = FastCount.objects.values_list("content_type__model", flat=True)
    assert sorted(models) == ["book", "longbook"]
