"""Which of Django's tests are run: the folders of its ``tests``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["FAST", "FULL", "expand"]

# Everything that writes through the ORM in a way of its own.
FULL: Final = (
    "admin_views",
    "async",
    "backends",
    "basic",
    "bulk_create",
    "composite_pk",
    "custom_pk",
    "delete",
    "delete_regress",
    "expressions",
    "field_defaults",
    "fixtures",
    "fixtures_regress",
    "force_insert_update",
    "foreign_object",
    "generic_relations",
    "generic_relations_regress",
    "get_or_create",
    "m2m_*",
    "many_to_many",
    "many_to_one",
    "migrations",
    "model_inheritance",
    "model_inheritance_regress",
    "multiple_database",
    "one_to_one",
    "order_with_respect_to",
    "prefetch_related",
    "proxy_models",
    "queries",
    "save_delete_hooks",
    "select_for_update",
    "serializers",
    "signals",
    "test_utils",
    "transaction_hooks",
    "transactions",
    "update",
    "update_only_fields",
)

# What a gate has time for: every way to write, without the slow pages.
FAST: Final = (
    "basic",
    "bulk_create",
    "composite_pk",
    "custom_pk",
    "delete",
    "delete_regress",
    "force_insert_update",
    "generic_relations",
    "get_or_create",
    "m2m_*",
    "many_to_many",
    "many_to_one",
    "model_inheritance",
    "multiple_database",
    "one_to_one",
    "proxy_models",
    "signals",
    "transaction_hooks",
    "transactions",
    "update",
    "update_only_fields",
)


def expand(labels: tuple[str, ...], tests: Path) -> list[str]:
    """Return the labels with every ``*`` replaced by the folders it stands for."""
    found: list[str] = []
    for label in labels:
        if "*" in label:
            folders = (path for path in tests.glob(label) if path.is_dir())
            found += sorted(path.name for path in folders)
        else:
            found.append(label)
    return list(dict.fromkeys(found))
