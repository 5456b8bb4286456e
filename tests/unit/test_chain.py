"""Who answers the counts of a manager, as settings and arguments name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from django_reckon.counts.caches.guard import Guard
from django_reckon.counts.chain import JITTER, Chain, chain_for, made_entry
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.resolvers.exact import ExactCount
from django_reckon.exceptions import ConfigurationError
from django_reckon.protocols import Retention
from django_reckon.testing import DictCache

if TYPE_CHECKING:
    from pytest_django import Settings

DICT_CACHE: Final = "django_reckon.testing.DictCache"
EXACT: Final = "django_reckon.counts.resolvers.exact.ExactCount"


def _names(chain: Chain) -> list[str]:
    return [resolver.name for resolver in (*chain.keepers, chain.counter)]


@pytest.mark.parametrize(
    ("resolvers", "names"),
    [
        pytest.param(None, ["cache", "stored", "exact"], id="default"),
        pytest.param(["exact"], ["exact"], id="always_count"),
        pytest.param(["stored", "exact"], ["stored", "exact"], id="table_only"),
        pytest.param(["stored", "cache"], ["stored", "cache", "exact"], id="order"),
        pytest.param(["exact", "cache"], ["cache", "exact"], id="counting_comes_last"),
        pytest.param([EXACT], ["exact"], id="dotted_path"),
        pytest.param([{"BACKEND": "exact"}], ["exact"], id="dict"),
        pytest.param([{"BACKEND": "cache"}], ["cache", "exact"], id="dict_of_cache"),
        pytest.param([{"BACKEND": "stored"}], ["stored", "exact"], id="dict_of_stored"),
    ],
)
def test_resolvers_are_asked_in_order_and_one_counts(
    resolvers: list[Any] | None, names: list[str]
) -> None:
    assert _names(chain_for(CountPolicy(resolvers=resolvers))) == names


def test_settings_name_the_resolvers_of_managers_that_name_none(
    settings: Settings,
) -> None:
    settings.FAST_COUNT_RESOLVERS = ["exact"]

    assert _names(chain_for(CountPolicy())) == ["exact"]


def test_manager_goes_before_the_settings(settings: Settings) -> None:
    settings.FAST_COUNT_RESOLVERS = ["exact"]
    settings.FAST_COUNT_CACHE = "null"

    chain = chain_for(CountPolicy(resolvers=["stored"], cache=DICT_CACHE))

    assert _names(chain) == ["stored", "exact"]
    assert isinstance(chain.shared, Guard)
    assert isinstance(chain.shared.store, DictCache)


def test_managers_with_one_configuration_share_a_chain() -> None:
    first = CountPolicy(manager_name="objects", cache=DICT_CACHE)
    second = CountPolicy(manager_name="rarely", cache=DICT_CACHE)

    assert chain_for(first) is chain_for(second)


def test_changed_setting_builds_the_chain_anew(settings: Settings) -> None:
    before = chain_for(CountPolicy())

    settings.FAST_COUNT_CACHE = "null"

    assert chain_for(CountPolicy()) is not before


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"cache": "nowhere"}, id="unknown_cache"),
        pytest.param({"cache": 5}, id="number_as_cache"),
        pytest.param({"cache": "builtins.dict"}, id="no_cache_at_all"),
        pytest.param({"resolvers": ["nobody"]}, id="unknown_resolver"),
        pytest.param({"resolvers": [None]}, id="none_as_resolver"),
        pytest.param({"resolvers": "cache"}, id="one_resolver"),
        pytest.param({"resolvers": 5}, id="number_as_resolvers"),
        pytest.param({"resolvers": ["builtins.dict"]}, id="no_resolver_at_all"),
        pytest.param({"resolvers": [DICT_CACHE]}, id="cache_as_resolver"),
    ],
)
def test_chain_that_cannot_be_built_is_a_configuration_error(
    arguments: dict[str, Any],
) -> None:
    with pytest.raises(ConfigurationError):
        chain_for(CountPolicy(**arguments))


def test_lone_exact_counter_is_the_library_s_own() -> None:
    assert isinstance(chain_for(CountPolicy(resolvers=["stored"])).counter, ExactCount)


def test_crowd_of_entries_does_not_expire_in_one_moment() -> None:
    retention = Retention(1, None, 100.0, 10.0)

    ends = {made_entry(1, 1000.0, retention).fresh_until for _ in range(50)}

    assert len(ends) > 1
    assert all(1000.0 + 100.0 * (1 - JITTER) <= end <= 1100.0 for end in ends)


def test_precached_entry_lives_as_long_as_promised() -> None:
    retention = Retention(1, None, 100.0, 10.0)

    entry = made_entry(1, 1000.0, retention, precached=True)

    assert (entry.fresh_until, entry.keep_until) == (1100.0, 1110.0)


def test_entry_is_kept_as_long_as_it_may_serve() -> None:
    retention = Retention(1, None, 100.0, 10.0)

    entry = made_entry(1, 1000.0, retention)

    assert entry.keep_until == entry.fresh_until + 10.0
