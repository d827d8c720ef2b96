"""Money, engagements and series, as an operator reads them and acts on them in a real browser."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.commands.opening import load_business
from conversations.booking import BookingStatus
from conversations.engagements.states import WorkState
from models.bookings import bookings_in
from models.engagements import engagement_work
from models.operators import Role
from models.payments import payments
from tests.console.browser import PHONE, faults, follow
from tests.console.conftest import OMAR, Console, Open
from tests.handlers import planner
from tests.handlers.planner import ASKED, WEDDING

CLINIC = Path(__file__).parent.parent / "stories" / "clinic.toml"
BRIAN, ANA = "+447700900123", "+97455501234"
MARKUP = '<img src=x onerror="alert(1)">{{7*7}}'
"""What somebody types who means no good."""


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def clinic(console: Console) -> Console:
    """One booking that waits to be paid by transfer."""
    load_business(console.desk.database, CLINIC)
    for text in ("therapy in 3 days at 10am", "yes"):
        console.text(BRIAN, text, "Brian")
    console.text(OMAR, "approve 1")
    return console


@pytest.fixture
def wedding(console: Console, tmp_path: Path) -> Console:
    """One wedding under way."""
    path = tmp_path / "planner.toml"
    path.write_text(planner.BUSINESS, encoding="utf-8")
    load_business(console.desk.database, path)
    told = {**WEDDING, "event_date": "12 June", "requests": MARKUP}
    for text in ("consultation tomorrow at 3pm", *(told[detail] for detail in ASKED), "yes"):
        console.text(ANA, text, "Ana")
    return console


def statuses(console: Console) -> list[str]:
    return console.desk.database.read(
        lambda session: [row.status.value for row in bookings_in(session, BookingStatus, 99)]
    )


def has_no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_proof_stands_beside_what_was_asked_and_is_taken(clinic: Console, opened: Open) -> None:
    clinic.text(BRIAN, "i just paid, the reference is trx-889911")
    page = opened("/console/payments?view=proofs", clinic.operator(Role.OPERATOR), PHONE)
    assert [] == faults(page)
    assert has_no_sideways_scroll(page)
    row = page.get_by_role("row", name="Brian")
    expect(row).to_contain_text("3,500.00 KES")
    expect(row).to_contain_text("proof shown")
    follow(row.get_by_role("link", name="Brian"))
    assert [] == faults(page)
    assert has_no_sideways_scroll(page)
    expect(page.locator(".pair")).to_contain_text("TRX-889911")
    expect(page.locator(".pair")).to_contain_text("as asked")
    expect(page.locator(".pair")).to_contain_text("Paybill 400200")
    page.get_by_role("button", name="It is there: 3,500.00 KES").click()
    expect(page.locator(".answer")).to_contain_text("3,500.00 KES")
    clinic.settle()
    page.reload()
    expect(page.locator("h1 + .chips")).to_contain_text("paid")
    expect(page.get_by_role("region", name="Ledger")).to_contain_text("received")
    assert ["confirmed"] == statuses(clinic)


def test_money_comes_another_way_and_goes_back_by_hand(clinic: Console, opened: Open) -> None:
    page = opened("/console/payments", clinic.operator(Role.OPERATOR))
    page.get_by_role("link", name="Brian").click()
    page.get_by_label("Amount and reference").fill("1000 RC1")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator(".answer")).to_contain_text("1,000.00 KES")
    page.get_by_label("Amount and reference").fill("")
    page.get_by_role("button", name="Write it down").click()
    expect(page.locator("h1 + .chips")).to_contain_text("paid")
    page.on("dialog", lambda asked: asked.accept())
    page.get_by_label("Amount to give back").fill("20.00")
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_role("region", name="Refunds")).to_contain_text("by hand")
    assert [] == faults(page)
    follow(page.get_by_role("link", name="Back to the payments"))
    follow(page.get_by_role("link", name="To give back by hand"))
    assert [] == faults(page)
    expect(page.get_by_role("row", name="Brian")).to_contain_text("20.00 KES")
    page.get_by_role("button", name="It is given back").click()
    expect(page.get_by_text("Nothing is to be given back")).to_be_visible()


def test_what_a_client_shows_is_words_and_never_a_script(clinic: Console, opened: Open) -> None:
    clinic.text(BRIAN, "i just paid, the reference is trx-889911")

    def work(session: Session) -> None:
        session.execute(update(payments).values(proof='javascript:alert("1")<b>', amount=2000))

    clinic.desk.database.transact(work)
    page = opened("/console/payment/1", clinic.operator(Role.VIEWER), dark=True)
    expect(page.locator(".pair q")).to_have_text('javascript:alert("1")<b>')
    expect(page.locator(".pair")).to_contain_text("not what is left")
    assert 0 == page.locator("main form").count()
    assert [] == faults(page)
    for path in ("/console/payment/99", "/console/engagement/99", "/console/series/99"):
        answer = page.goto(clinic.address + path)
        assert answer is not None
        assert 404 == answer.status
    for path in ("/console/payments?view=nothing&before=x", "/console/payments?view=refunds&behind=x"):
        answer = page.goto(clinic.address + path)
        assert answer is not None
        assert 200 == answer.status


def test_steps_are_ticked_moved_and_added(wedding: Console, opened: Open) -> None:
    page = opened("/console/engagements", wedding.operator(Role.OPERATOR), PHONE)
    assert [] == faults(page)
    assert has_no_sideways_scroll(page)
    expect(page.get_by_role("row", name="Ana & Ben")).to_contain_text("0 / 6")
    follow(page.get_by_role("link", name="Ana & Ben"))
    assert [] == faults(page)
    assert has_no_sideways_scroll(page)
    step = page.get_by_role("row", name="Venue Selection")
    step.get_by_role("button", name="Tick").click()
    expect(page.get_by_text("1 of 6 done")).to_be_visible()
    step.get_by_role("button", name="Untick").click()
    expect(page.get_by_text("0 of 6 done")).to_be_visible()
    day = wedding.desk.clock.now().date() + timedelta(days=20)
    step.get_by_label("Another day for Venue Selection").fill(day.isoformat())
    step.get_by_role("button", name="Move").click()
    expect(step).to_contain_text(f"{day.day} {day:%b}")
    page.get_by_label("Step, day").fill("cake tasting, 3 May")
    page.get_by_role("button", name="Add a step").click()
    expect(page.get_by_role("row", name="cake tasting")).to_contain_text("3 May")


def test_details_budget_and_an_end(wedding: Console, opened: Open) -> None:
    page = opened("/console/engagement/1", wedding.operator(Role.OPERATOR))
    expect(page.get_by_text(MARKUP).first).to_be_visible()
    page.get_by_text("Change a detail").click()
    page.get_by_label("New guests").fill("120")
    page.get_by_role("button", name="Set guests").click()
    expect(page.locator("dl")).to_contain_text("120")
    page.get_by_text("Write down what was spent").click()
    page.get_by_label("Spent on Catering").fill("2500")
    page.get_by_role("button", name="Catering").click()
    expect(page.get_by_role("row", name="Catering")).to_contain_text("2,500.00 USD")
    expect(page.locator(".log")).to_contain_text("2,500.00 USD")
    page.get_by_label("Why").fill("called off")
    page.get_by_role("button", name="Close W1").click()
    page.get_by_role("button", name="Yes, close it").click()
    expect(page.get_by_role("heading", name="It is closed")).to_be_visible()
    assert 0 == page.get_by_role("button", name="Tick").count()
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("button", name="Close W1")).to_be_visible()
    assert [] == faults(page)


def test_an_opening_that_failed_is_tried_again(wedding: Console, opened: Open) -> None:
    def work(session: Session) -> None:
        failed = {"state": WorkState.FAILED, "due_at": None, "tries": 8, "error": "<b>broken</b>"}
        session.execute(update(engagement_work).values(**failed))

    wedding.desk.database.transact(work)
    page = opened("/console/engagements", wedding.operator(Role.OPERATOR))
    expect(page.get_by_role("row", name="<b>broken</b>")).to_contain_text("tried 8 times")
    assert [] == faults(page)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".answer")).to_contain_text("#1")
    expect(page.get_by_role("heading", name="Could not be opened")).not_to_be_visible()
    viewer = opened("/console/engagement/1", wedding.operator(Role.VIEWER))
    expect(viewer.get_by_role("heading", name="Ana & Ben")).to_be_visible()
    assert 0 == viewer.locator("main form").count()


def test_the_visits_of_a_series_are_answered_together(console: Console, opened: Open) -> None:
    day = "tuesday" if console.desk.clock.now().weekday() in (3, 4) else "friday"
    for text in (f"haircut every {day} at 2, 4 times", "yes"):
        console.text(ANA, text, "Sara")
    page = opened("/console/series?view=waiting", console.operator(Role.OPERATOR), PHONE)
    assert [] == faults(page)
    assert has_no_sideways_scroll(page)
    expect(page.get_by_role("row", name="Sara")).to_contain_text("every week")
    follow(page.get_by_role("link", name="S1"))
    assert [] == faults(page)
    assert has_no_sideways_scroll(page)
    page.get_by_role("button", name="Decline 2").click()
    expect(page.locator(".headline")).to_contain_text("1 declined")
    page.get_by_role("button", name="Approve all").click()
    expect(page.locator(".headline")).to_contain_text("3 confirmed")
    assert ["confirmed", "declined", "confirmed", "confirmed"] == statuses(console)
    viewer = opened("/console/series/1", console.operator(Role.VIEWER))
    expect(viewer.get_by_role("region", name="Visits")).to_be_visible()
    assert 0 == viewer.locator("main form").count()
