"""
What the computed columns must hold, made from plain rows by hand.

No instance and none of the library's code takes part: each table is read as
dictionaries once, and each value is put together from them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.contrib.contenttypes.models import ContentType

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
from tests.support.columns import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model

__all__ = ["EXPECTED", "differences"]

# A row by its columns, and a table by keys; values are whatever columns hold.
Row: TypeAlias = dict[str, Any]
Table: TypeAlias = dict[Any, Row]

_KEYS: Final[dict[type[Model], tuple[str, ...]]] = {
    Chair: ("row", "number"),
    Ticket: ("day", "seat"),
    Hall: ("room_ptr_id",),
}
_THOUSANDTH: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Tables:
    """Every table of the world, read once."""

    tables: dict[type[Model], Table]
    title_kind: int

    def __getitem__(self, model: type[Model]) -> Table:
        """Return one table."""
        return self.tables[model]

    def where(self, model: type[Model], **conditions: Any) -> list[tuple[Any, Row]]:
        """Return keys and rows of those whose columns hold these values."""
        return [
            (key, row)
            for key, row in self.tables[model].items()
            if all(row[name] == value for name, value in conditions.items())
        ]


def differences() -> list[str]:
    """Return a line for each stored value that is not what it must be."""
    tables = _read()
    return [
        f"{model.__name__}({key}).{name} holds {stored!r}, must be {expected!r}"
        for model, columns in EXPECTED.items()
        for key, row in tables[model].items()
        for name, expect in columns.items()
        if (stored := row[name]) != (expected := expect(tables, key, row))
    ]


def _read() -> Tables:
    tables = {model: _table(model) for model in _models()}
    kind = ContentType.objects.get_for_model(Title).pk
    return Tables(tables, kind)


def _table(model: type[Model]) -> Table:
    names = [each.attname for each in model._meta.local_concrete_fields]
    parts = _KEYS.get(model, ("id",))
    table: Table = {}
    for values in columns(model, names):
        row = dict(zip(names, values, strict=True))
        key = tuple(row[part] for part in parts)
        table[key if len(key) > 1 else key[0]] = row
    return table


def _models() -> Iterable[type[Model]]:
    links = (Tag.titles.through, Country, Note, Loan, Chair)
    return (*EXPECTED, *links)


def _joined(separator: str, texts: Iterable[str]) -> str:
    return separator.join(sorted(texts))


def _copies_printed(tables: Tables, key: Any, row: Row) -> int:
    titles = tables[Title]
    return sum(
        titles[copy["title_id"]]["publisher_id"] == key
        for copy in tables[Copy].values()
    )


def _total(tables: Tables, key: Any, row: Row) -> Decimal:
    return sum(
        (copy["price"] for _, copy in tables.where(Copy, shelf_id=key)), Decimal(0)
    )


def _size(tables: Tables, key: Any, row: Row) -> int:
    return len(tables.where(Copy, shelf_id=key))


def _summary(tables: Tables, key: Any, row: Row) -> str:
    lines = [
        _line(tables, copy["title_id"], tables[Title][copy["title_id"]])
        for _, copy in tables.where(Copy, shelf_id=key)
    ]
    return f"{row['label'].upper()}/{len(lines)}: {_joined('; ', lines)}"


def _dearest(tables: Tables, key: Any, row: Row) -> int | None:
    copies = [(copy["price"], pk) for pk, copy in tables.where(Copy, shelf_id=key)]
    return max(copies)[1] if copies else None


def _pride(tables: Tables, key: Any, row: Row) -> str:
    dearest = _dearest(tables, key, row)
    if dearest is None:
        return "nothing"
    title = tables[Copy][dearest]["title_id"]
    return _line(tables, title, tables[Title][title])


def _line(tables: Tables, key: Any, row: Row) -> str:
    name: str = row["name"]
    if row["publisher_id"] is None:
        return name
    publisher = tables[Publisher][row["publisher_id"]]
    country = publisher["country_id"]
    code = "-" if country is None else tables[Country][country]["code"]
    return f"{name} ({publisher['name']}, {code})"


def _remarks(tables: Tables, key: Any, row: Row) -> str:
    notes = tables.where(Note, content_type_id=tables.title_kind, object_id=str(key))
    return _joined("|", (note["text"] for _, note in notes))


def _words(tables: Tables, key: Any, row: Row) -> str:
    links = tables.where(Tag.titles.through, title_id=key)
    return _joined(",", (tables[Tag][link["tag_id"]]["word"] for _, link in links))


def _place(tables: Tables, key: Any, row: Row) -> str:
    if row["shelf_id"] is None:
        return f"{row['amount']} on the floor"
    return f"{row['amount']} on {tables[Shelf][row['shelf_id']]['label'].upper()}"


def _third(tables: Tables, key: Any, row: Row) -> Decimal | None:
    price: Decimal = row["price"]
    return (price / 3).quantize(_THOUSANDTH, ROUND_HALF_EVEN) if price else None


def _names(tables: Tables, key: Any, row: Row) -> str:
    links = tables.where(Tag.titles.through, tag_id=key)
    return _joined(",", (tables[Title][link["title_id"]]["name"] for _, link in links))


def _loan_days(tables: Tables, key: Any, row: Row) -> dict[str, int]:
    days: dict[str, int] = defaultdict(int)
    for _, loan in tables.where(Loan, member_id=key):
        days[tables[Title][loan["title_id"]]["name"]] += loan["days"]
    return dict(days)


def _sign(tables: Tables, key: Any, row: Row) -> str:
    return f"Room {row['name']}"


def _poster(tables: Tables, key: Any, row: Row) -> str:
    name = tables[Room][key]["name"]
    broken = len(tables.where(Chair, hall_id=key, broken=True))
    return f"Room {name} ({name}): {row['seats'] - broken}"


def _ticket_text(tables: Tables, key: Any, row: Row) -> str:
    day, seat = key
    hall = row["hall_id"]
    return f"{day}/{seat} {_poster(tables, hall, tables[Hall][hall])}"


def _family(tables: Tables, key: Any, row: Row) -> str:
    above = "" if row["parent_id"] is None else tables[Branch][row["parent_id"]]["name"]
    below = [child["name"] for _, child in tables.where(Branch, parent_id=key)]
    return f"{above}>{row['name']}>{_joined(',', below)}"


EXPECTED: Final[dict[type[Model], dict[str, Callable[[Tables, Any, Row], Any]]]] = {
    Publisher: {"copies_printed": _copies_printed},
    Shelf: {
        "upper": lambda tables, key, row: row["label"].upper(),
        "total": _total,
        "size": _size,
        "summary": _summary,
        "dearest_id": _dearest,
        "pride": _pride,
    },
    Title: {"line": _line, "remarks": _remarks, "words": _words},
    Copy: {"place": _place, "third": _third},
    Tag: {"names": _names},
    Member: {"loan_days": _loan_days},
    Room: {"sign": _sign},
    Hall: {"poster": _poster},
    Ticket: {"text": _ticket_text},
    Branch: {"family": _family},
}
