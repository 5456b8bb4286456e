"""Models with computed fields, and the tables of django-reckon."""

from __future__ import annotations

from django_reckon.computed.entries import ComputedModelEntry, ContributingModelEntry
from django_reckon.computed.manual import (
    acompute,
    apreupdate_dependent,
    aupdate_computedfields,
    aupdate_dependent,
    compute,
    get_computedfields,
    get_contributing_fks,
    has_computedfields,
    is_computedfield,
    preupdate_dependent,
    update_computedfields,
    update_dependent,
)
from django_reckon.computed.outbox.draining import aupdate_pending, update_pending
from django_reckon.computed.precomputing import precomputed
from django_reckon.computed.rules.declare import ComputedField, computed
from django_reckon.computed.saving.model import ComputedFieldsModel
from django_reckon.computed.strategies.choice import (
    background_updates,
    deferred_updates,
    immediate_updates,
)
from django_reckon.computed.strategies.flushing import aflush, flush, refresh_stale
from django_reckon.computed.strategies.suspension import not_computed
from django_reckon.computed.tables import Gate, PendingUpdate
from django_reckon.counts.tables import FastCount, PrecacheRun

__all__ = [
    "ComputedField",
    "ComputedFieldsModel",
    "ComputedModelEntry",
    "ContributingModelEntry",
    "FastCount",
    "Gate",
    "PendingUpdate",
    "PrecacheRun",
    "acompute",
    "aflush",
    "apreupdate_dependent",
    "aupdate_computedfields",
    "aupdate_dependent",
    "aupdate_pending",
    "background_updates",
    "compute",
    "computed",
    "deferred_updates",
    "flush",
    "get_computedfields",
    "get_contributing_fks",
    "has_computedfields",
    "immediate_updates",
    "is_computedfield",
    "not_computed",
    "precomputed",
    "preupdate_dependent",
    "refresh_stale",
    "update_computedfields",
    "update_dependent",
    "update_pending",
]
