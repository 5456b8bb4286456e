"""precache_fast_counts: labels, manager and database say what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db.models.sql import Query

from django_reckon.models import FastCount
from tests.commands.runs import BOOK, TICKET, Declares, managers, run
from tests.support.database import committing
from tests.support.statements import watched
from tests.support.twins import SYNC, plain_count
from tests.testapp.models import Author, Book, Member

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = committing


# Some of them, by name.
KNOWN: Final = {
    "testapp.Book.objects",
    "testapp.Book.rarely",
    "testapp.LongBook.rarely",
    "testapp.Member.members",
    "testapp.Order.built",
    "testapp.Ticket.objects",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by the model of each count."""
    counted: list[str] = []
    plain: Callable[[Any, str], int] = Query.get_count

    def get_count(self: Any, using: str) -> int:
        counted.append(self.model._meta.label)
        return plain(self, using)

    monkeypatch.setattr(Query, "get_count", get_count)
    return counted


def test_without_labels_every_manager_of_every_model() -> None:
    counted = set(run("--json").managers)

    assert counted == managers()
    assert counted >= KNOWN


def test_each_manager_comes_once() -> None:
    counted = run("--json").managers

    assert len(counted) == len(set(counted))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param([TICKET], {"testapp.Ticket.objects"}, id="model"),
        pytest.param(["testapp.ticket"], {"testapp.Ticket.objects"}, id="lower"),
        pytest.param(
            [BOOK], {"testapp.Book.objects", "testapp.Book.rarely"}, id="managers"
        ),
        pytest.param(
            [TICKET, "testapp.Note"],
            {"testapp.Ticket.objects", "testapp.Note.objects"},
            id="models",
        ),
        pytest.param(
            [BOOK, "--manager", "rarely"], {"testapp.Book.rarely"}, id="manager"
        ),
        pytest.param(
            ["--manager", "rarely"],
            {"testapp.Book.rarely", "testapp.LongBook.rarely"},
            id="manager_of_any_model",
        ),
    ],
)
def test_labels_narrow(labels: list[str], expected: set[str]) -> None:
    assert set(run("--json", *labels).managers) == expected


def test_app_stands_for_its_models() -> None:
    counted = set(run("--json", "testapp").managers)

    assert counted == {name for name in managers() if name.startswith("testapp.")}


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([TICKET, TICKET], id="same"),
        pytest.param(["testapp", TICKET], id="app_and_model"),
        pytest.param([TICKET, "testapp.ticket"], id="spelling"),
    ],
)
def test_labels_that_overlap_count_once(labels: list[str]) -> None:
    counted = run("--json", *labels).managers

    assert counted.count("testapp.Ticket.objects") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["nowhere"], "No installed app with label", id="app"),
        pytest.param(["testapp.Nothing"], "doesn't have a 'Nothing'", id="model"),
        pytest.param(["testapp.Book.objects"], "Book.objects", id="too_deep"),
        pytest.param([""], "label", id="empty"),
        pytest.param(
            ["testapp.Author"],
            "No FastCountManager matches testapp.Author.",
            id="no_manager",
        ),
        pytest.param(["auth"], "No FastCountManager matches auth.", id="no_models"),
        pytest.param(
            ["--manager", "nobody"],
            "No FastCountManager matches --manager nobody.",
            id="unknown_manager",
        ),
        pytest.param(
            [TICKET, "--manager", "rarely"],
            "No FastCountManager matches testapp.Ticket --manager rarely.",
            id="manager_of_another",
        ),
        pytest.param([TICKET, "nowhere"], "nowhere", id="second_label"),
    ],
)
def test_label_that_leads_nowhere_is_an_error(arguments: list[str], words: str) -> None:
    done = run(*arguments)

    assert done.status == 1
    assert words in done.failure


def test_wrong_label_counts_nothing() -> None:
    """A slip in the second label is noticed before the first is counted."""
    done = run(TICKET, "nowhere")

    assert (done.out, FastCount.objects.count()) == ("", 0)


def test_what_was_counted_is_answered_without_counting(books: None) -> None:
    run(BOOK, "--manager", "objects")

    with watched() as statements:
        infos = [
            SYNC.info(Book.objects),
            SYNC.info(Book.objects.filter(flag=True)),
            SYNC.info(Book.objects.filter(flag=False)),
        ]

    assert [info.value for info in infos] == [3, 2, 1]
    assert [info.source for info in infos] == ["cache"] * 3
    assert len(statements) == 0


def test_small_counts_are_kept_as_well(books: None) -> None:
    """The threshold of a manager is for counts that callers make."""
    run(BOOK, "--manager", "rarely")

    info = SYNC.info(Book.rarely)
    assert (info.value, info.exact) == (3, False)


def test_table_keeps_what_was_counted(books: None) -> None:
    run(BOOK, "--manager", "objects")

    rows = FastCount.objects.filter(manager_name="objects", is_precached=True)
    assert sorted(rows.values_list("count", flat=True)) == [1, 2, 3]


def test_counting_again_renews_the_counts(books: None) -> None:
    run(BOOK)
    Book.objects.all().delete()

    run(BOOK)

    assert Book.objects.count() == plain_count(Book.objects.all()) == 0
    assert FastCount.objects.filter(manager_name="objects").count() == 3


def test_inherited_managers_count_their_own_model(db: None) -> None:
    Member.members.create(name="Ann")

    done = run("--json", "testapp.Member", "testapp.Reader")

    assert [each["results"][0]["count"] for each in done.reports] == [1, 1, 1]


def test_database_says_where(books: None) -> None:
    author = Author.objects.using("other").create(name="Bob")
    Book.objects.using("other").create(title="Delta", flag=True, author=author)

    (report,) = run(
        "--json", "--database", "other", BOOK, "--manager", "objects"
    ).reports

    assert report["database"] == "other"
    assert [each["count"] for each in report["results"]] == [1, 1, 0]
    assert SYNC.info(Book.objects.using("other")).source == "cache"
    assert SYNC.info(Book.objects.using("default")).source == "exact"


def test_queryset_that_names_its_database_is_counted_there(
    books: None, declare: Declares
) -> None:
    declare(Book.objects.using("other").all())

    (report,) = run("--json", BOOK, "--manager", "objects").reports

    assert [each["count"] for each in report["results"]] == [3, 0]


def test_unknown_database_is_an_error() -> None:
    done = run("--database", "nowhere", BOOK)

    assert done.status == 1
    assert "nowhere" in done.failure + done.err


def test_queryset_without_rows_is_no_failure(books: None, declare: Declares) -> None:
    declare(Book.objects.none(), Book.objects.filter(pages__in=[]))

    (report,) = run("--json", BOOK, "--manager", "objects").reports

    assert [each["count"] for each in report["results"]] == [3, 0, 0]
    assert [each["error"] for each in report["results"]] == [None] * 3


def test_each_queryset_is_counted_once(books: None, asked: list[str]) -> None:
    run(BOOK, "--manager", "objects")

    assert asked == [BOOK] * 3
