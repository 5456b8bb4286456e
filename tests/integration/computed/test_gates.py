"""How writers keep out of each other's way, as far as their statements tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections, transaction

from django_reckon.computed.rules.registry import registry
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.vendors import mysql
from django_reckon.models import immediate_updates
from tests.capabilities import has
from tests.computedapp.corners import Circuit, Fuse
from tests.computedapp.models import Copy, Country, Publisher, Shelf, Title
from tests.support.database import committing
from tests.support.drift import drifted
from tests.support.statements import watched

if TYPE_CHECKING:
    from tests.integration.computed.shop import Shop
    from tests.support.acting import Act

pytestmark = committing


def _waits(statements: Any) -> list[str]:
    return [sql for sql in statements.sql if "gate" in sql or "advisory" in sql]


def _locks(statements: Any) -> list[str]:
    return [sql for sql in statements.sql if "FOR " in sql or "LOCK IN" in sql]


@pytest.mark.needs("pointing_locks")
def test_repeatable_read_is_refused(
    shop: Shop, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections["default"], "isolation_level", "repeatable read")

    with pytest.raises(ConfigurationError, match="'read committed'"):
        act(shop.all(Copy), "update", price=3)

    monkeypatch.undo()
    assert drifted() == []


@pytest.mark.needs("pointing_locks")
def test_level_of_the_server_is_asked_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django's None leaves it to the server; this session's is READ COMMITTED."""
    monkeypatch.setattr(connections["default"], "isolation_level", None)

    shop.all(Copy).update(price=3)

    assert drifted() == []


@pytest.mark.needs("pointing_locks")
def test_missing_table_is_told_with_its_remedy(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql, "GATES", "no_such_gate")

    with pytest.raises(ConfigurationError, match="migrate django_reckon"):
        shop.all(Copy).update(price=3)


@pytest.mark.needs("gates")
def test_transaction_waits_once(shop: Shop) -> None:
    with watched() as statements, transaction.atomic():
        shop.one.delete()
        shop.two.delete()
        Title.objects.create(name="new")

    assert len(_waits(statements)) == 1
    assert drifted() == []


@pytest.mark.needs("gates")
def test_refresh_in_the_middle_keeps_others_out(shop: Shop) -> None:
    with watched() as statements, transaction.atomic():
        shop.one.delete()
        assert Shelf.objects.get(pk=shop.left.pk).total == 5

    [wait] = _waits(statements)
    assert "SHARE" not in wait.upper()


@pytest.mark.needs("gates")
def test_immediate_transaction_keeps_others_out_from_its_first_write(
    shop: Shop,
) -> None:
    with immediate_updates(), watched() as statements, transaction.atomic():
        shop.one.delete()

    [wait] = _waits(statements)
    writes = [at for at, sql in enumerate(statements.sql) if sql.startswith("UPDATE")]
    assert statements.sql.index(wait) < writes[0]


@pytest.mark.needs("gates")
def test_writes_by_themselves_go_side_by_side(shop: Shop) -> None:
    with watched() as statements:
        shop.one.delete()

    [wait] = _waits(statements)
    assert "SHARE" in wait.upper()


@pytest.mark.needs("gates")
def test_write_that_moves_one_row_alone_has_nobody_to_wait_for() -> None:
    circuit = Circuit.objects.create(name="c")

    with watched() as statements:
        Fuse.objects.create(text="fine", circuit=circuit)

    # Where a foreign key locks the row, it has to be locked before.
    assert len(_waits(statements)) == int(has(connection, "pointing_locks"))
    assert drifted() == []


def test_locking_can_be_switched_off(shop: Shop, settings: Any, act: Act) -> None:
    settings.COMPUTEDFIELDS_LOCKING = "off"

    with watched() as statements:
        act(shop.all(Copy), "update", price=3)
        act(shop.one, "delete")

    assert _waits(statements) == _locks(statements) == []
    assert drifted() == []


def test_tables_that_fields_tie_together_share_a_gate() -> None:
    together = {registry.group_of(each) for each in (Copy, Country, Publisher, Shelf)}

    assert len(together) == 1
    assert registry.group_of(Shelf) in {f"computedapp.{n}" for n in ("Chair", "Copy")}
