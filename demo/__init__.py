"""The demo: a year of flights, counted with and without django-reckon."""

from __future__ import annotations
