"""
Settings of processes that a test starts: its databases, and whatever it asks for.

RECKON_CHILD_SETTINGS holds more settings as JSON, RECKON_CHILD_FLIGHT_LIMIT seconds;
RECKON_CHILD_ENDS makes the process die while it reads this file.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys

from tests.settings import *  # noqa: F403 - settings are names

DATABASES = json.loads(os.environ["RECKON_CHILD_DATABASES"])
CACHES = json.loads(os.environ["RECKON_CHILD_CACHES"])
globals().update(json.loads(os.environ.get("RECKON_CHILD_SETTINGS", "{}")))
if "RECKON_CHILD_FLIGHT_LIMIT" in os.environ:
    FAST_COUNT_FLIGHT_LIMIT = dt.timedelta(
        seconds=float(os.environ["RECKON_CHILD_FLIGHT_LIMIT"])
    )

_end = os.environ.get("RECKON_CHILD_ENDS")
if _end:
    sys.stdout.write("the last words of the child\n")
    sys.stdout.flush()
    if _end == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(1)
