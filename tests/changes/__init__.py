"""Writes as the changes floor sees them."""

from __future__ import annotations
