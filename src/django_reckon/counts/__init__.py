"""West wing: QuerySet.count() that stays fast on huge tables."""

from __future__ import annotations
