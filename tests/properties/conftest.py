"""Fixtures of this directory."""

from __future__ import annotations

from tests import profiles
from tests.support.fixtures import _django_db_helper as _django_db_helper
from tests.support.fixtures import forgetful as forgetful

profiles.load()
