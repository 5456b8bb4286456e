"""Fixtures of this directory."""

from __future__ import annotations

from tests.support.fixtures import _django_db_helper as _django_db_helper
from tests.support.fixtures import closed_port as closed_port
from tests.support.fixtures import fake_clock as fake_clock
from tests.support.fixtures import forgetful as forgetful
from tests.support.fixtures import hops as hops
from tests.support.fixtures import twin as twin
