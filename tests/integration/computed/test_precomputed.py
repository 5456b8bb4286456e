"""Custom save() methods that see their computed fields up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.computedapp.corners import Envelope, Letter
from tests.support.database import committing

if TYPE_CHECKING:
    from tests.support.acting import Act

pytestmark = committing


def test_save_finds_the_new_value(act: Act) -> None:
    letter = act(Letter.objects, "create", text="one")

    letter.text = "two"
    act(letter, "save")

    row = Letter.objects.get()
    assert (row.text, row.upper, row.seen) == ("two", "TWO", "TWO")


def test_save_finds_the_new_value_of_named_fields(act: Act) -> None:
    letter = act(Letter.objects, "create", text="one")

    letter.text = "two"
    act(letter, "save", update_fields=["text"])

    row = Letter.objects.get()
    assert (row.text, row.upper, row.seen) == ("two", "TWO", "ONE")
    assert letter.seen == "TWO"


def test_save_that_skips_finds_what_the_instance_holds(act: Act) -> None:
    letter = act(Letter.objects, "create", text="one")

    letter.text = "two"
    letter.upper = "by hand"
    act(letter, "save", skip_computedfields=True)

    row = Letter.objects.get()
    assert (row.upper, row.seen) == ("by hand", "by hand")


def test_save_may_have_the_last_word_on_a_new_row(act: Act) -> None:
    act(Envelope.objects, "create", text="one")

    assert Envelope.objects.get().upper == "ONE!"


def test_save_may_have_the_last_word_on_an_old_row(act: Act) -> None:
    envelope = act(Envelope.objects, "create", text="one")

    envelope.text = "two"
    act(envelope, "save")

    assert Envelope.objects.get().upper == "TWO!"


def test_save_may_have_the_last_word_on_named_fields(act: Act) -> None:
    envelope = act(Envelope.objects, "create", text="one")

    envelope.text = "two"
    act(envelope, "save", update_fields=["text"])

    assert Envelope.objects.get().upper == "TWO!"


def test_decorated_method_keeps_its_name() -> None:
    assert Letter.save.__name__ == Envelope.save.__name__ == "save"
