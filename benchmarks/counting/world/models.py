"""The model that is counted, with the manager of the side whose process this is."""

from __future__ import annotations

from typing import Final

from django.db import models

from benchmarks.counting.adapters.chosen import adapter

# The table is filled by hand, the same for all sides.
TABLE: Final = "bench_row"


class Row(models.Model):
    """A row among many."""

    flag = models.BooleanField()
    kind = models.CharField(max_length=10)
    number = models.IntegerField()
    section = models.IntegerField()
    made = models.DateField()

    objects = adapter.manager()
    plain = models.Manager()

    class Meta:
        managed = False
        db_table = TABLE
        base_manager_name = "plain"
