"""What one process of the overhead benchmark runs: models nobody watches."""

from __future__ import annotations
