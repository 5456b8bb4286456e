"""The Django app of the demo: airlines, airports, planes, weather, flights."""

from __future__ import annotations
