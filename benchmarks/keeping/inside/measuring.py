"""What one task takes, and whether it left the right values."""

from __future__ import annotations

import gc
import resource
from typing import Any, Final

from django.db import connection

from benchmarks.computing.inside.meter import Meter, metered
from benchmarks.keeping.inside import wrapper
from benchmarks.keeping.inside.tasks import PARENTS, TASKS, Task
from benchmarks.keeping.world.models import MODELS

# Enough rows for a task to do all it does, before it is measured.
_WARM: Final = PARENTS


class WrongValueError(RuntimeError):
    """A side stored what its function does not say."""


def measure(task: str, rows: int, rounds: int) -> dict[str, Any]:
    """
    Return what each round of a task took, and the peak of this process's memory.

    Raises:
        WrongValueError: A row does not hold what its sources say.
    """
    _make_tables()
    try:
        if task == "wrapper":
            return wrapper.measure()
        chosen = TASKS[task]
        # Whatever is done once in a process is done now, and takes little memory.
        _round(chosen, min(rows, _WARM))
        measured = [_round(chosen, rows) for _ in range(rounds)]
    finally:
        _drop_tables()
    return {
        "queries": measured[0].queries,
        "seconds": [each.seconds for each in measured],
        "processor": [each.processor for each in measured],
        # In KiB, as Linux counts.
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def _round(task: Task, rows: int) -> Meter:
    task.fill(rows)
    gc.collect()
    with metered() as meter:
        task.run(rows)
    wrong = task.wrong()
    if wrong:
        raise WrongValueError(f"{wrong} rows of {rows} are wrong")
    return meter


def _make_tables() -> None:
    _drop_tables()
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)


def _drop_tables() -> None:
    there = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in reversed(MODELS):
            if model._meta.db_table in there:
                editor.delete_model(model)
