"""Models that a test makes up, over the table of authors."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, cast

from django.db import models

from django_reckon.checks import check_counts
from django_reckon.managers import FastCountManager

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.core.checks import CheckMessage

__all__ = ["ANCHOR", "checked", "manager", "writer"]

# Where the documentation of a check is found.
ANCHOR: Final = "See reference/checks.html#{anchor} in the documentation"


def writer(**attributes: object) -> Any:
    """
    Return a model whose rows are those of Author; the fixture `isolated` keeps it.

    Any: its managers are the test's own.
    """
    meta = type("Meta", (), {"app_label": "testapp", "db_table": "testapp_author"})
    fields = {"name": models.CharField(max_length=100), "__module__": __name__}
    return type("Writer", (models.Model,), {**fields, "Meta": meta, **attributes})


def manager(**arguments: Any) -> FastCountManager[Any]:
    """Return a manager that keeps every count and starts nothing by itself."""
    defaults: dict[str, Any] = {
        "cache_counts_larger_than": 1,
        "expire_cached_counts_after": dt.timedelta(minutes=5),
        "disable_forked_precaching": True,
    }
    return FastCountManager(**{**defaults, **arguments})


def checked(isolated: Apps) -> list[CheckMessage]:
    """Return what the check says about the models of a test."""
    return check_counts(list(cast("Any", isolated).get_app_configs()))
