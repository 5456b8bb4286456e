"""Instructions of a whole process, exact on a busy machine too."""

from __future__ import annotations

import re
import shutil
from typing import Final

# Cachegrind counts the same instructions as callgrind, in half the time.
VALGRIND: Final = (
    "valgrind",
    "--tool=cachegrind",
    "--cache-sim=no",
    "--cachegrind-out-file=/dev/null",
)

_INSTRUCTIONS: Final = re.compile(r"I\s+refs:\s+([\d,]+)")


def is_possible() -> bool:
    """Tell whether valgrind is installed."""
    return shutil.which(VALGRIND[0]) is not None


def instructions(told: str) -> int:
    """Return what valgrind has told of a command that came after VALGRIND."""
    found = _INSTRUCTIONS.search(told)
    if found is None:
        raise SystemExit(f"valgrind counted nothing:\n{told}")
    return int(found[1].replace(",", ""))
