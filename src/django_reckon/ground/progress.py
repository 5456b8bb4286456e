"""Progress bars, where there is someone to watch."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

from django.utils.module_loading import import_string

from django_reckon.exceptions import ConfigurationError

T = TypeVar("T")


def progress_bar(
    items: Iterable[T], title: str, *, total: int | None = None
) -> Iterable[T]:
    """
    Yield the items while a bar on standard error shows how far they are.

    Where standard error is no terminal there is no bar.

    Args:
        items: What is worked on.
        title: Stands before the bar.
        total: How many there are, where they do not know it themselves.

    Raises:
        ConfigurationError: The package tqdm is missing.
    """
    try:
        tqdm = import_string("tqdm.tqdm")
    except ImportError as error:
        raise ConfigurationError(
            "Progress bars need the package tqdm. "
            "Install django-reckon[progress], or leave --progress out."
        ) from error
    hidden = not sys.stderr.isatty()
    bar: Iterable[T] = tqdm(items, desc=title, total=total, disable=hidden)
    return bar
