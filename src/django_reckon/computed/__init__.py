"""East wing: columns whose values a function of other columns determines."""

from __future__ import annotations
