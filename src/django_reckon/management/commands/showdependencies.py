"""showdependencies: which columns make which computed fields stale."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model
from typing_extensions import override

from django_reckon.computed.manual import get_contributing_fks
from django_reckon.computed.rules.registry import registry
from django_reckon.ground.internals import table_owner
from django_reckon.management.scope import add_labels, named_models
from django_reckon.management.streams import ended_well


@dataclass(frozen=True, slots=True, order=True)
class _Arrow:
    """One column and one model whose fields it makes stale."""

    source: str
    column: str
    target: str


class Command(BaseCommand):
    """List what a write makes stale, from the column that is written."""

    help = (
        "Lists which columns of other rows computed fields are made from: source "
        "model: column -> target model [computed fields]. Foreign keys that relate "
        "rows stand out; who writes them unseen needs preupdate_dependent()."
    )

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        add_labels(parser, what="Only arrows from or to models")
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object an arrow."
        )

    @override
    def handle(self, *labels: str, **options: Any) -> None:
        models = {table_owner(model) for model in named_models(options["labels"])}
        arrows = _arrows(models)
        if options["labels"] and not arrows:
            asked = " ".join(options["labels"])
            raise CommandError(
                f"Nothing is computed from other rows in {asked}, or from rows there."
            )
        relating = {
            (model._meta.label, name)
            for model, names in get_contributing_fks().items()
            for name in names
        }
        with ended_well(self.stdout):
            for arrow, fields in sorted(arrows.items()):
                relates = (arrow.source, arrow.column) in relating
                line = self._json if options["json"] else self._text
                self.stdout.write(line(arrow, sorted(fields), relates=relates))

    def _json(self, arrow: _Arrow, fields: list[str], *, relates: bool) -> str:
        found = {
            "source": arrow.source,
            "column": arrow.column,
            "target": arrow.target,
            "fields": fields,
            "contributing": relates,
        }
        return json.dumps(found)

    def _text(self, arrow: _Arrow, fields: list[str], *, relates: bool) -> str:
        column = self.style.WARNING(arrow.column) if relates else arrow.column
        return f"- {arrow.source}: {column} -> {arrow.target} [{', '.join(fields)}]"


def _arrows(models: set[type[Model]]) -> dict[_Arrow, set[str]]:
    """Return the arrows between rows that begin or end at these models."""
    found: dict[_Arrow, set[str]] = {}
    for edge in registry.edges():
        if edge.is_own or models.isdisjoint({edge.source, edge.target}):
            continue
        for column in edge.columns:
            arrow = _Arrow(edge.source._meta.label, column, edge.target._meta.label)
            found.setdefault(arrow, set()).add(edge.field)
    return found
