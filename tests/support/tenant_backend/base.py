"""Django loads the wrapper from here."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

__all__ = ["DatabaseWrapper"]


class DatabaseWrapper(base.DatabaseWrapper):
    """
    A connection that knows which schema it was switched to.

    Attributes:
        schema_name: The schema; None before the first switch.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema_name: str | None = None

    def set_schema(self, name: str) -> None:
        with self.cursor() as cursor:
            cursor.execute(f"SET search_path = {name}, public")
        self.schema_name = name
