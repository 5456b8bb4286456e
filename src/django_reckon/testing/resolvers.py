"""What every CountResolver promises."""

from __future__ import annotations

from asgiref.sync import async_to_sync

from django_reckon.ground import clock
from django_reckon.ground.digest import digest
from django_reckon.ground.installed import apps
from django_reckon.protocols import (
    CountEntry,
    CountInfo,
    CountKey,
    CountRequest,
    CountResolver,
    Retention,
)


class CountResolverContract:
    """
    Subclass it, name a resolver in make_resolver(), and run the tests.

    Attributes:
        model: Label of an installed model, which is asked about.
        keeps: True for a resolver that answers with what it was told to keep.
    """

    model = "contenttypes.ContentType"
    keeps = False

    def make_resolver(self) -> CountResolver:
        """Return a resolver that knows of no count yet."""
        raise NotImplementedError

    def make_broken_resolver(self) -> CountResolver | None:
        """Return one whose own store is down; None where it has none."""
        return None

    def test_sync_and_async_answer_alike(self) -> None:
        resolver, request = self.make_resolver(), self._request()
        answer = resolver.resolve(request)
        twin = async_to_sync(resolver.aresolve)(request)
        assert (answer is None) == (twin is None)
        if answer is not None and twin is not None:
            assert (answer.value, answer.source) == (twin.value, twin.source)

    def test_an_answer_names_its_source(self) -> None:
        resolver, request = self.make_resolver(), self._request()
        resolver.keep(request, self._entry(5))
        answer = resolver.resolve(request)
        assert answer is None or answer.source == resolver.name

    def test_a_resolver_that_counts_tells_the_number(self) -> None:
        resolver, request = self.make_resolver(), self._request()
        if resolver.counts_rows:
            answer = resolver.resolve(request)
            assert answer is not None
            assert answer.value == request.count()
            assert answer.exact

    def test_what_is_kept_is_answered(self) -> None:
        resolver, request = self.make_resolver(), self._request()
        if not self.keeps:
            return
        assert resolver.resolve(request) is None
        resolver.keep(request, self._entry(5))
        for answer in self._answers(resolver, request):
            assert (answer.value, answer.exact, answer.stale) == (5, False, False)

    def test_an_expired_count_is_no_answer(self) -> None:
        resolver, request = self.make_resolver(), self._request()
        if self.keeps:
            resolver.keep(request, self._entry(5, expired_for=1.0))
            assert resolver.resolve(request) is None

    def test_a_stale_count_is_marked(self) -> None:
        resolver, request = self.make_resolver(), self._request(stale_for=60.0)
        if self.keeps:
            resolver.keep(request, self._entry(5, expired_for=1.0))
            for answer in self._answers(resolver, request):
                assert (answer.value, answer.stale) == (5, True)

    def test_a_broken_store_is_no_answer_and_no_error(self) -> None:
        resolver = self.make_broken_resolver()
        if resolver is not None:
            request = self._request()
            resolver.keep(request, self._entry(5))
            assert resolver.resolve(request) is None
            assert async_to_sync(resolver.aresolve)(request) is None

    def _answers(
        self, resolver: CountResolver, request: CountRequest
    ) -> tuple[CountInfo, CountInfo]:
        answer = resolver.resolve(request)
        twin = async_to_sync(resolver.aresolve)(request)
        assert answer is not None
        assert twin is not None
        return answer, twin

    def _request(self, stale_for: float = 0.0) -> CountRequest:
        queryset = apps.get_model(self.model)._base_manager.all()
        return CountRequest(
            queryset=queryset,
            alias=queryset.db,
            key=CountKey(self.model, "objects", digest("contract", "resolver")),
            retention=Retention(1, None, 60.0, stale_for),
            count=queryset.count,
        )

    def _entry(self, value: int, expired_for: float | None = None) -> CountEntry:
        now = clock.now()
        fresh_until = now + 60.0 if expired_for is None else now - expired_for
        return CountEntry(value, now - 2.0, fresh_until, now + 120.0)
