"""Measuring counts; `benchmarks/counts.py` is the door."""

from __future__ import annotations
