"""Loading the flights, and the demo's command from end to end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from demo.loading.source import SIZES, read_rows
from tests.demo.support import LIMIT, Demo

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess

pytestmark = pytest.mark.slow

DEMO: Final = ("demo", "--limit", str(LIMIT))
TABLES: Final = {
    "airline": 16,
    "airport": 1_458,
    "plane": 3_322,
    "weather": LIMIT,
    "flight": LIMIT,
}
# Destinations of the data set that its list of airports lacks.
UNLISTED: Final = {"BQN", "PSE", "SJU", "STT"}


@pytest.fixture(scope="module")
def first_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Demo, CompletedProcess[str]]:
    """Return a demo that has run once, and how that went; not to be changed."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "flights.sqlite3")
    return demo, demo.run(*DEMO)


@pytest.fixture(scope="module")
def loaded(first_run: tuple[Demo, CompletedProcess[str]]) -> Demo:
    """Return a demo with its data, not to be changed."""
    return first_run[0]


@pytest.fixture
def own(loaded: Demo, tmp_path: Path) -> Demo:
    """Return a demo with its data, to be changed at will."""
    return loaded.copy_to(tmp_path)


@pytest.mark.parametrize("table", list(SIZES))
def test_files_have_as_many_rows_as_the_loader_expects(table: str) -> None:
    assert sum(1 for _ in read_rows(table)) == SIZES[table]


def test_reading_the_files_imports_no_pandas(loaded: Demo) -> None:
    result = loaded.run_code(
        "import sys; from demo.loading.source import read_rows; "
        "next(read_rows('flights')); print('pandas' in sys.modules)"
    )

    assert result.stdout == "False\n", result.stderr


@pytest.mark.parametrize(("table", "rows"), TABLES.items())
def test_table_holds_its_rows(loaded: Demo, table: str, rows: int) -> None:
    assert loaded.query(f"SELECT COUNT(*) FROM flights_{table}") == [(rows,)]


def test_limited_flights_are_spread_over_the_year(loaded: Demo) -> None:
    months = loaded.query("SELECT DISTINCT substr(date, 1, 7) FROM flights_flight")

    assert sorted(months) == [(f"2013-{month:02}",) for month in range(1, 13)]


def test_first_flight_has_the_values_of_its_row(loaded: Demo) -> None:
    found = loaded.query(
        "SELECT date, carrier_id, number, origin_id, destination_code, destination_id,"
        " tail_number, plane_id, scheduled_hour, scheduled_departure, departure,"
        " departure_delay, scheduled_arrival, arrival, arrival_delay, air_time,"
        " distance, copy FROM flights_flight ORDER BY id LIMIT 1"
    )

    assert found == [
        (
            *("2013-01-01", "UA", 1545, "EWR", "IAH", "IAH", "N14228", "N14228"),
            *("2013-01-01 10:00:00", 515, 517, 2, 819, 830, 11, 227, 1400, 0),
        )
    ]


@pytest.mark.parametrize(
    ("relation", "code", "table", "key"),
    [
        ("destination_id", "destination_code", "flights_airport", "code"),
        ("plane_id", "tail_number", "flights_plane", "tail_number"),
    ],
    ids=["destination", "plane"],
)
def test_relation_is_set_exactly_where_its_code_is_listed(
    loaded: Demo, relation: str, code: str, table: str, key: str
) -> None:
    known = f"{code} IN (SELECT {key} FROM {table})"

    assert loaded.count(f"{known} AND {relation} = {code}") == loaded.count(known) > 0
    assert loaded.count(f"NOT {known} AND {relation} IS NOT NULL") == 0
    assert loaded.count(f"{relation} IS NULL") > 0


def test_code_of_an_unlisted_airport_is_kept(loaded: Demo) -> None:
    codes = loaded.query(
        "SELECT DISTINCT destination_code FROM flights_flight"
        " WHERE destination_id IS NULL"
    )

    assert {code for (code,) in codes} <= UNLISTED
    assert ("SJU",) in codes


def test_cancelled_flight_has_no_departure(loaded: Demo) -> None:
    assert loaded.count("departure IS NULL") > 0
    assert loaded.count("departure IS NULL AND departure_delay IS NOT NULL") == 0


def test_second_run_loads_nothing_and_undoes_its_changes(own: Demo) -> None:
    before = _rows(own)

    result = own.run(*DEMO)

    assert result.returncode == 0, result.stderr
    assert "Loading" not in result.stderr
    assert _rows(own) == before


def _rows(demo: Demo) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: demo.query(f"SELECT * FROM flights_{table} ORDER BY 1")
        for table in TABLES
    }


def test_other_limit_is_refused_with_a_remedy(own: Demo) -> None:
    result = own.run("demo", "--limit", "3000")

    assert result.returncode == 1
    assert "holds 2,000 rows; 3,000 were expected" in result.stderr
    assert "--reset" in result.stderr


def test_reset_loads_again(own: Demo) -> None:
    result = own.run("demo", "--limit", "1000", "--reset")

    assert result.returncode == 0, result.stderr
    assert own.count() == 1_000


def test_copies_grow_stay_and_shrink_with_their_computed_columns(own: Demo) -> None:
    miles = "SELECT SUM(miles_flown) FROM flights_plane"
    counted = "SELECT SUM(flight_count) FROM flights_airline"
    [(before,)] = own.query(miles)

    grown = own.run(*DEMO, "--copies", "3")
    assert grown.returncode == 0, grown.stderr
    assert "from 2,000 to 6,000 (3 x 2,000)" in grown.stderr
    assert own.query("SELECT copy, COUNT(*) FROM flights_flight GROUP BY copy") == [
        (0, LIMIT),
        (1, LIMIT),
        (2, LIMIT),
    ]
    late = own.count("copy = 2 AND departure_delay > 60")
    assert late == own.count("copy = 0 AND departure_delay > 60") > 0
    assert own.query(miles) == [(3 * before,)]
    assert own.query(counted) == [(3 * LIMIT,)]
    assert own.count("label = ''") == 0

    stayed = own.run(*DEMO, "--copies", "3")
    assert stayed.returncode == 0, stayed.stderr
    assert "6,000 (3 x 2,000), as asked" in stayed.stderr
    assert own.count() == 3 * LIMIT

    left = own.run(*DEMO)
    assert left.returncode == 0, left.stderr
    assert own.count() == 3 * LIMIT

    shrunk = own.run(*DEMO, "--copies", "1")
    assert shrunk.returncode == 0, shrunk.stderr
    assert own.count() == own.count("copy = 0") == LIMIT
    assert own.query(miles) == [(before,)]
    assert own.query(counted) == [(LIMIT,)]


def test_short_file_leaves_all_tables_empty(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "flights.sqlite3")

    result = demo.run_code(
        "from django.core.management import execute_from_command_line as run\n"
        "from demo.loading.source import SIZES\n"
        "SIZES['planes'] = 4_000\n"
        f"run(['manage.py', 'demo', '--limit', '{LIMIT}'])"
    )

    assert result.returncode == 1
    assert "planes holds 3,322 rows; 4,000 were expected" in result.stderr
    assert {
        table: demo.query(f"SELECT * FROM flights_{table}") for table in TABLES
    } == {table: [] for table in TABLES}


def test_airlines_hold_what_their_flights_say(loaded: Demo) -> None:
    assert loaded.query(
        "SELECT code, flight_count, mean_delay FROM flights_airline ORDER BY code"
    ) == loaded.query(
        "SELECT code, COUNT(flight.id), ROUND(AVG(departure_delay), 2)"
        " FROM flights_airline LEFT JOIN flights_flight flight ON carrier_id = code"
        " GROUP BY code ORDER BY code"
    )


def test_airports_hold_what_their_flights_say(loaded: Demo) -> None:
    assert loaded.query(
        "SELECT code, departure_count, arrival_count FROM flights_airport"
    ) == loaded.query(
        "SELECT code,"
        " (SELECT COUNT(*) FROM flights_flight WHERE origin_id = code),"
        " (SELECT COUNT(*) FROM flights_flight WHERE destination_id = code)"
        " FROM flights_airport"
    )


def test_planes_hold_how_far_their_flights_went(loaded: Demo) -> None:
    assert loaded.query("SELECT tail_number, miles_flown FROM flights_plane") == (
        loaded.query(
            "SELECT tail_number, (SELECT COALESCE(SUM(distance), 0)"
            " FROM flights_flight WHERE plane_id = plane.tail_number"
            " AND departure IS NOT NULL) FROM flights_plane plane"
        )
    )


def test_flights_hold_their_labels(loaded: Demo) -> None:
    [(first,)] = loaded.query("SELECT label FROM flights_flight ORDER BY id LIMIT 1")
    assert first == (
        "United Air Lines Inc. 1545: Newark Liberty Intl"
        " to George Bush Intercontinental"
    )
    assert loaded.query("SELECT id, label FROM flights_flight") == loaded.query(
        "SELECT flight.id, airline.name || ' ' || number || ': ' || origin.name"
        " || ' to ' || COALESCE(there.name, destination_code)"
        " FROM flights_flight flight"
        " JOIN flights_airline airline ON airline.code = carrier_id"
        " JOIN flights_airport origin ON origin.code = origin_id"
        " LEFT JOIN flights_airport there ON there.code = destination_id"
    )


def test_columns_that_were_never_computed_are_computed_by_the_next_run(
    own: Demo,
) -> None:
    labels = own.query("SELECT id, label FROM flights_flight")
    own.execute("UPDATE flights_flight SET label = '' WHERE id % 3 = 0")
    own.execute("UPDATE flights_airline SET flight_count = 0")

    result = own.run(*DEMO)

    assert result.returncode == 0, result.stderr
    assert own.query("SELECT id, label FROM flights_flight") == labels
    assert own.query("SELECT SUM(flight_count) FROM flights_airline") == [(LIMIT,)]


def test_command_tells_what_followed_each_change(
    first_run: tuple[Demo, CompletedProcess[str]],
) -> None:
    demo, result = first_run
    table = result.stdout.split("\n\n")[3].splitlines()
    united, moved, deleted = (line.split("   ")[0] for line in table[2:])
    labels = demo.count("carrier_id = 'UA'")
    airtran = demo.count("carrier_id = 'FL'")
    [(planes,)] = demo.query(
        "SELECT COUNT(DISTINCT plane_id) FROM flights_flight"
        " WHERE carrier_id = 'EV' AND departure IS NOT NULL"
    )

    assert (united, moved, deleted) == (
        "rename United",
        "move AirTran's flights to Southwest",
        "delete ExpressJet's flights",
    )
    assert f"  {labels} flights  " in table[2]
    assert f"  2 airlines, {airtran} flights  " in table[3]
    assert f", {planes} planes  " in table[4]


def test_command_tells_what_checkdata_found(
    first_run: tuple[Demo, CompletedProcess[str]],
) -> None:
    demo, result = first_run
    rows = 16 + 1_458 + 3_322 + demo.count("carrier_id <> 'EV'")

    assert f"checkdata: 0 of {rows:,} rows differ.\n" in result.stdout


def test_column_that_is_not_what_its_function_says_ends_with_status_1(
    own: Demo,
) -> None:
    own.execute("UPDATE flights_airport SET departure_count = 5 WHERE code = 'ANC'")

    result = own.run(*DEMO)

    assert result.returncode == 1
    assert "checkdata: 1 of " in result.stderr
    assert "rows differ" in result.stderr


def test_command_prints_a_table_of_right_counts(
    first_run: tuple[Demo, CompletedProcess[str]],
) -> None:
    demo, result = first_run

    assert result.returncode == 0, result.stderr
    head, rule, *lines = result.stdout.split("\n\n")[1].splitlines()
    assert head.split("   ")[0] == "count of"
    assert set(rule) == {"-"}
    cells = [[cell.strip() for cell in line.split("   ") if cell] for line in lines]
    assert {cell[0]: int(cell[1].replace(",", "")) for cell in cells} == {
        "all flights": demo.count(),
        "carrier = United": demo.count("carrier_id = 'UA'"),
        "over 60 min late from JFK": demo.count(
            "origin_id = 'JFK' AND departure_delay > 60"
        ),
        "newark.departures": demo.count("origin_id = 'EWR'"),
        "admin changelist, ordered": demo.count(),
    }
    assert "A hit in the cache tier took" in result.stdout


def test_progress_is_plain_lines_away_from_a_terminal(
    first_run: tuple[Demo, CompletedProcess[str]],
) -> None:
    _, result = first_run

    assert "\r" not in result.stderr
    assert "Loading flights: 2,000 in" in result.stderr


def test_json_holds_the_same_table_for_machines(own: Demo) -> None:
    result = own.run(*DEMO, "--json")

    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["faults"] == []
    assert [row["value"] for row in report["rows"]][::4] == [LIMIT, LIMIT]
    for row in report["rows"]:
        assert row["sources"] == ["exact", "stored", "cache"]
        assert min(row["seconds"].values()) > 0
        assert row["ratio"] == row["seconds"]["plain"] / row["seconds"]["cache"]
    assert report["checked"]["differing"] == 0
    for change in report["changes"]:
        assert change["agree"] is True
        assert sum(change["followed"].values()) > 0
        assert min(change["library"]["queries"], change["by_hand"]["queries"]) > 0


def test_demo_leaves_both_tiers_ready(own: Demo) -> None:
    own.run(*DEMO)

    kept = own.query("SELECT COUNT(*) FROM django_reckon_fastcount WHERE is_precached")

    assert kept == [(10,)]


def test_wrong_count_ends_with_status_1(own: Demo) -> None:
    result = own.run_code(
        "import django\n"
        "django.setup()\n"
        "from django.core.management import execute_from_command_line as run\n"
        "from django_reckon.managers import FastCountQuerySet\n"
        "right = FastCountQuerySet.count\n"
        "FastCountQuerySet.count = lambda self: right(self) + 1\n"
        f"run(['manage.py', 'demo', '--limit', '{LIMIT}'])"
    )

    assert result.returncode == 1
    assert "all flights: cache answered [2001]; COUNT(*) says 2000." in result.stderr


def test_unreachable_database_is_told_with_a_remedy(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "missing" / "flights.sqlite3")

    result = demo.run("demo")

    assert result.returncode == 1
    assert "Check that its folder exists" in result.stderr
    assert "Traceback" not in result.stderr


def test_database_url_option_goes_before_the_environment(
    own: Demo, tmp_path: Path
) -> None:
    other = Demo(tmp_path / "other.sqlite3")

    result = own.run("migrate", f"--database-url=sqlite:///{other.file}")

    assert result.returncode == 0, result.stderr
    assert other.count() == 0


def test_wrong_database_url_is_told_without_a_traceback(own: Demo) -> None:
    result = own.run("demo", "--database-url", "oracle://somewhere/flights")

    assert result.returncode == 1
    assert "starts with 'oracle'. Use one of mariadb, mysql, postgres" in result.stderr
    assert "Traceback" not in result.stderr
