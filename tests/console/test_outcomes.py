"""The inbox by outcome, and the way from a conversation, a booking and the audit log to what they are about."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bot.console.inbox import OUTCOMES
from models.audit import audit_log
from models.inbox_listing import Led
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open
from tests.console.test_inbox import BOB, NASTY, SARA, fits
from webhooks import create_app


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def ana(console: Console) -> str:
    return console.operator(Role.OPERATOR, "Ana")


def book(console: Console, phone: str, name: str, hour: int) -> None:
    """A confirmed booking, in two days from now."""
    day = console.desk.clock.now() + timedelta(days=2)
    console.text(OMAR, f"BOOK {phone} {name} haircut {day:%Y-%m-%d} {hour}:00")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_view_by_outcome_is_kept_and_found_again(
    console: Console, opened: Open, ana: str, size: tuple[int, int]
) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    console.text(BOB, "hi", "Bob")
    book(console, SARA, "", 11)
    page = opened("/console/inbox", ana, size)
    expect(page.locator(".line")).to_have_count(2)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Outcome").select_option("booked")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".line")).to_have_count(1)
    expect(page.get_by_role("link", name=re.compile("Sara Ahmed"))).to_be_visible()
    expect(page.get_by_label("Outcome")).to_have_value("booked")
    assert [] == faults(page)
    assert fits(page)
    page.get_by_label("Keep this view as").fill("Coming")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("link", name="★ Coming").click()
    expect(page).to_have_url(re.compile("outcome=booked"))
    expect(page.locator(".line")).to_have_count(1)
    page.get_by_label("Outcome").select_option(label="nothing booked")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name=re.compile("Bob"))).to_be_visible()
    expect(page.locator(".line")).to_have_count(1)


def test_every_outcome_has_its_words_and_any_other_is_none(console: Console, ana: str) -> None:
    assert list(Led) == [one for one, _ in OUTCOMES]
    console.text(SARA, "hi", "Sara Ahmed")
    client = create_app(console.desk).test_client()
    client.set_cookie("textbook_console", ana, path="/console")
    for said in (*Led, "", "confirmed", "<script>", "BOOKED"):
        for path in ("/console/inbox", "/console/inbox/live"):
            answer = client.get(path, query_string={"outcome": said})
            assert 200 == answer.status_code
            is_listed = "Sara Ahmed" in answer.get_data(as_text=True)
            assert is_listed is (said in (Led.NOTHING, "") or said not in set(Led)), said


def test_the_client_s_name_leads_to_all_about_them(console: Console, opened: Open, ana: str) -> None:
    console.text(SARA, "hi", NASTY)
    book(console, SARA, "", 11)
    for path in ("/console/c/1", "/console/booking/1"):
        page = opened(path, ana)
        card = page.locator("section.card", has=page.get_by_role("heading", name="Client"))
        assert [] == faults(page)
        card.get_by_role("link", name=NASTY).click()
        expect(page).to_have_url(re.compile("/console/person/1$"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(NASTY)


def test_whoever_sees_their_own_bookings_alone_is_led_nowhere_else(console: Console, opened: Open) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    book(console, SARA, "", 11)
    staff_id = console.desk.database.read(
        lambda session: session.connection().exec_driver_sql("select staff_id from bookings").scalar_one()
    )
    page = opened("/console/booking/1", console.operator(Role.STAFF, "Her", staff_id))
    expect(page.locator("section.card").get_by_text("Sara Ahmed")).to_be_visible()
    expect(page.locator("section.card").get_by_role("link", name="Sara Ahmed")).to_have_count(0)


def test_a_command_of_the_console_is_found_by_its_booking(console: Console, opened: Open) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    book(console, SARA, "", 11)
    page = opened("/console/booking/1", console.operator(Role.ADMIN, "Ana"))
    page.get_by_placeholder("Note, for you alone").fill("brings her own towel")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("brings her own towel").first).to_be_visible()
    page.goto(f"{console.address}/console/audit")
    page.get_by_role("link", name="booking 1").click()
    expect(page).to_have_url(re.compile("/console/booking/1$"))
    rows = console.desk.database.read(lambda session: session.execute(audit_log.select()).all())
    assert ["booking 1"] == [row.subject for row in rows if row.action == "commanded"]
