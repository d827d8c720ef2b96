"""Operators, in a real browser: inviting somebody, their role, their link, and the last admin."""

import re

import pytest
from playwright.sync_api import Page, expect

from models.audit import audited
from models.operators import Role, all_operators
from tests.console.browser import PHONE, faults
from tests.console.conftest import PASSWORD, Console, Open


@pytest.fixture
def kind() -> str:
    return "sqlite"


def _status(page: Page) -> int:
    answer = page.reload()
    assert answer is not None
    return answer.status


def test_somebody_is_invited_by_a_link_that_is_shown_once(console: Console, opened: Open) -> None:
    page = opened("/console/operators", console.operator(Role.ADMIN, "Ana"), PHONE)
    assert [] == faults(page)
    page.get_by_label("Name, as clients").fill("<b>Ben</b>")
    page.get_by_label("Sign-in name").fill("Ben@Example.test")
    page.locator("select[name=role]").select_option("staff")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("alert")).to_contain_text("which staff member")
    expect(page.get_by_label("Sign-in name")).to_have_value("Ben@Example.test")
    page.locator("select[name=staff]").select_option(label="Maya")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>Ben</b>")
    link = page.get_by_label("Link").input_value()
    assert "/console/link/" in link
    assert link.rpartition("/")[2] not in page.url
    assert [] == faults(page)
    page.get_by_role("link", name="Back to the operators").click()
    expect(page.get_by_text("invited", exact=True)).to_be_visible()
    assert link.rpartition("/")[2] not in page.content()
    theirs = opened(f"/console/link/{link.rpartition('/')[2]}")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Go on").click()
    expect(theirs.locator(".me summary")).to_have_text("<b>Ben</b>")
    assert "invited" in {row.action for row in console.desk.database.read(lambda session: audited(session, None, 9))}


def test_roles_duty_and_the_last_admin(console: Console, opened: Open) -> None:
    token = console.operator(Role.ADMIN, "Ana")
    console.operator(Role.VIEWER, "Vera")
    by_name = {row.name: row.id for row in console.desk.database.read(all_operators)}
    page = opened(f"/console/operators/{by_name['Ana']}", token)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("select[name=role]").select_option("operator")
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_role("alert")).to_contain_text("the last admin")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("alert")).to_contain_text("the last admin")
    page.get_by_role("link", name="Back to the operators").click()
    page.get_by_role("link", name="Change Vera").click()
    page.get_by_role("button", name="Put on duty").click()
    expect(page.get_by_role("button", name="Take off duty")).to_be_visible()
    page.locator("select[name=role]").select_option("admin")
    page.get_by_role("button", name="Change the role").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.get_by_role("button", name="Make a new-password link").click()
    assert "/console/link/" in page.get_by_label("Link").input_value()
    page.goto(f"{console.address}/console/operators/{by_name['Ana']}")
    page.locator("select[name=role]").select_option("viewer")
    page.get_by_role("button", name="Change the role").click()
    expect(page).to_have_url(re.compile("/console/inbox"))
    page.goto(f"{console.address}/console/operators")
    assert "/console/sign-in" in page.url, "they are no admin any more, and sign in anew"
    done = [row.action for row in console.desk.database.read(lambda session: audited(session, None, 9))]
    assert ["changed the role", "made a new-password link", "changed the role", "put on duty"] == done


def test_somebody_who_lost_their_phone_or_has_left(console: Console, opened: Open) -> None:
    token = console.operator(Role.ADMIN, "Ana")
    vera = console.operator(Role.OPERATOR, "Vera")
    number = next(row.id for row in console.desk.database.read(all_operators) if row.name == "Vera")
    from handlers.console.operators_kept import keep_totp

    console.desk.database.transact(lambda session: keep_totp(session, number, "JBSWY3DPEHPK3PXP", 1))
    page = opened(f"/console/operators/{number}", token)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Take the second factor off").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Switch on again")).to_be_visible()
    assert "/sign-in" in opened("/console/inbox", vera).url
    page.goto(f"{console.address}/console/operators/99999")
    assert 404 == _status(page)


@pytest.mark.parametrize("role", [Role.STAFF, Role.VIEWER, Role.OPERATOR])
def test_only_an_admin_sees_who_signs_in(console: Console, opened: Open, role: Role) -> None:
    token = console.operator(role)
    for path in ("operators", "set-up", "imports"):
        page = opened(f"/console/{path}", token)
        assert 403 == _status(page)
