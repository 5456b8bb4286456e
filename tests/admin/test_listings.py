"""The listings say what the models declare; the expectations are written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_reckon.computed.rules.problems import problem_of
from django_reckon.computed.rules.registry import registry
from django_reckon.exceptions import UnknownDependencyError
from tests.admin.pages import COMPUTED, CONTRIBUTING, table
from tests.computedapp.models import Shelf

if TYPE_CHECKING:
    from django.test import Client

    from tests.admin.conftest import Visitor

# Name, type, level, what it is made from, rules.
OTHERS: Final = "other rows"
SHELF: Final = {
    ("upper", "CharField", "0", "its own row", "self : label"),
    ("total", "DecimalField", "0", OTHERS, "copies : price"),
    ("size", "IntegerField", "0", OTHERS, "copies : id"),
    ("summary", "TextField", "1", OTHERS, "self : upper, size copies.title : line"),
    ("dearest", "ForeignKey", "0", OTHERS, "copies : price"),
    ("pride", "TextField", "1", OTHERS, "dearest.title : line"),
}


@pytest.fixture
def client_(visitor: Visitor) -> Client:
    """Return a client that may see everything."""
    return visitor(is_superuser=True)


def shown(client: Client, address: str, name: str) -> dict[str, list[list[str]]]:
    return table(client.get(address).content.decode(), name)


def test_computed_fields_are_listed_with_what_they_depend_on(client_: Client) -> None:
    rows = shown(client_, COMPUTED, "reckon-computed")["computedapp.Shelf"]

    assert {(*row[:2], *row[3:]) for row in rows} == SHELF


def test_computed_fields_are_listed_in_local_order(client_: Client) -> None:
    rows = shown(client_, COMPUTED, "reckon-computed")["computedapp.Shelf"]

    names = [row[0] for row in rows]
    assert [row[2] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert names.index("summary") > max(names.index("upper"), names.index("size"))
    assert names.index("pride") > names.index("dearest")


def test_inherited_fields_name_the_parent_that_holds_them(client_: Client) -> None:
    rows = shown(client_, COMPUTED, "reckon-computed")["computedapp.Hall"]

    assert [row[0] for row in rows] == ["sign of computedapp.Room", "poster"]


def test_models_without_computed_fields_are_not_listed(client_: Client) -> None:
    models = shown(client_, COMPUTED, "reckon-computed").keys()

    assert "computedapp.Publisher" in models
    assert models & {"computedapp.Country", "computedapp.Note", "testapp.Book"} == set()


def test_graph_is_drawn_in_the_page(client_: Client) -> None:
    html = client_.get(COMPUTED).content.decode()

    assert html.count('data-node="computedapp.Shelf.total"') == 1
    assert (
        'data-from="computedapp.Copy.price" data-to="computedapp.Shelf.total"' in html
    )


def test_page_needs_no_other_server(client_: Client) -> None:
    for page in (COMPUTED, CONTRIBUTING):
        html = client_.get(page).content.decode()

        assert "//" not in html.replace("http://www.w3.org/2000/svg", "")


def test_one_model_can_be_shown_alone(client_: Client) -> None:
    address = f"{COMPUTED}?model=computedapp.Room"

    html = client_.get(address).content.decode()

    assert table(html, "reckon-computed").keys() == {"computedapp.Room"}
    assert 'data-node="computedapp.Room.sign"' in html
    assert 'data-node="computedapp.Hall.poster"' in html
    assert "computedapp.Shelf.total" not in html


def test_child_shown_alone_brings_its_parents_fields(client_: Client) -> None:
    html = client_.get(f"{COMPUTED}?model=computedapp.Hall").content.decode()

    assert 'data-node="computedapp.Room.sign"' in html
    assert "<td>poster</td>" in html


@pytest.mark.parametrize(
    "label", ["", "computedapp.Country", "nowhere", "<script>alert(1)</script>"]
)
def test_model_that_is_not_listed_is_not_found(client_: Client, label: str) -> None:
    response = client_.get(COMPUTED, {"model": label})

    assert response.status_code == 404


def test_declarations_that_cannot_be_used_are_told(
    client_: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = UnknownDependencyError("It names <nothing>.", path="x", model="y")
    monkeypatch.setattr(registry, "problems", [problem_of(Shelf, "broken", error)])

    html = client_.get(COMPUTED).content.decode()

    assert "<code>computedapp.Shelf.broken</code>: It names &lt;nothing&gt;." in html


def test_project_without_computed_fields_says_so(
    client_: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "columns", {})
    monkeypatch.setattr(registry, "steps", ())
    monkeypatch.setattr(registry, "_by_model", {})

    computed = client_.get(COMPUTED).content.decode()
    contributing = client_.get(CONTRIBUTING).content.decode()

    assert "No model has computed fields that can be used." in computed
    assert "No computed field depends on another row." in contributing


def test_contributing_keys_are_listed_with_what_they_contribute_to(
    client_: Client,
) -> None:
    rows = shown(client_, CONTRIBUTING, "reckon-contributing")

    copy = {key: set(targets.split()) for key, targets in rows["computedapp.Copy"]}
    assert copy == {
        "title": {
            "computedapp.Publisher.copies_printed",
            "computedapp.Shelf.summary",
            "computedapp.Shelf.pride",
        },
        "shelf": {
            "computedapp.Copy.place",
            "computedapp.Shelf.total",
            "computedapp.Shelf.size",
            "computedapp.Shelf.summary",
            "computedapp.Shelf.dearest",
        },
    }


def test_computed_foreign_key_contributes_too(client_: Client) -> None:
    rows = shown(client_, CONTRIBUTING, "reckon-contributing")

    assert rows["computedapp.Shelf"] == [["dearest", "computedapp.Shelf.pride"]]


def test_models_that_django_made_are_told_from_others(client_: Client) -> None:
    html = client_.get(CONTRIBUTING).content.decode()

    assert "computedapp.Tag_titles" in html
    assert html.count("made by Django for a many-to-many field") == sum(
        bool(column.model._meta.auto_created)
        for column in {
            hop.link.via.model: hop.link.via
            for each in registry.columns.values()
            for hops, _ in each.rules
            for hop in hops
            if hop.link is not None
        }.values()
    )


@pytest.mark.parametrize("page", [COMPUTED, CONTRIBUTING])
def test_listing_reads_who_asks_and_nothing_else(client_: Client, page: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        client_.get(page)

    tables = {"django_session", "auth_user"}
    assert len(queries) == 2
    assert all(any(name in q["sql"] for name in tables) for q in queries)
