"""Figures: what the library costs beside others, in queries and seconds."""

from __future__ import annotations
