"""
Rows as they stood, put back by plain SQL that the library does not see.

Making a world through the ORM computes every field of it; putting it back takes one
statement for each of its tables.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connections
from django.db.models import Model

from django_reckon.models import immediate_updates
from tests.support.database import unchecked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["Snapshot", "make_once"]


@dataclass(slots=True)
class Snapshot:
    """
    The rows of some tables as the driver reads them.

    Attributes:
        alias: Of the database.
        rows: By model; columns that the database makes are left out.
    """

    alias: str
    # Not shown: a failing test prints what it was given.
    rows: dict[type[Model], list[tuple[Any, ...]]] = field(repr=False)

    @classmethod
    def of(cls, *models: type[Model], alias: str = "default") -> Snapshot:
        """Remember what is there."""
        connection = connections[alias]
        rows = {}
        with connection.cursor() as cursor:
            for model in models:
                names = ", ".join(_columns(connection, model))
                cursor.execute(f"SELECT {names} FROM {_table(connection, model)}")
                rows[model] = list(cursor.fetchall())
        return cls(alias, rows)

    def restore(self) -> None:
        """Make the tables hold that and nothing else."""
        self._write(emptied=reversed(self.rows))

    def insert(self) -> None:
        """Add the rows to tables that hold none of them; no key is given away twice."""
        self._write(emptied=())
        self._move_sequences()

    def _write(self, emptied: Iterable[type[Model]]) -> None:
        connection = connections[self.alias]
        with unchecked(connection) as cursor:
            for model in emptied:
                cursor.execute(f"DELETE FROM {_table(connection, model)}")
            for model, rows in self.rows.items():
                if rows:
                    names = _columns(connection, model)
                    places = f"({', '.join(['%s'] * len(names))})"
                    cursor.execute(
                        f"INSERT INTO {_table(connection, model)} "
                        f"({', '.join(names)}) VALUES "
                        + ", ".join([places] * len(rows)),
                        [value for row in rows for value in row],
                    )

    def _move_sequences(self) -> None:
        """Begin behind the keys of the rows, for loaddata moves sequences back."""
        connection = connections[self.alias]
        models = [model for model, rows in self.rows.items() if rows]
        statements = connection.ops.sequence_reset_sql(no_style(), models)
        if statements:
            with connection.cursor() as cursor:
                cursor.execute("\n".join(statements))


# What a world left: its rows and its attributes, by its class and database.
_made: Final[dict[tuple[type, str], tuple[Snapshot, dict[str, Any]]]] = {}


def make_once(
    world: object, make: Callable[[], object], alias: str, *app_labels: str
) -> None:
    """
    Make the rows and the attributes of a world, or put back those of the first time.

    What is put back has the same keys and was not touched by any test. Nothing is kept
    of a world beside rows that stand there already.

    Args:
        world: Who has the attributes, if any.
        make: Makes them.
        alias: Of the database.
        app_labels: Where the rows stand.
    """
    place = type(world), alias
    if place in _made:
        snapshot, attributes = _made[place]
        snapshot.insert()
        # Making them has asked for these, which an event loop would have to do now.
        ContentType.objects.db_manager(alias).get_for_models(*_models(*app_labels))
        if attributes:
            vars(world).update(deepcopy(attributes))
        return
    # With what the library keeps beside them, the gates of MariaDB for one.
    models = _models(*app_labels, "django_reckon")
    is_alone = not any(Snapshot.of(*models, alias=alias).rows.values())
    if not is_alone:
        make()
        return
    # Whatever the test at hand has chosen, others will find no update pending.
    with immediate_updates():
        make()
    attributes = deepcopy(getattr(world, "__dict__", {}))
    _made[place] = Snapshot.of(*models, alias=alias), attributes


def _models(*app_labels: str) -> list[type[Model]]:
    return [
        model
        for label in app_labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _columns(connection: BaseDatabaseWrapper, model: type[Model]) -> list[str]:
    return [
        connection.ops.quote_name(each.column)
        for each in model._meta.local_concrete_fields
        if each.column is not None and not each.generated
    ]


def _table(connection: BaseDatabaseWrapper, model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
