"""
One measurement: ``python -m benchmarks.writing APPS TASK N``.

APPS are the apps of the side under test, with commas between; none is an empty word.
Prints the seconds a call took for a task that repeats, or else the number of queries.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import django
from django.apps import apps
from django.conf import settings
from django.db import connection


def main(names: str, task: str, number: int) -> None:
    """Do the task on tables in memory, and print what it cost."""
    settings.configure(
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "benchmarks.writing",
            *filter(None, names.split(",")),
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    with connection.schema_editor() as editor:
        for model in apps.get_app_config("writing").get_models():
            editor.create_model(model)
    # What lives on from start-up is not walked again; each side has its own share.
    gc.collect()
    gc.freeze()
    print(json.dumps(TASKS[task](number)))


def save(number: int) -> float:
    """Save one thing that exists, again and again."""
    thing = _model("Thing").objects.create(name="thing")
    return _seconds(thing.save, number)


def create(number: int) -> float:
    """Create one thing after the other."""
    things = _model("Thing").objects
    return _seconds(lambda: things.create(name="thing", number=1), number)


def delete(number: int) -> int:
    """Delete that many rows that nothing refers to."""
    items = _stocked(number)
    return _queries(items.all().delete)


def cascade(number: int) -> int:
    """Delete what that many boxes stand on; an item in each goes too."""
    _stocked(number)
    return _queries(_model("Shelf").objects.get().delete)


def add(number: int) -> int:
    """Give a thing that many tags at once."""
    thing = _model("Thing").objects.create(name="thing")
    tags = _model("Tag").objects
    tags.bulk_create(tags.model(name="tag") for _ in range(number))
    chosen = list(tags.all())
    return _queries(lambda: thing.tags.add(*chosen))


TASKS: Final[dict[str, Callable[[int], float]]] = {
    "save": save,
    "create": create,
    "delete": delete,
    "cascade": cascade,
    "add": add,
}


def _stocked(number: int) -> Any:
    """Fill a shelf with boxes, an item in each, and return the items' manager."""
    shelf = _model("Shelf").objects.create(name="shelf")
    boxes, items = _model("Box").objects, _model("Item").objects
    made = boxes.bulk_create([boxes.model(shelf=shelf) for _ in range(number)])
    items.bulk_create([items.model(box=box) for box in made])
    return items


def _model(name: str) -> Any:
    """Return a model; it can be imported only after the settings are."""
    return apps.get_model("writing", name)


def _seconds(call: Callable[[], object], number: int) -> float:
    began = time.process_time()
    for _ in range(number):
        call()
    return (time.process_time() - began) / number


def _queries(call: Callable[[], object]) -> int:
    """Count what reaches the cursor, BEGIN and savepoints included."""
    count = 0

    def note(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*args)

    with connection.execute_wrapper(note):
        call()
    return count


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
