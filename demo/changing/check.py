"""Every computed column compared with what its function says, as `checkdata` does."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS

from demo.flights.models import Airline, Airport, Flight, Plane
from demo.flights.plain import count_rows
from demo.loading.progress import stepping
from django_reckon.computed.auditing.audit import findings, tables_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check came to."""

    rows: int = 0
    """Rows that were read."""
    differing: int = 0
    """Those in which a column is not what its function says."""

    @property
    def sentence(self) -> str:
        """The same in words."""
        return f"{self.differing:,} of {self.rows:,} rows differ"


def check() -> Checked:
    """Compare every computed column of the demo; nothing is written."""
    rows = differing = 0
    tables = tables_of([Airline, Airport, Plane, Flight])
    total = sum(map(count_rows, tables))
    with stepping("Checking computed columns", total=total) as done:
        for columns in tables.values():
            for finding in findings(DEFAULT_DB_ALIAS, columns):
                rows += finding.rows
                differing += len(finding.keys)
                done(finding.rows)
    return Checked(rows, differing)
