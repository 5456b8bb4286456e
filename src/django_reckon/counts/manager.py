"""The manager whose querysets count fast, and these querysets; each makes the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from django.db.models import Model, Prefetch, QuerySet
from django.db.models.expressions import Combinable
from typing_extensions import TypeVar, override

from django_reckon.counts.binding import PolicyManager, made_from
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.queryset import CountingQuerySet
from django_reckon.counts.report import PrecacheReport
from django_reckon.protocols import BackendSpec, CountInfo

M = TypeVar("M", bound=Model, covariant=True)
R = TypeVar("R", covariant=True, default=M)
Lookup: TypeAlias = "str | Prefetch[Any, Any, Any]"


class FastCountQuerySet(CountingQuerySet[M, R]):
    """
    A queryset that answers count() from kept counts where it may.

    Everything else is Django's. Evaluated querysets and prefetched relations answer
    from memory, none() without a query.
    """

    @classmethod
    @override
    def as_manager(cls, *args: Any, **configuration: Any) -> FastCountManager[M]:
        """
        Return a FastCountManager with this queryset's methods.

        Args:
            args: Those of FastCountManager that may be given by position.
            configuration: All others. Both are Any, for they are its own; and only so
                does mypy take the method that django-stubs gives to subclasses.
        """
        manager: FastCountManager[M]
        manager = FastCountManager.from_queryset(cls)(*args, **configuration)
        # Both names of the mark by which Django writes such a manager to a migration.
        for mark in ("_built_with_asmanager", "_built_with_as_manager"):
            setattr(manager, mark, True)
        return manager

    as_manager.__func__.queryset_only = True  # type: ignore[attr-defined]  # Django's mark


class FastCountManager(PolicyManager[M]):
    """A manager whose querysets answer count() from kept counts where they may."""

    _queryset_class: ClassVar[type[QuerySet[Any]]] = FastCountQuerySet

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
        made = super().from_queryset(queryset_class, class_name)
        made_from(cls, made)
        return made

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

    if TYPE_CHECKING:
        # Django makes these of the queryset's; the stubs know of no other than its own.
        @override
        def all(self) -> FastCountQuerySet[M]: ...
        @override
        def none(self) -> FastCountQuerySet[M]: ...
        @override
        def filter(self, *args: Any, **kwargs: Any) -> FastCountQuerySet[M]: ...
        @override
        def exclude(self, *args: Any, **kwargs: Any) -> FastCountQuerySet[M]: ...
        @override
        def complex_filter(self, filter_obj: Any) -> FastCountQuerySet[M]: ...
        @override
        def annotate(self, *args: Any, **kwargs: Any) -> FastCountQuerySet[M]: ...
        @override
        def alias(self, *args: Any, **kwargs: Any) -> FastCountQuerySet[M]: ...
        @override
        def order_by(self, *field_names: str | Combinable) -> FastCountQuerySet[M]: ...
        @override
        def reverse(self) -> FastCountQuerySet[M]: ...
        @override
        def distinct(self, *field_names: str) -> FastCountQuerySet[M]: ...
        @override
        def only(self, *fields: str) -> FastCountQuerySet[M]: ...
        @override
        def using(self, alias: str | None) -> FastCountQuerySet[M]: ...
        @override
        def select_for_update(
            self,
            nowait: bool = ...,
            skip_locked: bool = ...,
            of: Sequence[str] = ...,
            no_key: bool = ...,
        ) -> FastCountQuerySet[M]: ...
        @override
        def select_related(self, *fields: str | None) -> FastCountQuerySet[M]: ...
        @override
        def prefetch_related(self, *lookups: Lookup | None) -> FastCountQuerySet[M]: ...
        @override
        def defer(self, *fields: str | None) -> FastCountQuerySet[M]: ...
        @override
        def union(
            self, *other_qs: QuerySet[Model, Any], all: bool = ...
        ) -> FastCountQuerySet[M]: ...
        @override
        def intersection(
            self, *other_qs: QuerySet[Model, Any]
        ) -> FastCountQuerySet[M]: ...
        @override
        def difference(
            self, *other_qs: QuerySet[Model, Any]
        ) -> FastCountQuerySet[M]: ...
