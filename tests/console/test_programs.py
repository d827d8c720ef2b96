"""Programs in the console: a token is made and shown once, works, and works no more once it is revoked."""

import re

import pytest
import requests
from playwright.sync_api import expect

from models.api import tokens_of_operators
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_token_is_shown_once_works_and_is_revoked(
    console: Console, opened: Open, size: tuple[int, int], kind: str
) -> None:
    page = opened("/console/programs", console.operator(Role.ADMIN), size)
    page.get_by_label("What it is called here").fill("Web site <b>1</b>")
    page.locator("select[name=role]").select_option("operator")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator("code").inner_text()
    expect(page.get_by_role("rowheader", name="Web site <b>1</b>")).to_be_visible()
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    head = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{console.address}/api/me", headers=head, timeout=60)
    assert (200, "operator") == (answer.status_code, answer.json()["role"])
    page.goto(f"{console.address}/console/programs")
    expect(page.get_by_text(token)).to_have_count(0)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("Revoke the token")).click()
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()
    assert 401 == requests.get(f"{console.address}/api/me", headers=head, timeout=60).status_code


def test_a_program_is_nobody_who_signs_in(console: Console, opened: Open) -> None:
    page = opened("/console/programs", console.operator(Role.ADMIN))
    page.get_by_label("What it is called here").fill("Till")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a staff member")
    expect(page.get_by_label("What it is called here")).to_have_value("Till")
    page.locator("select[name=role]").select_option("viewer")
    page.get_by_label("Works for so many days").fill("0")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("alert")).to_contain_text("1 to 3650 days")
    assert not console.desk.database.read(lambda session: tokens_of_operators(session, None, 10))
    page.get_by_label("Works for so many days").fill("30")
    page.get_by_role("button", name="Make a token").click()
    page.goto(f"{console.address}/console/operators")
    expect(page.get_by_text("Till")).to_have_count(0)
