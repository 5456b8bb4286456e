"""Settings for mypy alone, which must know the models of the tests and of the demo."""

from __future__ import annotations

from tests.settings import *  # noqa: F403 - settings are names
from tests.settings import INSTALLED_APPS as TESTED_APPS

INSTALLED_APPS = [*TESTED_APPS, "demo.flights"]
