"""Writes that other rows' columns follow: with the library, and by hand."""

from __future__ import annotations
