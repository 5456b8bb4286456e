"""
What makes a computed field stale, and how the stale rows are found.

A rule such as ("books.author", ["name"]) becomes one edge for each table whose writes
can change what the rule leads to: the last one's columns, and on the way there every
column that relates rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Model

from django_reckon.computed.rules.paths import Hop, Link
from django_reckon.ground.internals import (
    AnyField,
    has_constraint,
    parent_names,
    table_owner,
)

# A column that is computed, or a source: its table's model and its name.
Node: TypeAlias = tuple[type[Model], str]


@dataclass(frozen=True, slots=True)
class Edge:
    """
    From the columns of one table to one computed field.

    Attributes:
        source: The table's model.
        columns: Names of the columns whose change matters.
        via: The source's column that holds the keys below; None for its primary key.
        target: Whose rows become stale.
        field: Name of the computed field.
        lookup: Leads from a target to the row that has such a key, "books__pk"; "pk"
            where the keys are those of targets.
        row_lookup: Leads from a target to the row of the source itself, where it is
            found by a column's keys and can be found by its own as well; else None.
        on_insert: Whether new rows of the source matter.
        on_delete: Whether rows that go matter.
        loose: Whether keys may be of other models' rows, too.
        is_own: Whether the columns belong to the very row that is computed, in its
            own table or a parent's.
    """

    source: type[Model]
    columns: frozenset[str]
    via: str | None
    target: type[Model]
    field: str
    lookup: str
    on_insert: bool = False
    on_delete: bool = False
    loose: bool = False
    is_own: bool = False
    row_lookup: str | None = None


def own_edge(target: type[Model], field: str) -> Edge:
    """Return the edge for new rows, and for those whose value someone overwrites."""
    return Edge(
        source=target,
        columns=frozenset([field]),
        via=None,
        target=target,
        field=field,
        lookup="pk",
        on_insert=True,
        is_own=True,
    )


def edges_of(
    target: type[Model], field: str, hops: Sequence[Hop], columns: Sequence[AnyField]
) -> Iterator[Edge]:
    """Return the edges that one rule of a computed field comes to."""
    model = target
    names: list[str] = []
    arrived: Hop | None = None
    for leaving in (*hops, None):
        wanted: Iterable[AnyField] = columns
        if leaving is not None:
            wanted = [] if leaving.forward is None else [leaving.forward]
        if arrived is not None:
            near = [*names]
            names = [*names, arrived.query_name]
            if arrived.link is not None:
                rows = _row_lookup(names, arrived)
                yield _linking(target, field, arrived.link, near, wanted, rows)
                wanted = [f for f in wanted if _owner(f) is not _owner_of(arrived)]
        unsure = arrived is not None and not _is_certain(arrived)
        yield from _holding(target, field, model, names, wanted, unsure=unsure)
        if leaving is not None:
            model, arrived = leaving.target, leaving


def _linking(
    target: type[Model],
    field: str,
    link: Link,
    near: Sequence[str],
    wanted: Iterable[AnyField],
    row_lookup: str | None,
) -> Edge:
    """Return the edge from the rows that relate two others."""
    source = _owner(link.via)
    columns = {f.name for f in (*link.columns, *wanted) if _owner(f) is source}
    return Edge(
        source=source,
        columns=frozenset(columns),
        via=link.via.name,
        target=target,
        field=field,
        lookup=_lookup(near, link.near, target),
        on_insert=True,
        on_delete=True,
        loose=link.loose,
        row_lookup=row_lookup,
    )


def _holding(
    target: type[Model],
    field: str,
    model: type[Model],
    names: Sequence[str],
    wanted: Iterable[AnyField],
    *,
    unsure: bool,
) -> Iterator[Edge]:
    """Return the edges from columns of the rows that a path has reached."""
    tables: dict[type[Model], set[str]] = {}
    for column in wanted:
        tables.setdefault(_owner(column), set()).add(column.name)
    for source, columns in tables.items():
        path = [*names, *parent_names(model, source)]
        yield Edge(
            source=source,
            columns=frozenset(columns),
            via=None,
            target=target,
            field=field,
            lookup="__".join([*path, "pk"]),
            on_insert=unsure,
            on_delete=unsure,
            is_own=not names,
        )


def _lookup(names: Sequence[str], column: AnyField, target: type[Model]) -> str:
    last = "pk" if column.primary_key else column.attname
    return "__".join([*names, last])


def _row_lookup(names: Sequence[str], hop: Hop) -> str | None:
    """
    Return what leads to the rows that hold a hop's link, if the path meets them.

    None as well where another column can unlink them without the keys being written.
    """
    if hop.link is None or hop.link.model is not hop.target:
        return None
    if hop.link.columns != {hop.link.via}:
        return None
    path = [*names, *parent_names(hop.target, _owner(hop.link.via))]
    return "__".join([*path, "pk"])


def _is_certain(hop: Hop) -> bool:
    """Tell whether no row can point at one that is not there."""
    return hop.forward is None or has_constraint(hop.forward)


def _owner(column: AnyField) -> type[Model]:
    return table_owner(column.model)


def _owner_of(hop: Hop) -> type[Model] | None:
    """Return the table that the hop's link lies in."""
    link: Any = hop.link
    return _owner(link.via) if link is not None else None
