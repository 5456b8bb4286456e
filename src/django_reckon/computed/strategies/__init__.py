"""When computed fields are refreshed."""

from __future__ import annotations
