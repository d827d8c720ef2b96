"""The figures, drawn in a real browser."""

from datetime import timedelta
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults, follow
from tests.console.conftest import OMAR, Console, Open
from tests.console.seven_days import booked, requested


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_they_are_drawn(console: Console, opened: Open, size: tuple[int, int]) -> None:
    console.text("+97455501234", "haircut", "Sara")
    console.text(OMAR, "PENDING")
    page = opened("/console/figures", console.operator(Role.VIEWER), size)
    expect(page.get_by_role("heading", name="How far conversations came")).to_be_visible()
    follow(page.get_by_role("link", name="90 days"))
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def behind(page: Page, chart: str, rows: str) -> list[tuple[str, int, int]]:
    """Each bar of a chart that leads somewhere: its name, how many it counts, and how many are listed there."""
    bars = page.locator(".card", has=page.get_by_role("heading", name=chart, exact=True)).locator(".bars li")
    links, figures = bars.locator("a"), page.url
    addresses = [one.get_attribute("href") for one in links.all()]
    found = []
    for name, words, address in zip(
        links.all_text_contents(), bars.locator(".bar-count").all_text_contents(), addresses, strict=True
    ):
        page.goto(urljoin(figures, address))
        found.append((name, int(words.split()[0]), page.locator(rows).count()))
    page.goto(figures)
    return found


def test_behind_each_bar_are_exactly_those_that_it_counts(console: Console, opened: Open) -> None:
    clock, begun = console.desk.clock, console.desk.clock.now()
    console.text("+97455501230", "book therapy", "Too long ago")
    for days in (1, 2, 3):  # until they are asked no more whether they go on
        clock.move_to(begun + timedelta(days=days))
        console.settle()
    clock.move_to(begun + timedelta(days=12))
    requested(console, "+97455501231", "Sara", "10:00")
    booked(console, "+97455501232", "Tom", "11:00")
    console.text("+97455501233", "book therapy", "Half way")
    page = opened("/console/figures?days=7", console.operator(Role.VIEWER, "Then"))
    funnel = behind(page, "How far conversations came", ".line")
    assert [("service selected", 3, 3), ("date selected", 2, 2)] == funnel[:2]
    assert all(counted == listed for _, counted, listed in funnel), funnel
    assert 0 == page.locator(".card", has_text="Requests").locator(".bars a").count(), "no list has just those"
    clock.move_to(begun + timedelta(days=15))
    booked(console, "+97455501234", "Not yet", "10:00")
    clock.move_to(begun + timedelta(days=20))
    page = opened("/console/figures?days=7", console.operator(Role.VIEWER, "Later"))
    visits = behind(page, "Visits", "tbody tr")
    assert 2 == sum(counted for _, counted, _ in visits)
    assert all(counted == listed for _, counted, listed in visits), visits
