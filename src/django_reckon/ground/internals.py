"""
What we read of Django's insides, each thing in one place and typed.

The stubs leave these names out, for Django promises nothing about them; the tests
run on every supported version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Field, ForeignKey, Lookup, Manager, QuerySet
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import Join


def compiled(compiler: SQLCompiler, part: Any) -> tuple[str, Sequence[Any]]:
    """
    Return the SQL and parameters of a part of a query.

    Any: joins and conditions compile like expressions without being any.

    Raises:
        EmptyResultSet: The part admits no row.
        FullResultSet: The part admits every row.
    """
    sql, params = compiler.compile(part)
    return sql, params


def join_field(join: Join) -> Field[Any, Any] | ForeignObjectRel:
    """Return the field a join follows, or the relation when it follows it backwards."""
    field: Any = join.join_field
    followed: Field[Any, Any] | ForeignObjectRel = field
    return followed


def has_constraint(field: ForeignKey[Any, Any]) -> bool:
    """Tell whether the database itself refuses a key that leads nowhere."""
    return bool(getattr(field, "db_constraint", False))


def bilateral_transforms(lookup: Lookup[Any]) -> list[Any]:
    """Return the transforms that a lookup applies to both of its sides."""
    transforms: list[Any] = getattr(lookup, "bilateral_transforms", [])
    return transforms


def chosen_alias(queryset: QuerySet[Any]) -> str | None:
    """Return the database that using() chose; None where the router decides."""
    alias: str | None = getattr(queryset, "_db", None)
    return alias


def constructor_args(manager: Manager[Any]) -> tuple[Any, Any]:
    """Return what a manager was called with, positional and named."""
    arguments: tuple[Any, Any] = getattr(manager, "_constructor_args", ((), {}))
    return arguments
