"""Many rows that are refreshed together come to the same as each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from django_reckon.testing import assert_in_sync
from tests.computedapp.managed import (
    Badge,
    Bazaar,
    Dog,
    Fish,
    Floor,
    Guest,
    Hotel,
    Keeper,
    Pond,
    Receipt,
    Service,
    Sign,
    Stall,
    Suite,
)
from tests.computedapp.nooks import Fair, Maker
from tests.integration.computed.raw import raw_update
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from tests.support.acting import Act

pytestmark = committing


@pytest.fixture
def hotels() -> list[Hotel]:
    return [Hotel.objects.create(number=number) for number in (1, 2)]


def test_rows_without_the_key_that_leads_to_them(hotels: list[Hotel], act: Act) -> None:
    for hotel in hotels:
        Guest.objects.create(name="old", hotel=hotel)

    act(QuerySet(Guest), "update", name="new")

    assert drifted(Hotel) == []
    assert set(Hotel.objects.values_list("names", flat=True)) == {"new"}


def test_rows_without_the_key_that_leads_on(hotels: list[Hotel], act: Act) -> None:
    for code, hotel in zip("ab", hotels, strict=True):
        floor = Floor.objects.create(code=code, hotel=hotel)
        Sign.objects.create(text="old", floor=floor)

    act(Sign.objects, "update", text="new")
    act(QuerySet(Floor), "update", hotel=hotels[0])

    assert drifted(Hotel, Sign) == []
    assert sorted(Hotel.objects.values_list("signs", flat=True)) == ["", "new, new"]
    assert sorted(Hotel.objects.values_list("codes", flat=True)) == ["", "a, b"]


def test_rows_that_are_numbered(hotels: list[Hotel], act: Act) -> None:
    suites = [Suite(hotel=hotel) for hotel in hotels for _ in range(2)]

    act(Suite.objects, "bulk_create", suites)

    assert drifted(Hotel) == []
    assert set(Hotel.objects.values_list("numbers", flat=True)) == {"1, 2"}


def test_rows_by_the_join_of_their_manager(hotels: list[Hotel], act: Act) -> None:
    spa: Service = QuerySet(Service).create(name="old")
    for hotel in hotels:
        hotel.services.add(spa)

    act(QuerySet(Service), "update", name="new")

    assert drifted(Hotel) == []


def test_prefetch_object_of_one_field_is_nothing_to_another(act: Act) -> None:
    ponds = [Pond.objects.create() for _ in range(2)]
    fish = [Fish(pond=pond, size=size) for pond in ponds for size in (1, 10)]

    act(Fish.objects, "bulk_create", fish)

    assert set(Pond.objects.values_list("large", "all_fish")) == {(1, 2)}


def test_key_of_a_parents_table_that_an_expression_moves(
    hotels: list[Hotel], act: Act
) -> None:
    one, other = hotels
    dogs = [Dog.objects.create(name=name, hotel=one, next=other) for name in "ab"]

    act(Dog.objects, "update", hotel=Coalesce(F("next"), F("hotel")))
    moved = drifted(Hotel)
    for dog in dogs:
        dog.hotel = one
    act(Dog.objects, "bulk_update", dogs, ["hotel"])

    assert moved == drifted(Hotel) == []
    assert Hotel.objects.get(pk=one.pk).zoo == "a, b"


def test_prefetch_object_of_one_field_is_nothing_to_the_check_of_another() -> None:
    for keeper in (Keeper.objects.create(), Keeper.objects.create()):
        Pond.objects.create(keeper=keeper)
    Keeper.objects.update(is_here=False)

    assert set(Pond.objects.values_list("is_watched", "is_kept")) == {(False, True)}
    assert_in_sync(Pond)
    raw_update(Pond, is_kept=False)
    with pytest.raises(AssertionError, match="is_kept of pk"):
        assert_in_sync(Pond)


@pytest.mark.needs("caseless_keys")
def test_rows_behind_others_that_are_not_read_lean(act: Act) -> None:
    Maker.objects.bulk_create([Maker(code="abc", name="A"), Maker(code="b", name="B")])
    Fair.objects.create(code="spring", name="old")
    for key in ("ABC", "B"):
        Stall.objects.create(maker_id=key, bazaar=Bazaar.objects.create())
        Maker.fairs.through.objects.create(maker_id=key.lower(), fair_id="SPRING")

    act(Maker.objects, "update", name="new")
    act(Fair.objects, "update", name="new")

    assert set(Bazaar.objects.values_list("makers", "fairs")) == {("new", "new")}


def test_key_that_leads_nowhere(hotels: list[Hotel], act: Act) -> None:
    for hotel in [*hotels, None]:
        Receipt.objects.create(hotel=hotel)
    QuerySet(Hotel).filter(pk=hotels[0].pk)._raw_delete("default")

    act(Receipt.objects, "update", text="new")

    assert sorted(Receipt.objects.values_list("line", flat=True)) == [
        "new: None",
        "new: True",
        "new: gone",
    ]


def test_new_rows_with_a_field_that_is_never_computed_before(act: Act) -> None:
    act(Badge.objects, "bulk_create", [Badge(text=text) for text in "ab"])

    assert drifted(Badge) == []
    assert sorted(Badge.objects.values_list("upper", flat=True)) == ["A", "B"]


def test_no_statement_has_more_parameters_than_the_database_takes() -> None:
    most = connection.features.max_query_params
    if most is None:
        pytest.skip(f"{connection.display_name} takes any number of parameters")
    bazaar, fair = Bazaar.objects.create(), Fair.objects.create(code="spring")
    makers = Maker.objects.bulk_create(Maker(code=f"{n}") for n in range(most + 1))
    Stall.objects.bulk_create(Stall(maker=maker, bazaar=bazaar) for maker in makers)
    link = Maker.fairs.through
    link.objects.create(maker=makers[0], fair=fair)

    with watched() as statements:
        Fair.objects.update(name="new")

    assert max(sql.count("%s") for sql in statements.on(link)) <= most
    assert Bazaar.objects.get().fairs == "new"
