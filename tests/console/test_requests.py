"""Requests in a real browser: answered by button, kept up to date, and two operators who answer at once."""

import pytest
from playwright.sync_api import expect

from conversations.booking import BookingStatus
from models.bookings import bookings_in
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open
from tests.console.seven_days import day_of, requested

SARA, TOM = "+97455501234", "+97455501235"


@pytest.fixture
def kind() -> str:
    return "sqlite"


def status_of(console: Console, booking_id: int) -> BookingStatus:
    rows = console.desk.database.read(lambda session: bookings_in(session, BookingStatus, 50))
    return next(BookingStatus(row.status) for row in rows if row.id == booking_id)


def test_requests_are_answered_with_the_three_answers(console: Console, opened: Open) -> None:
    for hour, (phone, name) in enumerate([(SARA, "Sara"), (TOM, "Tom"), ("+97455501236", "Lea")], 10):
        requested(console, phone, name, f"{hour}:00")
    page = opened("/console/requests", console.operator(Role.OPERATOR, "Ana"), PHONE)
    assert [] == faults(page)
    assert 390 == page.evaluate("document.documentElement.scrollWidth")
    page.locator("#request-1").get_by_role("button", name="Approve").click()
    expect(page.locator(".answer")).to_contain_text("#1")
    expect(page.locator("#request-1")).to_have_count(0)
    assert BookingStatus.CONFIRMED is status_of(console, 1)
    second = page.locator("#request-2")
    second.get_by_label("Reason that the client reads").fill("the room floods; sorry")
    second.get_by_role("button", name="Decline").click()
    expect(page.locator(".answer")).to_contain_text("#2")
    assert BookingStatus.DECLINED is status_of(console, 2)
    third = page.locator("#request-3")
    third.get_by_label("Another time, or words").fill(f"{day_of(console):%d %B} 17:00")
    third.get_by_role("button", name="Modify").click()
    expect(page.locator(".answer")).to_contain_text("#3")
    expect(page.locator("#request-3")).to_contain_text("they have not answered")
    page.goto(f"{console.address}/console/booking/2")
    expect(page.get_by_text("the room floods, sorry").first).to_be_visible()


def test_who_is_slower_reads_who_was_faster(console: Console, opened: Open) -> None:
    requested(console, SARA, "Sara", "10:00")
    slow = opened("/console/requests", console.operator(Role.OPERATOR, "Ben"), DESKTOP)
    slow.route("**/requests/live*", lambda route: route.abort())
    quick = opened("/console/requests", console.operator(Role.OPERATOR, "Ana"))
    quick.get_by_role("button", name="Approve").click()
    expect(quick.locator(".answer")).to_contain_text("#1")
    slow.get_by_role("button", name="Decline").click()
    expect(slow.locator(".answer")).to_contain_text("#1 is already confirmed: by Ana")
    assert BookingStatus.CONFIRMED is status_of(console, 1)


def test_new_requests_appear_by_themselves_and_viewers_only_read(console: Console, opened: Open) -> None:
    page = opened("/console/requests", console.operator(Role.VIEWER))
    expect(page.get_by_text("Nothing waits for an answer")).to_be_visible()
    requested(console, SARA, "<img src=x onerror=alert(1)>", "10:00")
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.locator("main button")).to_have_count(0)
    expect(page.get_by_role("link", name="Conversation")).to_be_visible()
    assert [] == faults(page)


def test_what_is_typed_stays_while_the_list_is_kept_up_to_date(console: Console, opened: Open) -> None:
    requested(console, SARA, "Sara", "10:00")
    page = opened("/console/requests", console.operator(Role.OPERATOR, "Ana"))
    page.get_by_label("Reason that the client reads").fill("fully booked")
    page.get_by_role("heading", name="Requests").click()
    requested(console, TOM, "Tom", "11:00")
    expect(page.locator("#request-2")).to_be_visible()
    expect(page.locator("#request-1").get_by_label("Reason that the client reads")).to_have_value("fully booked")
    expect(page.locator("#request-2").get_by_label("Reason that the client reads")).to_have_value("")


def test_a_move_that_a_client_wishes_waits_as_well(console: Console, opened: Open) -> None:
    requested(console, SARA, "Sara", "10:00")
    console.text("+97455500000", "APPROVE 1")
    console.text(SARA, f"reschedule to {day_of(console):%d %B} at 15:00")
    console.text(SARA, "yes")
    page = opened("/console/requests", console.operator(Role.OPERATOR, "Ana"))
    expect(page.locator("#request-1")).to_contain_text("wishes another time")
    expect(page.locator("#request-1")).to_contain_text("15:00")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Nothing waits for an answer")).to_be_visible()
    page.goto(f"{console.address}/console/booking/1")
    expect(page.locator("main")).to_contain_text("15:00 to 16:00")
