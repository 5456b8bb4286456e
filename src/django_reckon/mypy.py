"""
The mypy plugin: checks what types alone cannot say of computed fields.

    [mypy]
    plugins = mypy_django_plugin.main, django_reckon.mypy
"""

from __future__ import annotations

from mypy.plugin import Plugin

from django_reckon._mypy.caching import version as _version
from django_reckon._mypy.plugin import ReckonPlugin

__all__ = ["plugin"]


def plugin(version: str) -> type[Plugin]:
    """Return the plugin; mypy calls this with its own version."""
    return ReckonPlugin


def __getattr__(name: str) -> str:
    """Return `__version__`, which mypy asks for anew before each run of a daemon."""
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
