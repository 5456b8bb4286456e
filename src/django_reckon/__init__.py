"""Counts that stay fast on huge tables; see django_reckon.managers."""

from __future__ import annotations

__version__ = "0.1.0"
