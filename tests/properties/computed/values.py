"""What may stand in the columns of the world, and which rows are there to choose."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, F, Model, QuerySet, Value
from django.db.models.functions import Concat, Substr

from tests.computedapp.models import (
    Branch,
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Member,
    Note,
    Publisher,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "COLUMNS",
    "COMPUTED",
    "EXPRESSIONS",
    "Action",
    "Hand",
    "NothingThere",
    "attribute",
    "chosen",
    "fresh_key",
    "needs_key",
    "pick",
    "require_targets",
    "rows_of",
    "some",
    "values",
]

# Rows of any model, and values of any column.
Row: TypeAlias = Any
Maker: TypeAlias = "Callable[[int], Any]"

_TEXTS: Final = ("", "a", "A", "b", "ab", "é", "ß", "x y")
_PRICES: Final = tuple(map(Decimal, ("0", "1", "0.10", "2.50", "3.33", "10", "1.00")))
# Keys of nobody: no number, too large for any column, a key written otherwise.
_STRAY_KEYS: Final = ("nobody", "99999999999999999999", "-01", "")


class NothingThere(Exception):  # noqa: N818 - a step that cannot be taken is no error
    """The rows that a step needs are not there, so it is left out."""


@dataclass(slots=True)
class Hand:
    """
    What one sequence of writes holds on to.

    Attributes:
        kept: Instances that were read a while ago, by model.
        serial: How many keys were given away.
    """

    kept: dict[type[Model], list[Row]] = field(
        default_factory=lambda: defaultdict(list)
    )
    serial: int = 0


Action: TypeAlias = "Callable[[Hand, int, int], object]"


def rows_of(model: type[Model]) -> list[Row]:
    """Return every row of a model, the same order in every run."""
    rows: QuerySet[Row] = QuerySet(model)
    return list(rows.order_by("pk"))


def pick(model: type[Model], number: int) -> Row:
    """Return one row."""
    rows = rows_of(model)
    if not rows:
        raise NothingThere
    return rows[number % len(rows)]


def some(model: type[Model], number: int) -> list[Row]:
    """Return some rows, at least one."""
    rows = rows_of(model)
    chosen = [row for at, row in enumerate(rows) if number >> at & 1] or rows[:1]
    if not chosen:
        raise NothingThere
    return chosen


def chosen(model: type[Model], number: int) -> QuerySet[Row]:
    """Return a queryset of some rows, by their keys."""
    rows: QuerySet[Row] = QuerySet(model)
    return rows.filter(pk__in=[row.pk for row in some(model, number)])


def _text(number: int) -> str:
    return _TEXTS[number % len(_TEXTS)]


def _price(number: int) -> Decimal:
    return _PRICES[number % len(_PRICES)]


def _small(number: int) -> int:
    return number % 5


def _flag(number: int) -> bool:
    return number % 2 == 1


def _row_of(model: type[Model]) -> Maker:
    return lambda number: pick(model, number)


def _maybe(model: type[Model]) -> Maker:
    def make(number: int) -> Row | None:
        rows = rows_of(model)
        return [None, *rows][number % (len(rows) + 1)]

    return make


def _kind(number: int) -> ContentType:
    # Shelves have keys like those of titles, and no notes.
    return ContentType.objects.get_for_model(Shelf if number % 4 == 3 else Title)


def _subject(number: int) -> str:
    if number % 7 == 6:
        return _STRAY_KEYS[number % len(_STRAY_KEYS)]
    return str(pick(Title, number).pk)


COLUMNS: Final[dict[type[Model], dict[str, Maker]]] = {
    Country: {"code": _text},
    Publisher: {"name": _text, "country": _maybe(Country)},
    Shelf: {"label": _text},
    Title: {"name": _text, "publisher": _maybe(Publisher)},
    Copy: {
        "price": _price,
        "shelf": _maybe(Shelf),
        "title": _row_of(Title),
        "amount": _small,
    },
    Note: {"text": _text, "content_type": _kind, "object_id": _subject},
    Tag: {"word": _text},
    Member: {"name": _text},
    Loan: {"days": _small, "member": _row_of(Member), "title": _row_of(Title)},
    Room: {"name": _text},
    Hall: {"name": _text, "seats": _small},
    Chair: {"broken": _flag, "hall": _maybe(Hall)},
    Ticket: {"hall": _row_of(Hall)},
    Branch: {"name": _text, "parent": _maybe(Branch)},
}
# What somebody may write to computed columns, though none of it is right.
COMPUTED: Final[dict[type[Model], dict[str, Maker]]] = {
    Publisher: {"copies_printed": lambda n: 70 + n},
    Shelf: {
        "upper": _text,
        "total": _price,
        "size": lambda n: 70 + n,
        "summary": _text,
        "dearest": _maybe(Copy),
        "pride": _text,
    },
    Title: {"line": _text, "remarks": _text, "words": _text},
    Copy: {"place": _text, "third": _price},
    Tag: {"names": _text},
    Member: {"loan_days": lambda n: {"junk": n}},
    Room: {"sign": _text},
    Hall: {"poster": _text, "sign": _text},
    Ticket: {"text": _text},
    Branch: {"family": _text},
}


def _longer(name: str) -> Any:
    text = Concat(F(name), Value("z"), output_field=CharField())
    return Substr(text, 1, 8, output_field=CharField())


EXPRESSIONS: Final[dict[type[Model], dict[str, Any]]] = {
    Country: {"code": _longer("code")},
    Publisher: {"name": _longer("name")},
    Shelf: {"label": _longer("label")},
    Title: {"name": _longer("name")},
    Copy: {"amount": F("amount") + 1, "price": F("price") + Decimal("0.50")},
    Note: {"text": _longer("text")},
    Tag: {"word": _longer("word")},
    Member: {"name": _longer("name")},
    Loan: {"days": F("days") + 1},
    Room: {"name": _longer("name")},
    Hall: {"seats": F("seats") + 1, "name": _longer("name")},
    Branch: {"name": _longer("name")},
}


def values(
    model: type[Model], number: int, *, most: int | None = None
) -> dict[str, Any]:
    """Return values for the columns of a model, or for some of them."""
    columns = list(COLUMNS[model].items())
    if most is not None:
        first = number % len(columns)
        columns = (columns[first:] + columns[:first])[:most]
    return {name: make(number + 3 * at) for at, (name, make) in enumerate(columns)}


def fresh_key(hand: Hand, model: type[Model], number: int) -> dict[str, Any]:
    """Return the columns of a key that no row has had."""
    hand.serial += 1
    if model is Chair:
        return {"row": 100 + hand.serial, "number": number}
    if model is Ticket:
        return {"day": 100 + hand.serial, "seat": number}
    if model is Member:
        return {"id": uuid.UUID(int=1000 + hand.serial)}
    # Below zero, so that no sequence of the database ever gets there.
    return {"pk": -100 - hand.serial}


def needs_key(model: type[Model]) -> bool:
    """Tell whether the database makes no key for the rows of a model."""
    return model in {Chair, Ticket, Member}


def attribute(model: type[Model], name: str) -> str:
    """Return the attribute that holds a column's value: "shelf_id" for "shelf"."""
    found: Any = model._meta.get_field(name)
    attname: str = found.attname
    return attname


def require_targets(row: Row) -> None:
    """
    Make sure that all rows that one points at are still there.

    Raises:
        NothingThere: The database would refuse the row.
    """
    for each in row._meta.concrete_fields:
        relation: Any = each
        if not relation.is_relation or not relation.db_constraint:
            continue
        key = row.__dict__.get(relation.attname)
        if relation.primary_key or key is None:
            continue
        target: QuerySet[Row] = QuerySet(relation.related_model)
        if not target.filter(pk=key).exists():
            raise NothingThere
