"""What is declared: from what users write to edges and steps."""

from __future__ import annotations
