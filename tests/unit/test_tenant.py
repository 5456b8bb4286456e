"""What decides, beside its name, which rows a table holds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from django_reckon.conf import counts as conf
from django_reckon.ground.vendors import vendor_of


def _connection(
    vendor: str = "postgresql", options: str | None = None, schema: str | None = None
) -> Any:
    """Return what looks like a connection; nothing is sent through it."""
    settings = {"OPTIONS": {} if options is None else {"options": options}}
    found = SimpleNamespace(vendor=vendor, settings_dict=settings)
    if schema is not None:
        found.schema_name = schema
    return found


def _tenant(**shape: str | None) -> str:
    return conf.database_tenant(_connection(**shape))  # type: ignore[arg-type]  # vendor is set where it is given


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"options": ""}, id="empty_options"),
        pytest.param({"schema": ""}, id="empty_schema"),
    ],
)
def test_connection_without_a_choice_has_no_tenant(shape: dict[str, str]) -> None:
    assert _tenant(**shape) == ""


def test_options_that_choose_a_search_path_make_a_tenant() -> None:
    assert _tenant(options="-c search_path=shop") != ""
    assert _tenant(options="-c search_path=shop") != _tenant()


def test_tenant_is_the_same_each_time() -> None:
    shape = {"options": "-c search_path=shop,public", "schema": "shop"}

    assert _tenant(**shape) == _tenant(**shape)


@pytest.mark.parametrize(
    "option",
    [
        pytest.param("-c search_path={}", id="usual"),
        pytest.param("--search_path={}", id="long_form"),
        # The server takes dashes for underscores and lets case pass.
        pytest.param("--search-path={}", id="dashes"),
        pytest.param("-c Search_Path={}", id="capitals"),
        pytest.param('-c search_path="{}"', id="quoted"),
        pytest.param(r"-c search_path=public,\ {}", id="after_an_escaped_space"),
        pytest.param("-csearch_path={}", id="without_a_space"),
        pytest.param("-c geqo=off -c search_path={}", id="second_option"),
        pytest.param("-c search_path=a -c search_path={}", id="the_last_counts"),
    ],
)
def test_two_search_paths_are_two_tenants(option: str) -> None:
    first, second = option.format("shop"), option.format("store")

    assert _tenant(options=first) != _tenant(options=second)


def test_schema_of_the_request_is_part_of_the_tenant() -> None:
    """As packages for one schema a tenant set it on the connection."""
    assert _tenant(schema="shop") != _tenant(schema="store")
    assert _tenant(schema="shop") != _tenant()


def test_schema_and_search_path_are_told_apart() -> None:
    by_path = _tenant(options="-c search_path=shop")
    by_both = _tenant(options="-c search_path=shop", schema="shop")

    assert len({by_path, by_both, _tenant(schema="shop")}) == 3


@pytest.mark.parametrize("vendor", ["sqlite", "mysql", "oracle", "unheard_of"])
def test_other_vendors_have_no_tenant(vendor: str) -> None:
    connection = _connection(vendor, "-c search_path=shop", "shop")

    assert conf.database_tenant(connection) == ""


@pytest.mark.parametrize(
    ("vendor", "aborts"),
    [("postgresql", True), ("mysql", False), ("sqlite", False), ("unheard_of", True)],
)
def test_vendor_says_what_an_error_does_to_a_transaction(
    vendor: str, *, aborts: bool
) -> None:
    """A vendor that we do not know is treated with the greater care."""
    assert vendor_of(_connection(vendor)).error_aborts_transaction is aborts


@pytest.mark.parametrize(
    ("name", "serves"),
    [
        pytest.param("/srv/shop.sqlite3", True, id="file"),
        pytest.param(":memory:", False, id="memory"),
        pytest.param("file:shop?mode=memory&cache=shared", False, id="shared_memory"),
    ],
)
def test_sqlite_in_memory_serves_one_thread(name: str, *, serves: bool) -> None:
    connection = _connection("sqlite")
    connection.settings_dict["NAME"] = name

    assert vendor_of(connection).serves_threads(connection) is serves
