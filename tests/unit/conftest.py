"""Fixtures of this directory, whose tests need no database."""

from __future__ import annotations

from tests import profiles
from tests.support.fixtures import fake_clock as fake_clock
from tests.support.fixtures import forgetful as forgetful

profiles.load()
