"""The listings as a person with a browser sees them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

from tests import choices
from tests.admin.pages import COMPUTED, CONTRIBUTING
from tests.support.database import committing
from tests.support.fixtures import _django_db_helper as _django_db_helper

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.contrib.admin import AdminSite
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.slow, committing]

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
TOTAL: Final = '[data-node="computedapp.Shelf.total"]'


@dataclass(slots=True)
class Visit:
    """
    A page of somebody who may view everything.

    Attributes:
        page: The page.
        complaints: What the browser wrote to its console, and what failed to load.
        addresses: What the browser asked for.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Note what the browser complains of, but for the icon that it asks for."""
        if not message.location["url"].endswith("/favicon.ico"):
            self.complaints.append(message.text)


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


@pytest.fixture
def visit(
    request: pytest.FixtureRequest,
    chromium: str,
    site: AdminSite,
    live_server: LiveServer,
) -> Iterator[Visit]:
    """Yield the page of a new browser, logged in; the parameter is a colour scheme."""
    # Before the browser starts: then asyncio takes this thread for one with a running
    # loop, in which Django refuses to read the database.
    user = User.objects.create(username="ann", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_OPTIONS
        )
        page = browser.new_page(
            base_url=live_server.url,
            color_scheme=getattr(request, "param", "light"),
            viewport={"width": 1400, "height": 1000},
        )
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session,
                    "url": live_server.url,
                }
            ]
        )
        visit = Visit(page)
        page.on("console", lambda message: visit.hear(message))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("requestfailed", lambda sent: visit.complaints.append(sent.url))
        page.on("request", lambda sent: visit.addresses.append(sent.url))
        yield visit
        browser.close()


def colours(page: Page, selector: str) -> tuple[str, str]:
    """Return the colours in which a text is drawn, and of what lies behind it."""
    fill: str = page.locator(selector).first.evaluate("e => getComputedStyle(e).fill")
    behind: str = page.locator(".reckon-graph").evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    return fill, behind


def brightness(colour: str) -> float:
    """Return how bright a colour such as "rgb(0, 0, 0)" is, from 0 to 255."""
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize("visit", ["light", "dark"], indirect=True)
def test_graph_is_seen_in_light_and_in_dark(visit: Visit, tmp_path: Path) -> None:
    page = visit.page

    page.goto(COMPUTED)

    expect(page.locator(".reckon-graph svg")).to_be_visible()
    expect(page.locator(f"{TOTAL} text")).to_have_text("total")
    text, behind = colours(page, f"{TOTAL} text")
    assert abs(brightness(text) - brightness(behind)) > 125
    page.locator("#reckon-graph").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / "graph.png")


def test_browser_has_nothing_to_complain_of(visit: Visit) -> None:
    for page in (COMPUTED, CONTRIBUTING):
        visit.page.goto(page, wait_until="networkidle")

    assert visit.complaints == []


def test_browser_asks_no_other_server(visit: Visit, live_server: LiveServer) -> None:
    visit.page.goto(COMPUTED, wait_until="networkidle")

    ours = (live_server.url, "data:")
    assert [each for each in visit.addresses if not each.startswith(ours)] == []
    assert f"{live_server.url}/static/django_reckon/listings.css" in visit.addresses


def test_texts_fit_into_their_boxes(visit: Visit) -> None:
    """The letters' width is only estimated where the drawing is made."""
    visit.page.goto(COMPUTED)

    too_wide = visit.page.locator(".reckon-graph g.model").evaluate_all(
        """boxes => boxes.filter(box => {
            const right = box.querySelector("rect").getBoundingClientRect().right;
            return [...box.querySelectorAll("text")].some(
                text => text.getBoundingClientRect().right > right);
        }).map(box => box.dataset.model)"""
    )

    assert too_wide == []


def test_listing_is_reached_from_the_index(visit: Visit) -> None:
    page = visit.page
    page.goto("/admin/")

    page.locator(f"#content a[href='{COMPUTED}']").first.click()

    expect(page.locator("h1", has_text="Models with computed fields")).to_be_visible()
    expect(page.locator("#reckon-computed")).to_be_visible()


def test_one_model_is_chosen_and_all_are_shown_again(visit: Visit) -> None:
    page = visit.page
    page.goto(COMPUTED)

    page.get_by_role("link", name="computedapp.Room", exact=True).click()

    expect(page.locator("#reckon-computed tbody")).to_have_count(1)
    expect(page.locator(TOTAL)).to_have_count(0)
    expect(page.locator('[data-node="computedapp.Room.sign"]')).to_be_visible()

    page.get_by_role("link", name="Show all models").click()

    expect(page.locator(TOTAL)).to_be_visible()


def test_contributing_keys_are_seen(visit: Visit) -> None:
    visit.page.goto(CONTRIBUTING)

    rows = visit.page.locator("tbody[data-model='computedapp.Copy'] tr")
    expect(rows.filter(has_text="computedapp.Shelf.total")).to_contain_text("shelf")
