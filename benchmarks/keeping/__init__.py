"""What the parts of `benchmarks/engines.py` share."""

from __future__ import annotations
