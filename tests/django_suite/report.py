"""The comparison as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.django_suite.outcomes import Difference, Kind, Outcome, label_of

__all__ = ["format_difference", "format_table", "summarise"]

_HEADINGS = ("label", "tests", "same", "differing")


def format_table(tests: Iterable[str], found: Sequence[Difference]) -> str:
    """Return a line for each label and one for their sum."""
    totals = Counter(map(label_of, tests))
    differing = Counter(label_of(each.test) for each in found)
    rows = [(label, totals[label], differing[label]) for label in sorted(totals)]
    rows.append(("all", totals.total(), differing.total()))
    lines = [
        _HEADINGS,
        *((label, str(n), str(n - bad), str(bad)) for label, n, bad in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])])
        for line in lines
    )


def format_difference(difference: Difference) -> str:
    """Return what differs and why; the traceback when nobody knows why."""
    words = f"{difference.without.word} -> {difference.within.word}"
    line = f"{difference.kind.value}: {difference.test}: {words}"
    if difference.reason:
        return f"{line}\n    {difference.reason}"
    if difference.kind is Kind.UNEXPECTED:
        return (
            f"{line}\n{_indented(difference.within) or _indented(difference.without)}"
        )
    return line


def summarise(words: Mapping[str, Outcome]) -> str:
    """Return how the tests ended without the capture, for instance ``9 passed``."""
    counts = Counter(outcome.word for outcome in words.values())
    return ", ".join(f"{count} {word}" for word, count in counts.most_common())


def _indented(outcome: Outcome) -> str:
    return "\n".join(f"    {line}" for line in outcome.why.splitlines())
