"""The tables of django-reckon."""

from __future__ import annotations

from django_reckon.counts.tables import FastCount, PrecacheRun

__all__ = ["FastCount", "PrecacheRun"]
