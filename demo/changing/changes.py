"""The changes that the demo makes, each with the library and without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from demo.changing import by_hand
from demo.flights.models import Airline, Flight

# AirTran flew under the code of Southwest from 2014 on.
TAKEN_OVER: Final = "FL"
TAKES_OVER: Final = "WN"
RENAMED: Final = "UA"
NEW_NAME: Final = "United Airlines"
GONE: Final = "EV"


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the table."""

    name: str
    """What is done, in words."""
    write: Callable[[], object]
    """Does it by the ORM; the library sees to the rest."""
    by_hand: Callable[[], object]
    """Does the same and computes every row that follows, with plain Django."""


def list_changes() -> list[Change]:
    """Return what is done, in the order of the table."""
    return [
        Change("rename United", rename, lambda: by_hand.rename(RENAMED, NEW_NAME)),
        Change(
            "move AirTran's flights to Southwest",
            move,
            lambda: by_hand.move(TAKEN_OVER, TAKES_OVER),
        ),
        Change("delete ExpressJet's flights", delete, lambda: by_hand.delete(GONE)),
    ]


def rename() -> None:
    """Save one airline; its flights' labels follow."""
    airline = Airline.objects.get(code=RENAMED)
    airline.name = NEW_NAME
    airline.save()


def move() -> None:
    """Update many flights; their labels and both airlines' columns follow."""
    Flight.objects.filter(carrier=TAKEN_OVER).update(carrier=TAKES_OVER)


def delete() -> None:
    """Delete many flights; airlines', airports' and planes' columns follow."""
    Flight.objects.filter(carrier=GONE).delete()
