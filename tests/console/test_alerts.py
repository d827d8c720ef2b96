"""Alerts, in a real browser: where somebody is reached, whether they are on duty, and what then arrives."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from models.audit import audited
from models.operators import Role, all_operators
from models.outbox import outbox
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open

SARA, TOM, ANA = "+97455501234", "+97455508888", "+97455509999"


@pytest.fixture
def kind() -> str:
    return "sqlite"


def kept(console: Console, name: str) -> tuple[str, str, bool]:
    row = next(row for row in console.desk.database.read(all_operators) if row.name == name)
    return row.phone, row.email, row.is_on_duty


def alerts(console: Console) -> list[tuple[str, str]]:
    """To whom, and what."""
    console.settle()
    wanted = select(outbox.c.address, outbox.c.body).where(outbox.c.kind == "operator_alert").order_by(outbox.c.id)
    return [
        (row.address, row.body) for row in console.desk.database.read(lambda session: session.execute(wanted).all())
    ]


def save(page: Page, phone: str | None = None, email: str | None = None, *, on_duty: bool | None = None) -> None:
    card = page.locator("form[action$='/account/alerts']")
    if phone is not None:
        card.get_by_label("Phone").fill(phone)
    if email is not None:
        card.get_by_label("Email").fill(email)
    if on_duty is not None:
        card.get_by_label("I am on duty").set_checked(on_duty)
    card.get_by_role("button", name="Save").click()


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, True)])
def test_somebody_goes_on_duty_is_told_and_commands_from_their_phone(
    console: Console, opened: Open, size: tuple[int, int], dark: bool
) -> None:
    console.text(SARA, "agent")
    page = opened("/console/account", console.operator(Role.OPERATOR, "Ana"), size, dark=dark)
    assert [] == faults(page)
    expect(page.get_by_text("You are not told")).to_be_visible()
    save(page, on_duty=True)
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_text("You are on duty, and cannot be told")).to_be_visible()
    assert [] == alerts(console)
    save(page, "5550 9999", "ana@example.test")
    expect(page.get_by_label("Phone")).to_have_value(ANA)
    expect(page.get_by_label("I am on duty")).to_be_checked()
    assert [] == faults(page)
    assert (ANA, "ana@example.test", True) == kept(console, "Ana")
    assert [(ANA, f"{SARA} needs a person.")] == alerts(console)
    console.text(ANA, "COMMANDS")
    page.goto(f"{console.address}/console/people")
    expect(page.get_by_text(SARA).first).to_be_visible()
    assert ANA not in page.content(), "they are no client"
    page.goto(f"{console.address}/console/account")
    save(page, on_duty=False)
    expect(page.get_by_text("You are not told")).to_be_visible()
    console.text(TOM, "agent")
    assert 1 == len(alerts(console))
    assert {"changed how alerts arrive"} == {
        row.action for row in console.desk.database.read(lambda session: audited(session, None, 9))
    }


@pytest.mark.parametrize(
    ("phone", "why"),
    [
        ("'><script>alert(1)</script>", "is no telephone number"), (TOM, "another operator"),
        (OMAR, "of a coordinator of another name"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_and_stays_typed(console: Console, opened: Open, phone: str, why: str) -> None:
    tom = opened("/console/account", console.operator(Role.OPERATOR, "Tom"))
    save(tom, TOM)
    expect(tom.get_by_role("status")).to_contain_text("Saved")
    page = opened("/console/account", console.operator(Role.OPERATOR, "Ana"))
    save(page, phone, "ana@example.test", on_duty=True)
    expect(page.get_by_role("alert")).to_contain_text(why)
    expect(page.get_by_label("Phone")).to_have_value(phone)
    expect(page.get_by_label("Email")).to_have_value("ana@example.test")
    expect(page.get_by_label("I am on duty")).to_be_checked()
    assert ("", "", False) == kept(console, "Ana"), "nothing of it was kept"
    assert [] == faults(page)


def test_who_may_not_answer_goes_on_no_duty_whatever_their_form_says(console: Console, opened: Open) -> None:
    page = opened("/console/account", console.operator(Role.VIEWER, "Vera"))
    assert [] == faults(page)
    expect(page.get_by_label("I am on duty")).to_have_count(0)
    page.locator("form[action$='/account/alerts']").evaluate(
        "form => form.append(Object.assign(document.createElement('input'), {name: 'on_duty', value: 'yes'}))"
    )
    save(page, ANA, "vera@example.test")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    assert (ANA, "vera@example.test", False) == kept(console, "Vera")
    console.text(SARA, "agent")
    assert [] == alerts(console)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_an_admin_sets_it_for_somebody_else(console: Console, opened: Open, size: tuple[int, int]) -> None:
    token = console.operator(Role.ADMIN, "Ana")
    ben = console.operator(Role.OPERATOR, "Ben")
    number = next(row.id for row in console.desk.database.read(all_operators) if row.name == "Ben")
    page = opened(f"/console/operators/{number}", token, size)
    page.get_by_label("Phone, for").fill("nothing")
    page.get_by_role("button", name="Save the phone").click()
    expect(page.get_by_role("alert")).to_contain_text("is no telephone number")
    expect(page.get_by_label("Phone, for")).to_have_value("nothing")
    page.get_by_label("Phone, for").fill(TOM)
    page.get_by_label("Email").fill("ben@example.test")
    page.get_by_role("button", name="Save the phone").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    page.get_by_role("button", name="Put on duty").click()
    expect(page.get_by_role("button", name="Take off duty")).to_be_visible()
    expect(page.get_by_label("Phone, for")).to_have_value(TOM)
    assert [] == faults(page)
    console.text(SARA, "agent")
    assert [(TOM, f"{SARA} needs a person.")] == alerts(console)
    theirs = opened("/console/account", ben, size)
    expect(theirs.get_by_label("Phone")).to_have_value(TOM)
    theirs.get_by_label("Phone").fill("")
    form = theirs.locator("form[action$='/account/alerts']")
    form.evaluate(f"form => form.action = '/console/operators/{number}/reach'")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs).to_have_url(f"{console.address}/console/operators/{number}/reach")
    assert TOM == kept(console, "Ben")[0], "that is an admin's"
