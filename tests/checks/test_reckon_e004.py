"""reckon.E004: fast_count_querysets() does not give querysets of its model."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.core.checks import ERROR
from django.db import OperationalError

from tests.checks.writers import ANCHOR, checked, manager, writer
from tests.support.database import committing
from tests.support.twins import plain_count
from tests.testapp.models import Author, Book

if TYPE_CHECKING:
    from django.apps.registry import Apps

    from tests.support.twins import Twin


def _raises(cls: type[Any]) -> Any:
    raise LookupError(cls.__name__)


def _asks_the_database(cls: type[Any]) -> Any:
    raise OperationalError(f"no table of {cls.__name__} yet")


MISTAKES: Final[dict[str, tuple[object, str]]] = {
    "instance_method": (lambda self: [], "Decorate it with @classmethod."),
    "exception": (classmethod(_raises), "raised LookupError"),
    "none": (classmethod(lambda cls: None), "returned 'NoneType'"),
    "queryset": (
        classmethod(lambda cls: cls._base_manager.all()),
        "Return a list of querysets.",
    ),
    "item": (classmethod(lambda cls: [5]), "[0] is a 'int'. Return querysets only."),
    "manager": (
        classmethod(lambda cls: [cls._base_manager]),
        "[0] is a 'Manager'. Return querysets only.",
    ),
    "another_model": (
        classmethod(lambda cls: [Author.objects.all()]),
        "[0] counts 'testapp.Author', which is another model.",
    ),
}
each_mistake = pytest.mark.parametrize(
    ("method", "words"), MISTAKES.values(), ids=MISTAKES
)


@each_mistake
def test_wrong_declaration_is_an_error(
    isolated: Apps, method: object, words: str
) -> None:
    model = writer(objects=manager(), fast_count_querysets=method)

    (message,) = checked(isolated)

    assert (message.id, message.level, message.obj) == ("reckon.E004", ERROR, model)
    assert message.msg.startswith("testapp.Writer.fast_count_querysets()")
    assert words in message.msg


def test_each_wrong_item_has_a_message(isolated: Apps) -> None:
    writer(
        objects=manager(),
        fast_count_querysets=classmethod(
            lambda cls: [None, cls._base_manager.all(), 5]
        ),
    )

    first, second = checked(isolated)

    assert "fast_count_querysets()[0]" in first.msg
    assert "fast_count_querysets()[2]" in second.msg


def test_declaration_is_judged_once_for_all_managers(isolated: Apps) -> None:
    writer(
        objects=manager(),
        rarely=manager(),
        fast_count_querysets=classmethod(lambda cls: None),
    )

    assert len(checked(isolated)) == 1


def test_missing_table_is_no_mistake_of_the_declaration(isolated: Apps) -> None:
    """The command `migrate` runs the checks before it has made the tables."""
    writer(objects=manager(), fast_count_querysets=classmethod(_asks_the_database))

    assert checked(isolated) == []


def test_hint_leads_to_the_documentation(isolated: Apps) -> None:
    writer(objects=manager(), fast_count_querysets=classmethod(lambda cls: None))

    (message,) = checked(isolated)

    assert message.hint is not None
    assert message.hint.startswith("Let fast_count_querysets() be a classmethod")
    assert ANCHOR.format(anchor="reckon-e004") in message.hint


@pytest.fixture
def book(db: None) -> Book:
    return Book.objects.create(title="Alpha", author=Author.objects.create(name="Ann"))


@committing
@each_mistake
def test_count_beside_a_wrong_declaration_is_kept_and_right(
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    twin: Twin,
    method: object,
    words: str,
) -> None:
    monkeypatch.setattr(Book, "fast_count_querysets", method)

    infos = [twin.info(Book.objects.all()) for _ in range(2)]

    assert [(info.value, info.source) for info in infos] == [(1, "exact"), (1, "cache")]
    assert caplog.records == []


@committing
@pytest.mark.parametrize("mistake", ["item", "manager", "instance_method", "exception"])
def test_precaching_reports_a_wrong_declaration_and_does_the_rest(
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    twin: Twin,
    mistake: str,
) -> None:
    method, words = MISTAKES[mistake]
    monkeypatch.setattr(Book, "fast_count_querysets", method)

    with caplog.at_level(logging.WARNING, logger="django_reckon"):
        report = twin.precache(Book.objects)

    everything, wrong = report.results
    assert (everything.count, everything.error) == (
        plain_count(Book.objects.all()),
        None,
    )
    assert words in str(wrong.error)
    (record,) = caplog.records
    assert wrong.queryset in record.getMessage()
