"""What every Dispatcher promises."""

from __future__ import annotations

from django_reckon.counts import precache
from django_reckon.counts.lease import Lease
from django_reckon.counts.tables import FastCount
from django_reckon.protocols import Dispatcher, PrecacheJob


class DispatcherContract:
    """
    Subclass it, name a dispatcher in make_dispatcher(), and run the tests.

    The database must commit, so that the worker sees what the test wrote: with
    pytest-django, mark the class `django_db(transaction=True)`.

    Attributes:
        model: Label of a model with a FastCountManager.
        manager: Name of that manager.
    """

    model: str
    manager = "objects"

    def make_dispatcher(self) -> Dispatcher:
        """Return a dispatcher that works."""
        raise NotImplementedError

    def settle(self) -> None:
        """Return when the dispatched work is done; at once for work in line."""

    def test_a_dispatched_job_keeps_counts_and_frees_the_lock(self) -> None:
        lease = self._lease()
        token = lease.take(every=3600.0, seconds=600.0)
        assert token is not None
        job = PrecacheJob(lease.model, lease.manager, lease.database, token)

        self.make_dispatcher().dispatch(job)
        self.settle()

        kept = FastCount.objects.filter(is_precached=True, manager_name=self.manager)
        assert kept.exists()
        assert lease.take(every=0, seconds=600.0) is not None

    def _lease(self) -> Lease:
        base, policy = precache.managed(self.model, self.manager, None)
        return precache.lease(self.model, base.db, policy)
