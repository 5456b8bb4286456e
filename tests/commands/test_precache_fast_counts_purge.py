"""precache_fast_counts: rows that may answer nobody are deleted."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.apps.registry import Apps
from django.contrib.contenttypes.models import ContentType
from django.db import models

from django_reckon.counts import purge
from django_reckon.managers import FastCountManager
from django_reckon.models import FastCount
from tests.commands.runs import TICKET, configure, kept, run
from tests.support.database import committing
from tests.testapp.models import Author, Ticket

if TYPE_CHECKING:
    from tests.support.clock import FakeClock

pytestmark = committing


@pytest.mark.parametrize(
    ("expires_in", "left"),
    [
        pytest.param(-1000, False, id="long_ago"),
        pytest.param(0, False, id="now"),
        pytest.param(1, True, id="soon"),
        pytest.param(1000, True, id="later"),
    ],
)
def test_expired_rows_go(
    db: None, fake_clock: FakeClock, expires_in: float, *, left: bool
) -> None:
    row = kept(expires_in)

    run(TICKET)

    assert FastCount.objects.filter(pk=row.pk).exists() is left


def test_rows_of_models_that_were_not_asked_for_go_too(db: None) -> None:
    kept(-10, model=Author, manager="gone")

    assert "1 expired rows purged" in run(TICKET).out


def test_number_of_purged_rows_is_told(db: None) -> None:
    for expires_in in (-10, -20, 10):
        kept(expires_in)

    assert run(TICKET).out.endswith("kept, 2 expired rows purged.\n")


def test_manager_that_serves_stale_counts_keeps_them_longer(
    db: None, monkeypatch: pytest.MonkeyPatch, fake_clock: FakeClock
) -> None:
    configure(monkeypatch, serve_stale_for=dt.timedelta(seconds=60))
    rows = [kept(-59), kept(-61), kept(-59, manager="rarely")]

    run(TICKET)

    left = set(FastCount.objects.values_list("pk", flat=True))
    assert left & {row.pk for row in rows} == {rows[0].pk}


def test_patience_of_one_model_is_not_that_of_another(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, serve_stale_for=dt.timedelta(seconds=60))
    row = kept(-10, model=Ticket)

    run(TICKET)

    assert not FastCount.objects.filter(pk=row.pk).exists()


def test_several_patient_managers_keep_their_own(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, serve_stale_for=dt.timedelta(seconds=60))
    configure(monkeypatch, "rarely", serve_stale_for=dt.timedelta(seconds=600))
    rows = [kept(-30), kept(-300, manager="rarely"), kept(-300)]

    run(TICKET)

    left = set(FastCount.objects.values_list("pk", flat=True))
    assert left & {row.pk for row in rows} == {rows[0].pk, rows[1].pk}


def test_patience_is_found_under_an_app_label_with_capitals(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    content_type = ContentType.objects.create(app_label="Shop", model="thing")
    row = kept(-10)
    FastCount.objects.filter(pk=row.pk).update(content_type=content_type)
    monkeypatch.setattr(purge, "apps", _ShopApps())

    purge.purge_expired()

    assert FastCount.objects.filter(pk=row.pk).exists()


class _ShopApps:
    """A registry with one model, in an app whose label has a capital."""

    def get_models(self) -> list[type[models.Model]]:
        meta = type("Meta", (), {"app_label": "Shop", "apps": Apps()})
        patient = FastCountManager[Any](serve_stale_for=dt.timedelta(seconds=60))
        attributes = {"__module__": __name__, "Meta": meta, "objects": patient}
        return [type("Thing", (models.Model,), attributes)]
