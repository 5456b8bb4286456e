"""Ground floor: what knows Django but neither wing."""

from __future__ import annotations
