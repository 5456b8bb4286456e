"""Writes to the world of computed fields, and what must be stored after them."""

from __future__ import annotations
