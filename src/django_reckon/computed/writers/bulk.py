"""Django's own bulk_update()."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.models import Case, Func, Model, QuerySet, Value, When
from django.db.models.functions import Cast
from typing_extensions import override

from django_reckon.changes.capture import unseen
from django_reckon.changes.rows import batched
from django_reckon.conf import computed as conf
from django_reckon.ground.vendors import vendor_of
from django_reckon.protocols import AnyField


class BulkWriter:
    """One UPDATE with a CASE for every few rows; slow, but it knows every field."""

    def write(
        self,
        model: type[Model],
        alias: str,
        fields: Sequence[AnyField],
        rows: Mapping[Any, Sequence[Any]],
    ) -> None:
        """Write the values, as ComputedWriter says."""
        queryset: QuerySet[Any] = QuerySet(model, using=alias)
        size = max(conf.current().batchsize_bulk // len(fields), 1)
        keys = list(rows)
        # Only where it must: SQLite's cast cuts a time to its milliseconds.
        cast = connections[alias].features.requires_casted_case_in_updates
        with unseen():
            for start in range(0, len(keys), size):
                for some in batched(model, alias, keys[start : start + size]):
                    values = {
                        field.attname: _chosen(field, at, some, rows, cast=cast)
                        for at, field in enumerate(fields)
                    }
                    queryset.filter(pk__in=some).update(**values)


def _chosen(
    field: AnyField,
    at: int,
    keys: Sequence[Any],
    rows: Mapping[Any, Sequence[Any]],
    *,
    cast: bool,
) -> Case | Cast:
    """Return the expression that gives each row its value."""
    cases = [
        When(pk=key, then=Value(rows[key][at], output_field=field)) for key in keys
    ]
    chosen = Case(*cases, output_field=field)
    return _Cast(chosen, output_field=field) if cast else chosen


class _Cast(Cast):
    """A cast that leaves it to the column to refuse what is too long."""

    @override
    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> Any:
        """Return the SQL; Any, for the stubs leave a compiler open."""
        kind = self.output_field.cast_db_type(connection) or ""
        context["db_type"] = vendor_of(connection).cast_type(kind)
        return Func.as_sql(self, compiler, connection, *args, **context)
