"""The manager whose querysets count fast."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

from django.db.models import Manager, Model, QuerySet
from typing_extensions import TypeVar, override

from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.queryset import FastCountQuerySet
from django_reckon.counts.report import PrecacheReport
from django_reckon.ground.internals import constructor_args
from django_reckon.protocols import BackendSpec, CountInfo

M = TypeVar("M", bound=Model, covariant=True)


class FastCountManager(Manager[M]):
    """A manager whose querysets answer count() from kept counts where they may."""

    _queryset_class: ClassVar[type[QuerySet[Any]]] = FastCountQuerySet
    # Django rebuilds a manager for each related object from nothing but its class, so
    # the configuration of a manager that has a place on a model rides on a class made
    # for it alone.
    _bound_policy: ClassVar[CountPolicy | None] = None
    _declared_class: ClassVar[type[Manager[Any]] | None] = None

    def __init__(
        self,
        precache_count_every: dt.timedelta = dt.timedelta(minutes=10),
        cache_counts_larger_than: int = 1_000_000,
        expire_cached_counts_after: dt.timedelta = dt.timedelta(minutes=10),
        precache_lock_timeout: dt.timedelta | int | None = None,
        disable_forked_precaching: bool = False,
        *,
        cache_counts_slower_than: dt.timedelta | None = None,
        serve_stale_for: dt.timedelta = dt.timedelta(),
        invalidate_on_write: bool = False,
        cache: BackendSpec | None = None,
        resolvers: Sequence[BackendSpec] | None = None,
        dispatcher: BackendSpec | None = None,
    ) -> None:
        """
        Configure how this manager counts; a mistake is reported by `manage.py check`.

        Args:
            precache_count_every: From the start of one precaching to the next.
            cache_counts_larger_than: Counts of at least so many rows are kept.
            expire_cached_counts_after: How long a kept count answers.
            precache_lock_timeout: After so long a precaching run is taken for dead;
                a timedelta or seconds; by default the greater of 300 seconds and
                1.5 times precache_count_every.
            disable_forked_precaching: True: count() never starts precaching; only
                the command and precache_counts() do.
            cache_counts_slower_than: Counts that took at least so long are kept,
                whatever their size.
            serve_stale_for: How long after it expired a count still answers those
                callers who would else wait for another's COUNT.
            invalidate_on_write: True: an ORM write to the model, once committed, drops
                the manager's kept counts; each hit then costs two round trips.
            cache: First tier, in place of FAST_COUNT_CACHE.
            resolvers: Who answers, in place of FAST_COUNT_RESOLVERS.
            dispatcher: Where precaching runs, in place of FAST_COUNT_DISPATCHER.
        """
        super().__init__()
        self._policy = self._bound_policy or CountPolicy(
            precache_count_every=precache_count_every,
            cache_counts_larger_than=cache_counts_larger_than,
            expire_cached_counts_after=expire_cached_counts_after,
            precache_lock_timeout=precache_lock_timeout,
            disable_forked_precaching=disable_forked_precaching,
            cache_counts_slower_than=cache_counts_slower_than,
            serve_stale_for=serve_stale_for,
            invalidate_on_write=invalidate_on_write,
            cache=cache,
            resolvers=resolvers,
            dispatcher=dispatcher,
        )

    @property
    def policy(self) -> CountPolicy:
        """How this manager counts."""
        return self._policy

    @classmethod
    @override
    def from_queryset(
        cls, queryset_class: type[QuerySet[Any]], class_name: str | None = None
    ) -> type[Self]:
        """
        Return a subclass with the queryset's methods.

        Raises:
            TypeError: The queryset is no FastCountQuerySet.
        """
        if not issubclass(queryset_class, FastCountQuerySet):
            raise TypeError(
                f"{cls.__name__}.from_queryset() got {queryset_class.__qualname__!r}, "
                "whose count() is not fast. Derive it from FastCountQuerySet, beside "
                "its own base if it has one."
            )
        return super().from_queryset(queryset_class, class_name)

    @override
    def contribute_to_class(self, cls: type[Model], name: str) -> None:
        super().contribute_to_class(cls, name)
        self._policy = replace(self._policy, manager_name=self.name)
        declared = type(self)
        self.__class__ = type(
            declared.__name__,
            (declared,),
            {
                "__module__": declared.__module__,
                "__qualname__": declared.__qualname__,
                "__doc__": declared.__doc__,
                "_bound_policy": self._policy,
                "_declared_class": declared,
            },
        )

    @override
    def get_queryset(self) -> FastCountQuerySet[M]:
        """Return all rows as a queryset that counts by this manager's policy."""
        queryset = super().get_queryset()
        assert isinstance(queryset, FastCountQuerySet)
        return queryset.adopt(self._policy)

    def count_info(self) -> CountInfo:
        """Return the count of all rows, where it comes from and how old it is."""
        return self.get_queryset().count_info()

    async def acount_info(self) -> CountInfo:
        """Async twin of count_info()."""
        return await self.get_queryset().acount_info()

    def precache_counts(self) -> PrecacheReport:
        """Count all() and fast_count_querysets() now; see FastCountQuerySet."""
        return self.get_queryset().precache_counts()

    async def aprecache_counts(self) -> PrecacheReport:
        """Async twin of precache_counts(); several are counted at once."""
        return await self.get_queryset().aprecache_counts()

    def maybe_trigger_precache(self) -> None:
        """Have this manager precached in the background if that is due."""
        self.get_queryset().maybe_trigger_precache()

    async def amaybe_trigger_precache(self) -> None:
        """Async twin of maybe_trigger_precache()."""
        await self.get_queryset().amaybe_trigger_precache()

    @override
    def __eq__(self, other: object) -> bool:
        """Compare what was written in the model: the class and its arguments."""
        return (
            isinstance(other, FastCountManager)
            and _declared(self) is _declared(other)
            and constructor_args(self) == constructor_args(other)
        )

    @override
    def __hash__(self) -> int:
        return id(self)


def _declared(manager: FastCountManager[Any]) -> type[Manager[Any]]:
    return manager._declared_class or type(manager)


FastCountQuerySet.manager_class = FastCountManager
