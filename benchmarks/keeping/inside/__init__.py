"""What happens inside the process of one side."""

from __future__ import annotations
