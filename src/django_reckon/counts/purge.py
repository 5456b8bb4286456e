"""Clearing the FastCount table of what nobody may be answered with."""

from __future__ import annotations

import datetime as dt

from django.db import router
from django.db.models import Model, Q

from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.tables import FastCount
from django_reckon.ground import clock, transactions
from django_reckon.ground.installed import apps


def purge_expired() -> int:
    """
    Delete expired rows and return how many there were.

    A manager's serve_stale_for keeps its rows that much longer.
    """
    alias = router.db_for_write(FastCount)
    now = clock.column_time(clock.now())
    expired = Q(expires_at__lte=now)
    for model, name, stale_for in _patient_managers():
        expired &= ~Q(
            content_type__app_label=model._meta.app_label,
            content_type__model=model._meta.model_name,
            manager_name=name,
            expires_at__gt=now - stale_for,
        )
    with transactions.shielded(alias, writes=True):
        deleted, _ = FastCount._base_manager.using(alias).filter(expired).delete()
    return deleted


def _patient_managers() -> list[tuple[type[Model], str, dt.timedelta]]:
    """Return the managers that serve stale counts, and for how long."""
    return [
        (model, manager.name, policy.serve_stale_for)
        for model in apps.get_models()
        for manager in model._meta.managers
        if isinstance(policy := getattr(manager, "policy", None), CountPolicy)
        and policy.retention.stale_for
    ]
