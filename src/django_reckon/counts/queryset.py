"""How a queryset counts fast: all of FastCountQuerySet but what makes managers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import SynchronousOnlyOperation
from django.db.models import Manager, Model, QuerySet
from django.db.models.sql import Query
from typing_extensions import TypeVar, override

from django_reckon.counts import precache, trigger
from django_reckon.counts.policy import CountPolicy
from django_reckon.counts.report import PrecacheReport
from django_reckon.counts.request import ask, needs_thread
from django_reckon.counts.written import may_be_written, watch_read
from django_reckon.ground.aio import in_thread
from django_reckon.protocols import CountInfo

M = TypeVar("M", bound=Model, covariant=True)
R = TypeVar("R", covariant=True, default=M)


class CountingQuerySet(QuerySet[M, R]):
    """
    A queryset that answers count() from kept counts where it may.

    Everything else is Django's. Evaluated querysets and prefetched relations answer
    from memory, none() without a query.
    """

    def __init__(
        self,
        model: type[M] | None = None,
        query: Query | None = None,
        using: str | None = None,
        hints: dict[str, Model] | None = None,
        manager_instance: Manager[Any] | None = None,
    ) -> None:
        """
        Make a queryset that counts as its manager is configured.

        Args:
            model: The model; by default the manager's.
            query: What to select; by default all rows.
            using: Database alias; by default the manager's, else the router's.
            hints: Hints for the router.
            manager_instance: The FastCountManager to take the configuration from.
                Without it, the model's default manager gives it.
        """
        if manager_instance is not None:
            model = model or manager_instance.model
            using = using or manager_instance._db
        super().__init__(model=model, query=query, using=using, hints=hints)
        self._policy: CountPolicy | None = getattr(manager_instance, "policy", None)

    if TYPE_CHECKING:
        # Else django-stubs would give this class one of its own, which no subclass
        # could override.
        @classmethod
        @override
        def as_manager(cls, *args: Any, **configuration: Any) -> Manager[M]: ...

    @property
    def policy(self) -> CountPolicy:
        """How this queryset counts."""
        if self._policy is None:
            found = getattr(self.model._default_manager, "policy", None)
            # Without a FastCountManager there is none to name to a precaching worker.
            alone = CountPolicy(disable_forked_precaching=True)
            self._policy = found if isinstance(found, CountPolicy) else alone
        return self._policy

    def adopt(self, policy: CountPolicy) -> Self:
        """Count by that policy from now on; for managers."""
        self._policy = policy
        return self

    @override
    def count(self) -> int:
        """
        Return the number of rows, from a kept count where there is a fresh one.

        Cost:
            One cache round trip for a hit. A miss costs a look into the table and
            the COUNT, which callers that miss together share.
        """
        return self.count_info().value

    @override
    async def acount(self) -> int:
        """Async twin of count(); a hit needs no thread where the cache needs none."""
        return (await self.acount_info()).value

    def count_info(self) -> CountInfo:
        """Return the count together with where it comes from and how old it is."""
        if self._result_cache is not None:
            return CountInfo(len(self._result_cache), "memory", exact=True, age=0.0)
        asked = ask(self, self.policy)
        if asked is None:
            return CountInfo(super().count(), "exact", exact=True, age=0.0)
        chain, request = asked
        if trigger.may_be_due(request.key.model, request.alias, self.policy):
            trigger.start_if_due(request.key.model, request.alias, self.policy)
        return chain.answer(request)

    async def acount_info(self) -> CountInfo:
        """Async twin of count_info()."""
        if self._result_cache is not None:
            return self.count_info()
        if needs_thread(self):
            return await in_thread(self._count_and_watch)()
        if self.policy.invalidate_on_write or may_be_written(self, self.db):
            # The stamp, or the open transaction, is to be asked in the thread.
            return await in_thread(self._count_and_watch)()
        try:
            asked = ask(self, self.policy)
        except SynchronousOnlyOperation:
            return await in_thread(self.count_info)()
        if asked is None:
            return await in_thread(self.count_info)()
        chain, request = asked
        if trigger.may_be_due(request.key.model, request.alias, self.policy):
            await in_thread(trigger.start_if_due)(
                request.key.model, request.alias, self.policy
            )
        return await chain.aanswer(request)

    def precache_counts(self) -> PrecacheReport:
        """
        Count the manager's all() and the model's fast_count_querysets(), and keep it.

        The filters of this queryset play no part; its database does. A queryset that
        fails is in the report's `failed`; the rest still runs.

        Cost:
            One COUNT and one write for each queryset.
        """
        base, policy = self._managed()
        return precache.run(base, policy)

    async def aprecache_counts(self) -> PrecacheReport:
        """Async twin of precache_counts(); several are counted at once."""
        base, policy = await in_thread(self._managed)()
        return await precache.arun(base, policy)

    def maybe_trigger_precache(self) -> None:
        """Have the manager precached in the background if that is due; never raises."""
        model, alias = self.model._meta.label, self.db
        if trigger.may_be_due(model, alias, self.policy):
            trigger.start_if_due(model, alias, self.policy)

    async def amaybe_trigger_precache(self) -> None:
        """Async twin of maybe_trigger_precache()."""
        await in_thread(self.maybe_trigger_precache)()

    def _clone(self) -> Self:
        # Django's own hook, which the stubs leave out.
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._policy = self._policy
        return clone

    def _count_and_watch(self) -> CountInfo:
        """Count, and spare the next async count the way into the thread."""
        info = self.count_info()
        watch_read(self)
        return info

    def _managed(self) -> tuple[QuerySet[Any], CountPolicy]:
        return precache.managed(
            self.model._meta.label, self.policy.manager_name, self.db
        )
