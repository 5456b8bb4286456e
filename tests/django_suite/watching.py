"""Every model watched, from the moment it is made."""

from __future__ import annotations

import operator
import os
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import ForeignKey, Model
from django.db.models.signals import class_prepared

from django_reckon.changes import capture
from django_reckon.changes.event import Change
from django_reckon.changes.watch import Watch, watch_list
from django_reckon.ground.pending import Layers, pending
from tests.django_suite.mode import Mode

__all__ = ["watch_everything"]


class _Work:
    """Work that hangs on the transaction, as listeners leave it: changes to count."""

    def __init__(self) -> None:
        self.changes = Layers(int, operator.add)
        self.savepoint_made = self.changes.savepoint_made
        self.savepoint_released = self.changes.savepoint_released
        self.savepoint_undone = self.changes.savepoint_undone

    def before_commit(self) -> None:
        """Have nothing to add."""

    def committed(self) -> None:
        """Have nothing to follow."""

    def discarded(self) -> None:
        """Have nothing to forget."""


def watch_everything(mode: Mode, log: str) -> None:
    """
    Install the capture and a listener for each model that will be made.

    The historical models of migrations and those that single tests make are watched
    too. The listener leaves work pending, so that the connection is wrapped, and adds
    a byte to the log, which stays whole however many processes write to it.
    """
    assert not apps.app_configs, "Models that exist already would not be watched."
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    reads = mode == "rows"

    def listener(change: Change) -> None:
        os.write(file, b".")
        if connections[change.alias].in_atomic_block:
            pending(change.alias, "suite", _Work)

    def watch(sender: type[Model], **kwargs: Any) -> None:
        if not sender._meta.proxy:
            relations = () if mode == "plain" else _foreign_keys(sender)
            wish = Watch(
                listener=listener,
                fields=_columns(sender) if reads else None,
                relations=relations,
                keys=reads,
                lock=reads,
                moved=reads,
            )
            watch_list.add(sender, wish)

    class_prepared.connect(watch, weak=False, dispatch_uid="reckon-suite")
    capture.install()


def _columns(model: type[Model]) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.local_concrete_fields)


def _foreign_keys(model: type[Model]) -> tuple[str, ...]:
    fields = model._meta.local_concrete_fields
    return tuple(field.name for field in fields if isinstance(field, ForeignKey))
