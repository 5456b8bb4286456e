"""First floor: how writes are seen, and who wants to know of them."""

from __future__ import annotations
