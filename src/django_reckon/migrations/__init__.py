"""Migrations of our own tables."""

from __future__ import annotations
