"""assert_in_sync() and the fixture tell whether stored values are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db.models import QuerySet

from django_reckon import testing
from django_reckon.changes.capture import unseen
from django_reckon.exceptions import ResolverException
from django_reckon.models import has_computedfields, update_dependent
from django_reckon.testing import isolated_registry
from tests.computedapp.models import Chair, Hall, Room, Shelf, Tag
from tests.support.database import committing

if TYPE_CHECKING:
    from typing import Any

    from tests.support.acting import Act

pytestmark = committing


class _Face:
    """The functions under their names, and twins, as Act wants them."""

    assert_in_sync = staticmethod(testing.assert_in_sync)
    aassert_in_sync = staticmethod(testing.aassert_in_sync)


def _spoil(shelf: Shelf, **values: Any) -> None:
    """Write what no listener sees, as raw SQL does."""
    with unseen():
        QuerySet(Shelf, using=shelf._state.db).filter(pk=shelf.pk).update(**values)


def test_right_values_pass(act: Act) -> None:
    Shelf.objects.create(label="a")
    Hall.objects.create(name="h", seats=3)

    act(_Face, "assert_in_sync")
    act(_Face, "assert_in_sync", Shelf, Hall)


def test_wrong_value_is_listed_with_field_row_and_remedy(act: Act) -> None:
    shelf = Shelf.objects.create(label="a")
    _spoil(shelf, upper="wrong")

    with pytest.raises(AssertionError) as caught:
        act(_Face, "assert_in_sync", Shelf)

    first, second, *rest = str(caught.value).splitlines()
    # The summary is made from the stored one, and so right.
    assert first == "2 stored values differ from what their functions return:"
    assert second == (
        f"  computedapp.Shelf.upper of pk {shelf.pk}: stored 'wrong', computed 'A'"
    )
    assert "update_dependent()" in rest[-1]
    assert "updatedata" in rest[-1]


def test_message_lists_so_many_and_counts_the_rest(act: Act) -> None:
    shelves = [Shelf.objects.create(label=f"s{number}") for number in range(5)]
    for shelf in shelves:
        _spoil(shelf, size=9, summary=f"{shelf.upper}/9: ")

    with pytest.raises(AssertionError) as caught:
        act(_Face, "assert_in_sync", limit=2)

    lines = str(caught.value).splitlines()
    assert lines[0].startswith("5 stored values differ")
    assert [line.split()[0] for line in lines[1:4]] == [
        "computedapp.Shelf.size",
        "computedapp.Shelf.size",
        "...",
    ]
    assert lines[3] == "  ... and 3 more"


def test_all_models_are_looked_at_if_none_is_named(act: Act) -> None:
    _spoil(Shelf.objects.create(label="a"), total=3)

    act(_Face, "assert_in_sync", Tag)
    with pytest.raises(AssertionError, match=r"Shelf\.total"):
        act(_Face, "assert_in_sync")


def test_fields_of_a_parents_table_are_looked_at(act: Act) -> None:
    hall = Hall.objects.create(name="h", seats=3)
    with unseen():
        QuerySet(Room).filter(pk=hall.pk).update(sign="wrong")

    with pytest.raises(AssertionError, match=r"Room\.sign"):
        act(_Face, "assert_in_sync", Hall)


def test_other_database_is_looked_at_if_it_is_named(act: Act) -> None:
    _spoil(Shelf.objects.using("other").create(label="a"), total=3)

    act(_Face, "assert_in_sync")
    with pytest.raises(AssertionError, match=r"Shelf\.total"):
        act(_Face, "assert_in_sync", using="other")


def test_model_without_computed_fields_is_refused(act: Act) -> None:
    with pytest.raises(ResolverException, match=r"computedapp\.Chair"):
        act(_Face, "assert_in_sync", Chair)


def test_manual_refresh_of_raw_writes_brings_it_in_sync(act: Act) -> None:
    shelf = Shelf.objects.create(label="a")
    _spoil(shelf, label="b")
    with pytest.raises(AssertionError):
        act(_Face, "assert_in_sync", Shelf)

    update_dependent(shelf, update_fields=["label"])

    act(_Face, "assert_in_sync", Shelf)


def test_isolated_registry_knows_its_models_only_and_gives_the_rest_back() -> None:
    with isolated_registry(Tag):
        assert has_computedfields(Tag)
        assert not has_computedfields(Shelf)
        # Nobody listens to what only the others depend on.
        Shelf.objects.create(label="a")

    assert has_computedfields(Shelf)
    assert Shelf.objects.get().upper == ""


def test_isolated_registry_gives_the_rest_back_after_an_error() -> None:
    with pytest.raises(LookupError), isolated_registry(Tag):
        raise LookupError

    assert has_computedfields(Shelf)
