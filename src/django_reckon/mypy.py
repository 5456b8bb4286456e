"""
The mypy plugin: checks what types alone cannot say of computed fields.

    [mypy]
    plugins = mypy_django_plugin.main, django_reckon.mypy
"""

from __future__ import annotations

from mypy.plugin import Plugin

from django_reckon._mypy.plugin import ReckonPlugin

__all__ = ["plugin"]


def plugin(version: str) -> type[Plugin]:
    """Return the plugin; mypy calls this with its own version."""
    return ReckonPlugin
