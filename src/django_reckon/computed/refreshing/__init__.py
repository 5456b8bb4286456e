"""From stale rows to new values."""

from __future__ import annotations
