"""What may be wrong because its sources are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet

from django_reckon.changes.event import Key
from django_reckon.changes.rows import batched
from django_reckon.computed.refreshing.dependents import works_of
from django_reckon.computed.refreshing.locating import located
from django_reckon.computed.refreshing.work import Work
from django_reckon.computed.rules.edges import Node
from django_reckon.computed.rules.registry import registry
from django_reckon.ground.internals import with_generated

# Rows of one field that are followed; more cost memory and tell no more.
MOST_ROWS: Final = 10_000


@dataclass(slots=True)
class Tainted:
    """
    Rows of fields that follow from others.

    Attributes:
        alias: The database.
        keys: Field -> primary keys, no more than MOST_ROWS of each.
    """

    alias: str
    keys: dict[Node, set[Key]] = field(default_factory=dict)

    def follow(self, sources: Mapping[Node, Collection[Key]]) -> None:
        """Add all that follows from some rows of some fields, but for these rows."""
        known: dict[Node, set[Key]] = {}
        work = Work()
        for node, keys in sources.items():
            known[node] = set(keys)
            work.merge(self._work(node, keys))
        while (found := self._next(work, known)) is not None:
            for node, keys in found.items():
                self.keys.setdefault(node, set()).update(keys)
                known.setdefault(node, set()).update(keys)
                work.merge(self._work(node, keys))

    def _next(
        self, work: Work, known: Mapping[Node, set[Key]]
    ) -> dict[Node, set[Key]] | None:
        """Return the new rows of the first step that is due; None if none is."""
        for step in registry.steps:
            if work.waits(step.model, step.fields):
                found: dict[Node, set[Key]] = {}
                for route, due in work.take(step.model, step.fields):
                    keys = located(self.alias, route, due, limit=MOST_ROWS)
                    for name in due.fields:
                        node = (step.model, name)
                        old = known.get(node, set())
                        room = max(MOST_ROWS - len(self.keys.get(node, ())), 0)
                        fresh = list(keys - old)[:room]
                        if fresh:
                            found.setdefault(node, set()).update(fresh)
                return found
        return None

    def _work(self, node: Node, keys: Collection[Key]) -> Work:
        """Return what would be due if a field of these rows were written."""
        model, name = node
        names = with_generated(model, [name])
        work = Work()
        for some in batched(model, self.alias, keys):
            rows: QuerySet[Any] = QuerySet(model, using=self.alias)
            rows = rows.filter(pk__in=some)
            for each in works_of(rows, None, names, local=True).values():
                work.merge(each)
        return work
