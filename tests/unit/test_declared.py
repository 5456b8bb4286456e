"""What a model declares to be counted ahead, and what is said of mistakes in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import QuerySet

from django_reckon.counts.declared import declared
from django_reckon.exceptions import ConfigurationError
from tests.testapp.models import Author, Book, LongBook, Ticket

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Return a function that puts something in place of Ticket's declaration."""

    def put(method: object) -> None:
        monkeypatch.setattr(Ticket, "fast_count_querysets", method)

    return put


def _refusal(found: object) -> str:
    assert isinstance(found, ConfigurationError)
    return str(found)


def test_declared_querysets_are_named_by_position() -> None:
    names = [name for name, _ in declared(Book)]

    assert names == ["fast_count_querysets()[0]", "fast_count_querysets()[1]"]


def test_declared_querysets_come_as_they_are() -> None:
    (_, found), _ = declared(Book)

    assert isinstance(found, QuerySet)
    assert str(found.query) == str(Book.objects.filter(flag=True).query)


def test_nothing_is_evaluated() -> None:
    """There is no database here to ask."""
    found = [queryset for _, queryset in declared(Book)]

    assert all(isinstance(item, QuerySet) for item in found)
    assert all(getattr(item, "_result_cache", 1) is None for item in found)


def test_model_that_declares_nothing_has_nothing_to_count() -> None:
    assert declared(Author) == []


def test_proxy_may_count_the_rows_of_its_model() -> None:
    assert all(isinstance(found, QuerySet) for _, found in declared(LongBook))


@pytest.mark.parametrize(
    "method",
    [
        pytest.param(
            classmethod(lambda cls: [cls.objects.all()]), id="classmethod_with_list"
        ),
        pytest.param(
            classmethod(lambda cls: (cls.objects.all(),)), id="classmethod_with_tuple"
        ),
        pytest.param(staticmethod(lambda: [Ticket.objects.all()]), id="staticmethod"),
        pytest.param(
            classmethod(lambda cls: [cls.objects.values("open")]), id="values"
        ),
        pytest.param(classmethod(lambda cls: [cls.objects.all()[:5]]), id="slice"),
        pytest.param(classmethod(lambda cls: [cls.objects.none()]), id="none"),
        pytest.param(
            classmethod(lambda cls: [cls._base_manager.all()]), id="plain_queryset"
        ),
    ],
)
def test_declaration_may_be(declare: Callable[[object], None], method: object) -> None:
    declare(method)

    ((_, found),) = declared(Ticket)

    assert isinstance(found, QuerySet)


def test_empty_declaration_is_no_mistake(declare: Callable[[object], None]) -> None:
    declare(classmethod(lambda cls: []))

    assert declared(Ticket) == []


def _raises(cls: type[Ticket]) -> Any:
    raise LookupError(f"no such {cls.__name__}")


@pytest.mark.parametrize(
    ("method", "words"),
    [
        pytest.param(
            lambda self: [],
            "instance method.*Decorate it with @classmethod",
            id="method",
        ),
        pytest.param(
            classmethod(_raises), "raised LookupError: no such Ticket", id="raises"
        ),
        pytest.param(
            classmethod(lambda cls, extra: []), "raised TypeError", id="argument"
        ),
        pytest.param(property(lambda self: []), "raised TypeError", id="property"),
        pytest.param([], "raised TypeError", id="list_in_its_place"),
        pytest.param(
            classmethod(lambda cls: None), "returned 'NoneType'", id="returns_none"
        ),
        pytest.param(
            classmethod(lambda cls: cls.objects.all()),
            "returned 'FastCountQuerySet'.*Return a list",
            id="returns_queryset",
        ),
        pytest.param(
            classmethod(lambda cls: iter([cls.objects.all()])),
            "returned 'list_iterator'",
            id="returns_iterator",
        ),
        pytest.param(
            classmethod(lambda cls: {"open": cls.objects.all()}),
            "returned 'dict'",
            id="returns_dict",
        ),
    ],
)
def test_declaration_that_cannot_be_read_is_refused(
    declare: Callable[[object], None], method: object, words: str
) -> None:
    declare(method)

    ((name, found),) = declared(Ticket)

    assert name == "fast_count_querysets()"
    assert _refusal(found).startswith("testapp.Ticket.fast_count_querysets() ")
    assert re.search(words, _refusal(found))


@pytest.mark.parametrize(
    ("item", "words"),
    [
        pytest.param(None, "is a 'NoneType'. Return querysets only.", id="none"),
        pytest.param(5, "is a 'int'. Return querysets only.", id="number"),
        pytest.param(Ticket, "is a 'ModelBase'. Return querysets only.", id="model"),
        pytest.param(
            Ticket.objects,
            "is a 'FastCountManager'. Return querysets only.",
            id="manager",
        ),
        pytest.param(
            [Ticket.objects.all()], "is a 'list'. Return querysets only.", id="list"
        ),
        pytest.param(
            Author.objects.all(),
            "counts 'testapp.Author', which is another model. "
            "Return querysets of 'testapp.Ticket' only.",
            id="another_model",
        ),
    ],
)
def test_wrong_item_is_refused_in_its_place(
    declare: Callable[[object], None], item: object, words: str
) -> None:
    good = Ticket.objects.all()
    declare(classmethod(lambda cls: [good, item, good]))

    first, (name, found), last = declared(Ticket)

    assert name == "fast_count_querysets()[1]"
    assert _refusal(found) == f"testapp.Ticket.fast_count_querysets()[1] {words}"
    assert (first[1], last[1]) == (good, good)


def test_error_of_the_declaration_is_kept_as_the_cause(
    declare: Callable[[object], None],
) -> None:
    declare(classmethod(_raises))

    ((_, found),) = declared(Ticket)

    assert isinstance(found, ConfigurationError)
    assert isinstance(found.__cause__, LookupError)
