"""A backend is found by its name, its dotted path, or a dict with options."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pytest

from django_reckon.counts.caches import CACHES
from django_reckon.counts.caches.django import DjangoCache
from django_reckon.counts.caches.memory import MemoryCache
from django_reckon.counts.caches.null import NullCache
from django_reckon.exceptions import ConfigurationError
from django_reckon.ground.loading import load
from django_reckon.testing import DictCache

SETTING: Final = "FAST_COUNT_CACHE"
DICT_CACHE: Final = "django_reckon.testing.DictCache"


def _load(spec: Any) -> Any:
    return load(spec, CACHES, setting=SETTING)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param("null", NullCache, id="short_name"),
        pytest.param(DICT_CACHE, DictCache, id="dotted_path"),
        pytest.param({"BACKEND": "null"}, NullCache, id="dict_with_short_name"),
        pytest.param({"BACKEND": DICT_CACHE}, DictCache, id="dict_with_path"),
        pytest.param({"BACKEND": "null", "OPTIONS": {}}, NullCache, id="no_options"),
    ],
)
def test_spec_leads_to_its_backend(spec: object, expected: type) -> None:
    assert type(_load(spec)) is expected


def test_options_reach_the_constructor() -> None:
    backend = _load({"BACKEND": "django", "OPTIONS": {"alias": "locmem"}})

    assert isinstance(backend, DjangoCache)
    assert backend.alias == "locmem"


def test_each_call_gives_a_new_instance() -> None:
    assert _load(DICT_CACHE) is not _load(DICT_CACHE)


def test_a_backend_loads_the_one_behind_it() -> None:
    options = {"behind": DICT_CACHE, "ttl": dt.timedelta(seconds=1)}

    backend = _load({"BACKEND": "memory", "OPTIONS": options})

    assert isinstance(backend, MemoryCache)
    assert isinstance(backend.behind, DictCache)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("redis", id="unknown_name"),
        pytest.param("", id="empty_name"),
        pytest.param("no.such.module", id="missing_module"),
        pytest.param("django_reckon.testing.Missing", id="missing_class"),
        pytest.param("django_reckon.testing", id="module"),
        pytest.param("django_reckon.counts.caches.CACHES", id="not_callable"),
        pytest.param({"BACKEND": "redis"}, id="unknown_name_in_dict"),
        pytest.param({"BACKEND": "django", "OPTIONS": {"a": 1}}, id="wrong_option"),
        pytest.param(
            {"BACKEND": "django", "OPTIONS": {"alias": "x"}}, id="wrong_alias"
        ),
        pytest.param({"BACKEND": "django", "OPTIONS": {1: 2}}, id="option_no_text"),
        pytest.param({"BACKEND": "django", "OPTIONS": []}, id="options_no_dict"),
        pytest.param({"BACKEND": "django", "OPTIONS": None}, id="options_none"),
        pytest.param({"BACKEND": "django", "Options": {}}, id="misspelt_key"),
        pytest.param({"BACKEND": NullCache}, id="class_in_dict"),
        pytest.param({"OPTIONS": {}}, id="no_backend"),
        pytest.param({}, id="empty_dict"),
        pytest.param(None, id="none"),
        pytest.param(5, id="number"),
        pytest.param(NullCache, id="class"),
        pytest.param(["null"], id="list"),
    ],
)
def test_spec_that_leads_nowhere_is_a_configuration_error(spec: object) -> None:
    with pytest.raises(ConfigurationError, match=SETTING):
        _load(spec)


def test_error_names_what_there_is_to_choose_from() -> None:
    with pytest.raises(ConfigurationError, match="django, memory, null, table"):
        _load("redis")


def test_error_keeps_its_cause() -> None:
    with pytest.raises(ConfigurationError) as caught:
        _load("no.such.module")

    assert isinstance(caught.value.__cause__, ImportError)


def test_error_of_the_backend_itself_is_passed_on_in_its_own_words() -> None:
    options = {"ttl": dt.timedelta()}

    with pytest.raises(ConfigurationError, match=r"^ttl is .* Give a positive"):
        _load({"BACKEND": "memory", "OPTIONS": options})
