"""From a backend's name in a setting to the object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.module_loading import import_string

from django_reckon.exceptions import ConfigurationError
from django_reckon.protocols import BackendSpec


def load(
    spec: BackendSpec,
    names: Mapping[str, str],
    *,
    setting: str,
    protocol: type = object,
) -> Any:
    """
    Return a new instance of the backend that spec names.

    Any, because what a dotted path leads to is known at run time only; the caller
    states the Protocol it expects.

    Args:
        spec: Short name, dotted path, or dict with BACKEND and OPTIONS.
        names: Short names and the dotted paths they stand for.
        setting: Where the spec was written, for the error message.
        protocol: What it must be.

    Raises:
        ConfigurationError: Nothing is there, or it refuses the options.
    """
    name, options = named(spec, setting)
    path = names.get(name, name)
    known = ", ".join(sorted(names))
    if "." not in path:
        raise ConfigurationError(
            f"{setting} names {name!r}, which is unknown. "
            f"Use one of {known}, or a dotted path to a class."
        )
    try:
        backend = import_string(path)(**options)
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(
            f"{setting} names {path!r}, which cannot be used with the options "
            f"{sorted(options)} ({type(error).__name__}: {error}). "
            f"Use one of {known}, or correct the dotted path and its OPTIONS."
        ) from error
    if not isinstance(backend, protocol):
        raise ConfigurationError(
            f"{setting} names {path!r}, which is no {protocol.__name__}. "
            "Give it every method of that Protocol, see django_reckon.protocols."
        )
    return backend


def named(spec: object, setting: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the options that a spec gives; Any, as OPTIONS may be."""
    match spec:
        case str():
            return spec, {}
        case {"BACKEND": str(name), **rest} if set(rest) <= {"OPTIONS"}:
            options = rest.get("OPTIONS", {})
            if isinstance(options, dict):
                return name, options
    raise ConfigurationError(
        f"{setting} is {spec!r}. Give a name, a dotted path, or "
        "{'BACKEND': name or path, 'OPTIONS': {...}}."
    )
