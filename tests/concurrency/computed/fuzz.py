"""Random steps with reads between them, each answer held against plain rows."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import (
    Count,
    DecimalField,
    F,
    IntegerField,
    JSONField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from typing_extensions import override

from tests.computedapp.models import (
    Branch,
    Chair,
    Copy,
    Country,
    Hall,
    Loan,
    Note,
    Room,
    Shelf,
    Tag,
    Ticket,
    Title,
)
from tests.properties.computed import bulk, joined, relations, singles
from tests.properties.computed.oracle import EXPECTED, Table, Tables
from tests.properties.computed.story import Step, Story

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

__all__ = ["READS", "ReadingStory", "steps"]

# A computed column: where it stands and the attribute that holds it.
Column: TypeAlias = tuple[type[Model], str]
# What it holds, by key: values are whatever columns hold.
Values: TypeAlias = dict[Any, Any]

_COLUMNS: Final[list[Column]] = [
    (model, name) for model, names in EXPECTED.items() for name in names
]
_SOURCES: Final[tuple[type[Model], ...]] = (
    *EXPECTED,
    Tag.titles.through,
    Country,
    Note,
    Loan,
    Chair,
)
_FAMILIES: Final = (
    sorted(singles.ACTIONS),
    sorted(bulk.ACTIONS | joined.ACTIONS),
    sorted(relations.ACTIONS),
)
# Foreign keys, and computed columns at their other ends.
_JOINS: Final[tuple[tuple[type[Model], str, type[Model], str], ...]] = (
    (Copy, "shelf", Shelf, "total"),
    (Copy, "shelf", Shelf, "summary"),
    (Copy, "title", Title, "line"),
    (Shelf, "dearest", Copy, "place"),
    (Ticket, "hall", Hall, "poster"),
    (Hall, "room_ptr", Room, "sign"),
    (Loan, "title", Title, "words"),
    (Branch, "parent", Branch, "family"),
)


def expected() -> dict[Column, Values]:
    """
    Return what every computed column must hold: by its column, by key.

    Only columns that nobody computes are read, which brings nothing up to date.
    """
    tables = {model: _sources(model) for model in _SOURCES}
    kind = ContentType.objects.get_for_model(Title).pk
    found = Tables(tables, kind)
    return {
        (model, name): {
            key: EXPECTED[model][name](found, key, row)
            for key, row in tables[model].items()
        }
        for model, name in _COLUMNS
    }


def _sources(model: type[Model]) -> Table:
    computed = EXPECTED.get(model, {})
    names = [
        each.attname
        for each in model._meta.local_concrete_fields
        if each.attname not in computed
    ]
    rows: QuerySet[Any] = QuerySet(model)
    return {row["pk"]: row for row in rows.order_by("pk").values("pk", *names)}


def _all(model: type[Model]) -> QuerySet[Any]:
    rows: QuerySet[Any] = QuerySet(model)
    return rows.order_by("pk")


def _get(model: type[Model], name: str) -> Values:
    keys = list(_all(model).values_list("pk", flat=True))
    return {key: getattr(_all(model).get(pk=key), name) for key in keys}


def _instances(model: type[Model], name: str) -> Values:
    return {row.pk: getattr(row, name) for row in _all(model)}


def _only(model: type[Model], name: str) -> Values:
    return {row.pk: getattr(row, name) for row in _all(model).only(name)}


def _deferred(model: type[Model], name: str) -> Values:
    return {row.pk: getattr(row, name) for row in _all(model).defer(name)}


def _refreshed(model: type[Model], name: str) -> Values:
    found = {}
    for row in _all(model).only("pk"):
        row.refresh_from_db(fields=[name.removesuffix("_id")])
        found[row.pk] = getattr(row, name)
    return found


def _values_list(model: type[Model], name: str) -> Values:
    return dict(_all(model).values_list("pk", name))


def _values(model: type[Model], name: str) -> Values:
    return {row["pk"]: row[name] for row in _all(model).values("pk", name)}


def _annotated(model: type[Model], name: str) -> Values:
    rows = _all(model).annotate(found=F(name)).values_list("pk", "found")
    return dict(rows)


def _iterated(model: type[Model], name: str) -> Values:
    return {row.pk: getattr(row, name) for row in _all(model).iterator(chunk_size=2)}


def _subquery(model: type[Model], name: str) -> Values:
    inner = _all(model).filter(pk=OuterRef("pk")).values(name)[:1]
    rows = _all(model).annotate(found=Subquery(inner)).values_list("pk", "found")
    return dict(rows)


# Ways to read one column of all rows.
_WAYS: Final[dict[str, Callable[[type[Model], str], Values]]] = {
    "get": _get,
    "instances": _instances,
    "only": _only,
    "deferred": _deferred,
    "refresh_from_db": _refreshed,
    "values_list": _values_list,
    "values": _values,
    "annotate": _annotated,
    "iterator": _iterated,
}


def _read_column(name: str, a: int) -> list[str]:
    model, column = _COLUMNS[a % len(_COLUMNS)]
    found = _WAYS[name](model, column)
    must = expected()[model, column]
    return _unlike(f"{name} {model.__name__}.{column}", found, must)


def _read_subquery(a: int) -> list[str]:
    # A subquery cannot stand for a composite key, nor for JSON everywhere.
    columns = [
        (model, name)
        for model, name in _COLUMNS
        if model is not Ticket and not _is_kind(model, name, JSONField)
    ]
    model, column = columns[a % len(columns)]
    found = _subquery(model, column)
    must = expected()[model, column]
    return _unlike(f"subquery {model.__name__}.{column}", found, must)


def _read_aggregate(a: int) -> list[str]:
    columns = [column for column in _COLUMNS if _is_number(*column)]
    model, name = columns[a % len(columns)]
    found = _all(model).aggregate(sum=Sum(name), number=Count(name))
    stored = [each for each in expected()[model, name].values() if each is not None]
    must = {"sum": sum(stored) if stored else None, "number": len(stored)}
    return _unlike(f"aggregate {model.__name__}.{name}", found, must)


def _read_filter(a: int, b: int) -> list[str]:
    """
    Ask for the rows with a number, or whether a row has the text that it must have.

    Which value to ask for must be known before; the sources do not move meanwhile.
    """
    columns = [each for each in _COLUMNS if not _is_kind(*each, JSONField)]
    model, name = columns[a % len(columns)]
    must = {
        key: value
        for key, value in expected()[model, name].items()
        if value is not None
    }
    if not must:
        return []
    key = list(must)[b % len(must)]
    rows = _all(model).filter(**{name: must[key]})
    found = dict.fromkeys(rows.values_list("pk", flat=True), must[key])
    # Texts may be equal to others for a collation, so one row is looked for.
    wanted = {pk: value for pk, value in must.items() if value == must[key]}
    if not _is_number(model, name):
        found = {pk: found[pk] for pk in wanted if pk in found}
    return _unlike(f"filter {model.__name__}.{name}", found, wanted)


def _read_excluded(a: int) -> list[str]:
    columns = [column for column in _COLUMNS if _is_number(*column)]
    model, name = columns[a % len(columns)]
    found = _all(model).exclude(Q(**{f"{name}__lte": 1})).count()
    stored = expected()[model, name].values()
    # Rows without a value are not excluded.
    must = sum(1 for each in stored if each is None or each > 1)
    what = f"exclude {model.__name__}.{name}"
    return _unlike(what, {"rows": found}, {"rows": must})


def _read_select_related(a: int) -> list[str]:
    model, relation, far, name = _JOINS[a % len(_JOINS)]
    found = {}
    for row in _all(model).select_related(relation):
        other = getattr(row, relation)
        if other is not None:
            found[row.pk] = other.pk, getattr(other, name)
    return _unlike_joined(
        f"select_related {model.__name__}.{relation}", found, far, name
    )


def _read_joined(a: int) -> list[str]:
    model, relation, far, name = _JOINS[a % len(_JOINS)]
    rows = _all(model).exclude(**{relation: None})
    found = {
        pk: (other, value)
        for pk, other, value in rows.values_list(
            "pk", f"{relation}__pk", f"{relation}__{name}"
        )
    }
    return _unlike_joined(f"join {model.__name__}.{relation}", found, far, name)


def _read_prefetched(a: int) -> list[str]:
    model, relation, far, name = _JOINS[a % len(_JOINS)]
    found = {}
    for row in _all(model).prefetch_related(relation):
        other = getattr(row, relation)
        if other is not None:
            found[row.pk] = other.pk, getattr(other, name)
    return _unlike_joined(f"prefetch {model.__name__}.{relation}", found, far, name)


def _unlike_joined(
    what: str, found: dict[Any, tuple[Any, Any]], far: type[Model], name: str
) -> list[str]:
    stored = expected()[far, name]
    must = {key: (other, stored[other]) for key, (other, _) in found.items()}
    return _unlike(f"{what} of {far.__name__}.{name}", found, must)


def _on(name: str) -> Callable[[int, int], list[str]]:
    return lambda a, b: _read_column(name, a)


def _of(read: Callable[[int], list[str]]) -> Callable[[int, int], list[str]]:
    return lambda a, b: read(a)


# Each returns a line for every answer that is wrong.
READS: Final[dict[str, Callable[[int, int], list[str]]]] = {
    **{f"read {name}": _on(name) for name in _WAYS},
    "read subquery": _of(_read_subquery),
    "read aggregate": _of(_read_aggregate),
    "read filter": _read_filter,
    "read exclude": _of(_read_excluded),
    "read select_related": _of(_read_select_related),
    "read join": _of(_read_joined),
    "read prefetch": _of(_read_prefetched),
}


class ReadingStory(Story):
    """A story in which some steps are reads."""

    @override
    def _write(self, step: Step) -> None:
        read = READS.get(step.name)
        if read is None:
            # As loaddata does: no reader is served before a fixture is complete.
            loads = step.name.startswith("load ")
            with transaction.atomic() if loads else nullcontext():
                super()._write(step)
            return
        self.told.append(repr(step))
        found = read(step.a, step.b)
        assert not found, "\n".join([*found, "after", *self.told])


def steps(chance: random.Random, number: int) -> list[Step]:
    """
    Return so many steps; three of ten read, half of the rest are in transactions.

    Blocks nest, for more of them begin than end before the last step.
    """
    return [
        Step(_name(chance), chance.randrange(32), chance.randrange(32))
        for _ in range(number)
    ]


def _name(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(list(READS))
    if kind < 0.4:
        return "atomic"
    if kind < 0.48:
        return chance.choice(("end", "raise", "undo"))
    return chance.choice(chance.choice(_FAMILIES))


def _unlike(what: str, found: Values, must: Values) -> list[str]:
    return [
        f"{what}: {key} is {found.get(key, 'missing')!r},"
        f" must be {must.get(key, 'missing')!r}"
        for key in found.keys() | must.keys()
        if key not in found or key not in must or _value(found[key]) != must[key]
    ]


def _value(found: Any) -> Any:
    """Return a sum that a database without decimals gave as what it must be."""
    return Decimal(str(found)) if isinstance(found, float) else found


def _is_number(model: type[Model], name: str) -> bool:
    return _is_kind(model, name, DecimalField, IntegerField)


def _is_kind(model: type[Model], name: str, *kinds: type[Any]) -> bool:
    found = next(f for f in model._meta.local_concrete_fields if f.attname == name)
    return isinstance(found, kinds)
