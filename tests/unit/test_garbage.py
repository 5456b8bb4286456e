"""The collector pauses while somebody wants it to, and only then."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest

from django_reckon.ground.garbage import paused

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _on() -> Iterator[None]:
    before = gc.isenabled()
    gc.enable()
    yield
    if not before:
        gc.disable()


def test_it_pauses_in_the_block_alone() -> None:
    with paused():
        inside = gc.isenabled()

    assert not inside
    assert gc.isenabled()


def test_it_goes_on_after_an_exception() -> None:
    with pytest.raises(LookupError), paused():
        raise LookupError

    assert gc.isenabled()


def test_it_stays_off_for_who_has_switched_it_off() -> None:
    gc.disable()

    with paused():
        pass

    assert not gc.isenabled()


def test_the_last_of_several_threads_lets_it_go_on() -> None:
    inside, over = threading.Event(), threading.Event()

    def pause() -> None:
        with paused():
            inside.set()
            over.wait(10)

    thread = threading.Thread(target=pause)
    thread.start()
    inside.wait(10)
    with paused():
        pass
    while_the_other_pauses = gc.isenabled()
    over.set()
    thread.join()

    assert not while_the_other_pauses
    assert gc.isenabled()
