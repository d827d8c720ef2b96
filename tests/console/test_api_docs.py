"""The API's page of itself in a real browser: readable on a phone and a screen, by keyboard, by whoever cannot see."""

import pytest
from playwright.sync_api import expect

from bot.api.every_endpoint import ENDPOINTS
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Open

IS_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

FEW = "[...document.querySelectorAll('details')].forEach((one, number) => { if (number % 40) one.remove() })"
"""Each is like the others, and axe takes a minute for all of them."""


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.mark.parametrize(("size", "dark"), [(PHONE, True), (DESKTOP, False)], ids=["phone", "screen"])
def test_it_has_no_fault_and_fits(opened: Open, size: tuple[int, int], dark: bool) -> None:
    page = opened("/api/docs", "", size, dark=dark)
    expect(page.locator("details")).to_have_count(len(ENDPOINTS))
    page.evaluate("[...document.querySelectorAll('details')].forEach(one => one.open = true)")
    assert not page.evaluate(IS_WIDER)
    page.evaluate(FEW)
    assert [] == faults(page)


def test_it_is_walked_by_keyboard(opened: Open) -> None:
    page = opened("/api/docs")
    first = page.locator("summary").first
    first.focus()
    first.press("Enter")
    expect(page.locator("details[open]")).to_have_count(1)
