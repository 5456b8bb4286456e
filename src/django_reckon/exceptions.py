"""
Every exception the library raises.

::

    ReckonError
    |-- ConfigurationError (also ImproperlyConfigured)   a setting or an installation
    `-- BackendError                                     the count store failed
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from typing_extensions import override

__all__ = ["BackendError", "ConfigurationError", "ReckonError"]


class ReckonError(Exception):
    """Base of every exception that django-reckon raises."""


class ConfigurationError(ReckonError, ImproperlyConfigured):
    """A setting, a manager argument or the installation is wrong."""


class BackendError(ReckonError):
    """
    A store of counts or a dispatcher failed; the cause is chained.

    Attributes:
        backend: Name of what failed, as in log lines ("cache 'default'").
    """

    def __init__(self, backend: str, action: str, cause: BaseException | None) -> None:
        """Say which backend failed at what, and why."""
        super().__init__(backend, action, cause)
        self.backend = backend

    @override
    def __str__(self) -> str:
        backend, action, cause = self.args
        reason = f"{type(cause).__name__}: {cause}" if cause else "no reason given"
        return f"{backend} could not {action} ({reason})."
