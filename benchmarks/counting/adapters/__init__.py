"""How the processes speak to each library, all by the same five names."""

from __future__ import annotations
