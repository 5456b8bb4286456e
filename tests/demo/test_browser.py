"""The demo's pages, as a person with a browser sees them."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests import choices
from tests.demo.support import Demo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLIGHTS: Final = 5_000
PER_PAGE: Final = 25
CHROMIUM_OPTIONS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Time for migrating, loading and starting on a busy machine.
START_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running demo."""

    demo: Demo
    url: str
    sql_log: Path

    def statements(self) -> list[str]:
        """Return every statement so far, each on one line."""
        text = self.sql_log.read_text()
        entries = re.split(r"^\(\d+\.\d+\) ", text, flags=re.MULTILINE)[1:]
        return [" ".join(entry.split()) for entry in entries]


def counts_of_flights(statements: list[str]) -> list[str]:
    """Return the statements that count flights."""
    return [
        sql
        for sql in statements
        if sql.startswith("SELECT COUNT(*)") and '"flights_flight"' in sql
    ]


def looks_into_the_table_tier(statements: list[str]) -> list[str]:
    """Return the statements that read kept counts from the table."""
    return [sql for sql in statements if 'FROM "django_reckon_fastcount"' in sql]


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the browser's path; without one, skip, or fail where CI expects it."""
    path = shutil.which("chromium")
    if path is None:
        reason = "No 'chromium' on the PATH. Install it with: apt-get install chromium"
        if choices.in_ci():
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a small data set, from a file of its own, on a free port."""
    folder = tmp_path_factory.mktemp("served")
    demo, log = Demo(folder / "flights.sqlite3"), folder / "server.log"
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = demo.start(
        *("serve", "--limit", str(FLIGHTS), "--port", str(port)), log=log
    )
    try:
        wait_until_served(url, process, log)
        yield Server(demo, url, log.with_name("server.log.sql"))
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def page(chromium: str, server: Server) -> Iterator[Page]:
    """Return a new page of a new browser, whose paths begin at the server."""
    # Started for each test: while it runs, asyncio takes this thread for one with a
    # running loop, which must not last into other tests.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_OPTIONS
        )
        yield browser.new_page(base_url=server.url)
        browser.close()


@pytest.fixture
def admin_page(page: Page) -> Page:
    """Return a page that is logged in to the admin."""
    page.goto("/admin/")
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    return page


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_served(url: str, process: subprocess.Popen[str], log: Path) -> None:
    """Return once the server answers; fail with its output if it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/admin/login/", timeout=5).close()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The demo's server did not start:\n{log.read_text()}")


def shown_count(page: Page) -> int:
    """Return the number of flights that the list says it has."""
    return int(page.locator("#count").get_attribute("data-value") or "")


def shown_source(page: Page) -> str | None:
    """Return where the list says that its number comes from."""
    return page.locator("#source").get_attribute("data-source")


def test_list_shows_how_many_flights_there_are(page: Page, server: Server) -> None:
    page.goto("/")

    expect(page.locator("#count")).to_have_text("5,000")
    assert shown_count(page) == server.demo.count() == FLIGHTS
    expect(page.locator("tbody tr")).to_have_count(PER_PAGE)


def test_list_says_where_its_number_comes_from(page: Page) -> None:
    page.goto("/")

    assert shown_source(page) == "cache"
    expect(page.locator("#age")).to_have_text(re.compile(r"^\d+ s$"))
    expect(page.locator("#took")).to_have_text(re.compile(r"^[\d.]+ (µs|ms|s)$"))


def test_filters_change_count_and_rows(page: Page, server: Server) -> None:
    page.goto("/")

    page.get_by_label("Carrier").select_option("UA")
    page.get_by_label("Origin").select_option("EWR")
    page.get_by_label("Month").select_option("March")
    page.get_by_role("button", name="Show").click()

    expected = server.demo.count(
        "carrier_id = 'UA' AND origin_id = 'EWR' AND date LIKE '2013-03-%'"
    )
    assert 0 < expected < FLIGHTS
    assert shown_count(page) == expected
    rows = page.locator("tbody tr")
    for cell, text in (("td:nth-child(1)", "Mar"), ("td:nth-child(3)", "United")):
        expect(rows.locator(cell).filter(has_text=text)).to_have_count(
            min(expected, PER_PAGE)
        )


def test_late_filter_leaves_late_flights(page: Page, server: Server) -> None:
    page.goto("/")

    page.get_by_label("Over 60 minutes late").check()
    page.get_by_role("button", name="Show").click()

    assert shown_count(page) == server.demo.count("departure_delay > 60") > 0
    expect(page.locator("tbody td.late")).to_have_count(PER_PAGE)


def test_filter_that_leaves_nothing_says_so(page: Page, server: Server) -> None:
    page.goto("/?carrier=HA&origin=LGA")

    assert shown_count(page) == server.demo.count(
        "carrier_id = 'HA' AND origin_id = 'LGA'"
    )
    expect(page.get_by_text("No flight matches these filters.")).to_be_visible()


def test_unknown_filter_value_is_told_and_left_out(page: Page) -> None:
    page.goto("/?carrier=XX")

    expect(page.get_by_text("XX is not one of the available choices")).to_be_visible()
    assert shown_count(page) == FLIGHTS


def test_pages_go_forth_and_back_and_keep_the_filter(
    page: Page, server: Server
) -> None:
    last = -(-server.demo.count("carrier_id = 'DL'") // PER_PAGE)
    page.goto("/?carrier=DL")
    first_rows = page.locator("tbody").inner_text()
    expect(page.locator("#page")).to_have_text(f"Page 1 of {last}")

    page.get_by_role("link", name="Next").click()

    expect(page.locator("#page")).to_have_text(f"Page 2 of {last}")
    assert page.locator("tbody").inner_text() != first_rows
    expect(page.get_by_label("Carrier")).to_have_value("DL")

    page.get_by_role("link", name="Previous").click()

    expect(page.locator("#page")).to_have_text(f"Page 1 of {last}")
    assert page.locator("tbody").inner_text() == first_rows


def test_last_page_holds_the_rest(page: Page, server: Server) -> None:
    count = server.demo.count("carrier_id = 'AA'")
    last = -(-count // PER_PAGE)

    page.goto("/?carrier=AA&page=9999")

    expect(page.locator("#page")).to_have_text(f"Page {last} of {last}")
    expect(page.locator("tbody tr")).to_have_count(count - (last - 1) * PER_PAGE)
    expect(page.get_by_role("link", name="Next")).to_have_count(0)


def test_count_of_a_new_filter_is_exact_first_and_cached_then(
    page: Page, server: Server
) -> None:
    address = "/?carrier=WN&month=7"
    before = len(server.statements())

    page.goto(address)
    exact = shown_count(page)

    assert shown_source(page) == "exact"
    expect(page.locator("#age")).to_have_text("this moment")
    # One for the number; the paginator asks again and is answered from the cache.
    assert len(counts_of_flights(server.statements()[before:])) == 1

    seen = len(server.statements())
    page.reload()

    assert shown_source(page) == "cache"
    assert shown_count(page) == exact
    assert counts_of_flights(server.statements()[seen:]) == []


def test_list_needs_nothing_from_elsewhere(page: Page, server: Server) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))

    page.goto("/")

    foreign = [each for each in addresses if not each.startswith((server.url, "data:"))]
    assert foreign == []
    assert f"{server.url}/static/flights/flights.css" in addresses


def test_admin_lists_every_model(admin_page: Page) -> None:
    for model in ("airline", "airport", "flight", "plane", "weather"):
        admin_page.goto("/admin/flights/")

        admin_page.locator(f"a[href='/admin/flights/{model}/']").first.click()

        expect(admin_page).to_have_url(re.compile(f"/admin/flights/{model}/$"))
        expect(admin_page.locator("#result_list tbody tr").first).to_be_visible()


def test_admin_shows_the_computed_columns(admin_page: Page, server: Server) -> None:
    admin_page.goto("/admin/flights/airline/?q=UA")

    flights = admin_page.locator("#result_list td.field-flight_count")
    expect(flights).to_have_text(str(server.demo.count("carrier_id = 'UA'")))

    admin_page.goto("/admin/flights/flight/?carrier__code__exact=UA")

    label = admin_page.locator("#result_list td.field-label").first
    expect(label).to_contain_text("United Air Lines Inc. ")


def test_admin_changelist_is_answered_by_the_precached_count(
    admin_page: Page, server: Server
) -> None:
    before = len(server.statements())

    admin_page.goto("/admin/flights/flight/")

    expect(admin_page.locator(".paginator")).to_contain_text(f"{FLIGHTS} flights")
    statements = server.statements()[before:]
    assert any("ORDER BY" in sql and "flights_flight" in sql for sql in statements)
    assert counts_of_flights(statements) == []
    assert looks_into_the_table_tier(statements) == []


def test_second_visit_of_a_filtered_changelist_is_answered_by_the_cache_tier(
    admin_page: Page, server: Server
) -> None:
    address = "/admin/flights/flight/?carrier__code__exact=B6&origin__code__exact=JFK"
    expected = server.demo.count("carrier_id = 'B6' AND origin_id = 'JFK'")
    before = len(server.statements())

    admin_page.goto(address)

    expect(admin_page.locator(".paginator")).to_contain_text(f"{expected} flights")
    assert len(counts_of_flights(server.statements()[before:])) == 1

    seen = len(server.statements())
    admin_page.goto(address)

    expect(admin_page.locator(".paginator")).to_contain_text(f"{expected} flights")
    statements = server.statements()[seen:]
    assert counts_of_flights(statements) == []
    assert looks_into_the_table_tier(statements) == []
