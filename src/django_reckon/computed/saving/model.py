"""The base class of models with computed fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError
from django.db.models import Model
from django.db.models.signals import post_delete, pre_delete, pre_save
from typing_extensions import override

from django_reckon.changes.rows import is_expression
from django_reckon.computed.refreshing import functions
from django_reckon.computed.refreshing.fields import (
    all_of,
    sources,
    touched,
    widened,
    written,
)
from django_reckon.computed.refreshing.plan import NOTHING, SeenTo
from django_reckon.computed.refreshing.refusals import refused_of
from django_reckon.computed.refreshing.saves import (
    Saving,
    own_statement,
    saving,
    saving_now,
)
from django_reckon.computed.rules.registry import ComputedColumn, registry
from django_reckon.computed.saving.forgetting import (
    forget,
    forgotten,
    mirror,
    recall,
)
from django_reckon.computed.strategies.suspension import suspension
from django_reckon.ground.aio import in_thread
from django_reckon.ground.internals import concrete_field, table_owner


class ComputedFieldsModel(Model):
    """Base of every model with computed fields; it adds no columns."""

    # Names resolving.BASE_MARK.
    _saves_computed_fields = True

    class Meta:
        abstract = True

    # The signatures differ between versions of Django, hence Any.
    @override
    def save(
        self, *args: Any, skip_computedfields: bool = False, **kwargs: Any
    ) -> None:
        """
        Save the row with computed fields that belong to its new values.

        Args:
            args: As Django's save().
            skip_computedfields: Leave the row's own computed fields as they are on the
                instance; fields of other rows are refreshed all the same.
            kwargs: As Django's save(); update_fields is widened by the computed fields
                that depend on those it names.

        Raises:
            ResolverException: A computed field of the model is declared wrongly.
            ResolutionError: A value cannot be computed or stored; nothing was saved.
        """
        registry.require(type(self))
        if skip_computedfields or suspension() is not None:
            own = all_of(type(self)) if skip_computedfields else NOTHING
            old = recall(self)
            with saving(self, own, skips=skip_computedfields, old=old):
                super().save(*args, **kwargs)
            return
        args, kwargs, named = _update_fields(args, kwargs)
        old = recall(self)
        local = [c for c in touched(type(self), named) if registry.is_local(c)]
        again = _computed_again(type(self), local)
        seen_to = self._compute_local(local, named)
        if named is not None:
            kwargs["update_fields"] = widened(named, local)
        with saving(self, seen_to, skips=False, again=again, old=old) as now:
            super().save(*args, **kwargs)
        mirror(self, now.values, now.stale)

    @override
    async def asave(self, *args: Any, **kwargs: Any) -> None:
        """Save as save() does, in the thread of the connections."""
        await in_thread(self.save)(*args, **kwargs)

    def _compute_local(
        self, local: list[ComputedColumn], named: Collection[str] | None
    ) -> SeenTo:
        """Compute fields from the row alone; return those that cannot go wrong then."""
        if any(is_expression(value) for value in vars(self).values()):
            # Only the database knows what the functions would read.
            return NOTHING
        covered = written(self, named)
        if any(field.is_relation for column in local for field in column.own_sources):
            # As Django will: a row may have got its key since it was assigned.
            prepare: Any = getattr(self, "_prepare_related_fields_for_save")  # noqa: B009
            prepare(operation_name="save")
        functions.apply([c for c in local if not registry.awaits_save(c)], self)
        sure = {
            column.name
            for column in local
            if (covered is None or sources(column) <= covered)
            # Else it is deferred, and awaits the save in vain.
            and column.field.attname in vars(self)
        }
        return SeenTo(type(self), frozenset(sure))

    @override
    def save_base(self, *args: Any, **kwargs: Any) -> None:
        """Save as Django does; handlers of signals find nothing that is stale."""
        now = saving_now()
        if now is not None and now.instance is self:
            forget(self, now.old)
        super().save_base(*args, **kwargs)

    @override
    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        """Read as Django does; what waits to be read, where the row was saved."""
        if using or not fields or not set(forgotten(self)).issuperset(fields):
            super().refresh_from_db(using, fields, *args, **kwargs)
            return
        try:
            super().refresh_from_db(self._state.db, fields, *args, **kwargs)
        except ObjectDoesNotExist:
            # The insert was rolled back, say. As any instance, it keeps what it had.
            recall(self)

    @override
    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete the row; handlers of signals find what it held."""
        names = forgotten(self)
        if names and any(
            signal.has_listeners(type(self)) for signal in (pre_delete, post_delete)
        ):
            with suppress(ObjectDoesNotExist):
                self.refresh_from_db(fields=names)
        try:
            return super().delete(*args, **kwargs)
        finally:
            recall(self)

    # Not in the stubs, so that nothing can be marked as overridden.
    def _save_table(self, *args: Any, **kwargs: Any) -> Any:
        """Write to one of the row's tables as Django does; Any, as for save()."""
        parent: Any = super()
        old = recall(self)
        try:
            return parent._save_table(*args, **kwargs)
        finally:
            forget(self, old)
            now = saving_now()
            table = kwargs.get("cls") or (args[1] if len(args) > 1 else type(self))
            if now is not None and now.instance is self and _is_own(type(self), table):
                # Handlers of post_save are next.
                mirror(self, *now.take())

    def _do_insert(self, *args: Any, **kwargs: Any) -> Any:
        """Insert as Django does, and say so; Any, as for save()."""
        parent: Any = super()
        with own_statement(self):
            return parent._do_insert(*args, **kwargs)

    @override
    def _do_update(
        self, base_qs: Any, using: Any, pk_val: Any, values: Any, *args: Any, **kw: Any
    ) -> Any:
        """Keep what an instance remembers of other rows from overwriting what is."""
        now = saving_now()
        if now is not None and now.instance is not self:
            now = None
        if now is not None and now.skips:
            # Not what is there for Django to look at; the row holds something newer.
            kept = frozenset(concrete_field(type(self), name) for name in now.old)
        else:
            kept = registry.relational(type(self))
        values = [each for each in values if each[0] not in kept]
        if now is not None and now.again:
            values = self._computed_again(now, base_qs.model, values)
        parent: Any = super()
        try:
            with own_statement(self):
                return parent._do_update(base_qs, using, pk_val, values, *args, **kw)
        except DatabaseError as error:
            fields = {each[0] for each in values}
            columns = [c for c in registry.of(type(self)) if c.field in fields]
            better = refused_of(columns, [self], error)
            if better is None:
                raise
            raise better from error

    def _computed_again(self, now: Saving, table: type[Model], values: Any) -> Any:
        """Return what an update writes with computed fields as they are by now."""
        held = [*vars(self).values(), *(value for _, _, value in values)]
        if any(map(is_expression, held)):
            now.seen_to = NOTHING
            return values
        written = {field for field, _, _ in values}
        columns = [c for c in registry.on(table_owner(table)) if c.name in now.again]
        columns = [c for c in columns if c.field in written]
        functions.apply(columns, self)
        fields = {c.field for c in columns}
        return [
            (f, m, getattr(self, f.attname) if f in fields else value)
            for f, m, value in values
        ]


def _is_own(model: type[Model], table: type[Model]) -> bool:
    """Tell whether that is a model's own table, the last one of a row to be written."""
    return table_owner(table) is table_owner(model)


def _computed_again(
    model: type[Model], local: Iterable[ComputedColumn]
) -> frozenset[str]:
    """Return the fields whose sources a save may set after save() has begun."""
    if pre_save.has_listeners(model):
        return frozenset(column.name for column in local)
    return frozenset(column.name for column in local if registry.awaits_save(column))


def _update_fields(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], list[str] | None]:
    """Return the arguments without a positional update_fields, and what it names."""
    if len(args) > 3:
        kwargs = {**kwargs, "update_fields": args[3]}
        args = args[:3]
    named = kwargs.get("update_fields")
    return args, dict(kwargs), None if named is None else list(named)
