"""Whether rules list what a function reads."""

from __future__ import annotations

from collections.abc import Iterable

from django_reckon._mypy import fullnames
from django_reckon._mypy.depending import Fail, segments
from django_reckon._mypy.members import Members, Place
from django_reckon._mypy.reads import Path, Read
from django_reckon._mypy.rules import Rule


class Declared:
    """What the rules of one computed field list, under one name for each thing."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._columns: set[tuple[Path, str]] = set()
        self._paths: set[Path] = set()
        self._anyhow: set[tuple[str, str]] = set()

    def add(self, path: Path, names: Iterable[str]) -> None:
        """Take a rule."""
        self._columns.update((path, name) for name in names)
        # Whatever a path leads over is watched as well.
        self._paths.update(path[:end] for end in range(1, len(path) + 1))

    def add_anyhow(self, model: str, names: Iterable[str]) -> None:
        """Take a rule whose rows may be reached in another way, over a third model."""
        self._anyhow.update((model, name) for name in names)

    def lists(self, read: Read) -> bool:
        """Tell whether a read is of what a rule lists."""
        if read.is_relation and (*read.path, read.name) in self._paths:
            return True
        if read.path and (read.model, read.name) in self._anyhow:
            return True
        return (read.path, read.name) in self._columns


def declared_by(
    members: Members, start: Place, rules: Iterable[Rule]
) -> Declared | None:
    """Return what rules list; None where one of them is not right itself."""
    declared = Declared()
    for rule in rules:
        place, path, is_through = start, [], False
        for name in segments(rule.path):
            found = members.find(place, name)
            if found is None or found.target is None:
                return None
            place = found.target
            is_through |= found.is_through
            if not found.is_parent:
                path.append(found.name)
        columns = [members.find(place, name) for name, _ in rule.names]
        names = [column.name for column in columns if column is not None]
        if len(names) < len(columns):
            return None
        declared.add(tuple(path), names)
        if is_through:
            declared.add_anyhow(place.fullname, names)
    return declared


def report_undeclared(
    name: str, reads: Iterable[Read], declared: Declared, fail: Fail
) -> None:
    """Report each field that is read and not listed, once."""
    known = list(reads)
    followed = {
        read.path[:end] for read in known for end in range(1, len(read.path) + 1)
    }
    told = set()
    for read in known:
        full = (*read.path, read.name)
        is_own = full == (name,)
        is_passed = read.is_relation and full in followed
        if is_own or is_passed or full in told or declared.lists(read):
            continue
        told.add(full)
        fail(_message(name, read), read.at)


def _message(name: str, read: Read) -> str:
    dotted = ".".join((*read.path, read.name))
    through = f' through "{read.through}"' if read.through else ""
    if not read.is_column:
        return (
            f'"{name}" follows "{dotted}"{through}, which no rule names; '
            f'add a rule for "{dotted}"'
        )
    path = ".".join(read.path) or fullnames.SELF
    return (
        f'"{name}" reads "{dotted}"{through}, which no rule lists; '
        f'add ("{path}", ["{read.name}"])'
    )
