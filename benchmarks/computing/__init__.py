"""What the parts of `benchmarks/computed.py` share."""

from __future__ import annotations
