"""What one write did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from django.db.models import Model

# Primary keys and the targets of relations are whatever the columns hold.
Key: TypeAlias = Any
# A relation's name -> the keys it led to; None where the database did not tell.
Targets: TypeAlias = Mapping[str, frozenset[Key] | None]

NOWHERE: Final[Targets] = MappingProxyType({})


class ChangeKind(Enum):
    """How rows were written."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    # A row of a fixture, inserted or replaced; raw, as signals call it.
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Change:
    """
    One write to one table, after its statement succeeded.

    Attributes:
        model: The concrete model that owns the table; a write to a multi-table child
            is one change for each table.
        alias: Database that was written.
        kind: How.
        keys: Primary keys of all rows that were written and perhaps of some more,
            old and new ones where keys moved; None when nobody asked or nobody knows.
        fields: Names of the fields that were written, generated columns that follow
            them included; None for whole rows.
        before: For each watched relation, where the rows pointed before the write;
            perhaps some more.
        after: The same after it.
        upsert: Whether an insert may have rewritten rows that were there already.
        prepared: Whether all who prepare rows of an insert could do so.
    """

    model: type[Model]
    alias: str
    kind: ChangeKind
    keys: tuple[Key, ...] | None
    fields: frozenset[str] | None
    before: Targets
    after: Targets
    upsert: bool = False
    prepared: bool = True

    def __post_init__(self) -> None:
        """Let nobody who hears of the change alter it for the next one."""
        for name, targets in (("before", self.before), ("after", self.after)):
            if type(targets) is not MappingProxyType:
                object.__setattr__(self, name, MappingProxyType(dict(targets)))
