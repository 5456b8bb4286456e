"""The work of the mypy plugin; its face is django_reckon.mypy."""

from __future__ import annotations
