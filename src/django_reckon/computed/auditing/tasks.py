"""The task that brings a range of rows up to date."""

from __future__ import annotations

from typing import Any

from django_reckon.changes.rows import key_fields
from django_reckon.computed.auditing.ranges import KeyRange
from django_reckon.computed.auditing.rebuild import settled
from django_reckon.computed.rules.registry import registry
from django_reckon.computed.writers import writer_named
from django_reckon.ground.installed import apps
from django_reckon.ground.internals import table_owner
from django_reckon.ground.plain_keys import key_of
from django_reckon.ground.tasks import task


@task  # type: ignore[untyped-decorator]  # which package it is, the version decides
def refresh_range(
    *,
    model: str,
    database: str,
    fields: list[str],
    first: Any,
    last: Any,
    mode: str | None = None,
    querysize: int | None = None,
) -> dict[str, int]:
    """
    Bring some fields up to date in a range of rows, with all that follows from them.

    What follows is in the same transaction as the rows that moved, so the order of
    tasks does not matter.

    Args:
        model: Label.
        database: Alias.
        fields: Names of computed fields of one step.
        first: Lowest primary key, as plain_key() writes it; hence Any.
        last: Highest primary key, likewise.
        mode: Name of the writer; by default as the settings say.
        querysize: Rows in a transaction; by default as fields and settings say.

    Returns:
        How many rows were "read" and "written".

    Raises:
        ResolutionError: A value cannot be computed or stored.
        LookupError: A model or field is gone since the task was enqueued; likewise
            ValueError for a key that is none of the model's any more.
    """
    owner = table_owner(apps.get_model(model))
    gone = [name for name in fields if (owner, name) not in registry.columns]
    if gone:
        raise LookupError(
            f"{model!r} has no computed field {', '.join(gone)} any more. Run "
            "updatedata --enqueue again."
        )
    parts = key_fields(owner)
    within = KeyRange(key_of(parts, first), key_of(parts, last))
    done = {"read": 0, "written": 0}
    for each in settled(
        owner,
        fields,
        database,
        within,
        writer=writer_named(mode) if mode else None,
        querysize=querysize,
    ):
        done["read"] += each.read
        done["written"] += each.written
    return done
