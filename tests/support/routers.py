"""Database routers, named in the settings by their dotted path."""

from __future__ import annotations

from typing import Any

__all__ = [
    "BooksElsewhere",
    "ContentTypesElsewhere",
    "CountsElsewhere",
    "Nowhere",
    "ReplicaForReading",
]


class BooksElsewhere:
    """Books are read from the other database."""

    def db_for_read(self, model: type[Any], **hints: object) -> str | None:
        return "other" if model._meta.model_name == "book" else None


class CountsElsewhere:
    """Our own tables live in the other database."""

    def db_for_read(self, model: type[Any], **hints: object) -> str | None:
        return "other" if model._meta.app_label == "django_reckon" else None

    def db_for_write(self, model: type[Any], **hints: object) -> str | None:
        return self.db_for_read(model, **hints)


class ContentTypesElsewhere:
    """Content types live in the other database, our own tables here."""

    def db_for_read(self, model: type[Any], **hints: object) -> str | None:
        return "other" if model._meta.app_label == "contenttypes" else None

    def db_for_write(self, model: type[Any], **hints: object) -> str | None:
        return self.db_for_read(model, **hints)


class Nowhere:
    """Our own tables are sent to a database that is not configured."""

    def db_for_read(self, model: type[Any], **hints: object) -> str | None:
        return "nowhere" if model._meta.app_label == "django_reckon" else None

    def db_for_write(self, model: type[Any], **hints: object) -> str | None:
        return self.db_for_read(model, **hints)


class ReplicaForReading:
    """Everything is read from a replica, here one that lags for ever."""

    def db_for_read(self, model: type[Any], **hints: object) -> str:
        return "other"

    def db_for_write(self, model: type[Any], **hints: object) -> str:
        return "default"

    def allow_relation(self, first: object, second: object, **hints: object) -> bool:
        return True
