"""The table whose rows concurrent writers wait at."""

from __future__ import annotations

from django.db import models
from typing_extensions import override


class Gate(models.Model):
    """
    One group of tables that computed fields tie together.

    Only MariaDB and MySQL use it; PostgreSQL has locks that need no row.
    """

    name = models.CharField(
        max_length=32, primary_key=True, help_text="Digest of the group's name."
    )

    class Meta:
        verbose_name = "gate"
        verbose_name_plural = "gates"

    @override
    def __str__(self) -> str:
        return self.name
