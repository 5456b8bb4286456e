"""Whether rules name what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeAlias

from mypy.nodes import Context

from django_reckon._mypy import fullnames
from django_reckon._mypy.members import Member, Members, Place
from django_reckon._mypy.relations import relations
from django_reckon._mypy.rules import Rule

Fail: TypeAlias = Callable[[str, Context], None]


class RuleCheck:
    """Follows rules from one model, and reports names that lead nowhere."""

    def __init__(self, members: Members, start: Place, fail: Fail) -> None:
        """Take where to start and whom to tell."""
        self._members = members
        self._start = start
        self._fail = fail

    def check(self, rules: Iterable[Rule]) -> None:
        """Report every name that is not there."""
        for rule in rules:
            end = self._followed(rule)
            if end is not None:
                for name, at in rule.names:
                    self._check_column(end, name, at)

    def _followed(self, rule: Rule) -> Place | None:
        """Return where a path leads; None where it does not, or nobody can tell."""
        place = self._start
        for name in segments(rule.path):
            found = self._members.find(place, name)
            if found is None or not found.is_relation:
                self._refuse_relation(place, name, found, rule.at)
                return None
            if found.target is None:
                return None
            place = found.target
        return place

    def _refuse_relation(
        self, place: Place, name: str, found: Member | None, at: Context
    ) -> None:
        if not self._members.is_sure(place):
            return
        label = self._members.label(place)
        if found is not None:
            self._fail(
                f'depends: "{name}" of "{label}" is a column, not a relation', at
            )
        elif not relations.changes():
            # Else one may lead back that Django has not loaded.
            near = self._suggest(place, name, lambda m: m.is_relation)
            self._fail(f'depends: "{label}" has no relation "{name}"{near}', at)

    def _check_column(self, place: Place, name: str, at: Context) -> None:
        found = self._members.find(place, name)
        if not self._members.is_sure(place):
            return
        label = self._members.label(place)
        if found is None:
            near = self._suggest(place, name, lambda m: m.is_column)
            self._fail(f'depends: "{label}" has no field "{name}"{near}', at)
        elif not found.is_column:
            self._fail(
                f'depends: "{name}" of "{label}" is no column but a relation; '
                "name it in the rule's path",
                at,
            )

    def _suggest(self, place: Place, name: str, fits: Callable[[Member], bool]) -> str:
        names = [
            each
            for each in self._members.names(place)
            if (found := self._members.find(place, each)) is not None and fits(found)
        ]
        close = get_close_matches(name, names, n=1)
        return f'; did you mean "{close[0]}"?' if close else ""


def segments(path: str) -> list[str]:
    """Return the relations of a path; none for the row itself."""
    return [] if path in {"", fullnames.SELF} else path.split(".")
