"""The tables that hold counts and the runs that made them."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from typing_extensions import override


class FastCount(models.Model):
    """One kept count; the second tier, behind the cache."""

    content_type: models.ForeignKey[ContentType, ContentType] = models.ForeignKey(
        ContentType,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Model that was counted.",
    )
    manager_name: models.CharField[str, str] = models.CharField(
        max_length=190, help_text="Name of the manager on the model."
    )
    queryset_hash: models.CharField[str, str] = models.CharField(
        max_length=32, help_text="Digest of the queryset that was counted."
    )
    count: models.BigIntegerField[int, int] = models.BigIntegerField(
        help_text="Number of rows."
    )
    last_updated: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(
        help_text="When the rows were counted."
    )
    expires_at: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(
        db_index=True, help_text="Until then the count answers callers."
    )
    is_precached: models.BooleanField[bool, bool] = models.BooleanField(
        default=False, help_text="Counted ahead of its callers."
    )

    class Meta:
        verbose_name = "fast count"
        verbose_name_plural = "fast counts"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["queryset_hash", "manager_name", "content_type"],
                name="reckon_fastcount_unique",
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.manager_name} {self.queryset_hash}: {self.count}"


class PrecacheRun(models.Model):
    """The latest precaching of one manager; decides who may start the next."""

    key: models.CharField[str, str] = models.CharField(
        max_length=32, primary_key=True, help_text="Digest of the three names below."
    )
    model: models.CharField[str, str] = models.CharField(
        max_length=255, help_text="Label of the model."
    )
    manager_name: models.CharField[str, str] = models.CharField(
        max_length=190, help_text="Name of the manager on the model."
    )
    database: models.CharField[str, str] = models.CharField(
        max_length=190, help_text="Alias counted in."
    )
    owner: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(
        null=True, blank=True, help_text="Token of the run that holds the lock."
    )
    lease_until: models.DateTimeField[dt.datetime | None, dt.datetime | None] = (
        models.DateTimeField(
            null=True, blank=True, help_text="When the lock falls free by itself."
        )
    )
    started_at: models.DateTimeField[dt.datetime, dt.datetime] = models.DateTimeField(
        help_text="When the latest run began."
    )
    finished_at: models.DateTimeField[dt.datetime | None, dt.datetime | None] = (
        models.DateTimeField(
            null=True, blank=True, help_text="When it ended; empty while it runs."
        )
    )

    class Meta:
        verbose_name = "precache run"
        verbose_name_plural = "precache runs"

    @override
    def __str__(self) -> str:
        return f"{self.model}.{self.manager_name} on {self.database}"
