"""precache_fast_counts: a failure ends in status 1, and everything else is done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from django_reckon.models import FastCount
from tests.commands.runs import (
    BOOK,
    TICKET,
    Declares,
    broken,
    configure,
    kept,
    lease_of,
    managers,
    run,
)
from tests.support.database import committing
from tests.support.twins import SYNC
from tests.testapp.models import Author, Book, Ticket

pytestmark = committing


def test_failed_count_ends_in_status_one(books: None, declare: Declares) -> None:
    declare(broken())

    assert run(BOOK).failure == "2 of the counts failed; see above."


def test_failed_count_is_named_on_standard_error(
    books: None, declare: Declares
) -> None:
    declare(broken())

    done = run(BOOK, "--manager", "objects")

    assert "fast_count_querysets()[0] failed: " in done.err
    assert "no_such_column" in done.err
    assert "failed" not in done.out


def test_failed_count_is_in_the_json(books: None, declare: Declares) -> None:
    declare(broken())

    (report,) = run("--json", BOOK, "--manager", "objects").reports

    everything, refused = report["results"]
    assert (everything["count"], everything["error"]) == (3, None)
    assert refused["count"] is None
    assert "no_such_column" in refused["error"]


def test_counts_after_a_failed_one_are_made(books: None, declare: Declares) -> None:
    declare(broken(), Book.objects.filter(flag=True))

    done = run(BOOK, "--manager", "objects")

    assert done.status == 1
    assert SYNC.info(Book.objects.filter(flag=True)).source == "cache"


def test_managers_after_a_failed_one_are_counted(
    books: None, declare: Declares
) -> None:
    declare(broken())

    done = run("--json")

    assert done.status == 1
    assert set(done.managers) == managers()


def test_expired_rows_are_purged_after_a_failure(
    books: None, declare: Declares
) -> None:
    declare(broken())
    expired = kept(-10)

    run(BOOK)

    assert not FastCount.objects.filter(pk=expired.pk).exists()


def test_lock_is_free_after_a_failure(books: None, declare: Declares) -> None:
    declare(broken())

    run(BOOK)

    assert lease_of().take(every=0, seconds=600.0) is not None


def test_wrong_declaration_is_a_failure(books: None, declare: Declares) -> None:
    declare(Book.objects.filter(flag=True), None)

    done = run(BOOK, "--manager", "objects")

    assert done.failure == "1 of the counts failed; see above."
    assert "fast_count_querysets()[1]" in done.err
    assert SYNC.info(Book.objects.filter(flag=True)).source == "cache"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"cache_counts_larger_than": -1}, id="threshold"),
        pytest.param({"precache_count_every": 600}, id="period"),
        pytest.param({"precache_lock_timeout": "long"}, id="lock"),
        pytest.param({"cache": "nowhere"}, id="cache"),
        pytest.param({"resolvers": ["nobody"]}, id="resolvers"),
    ],
)
def test_wrong_manager_fails_alone(
    books: None, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any]
) -> None:
    """Tasks call the command without the checks that would have told."""
    configure(monkeypatch, **arguments)

    done = run(BOOK, TICKET)

    assert done.status == 1
    assert "testapp.Book.rarely on default" in done.out
    assert "testapp.Ticket.objects on default" in done.out
    assert SYNC.info(Ticket.objects).source == "cache"


@pytest.mark.parametrize("argument", ["cache_counts_larger_than", "cache"])
def test_wrong_manager_is_named(
    books: None, monkeypatch: pytest.MonkeyPatch, argument: str
) -> None:
    configure(monkeypatch, **{argument: "nowhere"})

    done = run(BOOK, "--manager", "objects")

    assert done.status == 1
    assert "nowhere" in done.err + done.failure


def test_transaction_around_the_command_survives_a_failed_count(
    books: None, declare: Declares
) -> None:
    declare(broken())

    with transaction.atomic():
        done = run(BOOK)
        counted = Author.objects.count()

    assert done.status == 1
    assert counted == 1
