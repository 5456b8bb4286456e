"""What a hit costs, and what it costs to make one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from benchmarks.counting.figures import Figure, Target
from benchmarks.counting.place import Place
from benchmarks.counting.setup import RECKON
from benchmarks.counting.workers import Worker

# One process for each side, by its name; one team for each cache.
Team: TypeAlias = dict[str, Worker]
Teams: TypeAlias = dict[str, Team]


@dataclass(frozen=True, slots=True)
class Timed:
    """
    One timed figure.

    Attributes:
        case: What is called, a name in `world.cases`.
        cache: The cache that answers.
        title: In words.
        target: What ours should be.
    """

    case: str
    cache: str
    title: str
    target: Target | None = None

    @property
    def clock(self) -> str:
        """What times it; who asks a server waits, and only the wall's clock sees it."""
        return "wall" if self.cache == "redis" else "processor"

    def empty(self, sides: Team) -> Figure:
        """Return the figure without samples."""
        key = f"{self.case}_{self.cache}"
        return Figure(
            key, self.title, "seconds", {name: [] for name in sides}, self.target
        )


TIMED: Final = (
    Timed("all", "locmem", "hit .all(), LocMem", Target(0.5, relative=True)),
    Timed(
        "five",
        "locmem",
        "hit, five conditions and order_by, LocMem",
        Target(0.4, relative=True),
    ),
    Timed("five_built", "locmem", "hit, that queryset already built, LocMem"),
    Timed("five_building", "locmem", "building that queryset, without a count"),
    Timed("all", "redis", "hit .all(), Redis", Target(0.6, relative=True)),
    Timed("five", "redis", "hit, five conditions and order_by, Redis"),
    Timed("five_built", "redis", "hit, that queryset already built, Redis"),
)
# Calls before the first timed one: the first counts, the next may find more to set up.
WARM_UP: Final = 3


def measure(place: Place) -> list[Figure]:
    """Return the figures of single callers."""
    with _teams(place) as teams:
        _warm_up(teams)
        return [
            *_timed(place, teams),
            *_round_trips(teams),
            *_statements(teams["locmem"]),
        ]


@contextmanager
def _teams(place: Place) -> Iterator[Teams]:
    """Start one process for each cache and side."""
    with ExitStack() as stack:
        yield {
            cache: {
                side.name: stack.enter_context(place.start(side, cache))
                for side in place.sides(cache)
            }
            for cache in place.caches
        }


def _warm_up(teams: Teams) -> None:
    """Keep the counts, and let precaching be not due any more."""
    for cache, team in teams.items():
        for worker in team.values():
            worker.ask("forget")
            for timed in TIMED:
                if timed.cache == cache:
                    for _ in range(WARM_UP):
                        worker.ask("time_once", case=timed.case)


def _timed(place: Place, teams: Teams) -> list[Figure]:
    """Time all sides in turn, round after round, so that drift hits them alike."""
    ours = teams["locmem"][RECKON.name]
    plain = Figure("plain", "plain count(), for comparison", "seconds")
    plain.samples[RECKON.name] = []
    figures = [
        (timed, timed.empty(teams[timed.cache]))
        for timed in TIMED
        if timed.cache in teams
    ]
    for number in range(place.effort.rounds):
        plain.samples[RECKON.name].append(ours.ask("time_once", case="plain"))
        for timed, figure in figures:
            for name, worker in _rotated(teams[timed.cache], number):
                sample = worker.ask(
                    "time_hit",
                    case=timed.case,
                    seconds=place.effort.seconds,
                    clock=timed.clock,
                )
                figure.samples[name].append(sample)
    return [plain, *(figure for _, figure in figures)]


def _rotated(team: Team, number: int) -> list[tuple[str, Worker]]:
    """Let another side begin each round."""
    members = list(team.items())
    start = number % len(members)
    return [*members[start:], *members[:start]]


def _round_trips(teams: Teams) -> list[Figure]:
    if "redis" not in teams:
        return []
    samples = {
        name: [worker.ask("round_trips", case="all")]
        for name, worker in teams["redis"].items()
    }
    title = "hit .all(), Redis: round trips"
    return [Figure("round_trips", title, "number", samples, Target(1))]


def _statements(team: Team) -> list[Figure]:
    """Return the statements of sides that keep counts in the database as well."""
    workers = {
        name: worker for name, worker in team.items() if worker.setup.side.keeps_rows
    }
    return [
        Figure(
            "table_hit",
            "table-tier hit: statements",
            "number",
            {name: [worker.ask("table_hit")] for name, worker in workers.items()},
            Target(1),
        ),
        *(
            Figure(
                key,
                title,
                "number",
                {
                    name: [worker.ask("stored_miss", first=first)]
                    for name, worker in workers.items()
                },
                Target(3),
            )
            for key, title, first in (
                ("stored_miss", "stored miss: statements beside the COUNT", False),
                (
                    "first_stored_miss",
                    "stored miss, content type unknown: the same",
                    True,
                ),
            )
        ),
    ]
