"""What a save does for the row's own fields."""

from __future__ import annotations
