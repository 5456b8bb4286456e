"""Shelves and books."""

from __future__ import annotations
