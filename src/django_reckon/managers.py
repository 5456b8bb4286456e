"""Managers and querysets whose count() stays fast on huge tables."""

from __future__ import annotations

from django_reckon.counts.manager import FastCountManager, FastCountQuerySet

__all__ = ["FastCountManager", "FastCountQuerySet"]
