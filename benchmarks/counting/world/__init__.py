"""The one table that everybody counts."""

from __future__ import annotations
