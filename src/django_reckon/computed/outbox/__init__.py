"""What is stale, kept in a table until somebody has brought it up to date."""

from __future__ import annotations
