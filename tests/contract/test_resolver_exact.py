"""The resolver "exact"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from django_reckon.counts.resolvers.exact import ExactCount
from django_reckon.testing import CountResolverContract
from tests.support.database import committing

if TYPE_CHECKING:
    from django_reckon.protocols import CountResolver

pytestmark = committing


class TestExactResolver(CountResolverContract):
    @override
    def make_resolver(self) -> CountResolver:
        return ExactCount()
