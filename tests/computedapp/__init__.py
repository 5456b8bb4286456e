"""A world of computed fields over every kind of relation."""

from __future__ import annotations
