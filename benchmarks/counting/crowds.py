"""What many callers do when they come at once."""

from __future__ import annotations

from typing import Final

from benchmarks.counting.figures import Figure, Target
from benchmarks.counting.place import Place
from benchmarks.counting.setup import RECKON, Side

# What is asked of a side's process, of how many callers, in which words.
CROWDS: Final = (
    ("cold_threads", "locmem", 50, "50 cold threads, LocMem: COUNT(*) run"),
    ("cold_threads", "redis", 50, "50 cold threads, Redis: COUNT(*) run"),
    # Processes that share no cache cannot know of each other's counting.
    ("cold_processes", "redis", 8, "8 cold processes, Redis: COUNT(*) run"),
    ("due_processes", "locmem", 20, "precache due, 20 processes, LocMem: launches"),
    ("due_processes", "redis", 20, "precache due, 20 processes, Redis: launches"),
)


def measure(place: Place) -> list[Figure]:
    """Return the figures of crowds, all of them numbers that should be 1."""
    return [
        Figure(
            f"{do}_{cache}",
            title,
            "number",
            {
                side.name: _samples(place, side, cache, do, size)
                for side in place.sides(cache)
                if side.precaches or do != "due_processes"
            },
            Target(1),
        )
        for do, cache, size, title in CROWDS
        if cache in place.caches
    ]


def _samples(place: Place, side: Side, cache: str, do: str, size: int) -> list[float]:
    """Let a crowd go as often as wanted."""
    effort = place.effort
    times = effort.crowds if side is RECKON else effort.peer_crowds
    with place.start(side, cache) as worker:
        return [worker.ask(do, size=size) for _ in range(times)]
