"""Reading what computed fields are made from."""

from __future__ import annotations
