"""Pending updates done by whoever left them."""

from __future__ import annotations

from django_reckon.computed.outbox.draining import drain


class InlineDispatcher:
    """Do them here and now, after the COMMIT; for tests."""

    def dispatch(self, alias: str) -> None:
        """Return when they are done."""
        drain(alias)
