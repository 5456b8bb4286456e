"""Refreshes right after each write."""

from __future__ import annotations

from functools import partial

from django_reckon.changes.group import group_on
from django_reckon.computed.refreshing.engine import refresh
from django_reckon.computed.refreshing.work import Work, work_of
from django_reckon.protocols import StaleRows


class ImmediateStrategy:
    """Refresh after each write; a delete or bulk operation counts as one."""

    def waits(self, alias: str) -> bool:
        """Never wait."""
        return False

    def submit(self, alias: str, stale: StaleRows) -> None:
        """
        Refresh now, or when the operation ends that the write is a part of.

        Raises:
            ResolutionError: A value cannot be computed or stored.
        """
        work = work_of(stale)
        group = group_on(alias)
        if group is None:
            refresh(alias, work)
        else:
            group.part("computed", Work, partial(refresh, alias)).merge(work)
