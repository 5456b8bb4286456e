"""
One function per table: a row of text becomes the values of a database row.

The keys are names of columns as the model's instances know them (`carrier_id`).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from demo.loading.source import Row

Value = str | int | float | date | datetime | None
Values = dict[str, Value]

# How the files write a missing value.
MISSING: Final = "NA"


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """Codes that a flight's relations can point to; the others stay empty."""

    airports: Container[str] = frozenset()
    planes: Container[str] = frozenset()


def make_airline(row: Row) -> Values:
    """Return an airline."""
    return {"code": row["carrier"], "name": row["name"]}


def make_airport(row: Row) -> Values:
    """Return an airport."""
    return {
        "code": row["faa"],
        "name": row["name"],
        "latitude": float(row["lat"]),
        "longitude": float(row["lon"]),
        "altitude": int(row["alt"]),
        "utc_offset": int(row["tz"]),
        "daylight_saving": row["dst"],
        "time_zone": _text(row["tzone"]),
    }


def make_plane(row: Row) -> Values:
    """Return a plane."""
    return {
        "tail_number": row["tailnum"],
        "year": _whole(row["year"]),
        "kind": row["type"],
        "manufacturer": row["manufacturer"],
        "model": row["model"],
        "engines": int(row["engines"]),
        "seats": int(row["seats"]),
        "speed": _whole(row["speed"]),
        "engine": row["engine"],
    }


def make_weather(row: Row) -> Values:
    """Return an hour of weather."""
    return {
        "origin_id": row["origin"],
        "hour": _hour(row["time_hour"]),
        "temperature": _real(row["temp"]),
        "dew_point": _real(row["dewp"]),
        "humidity": _real(row["humid"]),
        "wind_direction": _whole(row["wind_dir"]),
        "wind_speed": _real(row["wind_speed"]),
        "wind_gust": _real(row["wind_gust"]),
        "precipitation": float(row["precip"]),
        "pressure": _real(row["pressure"]),
        "visibility": float(row["visib"]),
    }


def make_flight(row: Row, known: KnownCodes) -> Values:
    """Return a flight; its relations are set where `known` has the code."""
    destination, tail_number = row["dest"], _text(row["tailnum"])
    return {
        "date": _day(row["year"], row["month"], row["day"]),
        "carrier_id": row["carrier"],
        "number": int(row["flight"]),
        "origin_id": row["origin"],
        "destination_code": destination,
        "destination_id": destination if destination in known.airports else None,
        "tail_number": tail_number,
        "plane_id": tail_number if tail_number in known.planes else None,
        "scheduled_hour": _hour(row["time_hour"]),
        "scheduled_departure": int(row["sched_dep_time"]),
        "departure": _whole(row["dep_time"]),
        "departure_delay": _whole(row["dep_delay"]),
        "scheduled_arrival": int(row["sched_arr_time"]),
        "arrival": _whole(row["arr_time"]),
        "arrival_delay": _whole(row["arr_delay"]),
        "air_time": _whole(row["air_time"]),
        "distance": int(row["distance"]),
        "copy": 0,
    }


def _text(value: str) -> str:
    return "" if value == MISSING else value


def _whole(value: str) -> int | None:
    return None if value == MISSING else int(value)


def _real(value: str) -> float | None:
    return None if value == MISSING else float(value)


@lru_cache(maxsize=400)
def _day(year: str, month: str, day: str) -> date:
    """Return the date; the year has 365 of them and the flights 336,776."""
    return date(int(year), int(month), int(day))


@lru_cache(maxsize=9_000)
def _hour(text: str) -> datetime:
    """Return the aware instant; a year has 8,760 hours."""
    return datetime.fromisoformat(text)
