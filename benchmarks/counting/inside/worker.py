"""
The process of one side: reads requests from standard input, one JSON line each.

A request is {"do": name, ...arguments}; the answer is {"result": ...} or
{"error": ...}. The first line out says that the process is ready.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

import django


def main() -> None:
    """Set up Django and answer until the input ends."""
    channel = _own_channel()
    django.setup()
    # Rests on Django's models, which exist only after setup().
    commands = importlib.import_module("benchmarks.counting.inside.commands").COMMANDS
    _say(channel, {"result": "ready"})
    for line in sys.stdin:
        _say(channel, _answered(commands, json.loads(line)))
    # Nothing is left to save, and taking the interpreter down takes a while.
    os._exit(0)


def _own_channel() -> IO[str]:
    """Keep standard output for answers; whatever libraries print goes elsewhere."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _say(channel: IO[str], answer: dict[str, Any]) -> None:
    channel.write(json.dumps(answer) + "\n")
    channel.flush()


def _answered(
    commands: dict[str, Callable[..., Any]], request: dict[str, Any]
) -> dict[str, Any]:
    do = request.pop("do")
    try:
        return {"result": commands[do](**request)}
    except Exception as error:  # noqa: BLE001 - the asker decides what it means
        traceback.print_exc()
        return {"error": f"{do}: {type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
