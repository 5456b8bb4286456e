"""Whole tables: what differs, and bringing it up to date."""

from __future__ import annotations
