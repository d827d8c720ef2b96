"""A text that an operator writes now and the client reads later, in a real browser: seen, withdrawn, sent."""

import re
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from conversations.rules.availability import WallTime, wall_time
from models.business import business, touch_business
from models.operators import Role
from models.scheduled_texts import scheduled_texts
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open
from tests.console.test_inbox import NASTY, fits
from webhooks import create_app

SARA, BOB = "+97455501234", "+97455501235"
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def ana(console: Console) -> str:
    return console.operator(Role.OPERATOR, "Ana")


@pytest.fixture
def sara(console: Console) -> str:
    """Where her conversation is."""
    console.text(SARA, "hi", "Sara Ahmed")
    return "/console/c/1"


def in_days(console: Console, days: int, zone: str = "Asia/Qatar") -> str:
    """Ten in the morning so many days from now, as it is typed."""
    day = console.desk.clock.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return f"{day}T10:00"


def write_for(page: Page, words: str, typed: str) -> None:
    page.get_by_label("Your text to Sara Ahmed").fill(words)
    if not page.get_by_label("When, by the clock").is_visible():
        page.get_by_text("Send later", exact=True).click()
    page.get_by_label("When, by the clock").fill(typed)
    page.get_by_role("button", name="Send at this time").click()


def come_due(console: Console) -> None:
    """The time of every text that waits has come, a moment ago."""
    just_now = console.desk.clock.now() - timedelta(seconds=1)
    console.desk.database.transact(lambda session: session.execute(update(scheduled_texts).values(send_at=just_now)))
    console.settle()


def waiting(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("region", name="To be sent later").get_by_role("listitem")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_waits_is_seen_by_all_and_withdrawn_by_anybody(
    console: Console, opened: Open, ana: str, sara: str, size: tuple[int, int]
) -> None:
    page = opened(sara, ana, size)
    others = opened(sara, console.operator(Role.OPERATOR, "Eve"), size, dark=True)
    typed = in_days(console, 3)
    write_for(page, NASTY, typed)
    expect(page.get_by_role("status")).to_contain_text("it is sent at its time")
    for one in (page, others):  # the other was open already
        expect(waiting(one).locator(".words")).to_have_text(NASTY)
        expect(waiting(one)).to_contain_text(re.compile(r"10:00 \(Asia/Qatar\) · by Ana"))
        assert [] == faults(one)
        assert fits(one)
    assert "" == page.get_by_label("Your text to Sara Ahmed").input_value(), "it is no draft any more"
    assert 0 == page.locator(".bubble.ours", has_text="alert").count()
    waiting(others).get_by_role("button", name="Withdraw").click()
    expect(others.get_by_role("status")).to_contain_text("Withdrawn")
    expect(waiting(others)).to_have_count(0)
    expect(waiting(page)).to_have_count(0)
    come_due(console)
    page.goto(console.address + sara)
    assert 0 == page.locator(".bubble.ours", has_text="alert").count()


def test_when_its_time_has_come_it_is_sent_and_the_desk_keeps_the_conversation(
    console: Console, opened: Open, ana: str, sara: str
) -> None:
    page = opened(sara, ana)
    write_for(page, "Shall I keep the room for you?", in_days(console, 1))
    expect(waiting(page)).to_have_count(1)
    come_due(console)
    expect(page.locator(".bubble.ours .words").last).to_have_text("Shall I keep the room for you?")
    expect(waiting(page)).to_have_count(0)
    expect(page.get_by_text("You are now talking with")).to_have_count(0)
    before = page.locator(".bubble.ours").count()
    console.text(SARA, "what do you offer?")
    expect(page.locator(".bubble.ours")).not_to_have_count(before)
    expect(page.get_by_role("button", name="Take over")).to_be_visible()


def test_a_text_that_they_do_not_want_any_more_is_shown_as_not_sent(
    console: Console, opened: Open, ana: str, sara: str
) -> None:
    page = opened(sara, ana)
    write_for(page, "See you soon", in_days(console, 1))
    expect(waiting(page)).to_have_count(1)
    console.text(SARA, "STOP")
    come_due(console)
    page.goto(console.address + sara)
    expect(waiting(page)).to_contain_text("not sent: they took no texts")
    expect(waiting(page).get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("needs a person")).to_be_visible()
    write_for(page, "Please?", in_days(console, 1))
    expect(page.get_by_role("alert")).to_contain_text("takes no texts")
    expect(page.get_by_label("Your text to Sara Ahmed")).to_have_value("Please?")


def test_a_wrong_time_is_said_and_costs_no_word(console: Console, opened: Open, ana: str, sara: str) -> None:
    def in_london(session) -> None:  # type: ignore[no-untyped-def]
        session.execute(update(business).values(timezone="Europe/London"))
        touch_business(session)

    console.desk.database.transact(in_london)
    page = opened(sara, ana)
    write_for(page, "a long and careful answer", "")
    expect(page.get_by_role("alert")).to_contain_text("a day and a time")
    for typed, told in (
        (in_days(console, -1, LONDON.key), "That time is over"),
        (in_days(console, 400, LONDON.key), "more than a year ahead"),
        (f"{next_change(console)}T01:30", "the clocks go forward over it"),
    ):
        expect(page.get_by_text("When, by the clock in London (Europe/London)")).to_be_visible()
        page.get_by_label("When, by the clock").fill(typed)
        page.get_by_role("button", name="Send at this time").click()
        expect(page.get_by_role("alert")).to_contain_text(told)
        expect(page.locator("details .note")).to_contain_text(told)
        expect(page.get_by_label("Your text to Sara Ahmed")).to_have_value("a long and careful answer")
        expect(page.get_by_label("When, by the clock")).to_have_value(typed)
    assert [] == faults(page)
    right = in_days(console, 2, LONDON.key)
    page.get_by_label("When, by the clock").fill(right)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent, for a time is set")
    expect(page.get_by_label("Your text to Sara Ahmed")).to_have_value("a long and careful answer")
    assert 0 == page.locator(".bubble.ours", has_text="careful").count()
    page.get_by_label("When, by the clock").press("Enter")
    expect(waiting(page)).to_contain_text("a long and careful answer")
    expect(waiting(page)).to_contain_text("(Europe/London)")
    assert 0 == page.locator(".bubble.ours", has_text="careful").count(), "Enter in the field of the time sends nothing"


def next_change(console: Console) -> date:
    """The next day on which London's clocks go forward."""
    day = console.desk.clock.now().date()
    while wall_time(day, time(1, 30), LONDON) is not WallTime.GAP:
        day += timedelta(days=1)
    return day


class TestWithoutABrowser:
    """What no form of ours would send, and who may not."""

    def client(self, console: Console, role: Role):  # type: ignore[no-untyped-def]
        client = create_app(console.desk).test_client()
        client.set_cookie("textbook_console", console.operator(role), path="/console")
        token = re.search(r'name="csrf" value="(\w+)"', client.get("/console/c/1").get_data(as_text=True))
        return client, {"csrf": token[1] if token else "", "form": "1"}

    def test_whoever_may_only_look_sees_it_and_changes_nothing(self, console: Console, sara: str) -> None:
        operator, form = self.client(console, Role.OPERATOR)
        later = {**form, "kind": "later", "text": "See you soon", "at": in_days(console, 1)}
        assert 303 == operator.post(f"{sara}/write", data=later).status_code
        viewer, form = self.client(console, Role.VIEWER)
        for path in (sara, f"{sara}/later"):
            page = viewer.get(path).get_data(as_text=True)
            assert "See you soon" in page
            assert "Withdraw" not in page
        assert 403 == viewer.post(f"{sara}/later/1/withdraw", data=form).status_code
        assert 403 == viewer.post(f"{sara}/write", data={**later, **form}).status_code
        staff, _ = self.client(console, Role.STAFF)
        assert 403 == staff.get(f"{sara}/later").status_code

    def test_stale_and_strange_forms(self, console: Console, sara: str) -> None:
        console.text(BOB, "hi", "Bob")
        client, form = self.client(console, Role.OPERATOR)
        later = {**form, "kind": "later", "text": "See you soon", "at": in_days(console, 1)}
        for _ in range(2):
            assert client.post(f"{sara}/write", data=later).location.endswith("said=later#later")
        assert 1 == client.get(sara).get_data(as_text=True).count("See you soon"), "sent twice, kept once"
        for strange in ("<script>", "٢٠٢٧", "2027-02-30T10:00", "9" * 500, "0000-00-00T00:00", "2027-01-01T10:00Z"):
            answer = client.post(f"{sara}/write", data={**later, "text": "other", "at": strange})
            assert "said=later_not_a_time" in answer.location
            assert "<script>" not in client.get(answer.location).get_data(as_text=True).replace("<script src", "")
        assert "said=empty" in client.post(f"{sara}/write", data={**later, "text": " "}).location
        assert "said=too_long" in client.post(f"{sara}/write", data={**later, "text": "x" * 5000}).location
        assert 404 == client.post("/console/c/99/write", data=later).status_code
        assert 404 == client.get("/console/c/99/later").status_code
        assert 404 == client.post("/console/c/2/later/1/withdraw", data=form).status_code, "it is Sara's, not Bob's"
        assert 404 == client.post(f"{sara}/later/2/withdraw", data=form).status_code
        assert 404 == client.post(f"{sara}/later/{10**30}/withdraw", data=form).status_code
        assert 403 == client.post(f"{sara}/later/1/withdraw", data={"form": "1"}).status_code
        assert "said=later_withdrawn" in client.post(f"{sara}/later/1/withdraw", data=form).location
        assert "said=later_gone" in client.post(f"{sara}/later/1/withdraw", data=form).location

    def test_what_has_not_changed_is_not_sent_again(self, console: Console, sara: str) -> None:
        client, form = self.client(console, Role.OPERATOR)
        tag = client.get(f"{sara}/later").headers["ETag"]
        assert 304 == client.get(f"{sara}/later", headers={"If-None-Match": tag}).status_code
        client.post(f"{sara}/write", data={**form, "kind": "later", "text": "See you", "at": in_days(console, 1)})
        assert 200 == client.get(f"{sara}/later", headers={"If-None-Match": tag}).status_code
