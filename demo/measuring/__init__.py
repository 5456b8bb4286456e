"""What the demo measures and how it prints it."""

from __future__ import annotations
