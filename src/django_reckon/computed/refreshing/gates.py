"""How writers of the same computed fields keep out of each other's way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet

from django_reckon.changes.event import Targets
from django_reckon.changes.rows import batched, ordered
from django_reckon.computed.rules.registry import registry
from django_reckon.conf import computed as conf
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.columns import target_of
from django_reckon.ground.internals import concrete_field, table_owner
from django_reckon.ground.pending import Layers, pending
from django_reckon.ground.together import is_own
from django_reckon.ground.transactions import is_frozen
from django_reckon.ground.vendors import vendor_of

_NAME: Final = "gates"


class Passed:
    """The gates that a transaction has passed, and so need not ask for again."""

    def __init__(self) -> None:
        """Begin with none."""
        self._layers: Layers[set[str]] = Layers(set, lambda older, newer: older | newer)

    def __contains__(self, name: str) -> bool:
        """Tell whether a gate was passed."""
        return any(name in each for each in self._layers.values)

    def add(self, name: str) -> None:
        """Note a gate."""
        self._layers.top.add(name)

    def savepoint_made(self, sid: str) -> None:
        """Keep what comes from now on apart."""
        self._layers.savepoint_made(sid)

    def savepoint_released(self, sid: str) -> None:
        """Put it with the rest."""
        self._layers.savepoint_released(sid)

    def savepoint_undone(self, sid: str) -> None:
        """Forget it; asking once too often does no harm."""
        self._layers.savepoint_undone(sid)

    def before_commit(self) -> None:
        """Do nothing; the COMMIT opens the gates."""

    def committed(self) -> None:
        """Do nothing."""

    def discarded(self) -> None:
        """Do nothing."""


def before_write(
    model: type[Model],
    connection: BaseDatabaseWrapper,
    pointing: Targets,
    *,
    refreshed_at_once: bool,
) -> None:
    """
    Wait for others before a table is written, where waiting later would be too late.

    A transaction whose writes are refreshed one by one locks rows by each of them, in
    no order; so it lets no other in between. A foreign key that is checked locks the
    row it points at, for all who point there together; then none of them can write to
    it. So a write by itself locks that row before, and any transaction of several
    keeps the others out.

    Args:
        model: The table's model.
        connection: To the database.
        pointing: For relations that are written, the keys they will lead to.
        refreshed_at_once: Whether the write will be refreshed right after it.

    Raises:
        ConfigurationError: At the isolation level of the database no lock would help.
    """
    if not is_on():
        return
    alias = connection.alias
    if not vendor_of(connection).pointing_locks:
        if refreshed_at_once and not is_own(alias):
            _pass(alias, registry.group_of(model), alone=True)
        return
    alone = not is_own(alias)
    if is_frozen(alias):
        raise ConfigurationError(_LEVEL.format(alias=alias))
    _pass(alias, registry.group_of(model), alone=alone)
    for name in [] if alone else sorted(pointing):
        _lock(alias, model, name, pointing[name])


_LEVEL: Final = (
    "Computed fields of database {alias!r} would come out wrong at its isolation "
    "level, at which concurrent writers do not see each other. Set "
    "DATABASES[{alias!r}]['OPTIONS']['isolation_level'] to 'read committed'."
)


def before_refresh(alias: str, models: Iterable[type[Model]], *, last: bool) -> None:
    """
    Wait for others before rows are locked.

    Args:
        alias: The database.
        models: Those whose fields are due.
        last: Whether the transaction takes no locks after these. Rows are locked in
            one order by all, so those who lock once can do so side by side.
    """
    if is_on():
        for name in sorted({registry.group_of(model) for model in models}):
            _pass(alias, name, alone=not last)


def is_on() -> bool:
    """Tell whether others may write at the same time."""
    return conf.current().locking == "on"


def _pass(alias: str, name: str, *, alone: bool) -> None:
    connection = connections[alias]
    vendor = vendor_of(connection)
    if not vendor.has_gates:
        return
    passed = pending(alias, _NAME, Passed)
    if name in passed:
        return
    try:
        vendor.pass_gate(connection, name, alone=alone)
    except DatabaseError as error:
        if vendor.pointing_locks and "gate" in str(error):
            raise ConfigurationError(_NO_TABLE.format(alias=alias)) from error
        raise
    passed.add(name)


_NO_TABLE: Final = (
    "Database {alias!r} lacks the table django_reckon_gate, at which writers of "
    "computed fields wait. Run: manage.py migrate django_reckon --database {alias}"
)


def _lock(
    alias: str, model: type[Model], name: str, keys: frozenset[Any] | None
) -> None:
    """Lock the rows that a foreign key will point at, in the order of their keys."""
    field = concrete_field(model, name)
    related: Any = field.related_model
    if not keys or related is None or not registry.on(table_owner(related)):
        return
    target = target_of(field)
    rows: QuerySet[Any] = QuerySet(table_owner(related), using=alias)
    for some in batched(related, alias, ordered(keys)):
        held = rows.filter(**{f"{target.name}__in": some}).order_by("pk")
        list(held.select_for_update().values_list("pk", flat=True))
