"""Settings and addresses of the demo."""

from __future__ import annotations
