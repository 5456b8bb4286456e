"""
Settings for Django's ``runtests.py``, which installs its own apps.

They are read before the first model is made, in worker processes too; so the capture
is installed from here.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, Final

from tests import choices
from tests.django_suite import mode, watching

# Beside runtests.py; holds what any database needs besides its own entry.
_sqlite: Final = importlib.import_module("test_sqlite")
globals().update(
    {name: value for name, value in vars(_sqlite).items() if name[0] != "_"}
)

TEST_RUNNER = "tests.django_suite.recorder.RecordingRunner"


def _postgresql(name: str) -> dict[str, Any]:
    address = choices.address_of("postgresql")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "postgres",
        "HOST": address.host,
        "PORT": str(address.port),
        "USER": address.user,
        "PASSWORD": address.password,
        "TEST": {"NAME": f"test_{name}{choices.run_suffix()}"},
    }


if choices.chosen_database() == "postgresql":
    DATABASES = {
        "default": _postgresql("reckon_suite"),
        "other": _postgresql("reckon_suite_other"),
    }

if mode.chosen_mode() != "off":
    watching.watch_everything(mode.chosen_mode(), os.environ[mode.CHANGES])
