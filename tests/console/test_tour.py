"""What a newcomer stumbles over: what is not free is seen, what is refused looks like it, nothing is hidden."""

import re

import pytest
from playwright.sync_api import expect

from models.operators import Role
from tests.console.browser import PHONE, faults
from tests.console.conftest import OMAR, Console, Open
from tests.console.seven_days import booked, day_of, requested
from tests.console.test_bookings import SARA, TOM, start_of


@pytest.fixture
def kind() -> str:
    return "sqlite"


def test_what_is_not_free_is_drawn_with_its_reason(console: Console, opened: Open) -> None:
    day = day_of(console)
    console.text(OMAR, f"BLOCK Lina {day:%Y-%m-%d} 14:00-16:00 dentist <b>x</b>")
    requested(console, SARA, "Sara", "10:00")
    console.text(OMAR, f"MODIFY 1 {day:%Y-%m-%d} 12:00")
    page = opened(f"/console/bookings/day?day={day}", console.operator(Role.OPERATOR, "Ana"))
    lina = page.get_by_role("region", name="Dr Lina", exact=True)
    expect(lina.locator(".blocked")).to_contain_text("dentist <b>x</b>")
    expect(lina.locator(".held")).to_contain_text("for #1")
    expect(page.get_by_role("region", name="Maya").locator(".aside")).to_have_count(0)
    expect(lina.locator(".closed").first).to_be_attached()
    page.goto(f"{console.address}/console/bookings/week?day={day}")
    expect(page.locator(".hours span").last).to_have_text("19:00")  # somebody works until eight
    expect(page.locator(".blocked")).to_contain_text("Dr Lina")
    assert [] == faults(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert [] == faults(page)


def test_whoever_moves_a_booking_out_of_the_hours_is_told_before(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    page = opened("/console/booking/1", console.operator(Role.OPERATOR, "Ana"), PHONE)
    page.get_by_label("Move to").fill(f"{day_of(console)} 21:00")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("outside the hours of Dr Lina")
    assert [] == faults(page)
    assert "10:00" == start_of(console, 1)
    page.get_by_role("link", name="Leave it").click()
    expect(page).to_have_url(re.compile("/console/booking/1"))
    assert "10:00" == start_of(console, 1)
    page.get_by_label("Move to").fill(f"{day_of(console)} 21:00")
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("button", name="Do it all the same").click()
    expect(page.locator(".answer.done")).to_contain_text("MOVED: #1")
    assert "21:00" == start_of(console, 1)


def test_whoever_books_out_of_the_hours_is_told_before(console: Console, opened: Open) -> None:
    page = opened("/console/bookings/new", console.operator(Role.OPERATOR, "Ana"))

    def fill() -> None:
        page.get_by_label("Client's number").fill(TOM)
        page.get_by_label("Service").select_option(label="Individual Therapy Session, 60 min")
        page.get_by_label("Day").fill(day_of(console).isoformat())
        page.get_by_label("Time").fill("21:00")
        page.get_by_role("button", name="Book").click()

    fill()
    expect(page.get_by_role("alert")).to_contain_text("outside the hours")
    page.get_by_role("link", name="Leave it").click()
    expect(page.get_by_label("Client's number")).to_have_value(TOM)
    fill()
    page.get_by_role("button", name="Do it all the same").click()
    expect(page.locator(".answer.done")).to_contain_text("BOOKED #1")


def test_a_refusal_looks_like_one(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    page = opened("/console/commands", console.operator(Role.OPERATOR, "Ana"))

    def give(words: str) -> None:
        page.goto(f"{console.address}/console/commands")
        page.locator("input[name=words]").last.fill(words)
        page.locator("input[name=words]").last.press("Enter")

    give("NOTE 99 hello")
    expect(page.get_by_role("alert")).to_contain_text("Not done. There is no request #99")
    assert [] == faults(page)
    give("NOTE 1 likes tea")
    expect(page.locator(".answer.done")).to_contain_text("#1")
    give("SHOW 1")
    expect(page.locator(".answer.tells")).to_contain_text("Sara")
    give("NOSHOW 1")
    expect(page.locator(".answer.refused")).to_contain_text("#1")
    give("UNDO")
    expect(page.locator(".answer.done")).to_be_visible()
    give("UNDO")
    expect(page.locator(".answer.refused")).to_be_visible()
    give(f"CLEAR {day_of(console):%Y-%m-%d} Lina ill")
    expect(page.locator(".answer.tells")).to_be_visible()


def test_money_that_nobody_was_asked_for_is_listed(console: Console, opened: Open) -> None:
    booked(console, SARA, "<i>Sara</i>", "10:00")
    page = opened("/console/payments?view=unasked", console.operator(Role.VIEWER, "Vera"), PHONE)
    expect(page.get_by_text("No money came without a request")).to_be_visible()
    console.text(OMAR, "PAID 1 40 RECEIPT9")
    page.goto(f"{console.address}/console/payments")
    page.get_by_role("main").get_by_role("link", name="Without a request").last.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    for words in ("<i>Sara</i>", "#1", "40.00 USD", "RECEIPT9", "Omar"):
        expect(page.locator("tbody tr")).to_contain_text(words)
    assert ([], PHONE[0]) == (faults(page), page.evaluate("document.documentElement.scrollWidth"))


def test_an_address_without_a_page_is_answered_by_one(console: Console, opened: Open) -> None:
    page = opened("/console/inbox", console.operator(Role.VIEWER, "Vera"))
    for path in ("nope", "nope/deep", "booking/1x"):
        answer = page.request.get(f"{console.address}/console/{path}")
        assert 404 == answer.status
        assert "There is nothing here" in answer.text()
        assert "Vera" in answer.text()
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    outside = opened("/console/sign-in").request.get(f"{console.address}/console/nope")
    assert (404, True, False) == (outside.status, "There is nothing here" in outside.text(), "Inbox" in outside.text())


def test_on_a_phone_the_page_one_is_on_is_in_sight_and_no_column_is_lost(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    page = opened("/console/audit", console.operator(Role.ADMIN, "Ana"), PHONE)
    expect(page.locator(".bar nav [aria-current]")).to_be_in_viewport(ratio=0.9)
    page.goto(f"{console.address}/console/bookings")
    row = page.locator("tbody tr").bounding_box()
    assert row is not None
    assert row["x"] + row["width"] <= PHONE[0]
    for words in ("Dr Lina", "confirmed", "79.00 USD"):
        expect(page.locator("tbody tr").get_by_text(words)).to_be_in_viewport(ratio=0.9)


def test_a_search_for_a_person_finds_the_person_first(console: Console, opened: Open) -> None:
    console.text(SARA, "hello, is Sara known to you?", "Sara <b>Ahmed</b>")
    page = opened("/console/inbox?q=sara", console.operator(Role.VIEWER, "Vera"))
    section = page.get_by_role("region", name="People")
    expect(section.get_by_role("link")).to_have_count(1)
    expect(page.locator(".found .line")).to_contain_text("is Sara known to you")
    assert [] == faults(page)
    page.goto(f"{console.address}/console/inbox?q=5501234")
    section.get_by_role("link", name="Sara <b>Ahmed</b>").click()
    expect(page.locator("h1")).to_contain_text("Sara <b>Ahmed</b>")
    page.goto(f"{console.address}/console/inbox?q=zebra")
    expect(section).to_have_count(0)


def test_only_video_calls_are_begun_and_linked(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    page = opened("/console/booking/1", console.operator(Role.OPERATOR, "Ana"))
    expect(page.get_by_role("button", name="Arrived")).to_be_visible()
    expect(page.get_by_role("button", name="Set the video link")).to_have_count(0)
    expect(page.get_by_role("button", name="Call begins")).to_have_count(0)
