"""Parents and children, four levels of an order, and items by themselves."""

from __future__ import annotations
