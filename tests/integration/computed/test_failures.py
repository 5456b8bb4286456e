"""A value that cannot be computed or stored: the write it belongs to is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from django_reckon import models as face
from django_reckon.exceptions import ReckonError, ResolutionError
from django_reckon.ground.vendors import vendor_of
from tests.computedapp.corners import Circuit, Fuse
from tests.integration.computed.blocks import failing
from tests.support.database import committing
from tests.support.statements import is_update

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.acting import Act

pytestmark = committing


def _saved(act: Act, fuse: Fuse, text: str) -> None:
    fuse.text = text
    act(fuse, "save")


def _named(act: Act, fuse: Fuse, text: str) -> None:
    fuse.text = text
    act(fuse, "save", update_fields=["text"])


def _updated(act: Act, fuse: Fuse, text: str) -> None:
    act(Fuse.objects.filter(pk=fuse.pk), "update", text=text)


def _bulk_updated(act: Act, fuse: Fuse, text: str) -> None:
    fuse.text = text
    act(Fuse.objects, "bulk_update", [fuse], ["text"])


each_write = pytest.mark.parametrize(
    "write", [_saved, _named, _updated, _bulk_updated], ids=lambda w: w.__name__[1:]
)
Write = "Callable[[Act, Fuse, str], None]"


@pytest.fixture
def fuse() -> Fuse:
    """Return a fuse in a circuit."""
    circuit = Circuit.objects.create(name="c")
    return Fuse.objects.create(text="fine", circuit=circuit)


@each_write
def test_function_that_raises_names_field_and_row_and_keeps_its_cause(
    write: Callable[[Act, Fuse, str], None], fuse: Fuse, act: Act
) -> None:
    with pytest.raises(ResolutionError) as caught:
        write(act, fuse, "boom")

    error = caught.value
    assert (error.field, error.pk) == ("computedapp.Fuse.length", fuse.pk)
    assert isinstance(error.__cause__, ZeroDivisionError)
    assert "computedapp.Fuse.length" in str(error)
    assert f"pk {fuse.pk}" in str(error)
    assert "no length" in str(error)


@each_write
@pytest.mark.parametrize("text", ["boom", "words", "none"])
def test_write_whose_own_value_fails_is_undone(
    text: str, write: Callable[[Act, Fuse, str], None], fuse: Fuse, act: Act
) -> None:
    with pytest.raises(ResolutionError):
        write(act, fuse, text)

    row = Fuse.objects.get()
    assert (row.text, row.length) == ("fine", 4)


@each_write
def test_write_that_makes_another_rows_value_fail_is_undone(
    write: Callable[[Act, Fuse, str], None], fuse: Fuse, act: Act
) -> None:
    with pytest.raises(ResolutionError) as caught:
        write(act, fuse, "trip")

    assert (caught.value.field, caught.value.pk) == (
        "computedapp.Circuit.strength",
        fuse.circuit_id,
    )
    assert Fuse.objects.get().text == "fine"
    assert Circuit.objects.get().strength == 4


@pytest.mark.parametrize("text", ["boom", "words", "none", "trip"])
def test_new_row_whose_value_fails_is_not_inserted(
    text: str, fuse: Fuse, act: Act
) -> None:
    with pytest.raises(ResolutionError):
        act(Fuse.objects, "create", text=text, circuit=fuse.circuit)

    assert Fuse.objects.count() == 1


@pytest.mark.parametrize("text", ["boom", "words", "none", "trip"])
def test_none_of_many_new_rows_is_inserted_when_one_fails(
    text: str, fuse: Fuse, act: Act
) -> None:
    fuses = [Fuse(text=each, circuit=fuse.circuit) for each in ("a", text, "b")]

    with pytest.raises(ResolutionError):
        act(Fuse.objects, "bulk_create", fuses)

    assert Fuse.objects.count() == 1
    assert Circuit.objects.get().strength == 4


def test_delete_that_makes_a_value_fail_is_undone(act: Act) -> None:
    circuit = Circuit.objects.create(name="c")
    fine = Fuse.objects.create(text="fine", circuit=circuit)
    with face.not_computed():
        Fuse.objects.create(text="trip", circuit=circuit)

    with pytest.raises(ResolutionError):
        act(fine, "delete")

    assert Fuse.objects.filter(text="fine").exists()


@pytest.mark.parametrize(
    ("text", "words"), [("words", "'many'"), ("none", "None")], ids=["type", "NULL"]
)
@each_write
def test_value_that_is_refused_is_named(
    text: str,
    words: str,
    write: Callable[[Act, Fuse, str], None],
    fuse: Fuse,
    act: Act,
) -> None:
    with pytest.raises(ResolutionError) as caught:
        write(act, fuse, text)

    assert caught.value.field == "computedapp.Fuse.length"
    assert caught.value.pk == fuse.pk
    assert words in str(caught.value)
    assert caught.value.__cause__ is not None


@pytest.mark.needs("integer_ranges")
@each_write
def test_value_that_only_the_database_refuses_is_named(
    write: Callable[[Act, Fuse, str], None], fuse: Fuse, act: Act
) -> None:
    with pytest.raises(ResolutionError) as caught:
        write(act, fuse, "huge")

    assert caught.value.field == "computedapp.Fuse.length"
    assert caught.value.pk == fuse.pk
    assert str(2**40) in str(caught.value)
    assert isinstance(caught.value.__cause__, DatabaseError)


@pytest.mark.needs("integer_ranges")
@pytest.mark.parametrize("method", ["create", "bulk_create"])
def test_new_row_with_a_value_that_the_database_refuses_is_named(
    method: str, act: Act
) -> None:
    rows: dict[str, Any] = {"text": "huge"}
    if method == "bulk_create":
        rows = {"objs": [Fuse(text="fine"), Fuse(text="huge")]}

    with pytest.raises(ResolutionError) as caught:
        act(Fuse.objects, method, **rows)

    assert caught.value.field == "computedapp.Fuse.length"
    assert caught.value.pk is None
    assert Fuse.objects.count() == 0


def test_failed_write_loses_the_transaction_around_it(fuse: Fuse, act: Act) -> None:
    """What was written before the failure may not be committed without it."""
    with failing(ReckonError):
        act(Circuit.objects, "create", name="second")
        act(Fuse.objects, "create", text="trip", circuit=fuse.circuit)

    assert Circuit.objects.count() == 1


def test_transaction_cannot_go_on_past_a_failed_write(fuse: Fuse, act: Act) -> None:
    with transaction.atomic(), face.immediate_updates():
        with pytest.raises(ResolutionError):
            act(Fuse.objects.all(), "update", text="trip")
        with pytest.raises(transaction.TransactionManagementError):
            Circuit.objects.count()
        transaction.set_rollback(True)

    assert Fuse.objects.get().text == "fine"


def test_savepoint_keeps_a_failed_write_from_the_rest(fuse: Fuse, act: Act) -> None:
    with transaction.atomic():
        act(Circuit.objects, "create", name="second")
        with (
            pytest.raises(ResolutionError),
            face.immediate_updates(),
            transaction.atomic(),
        ):
            act(Fuse.objects.all(), "update", text="trip")

    assert Circuit.objects.count() == 2
    assert Fuse.objects.get().text == "fine"


@pytest.mark.parametrize("place", ["function", "column"])
def test_conflict_with_another_transaction_is_told_as_it_is(
    place: str, fuse: Fuse, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tries transactions again has to recognise it."""

    def meet(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        _, _, condition = sql.partition("WHERE")
        asked = sql.startswith("SELECT") and "circuit_id" in condition
        stored = is_update(sql) and Circuit._meta.db_table in sql
        if asked if place == "function" else stored:
            raise OperationalError("could not serialize access")
        return execute(sql, params, many, context)

    monkeypatch.setattr(type(vendor_of(connection)), "is_conflict", lambda *_: True)
    fuse.text = "other"

    with (
        pytest.raises(OperationalError, match="could not serialize"),
        connection.execute_wrapper(meet),
    ):
        act(fuse, "save")

    assert Fuse.objects.get().text == "fine"
