"""The filters above the flights list."""

from __future__ import annotations

from calendar import month_name, monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django import forms

from demo.flights.models import LATE_MINUTES, NEW_YORK_AIRPORTS, Airline

YEAR: Final = 2013


class FlightFilter(forms.Form):
    """
    Which flights to list; every field may stay empty.

    The carriers are handed in, because a field that queries for its choices would do
    so while the template renders, where an async view must not.
    """

    carrier = forms.ChoiceField(required=False)
    origin = forms.ChoiceField(required=False)
    month = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    late = forms.BooleanField(required=False, label=f"Over {LATE_MINUTES} minutes late")

    def __init__(self, data: Mapping[str, Any], *, carriers: Iterable[Airline]) -> None:
        """Take the request's parameters and the carriers to choose from."""
        super().__init__(data, label_suffix="")
        self._offer("carrier", [(each.code, each.name) for each in carriers])
        self._offer("origin", [(code, code) for code in NEW_YORK_AIRPORTS])
        self._offer("month", [(n, month_name[n]) for n in range(1, 13)])

    def lookups(self) -> dict[str, Any]:
        """Return what `filter()` takes; a field that is empty or wrong adds nothing."""
        self.is_valid()
        chosen = {key: value for key, value in self.cleaned_data.items() if value}
        lookups: dict[str, Any] = {
            key: chosen[key] for key in ("carrier", "origin") if key in chosen
        }
        if month := chosen.get("month"):
            last = monthrange(YEAR, month)[1]
            lookups["date__range"] = (date(YEAR, month, 1), date(YEAR, month, last))
        if "late" in chosen:
            lookups["departure_delay__gt"] = LATE_MINUTES
        return lookups

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "any"), *choices]
