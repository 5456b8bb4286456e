"""System checks: mistakes that `manage.py check` finds before they do harm."""

from __future__ import annotations

from django_reckon.checks.computed import check_computed
from django_reckon.checks.counts import check_counts
from django_reckon.checks.writes import check_writes

__all__ = ["check_computed", "check_counts", "check_writes"]
