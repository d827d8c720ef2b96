"""The figures, drawn in a real browser."""

import pytest
from playwright.sync_api import expect

from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_they_are_drawn(console: Console, opened: Open, size: tuple[int, int]) -> None:
    console.text("+97455501234", "haircut", "Sara")
    console.text(OMAR, "PENDING")
    page = opened("/console/figures", console.operator(Role.VIEWER), size)
    expect(page.get_by_role("heading", name="How far conversations came")).to_be_visible()
    page.get_by_role("link", name="90 days").click()
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="service selected").click()
    expect(page).to_have_url(f"{console.address}/console/inbox?state=service_selected")
