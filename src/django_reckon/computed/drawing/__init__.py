"""The dependency graph as text for others to draw, and as a drawing of our own."""

from __future__ import annotations
