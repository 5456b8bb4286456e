"""Each setting is read, judged and forgotten when it changes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pytest
from django.db import connection

from django_reckon.conf import counts as conf
from django_reckon.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from pytest_django import Settings

# Attribute of Settings, name of the setting, and its default.
DEFAULTS: Final[list[tuple[str, str, object]]] = [
    ("cache", "CACHE", "django"),
    ("resolvers", "RESOLVERS", ("cache", "stored", "exact")),
    ("dispatcher", "DISPATCHER", "subprocess"),
    ("tenant", "TENANT", conf.database_tenant),
    ("key_prefix", "KEY_PREFIX", "reckon"),
    ("flight_limit", "FLIGHT_LIMIT", 30.0),
    ("concurrency", "PRECACHE_CONCURRENCY", 4),
]


def whose(connection: BaseDatabaseWrapper) -> str:
    return f"tenant of {connection.alias}"


@pytest.mark.parametrize(
    ("attribute", "default"), [(row[0], row[2]) for row in DEFAULTS]
)
def test_default(attribute: str, default: object) -> None:
    assert getattr(conf.current(), attribute) == default


def test_every_setting_has_its_default_tested() -> None:
    assert {row[0] for row in DEFAULTS} == set(conf.Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        pytest.param("CACHE", "null", "cache", "null", id="cache"),
        pytest.param("RESOLVERS", ["exact"], "resolvers", ("exact",), id="list"),
        pytest.param("RESOLVERS", ("exact",), "resolvers", ("exact",), id="tuple"),
        pytest.param("DISPATCHER", "thread", "dispatcher", "thread", id="dispatcher"),
        pytest.param("TENANT", whose, "tenant", whose, id="function"),
        pytest.param("TENANT", f"{__name__}.whose", "tenant", whose, id="path"),
        pytest.param("KEY_PREFIX", "shop", "key_prefix", "shop", id="prefix"),
        pytest.param(
            "FLIGHT_LIMIT", dt.timedelta(seconds=1.5), "flight_limit", 1.5, id="limit"
        ),
        pytest.param("PRECACHE_CONCURRENCY", 1, "concurrency", 1, id="concurrency"),
    ],
)
def test_setting_is_read(
    settings: Settings, name: str, value: Any, attribute: str, expected: object
) -> None:
    setattr(settings, conf.PREFIX + name, value)

    assert getattr(conf.current(), attribute) == expected


INVALID: Final = [
    pytest.param("RESOLVERS", [], "a list of resolver names", id="no_resolver"),
    pytest.param("RESOLVERS", "cache", "a list of resolver names", id="one_resolver"),
    pytest.param("RESOLVERS", None, "a list of resolver names", id="resolvers_none"),
    pytest.param("TENANT", "no.such.function", "dotted path", id="missing_function"),
    pytest.param("TENANT", "whose", "dotted path", id="no_dotted_path"),
    pytest.param("TENANT", 5, "dotted path", id="number_as_function"),
    pytest.param("TENANT", None, "dotted path", id="no_function"),
    pytest.param("KEY_PREFIX", "", "short ASCII text", id="empty_prefix"),
    pytest.param("KEY_PREFIX", "a b", "short ASCII text", id="space"),
    pytest.param("KEY_PREFIX", "a\tb", "short ASCII text", id="tab"),
    pytest.param("KEY_PREFIX", "a\n", "short ASCII text", id="line_break"),
    pytest.param("KEY_PREFIX", "b\u00fccher", "short ASCII text", id="umlaut"),
    pytest.param("KEY_PREFIX", b"shop", "short ASCII text", id="bytes"),
    pytest.param("KEY_PREFIX", None, "short ASCII text", id="prefix_none"),
    # Memcached takes keys of up to 250 bytes.
    pytest.param("KEY_PREFIX", "a" * 250, "short ASCII text", id="long_prefix"),
    pytest.param("FLIGHT_LIMIT", 30, "a positive timedelta", id="limit_in_seconds"),
    pytest.param("FLIGHT_LIMIT", dt.timedelta(), "a positive timedelta", id="zero"),
    pytest.param("FLIGHT_LIMIT", None, "a positive timedelta", id="no_limit"),
    pytest.param("PRECACHE_CONCURRENCY", 0, "a whole number from 1", id="nobody"),
    pytest.param("PRECACHE_CONCURRENCY", 2.0, "a whole number from 1", id="float"),
    pytest.param("PRECACHE_CONCURRENCY", True, "a whole number from 1", id="bool"),
]


@pytest.mark.parametrize(("name", "value", "remedy"), INVALID)
def test_wrong_setting_is_named_with_its_remedy(
    settings: Settings, name: str, value: Any, remedy: str
) -> None:
    setattr(settings, conf.PREFIX + name, value)

    with pytest.raises(ConfigurationError) as caught:
        conf.current()

    assert str(caught.value).startswith(f"{conf.PREFIX}{name} is {value!r}. Set it to ")
    assert remedy in str(caught.value)


def test_missing_function_is_the_cause_of_the_error(settings: Settings) -> None:
    settings.FAST_COUNT_TENANT = "no.such.function"

    with pytest.raises(ConfigurationError) as caught:
        conf.current()

    assert isinstance(caught.value.__cause__, ImportError)


def test_settings_are_read_once() -> None:
    assert conf.current() is conf.current()


def test_changed_setting_is_read_again(settings: Settings) -> None:
    before = conf.current().key_prefix

    settings.FAST_COUNT_KEY_PREFIX = "changed"

    assert (before, conf.current().key_prefix) == ("reckon", "changed")


def test_setting_that_was_put_right_is_in_force(settings: Settings) -> None:
    settings.FAST_COUNT_KEY_PREFIX = ""
    with pytest.raises(ConfigurationError):
        conf.current()

    settings.FAST_COUNT_KEY_PREFIX = "right"

    assert conf.current().key_prefix == "right"


def test_settings_of_others_change_nothing(settings: Settings) -> None:
    before = conf.current()

    settings.TIME_ZONE = "Europe/Berlin"

    assert conf.current() is before


def test_tenant_function_is_given_the_connection(settings: Settings) -> None:
    settings.FAST_COUNT_TENANT = whose

    assert conf.current().tenant(connection) == "tenant of default"
