"""Signals that computed fields send while they are refreshed."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

__all__ = ["resolver_exit", "resolver_start", "resolver_update"]

# A refresh begins. Sender: the Registry. No arguments.
resolver_start: Final = Signal()

# Values of one model were written, while others may still follow. Sender: the Registry.
# model: the model; fields: names of the fields that were written; pks: primary keys of
# the rows.
resolver_update: Final = Signal()

# The refresh that resolver_start announced is over, well or not. Sender: the Registry.
# No arguments.
resolver_exit: Final = Signal()
