"""A bar goes to standard error, and only where somebody watches."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable


class Screen(io.StringIO):
    """A standard error that may be a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    @override
    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Screen]:
    """Return a function that puts a screen in place of standard error."""

    def put(is_terminal: bool) -> Screen:
        shown = Screen(is_terminal=is_terminal)
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return put


@pytest.mark.parametrize("is_terminal", [True, False], ids=["terminal", "pipe"])
def test_items_come_through(
    screen: Callable[[bool], Screen], *, is_terminal: bool
) -> None:
    screen(is_terminal)

    assert list(progress_bar([1, 2, 3], "Counting")) == [1, 2, 3]


def test_terminal_sees_the_title(screen: Callable[[bool], Screen]) -> None:
    shown = screen(True)

    list(progress_bar([1, 2, 3], "Counting"))

    assert "Counting" in shown.getvalue()
    assert "3/3" in shown.getvalue()


def test_pipe_sees_nothing(screen: Callable[[bool], Screen]) -> None:
    shown = screen(False)

    list(progress_bar([1, 2, 3], "Counting"))

    assert shown.getvalue() == ""


def test_missing_package_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)

    with pytest.raises(ConfigurationError, match=r"django-reckon\[progress\]"):
        progress_bar([1], "Counting")
