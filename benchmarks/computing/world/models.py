"""Shelves and books, with the computed fields of the side whose process this is."""

from __future__ import annotations

import importlib
from typing import Any

from django.conf import settings
from django.db import models

# The names are the same on both sides, which no type checker can know.
_face: Any = importlib.import_module(settings.BENCH_FACE)


class Shelf(_face.ComputedFieldsModel):
    """Knows its books."""

    label = models.CharField(max_length=20)

    @_face.computed(models.IntegerField(default=0), depends=[("books", ["name"])])
    def size(self) -> int:
        """How many books there are."""
        return self.books.count() if self.pk else 0

    @_face.computed(models.TextField(default=""), depends=[("books", ["name"])])
    def names(self) -> str:
        """What they are called."""
        if not self.pk:
            return ""
        return ", ".join(sorted(book.name for book in self.books.all()))


class Book(models.Model):
    """Stands on a shelf."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="books")
    name = models.CharField(max_length=20)
