"""
What a run is told, by way of the environment.

Free of Django, so that the command and the settings can both read it.
"""

from __future__ import annotations

import os
from typing import Final, Literal, cast, get_args

__all__ = ["CHANGES", "MODE", "RESULTS", "Mode", "chosen_mode"]

# off: without the capture. plain: each model has a listener. relations: it also asks
# where every foreign key led. rows: it asks for keys, too, and for locked rows.
Mode = Literal["off", "plain", "relations", "rows"]

MODE: Final = "RECKON_SUITE_MODE"
# Files: the outcomes as JSON; a byte for each change that a listener was told.
RESULTS: Final = "RECKON_SUITE_RESULTS"
CHANGES: Final = "RECKON_SUITE_CHANGES"


def chosen_mode() -> Mode:
    """Return how the run at hand watches."""
    name = os.environ.get(MODE, "off")
    assert name in get_args(Mode)
    return cast("Mode", name)
