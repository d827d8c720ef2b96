"""Signing in, in a real browser: the first link, a password, a wrong one, the second factor, and out again."""

import re

import pyotp
import pytest
from playwright.sync_api import expect

from bot.commands.operator import first_admin_link
from models.operators import Role
from tests.console.browser import PHONE, faults
from tests.console.conftest import PASSWORD, Console, Open


@pytest.fixture
def kind() -> str:
    return "sqlite"


def test_the_first_admin_comes_in_by_the_link_and_later_by_their_password(console: Console, opened: Open) -> None:
    link = first_admin_link(console.desk)
    assert link is not None
    page = opened(link.partition("/console")[1] + link.partition("/console")[2], size=PHONE)
    assert [] == faults(page)
    page.get_by_label("Your name").fill("Ana Ruiz")
    page.get_by_label("Sign-in name").fill(" Ana@Example.test ")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Go on").click()
    assert "link" in page.url, "the browser itself asks for ten characters"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Nobody has written yet")).to_be_visible()
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Sign-in name")).to_be_visible()
    assert [] == faults(page)
    page.get_by_label("Sign-in name").fill("ana@example.test")
    page.get_by_label("Password").fill(PASSWORD + "!")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/console/inbox$"))
    again = opened(link.partition("/console")[1] + link.partition("/console")[2])
    expect(again.get_by_text("There is nothing here")).to_be_visible()
    assert first_admin_link(console.desk) is None


def test_a_second_factor_is_asked_for_once_it_is_set_up(console: Console, opened: Open) -> None:
    page = opened("/console/account", console.operator(Role.ADMIN, "Ana"))
    assert [] == faults(page)
    secret = page.locator("input[name=secret]").input_value()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Ask for codes").click()
    expect(page.get_by_role("alert")).to_contain_text("does not fit")
    assert secret == page.locator("input[name=secret]").input_value(), "the picture stays the one that was scanned"
    used = pyotp.TOTP(secret).now()
    page.get_by_label("Code").fill(used)
    page.get_by_role("button", name="Ask for codes").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    login = page.locator(".me .faint").text_content()
    assert login is not None
    page.locator(".me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Sign-in name").fill(login.split(" ")[0].strip())

    def give(code: str) -> None:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in").click()

    give("")
    expect(page.get_by_role("alert")).to_contain_text("not right")
    page.goto(f"{console.address}/console/inbox")
    page.get_by_label("Sign-in name").fill(login.split(" ")[0].strip())
    give(used)
    expect(page.get_by_role("alert")).to_contain_text("not right")
    give(pyotp.TOTP(secret).at(console.desk.clock.now(), counter_offset=1))
    expect(page).to_have_url(re.compile("/console/inbox$"))
