"""Classes, people, lost texts and the audit log, in a real browser: what is seen, what is done, by whom."""

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.commands.opening import load_business
from conversations.classes import ClassStatus
from conversations.delivery import Delivery, SendFailure
from handlers.classes_kept import NewClass, schedule_class
from models.audit import audit, audited
from models.bookings import bookings
from models.class_sessions import class_by_id, class_sessions
from models.clients import clients
from models.conversations import change_conversation, conversations_of
from models.operators import Role, all_operators
from models.outbox import dead_letters, newest_outbox_of, outbox_after, record_report
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open

ZONE = ZoneInfo("Asia/Qatar")
SARA, LEA, ANA = "+97455501234", "+97455502222", "+97455503333"
SCRIPT = "<script>alert(1)</script><b>Eve"
STUDIO = """
[business]
name = "Studio"
timezone = "Asia/Qatar"
region = "QA"
currency = "USD"
quiet_hours = ""
[[coordinators]]
key = "omar"
name = "Omar"
phone = "+97455500000"
default = true
[[staff]]
key = "mia"
name = "Mia"
hours = ["Mon-Sun 06:00-23:00"]
[[services]]
key = "yoga"
name = "Yoga"
booking_type = "group_session"
minutes = 60
price = "12.00"
staff = ["mia"]
session_type = "group"
[[policies]]
requires_approval = "no"
"""


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def class_id(console: Console, tmp_path: Path) -> int:
    """A class of two seats in three days, at six in the evening."""
    path = tmp_path / "studio.toml"
    path.write_text(STUDIO, encoding="utf-8")
    desk = console.desk
    load_business(desk.database, path, now=desk.clock.now())
    start = (desk.clock.now().astimezone(ZONE) + timedelta(days=3)).replace(hour=18, minute=0, second=0, microsecond=0)

    def work(session: Session) -> int:
        profile = desk.profiles.current(session)
        wanted = NewClass(
            profile.services[0].id, profile.staff[0].id, start.replace(tzinfo=None), 60, 2, title="Evening yoga"
        )  # fmt: skip
        return schedule_class(session, wanted, desk.clock.now(), profile)

    return desk.database.transact(work)


def book(console: Console, phone: str, name: str, class_id: int, seats: int, last: str) -> None:
    row = console.desk.database.read(lambda session: class_by_id(session, class_id))
    assert row is not None
    day = row.start_at.astimezone(ZONE)
    console.text(phone, f"yoga {day.day} {day:%B} for {seats} people", name)
    console.text(phone, last)


def audit_of(console: Console) -> list[tuple[str, str, str]]:
    rows = console.desk.database.read(lambda session: audited(session, None, 50))
    return [(row.action, row.subject, row.words) for row in rows]


def texts_to(console: Console, phone: str) -> list[str]:
    rows = console.desk.database.read(lambda session: outbox_after(session, 0))
    return [row.body for row in rows if row.address == phone]


def client_of(console: Console, phone: str) -> int:
    found = select(clients.c.id).where(clients.c.phone == phone)
    return console.desk.database.read(lambda session: int(session.execute(found).scalar_one()))


def lose(console: Console, phone: str, failure: SendFailure | None) -> int:
    """The last text to somebody did not arrive."""

    def work(session: Session) -> int:
        number = newest_outbox_of(session, conversations_of(session, phone)[0].id)
        record_report(session, number, status=Delivery.FAILED, failure=failure, failure_words=SCRIPT)
        return number

    return console.desk.database.transact(work)


def test_a_class_is_read_given_seats_moved_and_called_off(console: Console, opened: Open, class_id: int) -> None:
    book(console, SARA, "Sara Haddad", class_id, 2, "yes")
    book(console, LEA, "Lea", class_id, 1, "waiting list")
    page = opened("/console/classes", console.operator(Role.OPERATOR))
    line = page.get_by_role("row").filter(has_text="Evening yoga")
    expect(line).to_contain_text("2 of 2")
    expect(line).to_contain_text("full")
    page.get_by_role("link", name="Evening yoga").click()
    waiting = page.get_by_role("region", name="Who waits")
    expect(page.get_by_role("region", name="Who is in it")).to_contain_text("Sara Haddad")
    expect(waiting).to_contain_text("nothing is free")
    waiting.get_by_role("button", name="Offer it").click()
    expect(page.locator(".answer")).to_contain_text("Lea")
    page.get_by_text("Other number of seats").click()
    page.get_by_label("Seats", exact=True).fill("1")
    page.get_by_role("button", name="Change the seats").click()
    expect(page.get_by_role("alert")).to_contain_text("fewer than 2 cannot be")
    page.get_by_label("Seats", exact=True).fill("3")
    page.get_by_role("button", name="Change the seats").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    console.settle()
    page.reload()
    expect(waiting).to_contain_text("asked, until")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_text("Other time").click()
    later = datetime.fromisoformat(page.get_by_label("Starts").input_value()) + timedelta(hours=1)
    page.get_by_label("Starts").fill(later.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.locator("dl")).to_contain_text("19:00")
    page.get_by_text("Call it off", exact=True).first.click()
    page.get_by_label("Reason, which those in it read").fill("Mia is ill")
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_text("1 that came to nothing")).to_be_visible()
    expect(page.get_by_role("button", name="Call it off")).to_have_count(0)
    console.settle()
    assert "Mia is ill" in texts_to(console, SARA)[-1]
    assert "Mia is ill" in texts_to(console, LEA)[-1]
    row = console.desk.database.read(lambda session: class_by_id(session, class_id))
    assert row is not None
    assert ClassStatus.CANCELLED is row.status
    assert ["called off", "moved", "changed the seats", "commanded"] == [one[0] for one in audit_of(console)]
    page.goto(f"{console.address}/console/classes")
    expect(page.get_by_text("No class lies ahead")).to_be_visible()
    page.get_by_role("link", name="Past and called off").click()
    expect(page.get_by_role("row").filter(has_text="Evening yoga")).to_contain_text("cancelled")


def test_who_came_to_a_class_is_marked_there(console: Console, opened: Open, class_id: int) -> None:
    book(console, SARA, "Sara", class_id, 1, "yes")
    book(console, LEA, "Lea", class_id, 1, "yes")
    at = console.desk.clock.now() - timedelta(minutes=20)

    def begin(session: Session) -> None:
        values = {"start_at": at, "end_at": at + timedelta(hours=1)}
        session.execute(update(class_sessions).where(class_sessions.c.id == class_id).values(**values))
        session.execute(update(bookings).where(bookings.c.class_session_id == class_id).values(**values))

    console.desk.database.transact(begin)
    page = opened(f"/console/class/{class_id}", console.operator(Role.OPERATOR), PHONE)
    expect(page.get_by_role("button", name="Call it off")).to_have_count(0)
    page.get_by_role("row").filter(has_text="Sara").get_by_role("button", name="Was here").click()
    expect(page.get_by_role("row").filter(has_text="Sara")).to_contain_text("completed")
    page.get_by_role("row").filter(has_text="Lea").get_by_role("button", name="Did not come").click()
    expect(page.get_by_role("row").filter(has_text="Lea")).to_contain_text("no show")
    expect(page.get_by_role("row").filter(has_text="Lea").get_by_role("button", name="Was here")).to_be_visible()
    expect(page.locator(".answer")).to_be_visible()


def test_people_are_looked_up_and_put_right(console: Console, opened: Open) -> None:
    console.text(SARA, "Hi", SCRIPT)
    console.text(LEA, "therapy tomorrow 3pm", "Lea Okoro")
    console.text(LEA, "yes")
    page = opened("/console/people", console.operator(Role.OPERATOR))
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("link", name=SCRIPT)).to_be_visible()
    search = page.get_by_role("searchbox")
    search.fill("oko")
    search.press("Enter")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("link", name="CSV")).to_have_count(0)
    search.fill("nobody of this name")
    search.press("Enter")
    expect(page.get_by_text("Nobody fits")).to_be_visible()
    search.fill("5555 0222 2")
    search.press("Enter")
    expect(page.get_by_text("Nobody fits")).to_be_visible()
    search.fill("974 5550 2222")
    search.press("Enter")
    page.get_by_role("link", name="Lea Okoro").click()
    expect(page.get_by_role("region", name="Bookings")).to_contain_text("Individual Therapy Session")
    expect(page.get_by_role("region", name="Consent to texts")).to_contain_text("wrote first")
    page.get_by_text("Put right").click()
    page.get_by_label("Name").fill('"><img src=x onerror=alert(1)>')
    page.get_by_label("Email").fill("lea@localhost")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("no address")
    page.get_by_label("Email").fill("lea@example.test")
    page.get_by_label("Language").select_option("fr")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_role("heading", level=1)).to_have_text('"><img src=x onerror=alert(1)>')
    expect(page.locator("dl").first).to_contain_text("Français")
    [room] = console.desk.database.read(lambda session: conversations_of(session, LEA))
    assert "fr" == room.language
    assert ("corrected", f"client {room.client_id}") == audit_of(console)[0][:2]


def test_lost_texts_are_sent_again_unless_they_are_obsolete(console: Console, opened: Open) -> None:
    for phone, name in ((SARA, "Sara"), (LEA, "Lea"), (ANA, "Ana")):
        console.text(phone, "Hi", name)
    lose(console, SARA, SendFailure.UNREACHABLE)
    lose(console, LEA, SendFailure.CONTENT)
    lost = lose(console, ANA, None)
    [room] = console.desk.database.read(lambda session: conversations_of(session, ANA))
    now = console.desk.clock.now()
    console.desk.database.transact(lambda session: change_conversation(session, room.id, opted_out_at=now))
    page = opened("/console/dead-letters", console.operator(Role.OPERATOR))
    expect(page.locator(".lost > li")).to_have_count(3)
    expect(page.get_by_text(SCRIPT).first).to_be_visible()
    page.get_by_label("Why").select_option("content")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".lost > li")).to_have_count(1)
    expect(page.locator(".lost > li")).to_contain_text("the provider refuses this text")
    page.get_by_role("button", name="Send text").click()
    expect(page.get_by_text("1 text is on the way again")).to_be_visible()
    expect(page.get_by_text("Nothing was lost for this reason")).to_be_visible()
    page.get_by_label("Why").select_option("")
    page.get_by_role("button", name="Show").click()
    page.get_by_label("Tick").nth(0).check()
    page.get_by_label("Tick").nth(1).check()
    page.get_by_role("button", name="Send those that are ticked again").click()
    expect(page.get_by_text("1 text is on the way again")).to_be_visible()
    expect(page.get_by_text(f"Text {lost} was not sent again: the person wants no texts")).to_be_visible()
    expect(page.locator(".lost > li")).to_have_count(1)
    assert [lost] == [row.id for row in console.desk.database.read(dead_letters)]
    assert ["sent again", "sent again"] == [one[0] for one in audit_of(console)]
    page.get_by_role("link", name="conversation").click()
    expect(page).to_have_url(f"{console.address}/console/c/{room.id}")


def test_an_admin_reads_the_audit_log_and_takes_both_away_as_files(console: Console, opened: Open) -> None:
    console.text(SARA, "Hi", "=1+1")
    ana, token = console.operator(Role.OPERATOR, "Ana"), console.operator(Role.ADMIN, "Ben")
    now, client_id = console.desk.clock.now(), client_of(console, SARA)
    acting = opened(f"/console/person/{client_id}", ana)
    acting.get_by_text("Put right").click()
    acting.get_by_label("Name").fill("@SUM(A1)")
    acting.get_by_role("button", name="Save").click()
    expect(acting.get_by_role("status")).to_contain_text("Saved")
    console.operator(Role.OPERATOR, SCRIPT)
    eve = console.desk.database.read(lambda s: next(one.id for one in all_operators(s) if one.name == SCRIPT))
    console.desk.database.transact(
        lambda session: audit(
            session,
            at=now,
            operator_id=eve,
            action="tried",
            subject="conversation 1",
            words="\t=x",
        )
    )
    page = opened("/console/audit", token)
    expect(page.get_by_role("row").filter(has_text=SCRIPT)).to_contain_text("tried")
    expect(page.get_by_role("link", name="conversation 1")).to_have_attribute("href", "/console/c/1")
    page.get_by_label("Operator").select_option(label="Ana")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("link", name=f"client {client_id}")).to_be_visible()

    def taken(path: str) -> str:
        answer = page.request.get(console.address + path)
        assert 200 == answer.status
        assert "attachment" in answer.headers["content-disposition"]
        return answer.body().decode("utf-8-sig")

    lines = list(csv.reader(io.StringIO(taken("/console/people/export.csv"))))
    assert ["id", "name", "phone", "email", "language", "since"] == lines[0]
    assert [[str(client_id), "'@SUM(A1)", f"'{SARA}"]] == [line[:3] for line in lines[1:]]
    [person] = json.loads(taken("/console/people/export.json?q=974"))
    assert ("@SUM(A1)", SARA) == (person["name"], person["phone"])
    assert [] == json.loads(taken("/console/people/export.json?q=nobody"))
    entries = json.loads(taken("/console/audit/export.json"))
    assert ["exported the audit log", "exported people"] == [one["action"] for one in entries[:2]]
    lines = list(csv.reader(io.StringIO(taken("/console/audit/export.csv"))))
    assert "'\t'=x" in next(line for line in lines if SCRIPT in line)
    assert 404 == page.request.get(f"{console.address}/console/audit/export.xml").status


def test_a_viewer_reads_and_does_nothing(console: Console, opened: Open, class_id: int) -> None:
    book(console, SARA, "Sara", class_id, 2, "yes")
    book(console, LEA, "Lea", class_id, 1, "waiting list")
    lose(console, LEA, SendFailure.CONTENT)
    token, client_id = console.operator(Role.VIEWER), client_of(console, SARA)
    page = opened("/console/classes", token)
    for path in (f"/console/class/{class_id}", f"/console/person/{client_id}", "/console/dead-letters"):
        page.goto(console.address + path)
        expect(page.locator("main button:not(:text-is('Show'))")).to_have_count(0)
        expect(page.locator("main input[type=checkbox]")).to_have_count(0)
    for path in ("/console/audit", "/console/people/export.csv", "/console/audit/export.json"):
        assert 403 == page.request.get(console.address + path).status
    for path in (f"class/{class_id}/call-off", f"class/{class_id}/move", f"person/{client_id}", "dead-letters/resend"):
        assert 403 == page.request.post(f"{console.address}/console/{path}").status
    for path in ("class/999", "person/999", "class/9223372036854775808", "person/99999999999999999999999"):
        assert 404 == page.request.get(f"{console.address}/console/{path}").status
    for query in (
        "?behind=junk",
        "?behind=2026-01-01~3",
        "?behind=0001-01-01T00:00:00%2B09:00~1",
        "?behind=2026-01-01T00:00:00Z~99999999999999999999999",
        "?view=past&behind=2026-01-01T00:00:00%2B00:00~99",
    ):
        assert 200 == page.request.get(f"{console.address}/console/classes{query}").status
    for path in ("people?before=x&q=%25", "dead-letters?reason=x&queued=-1&refused=a~1.changed~2.x"):
        assert 200 == page.request.get(f"{console.address}/console/{path}").status


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_every_page_can_be_used_by_everybody_at_any_width(
    console: Console, opened: Open, class_id: int, size: tuple[int, int]
) -> None:
    book(console, SARA, "Sara", class_id, 2, "yes")
    book(console, LEA, SCRIPT, class_id, 1, "waiting list")
    lose(console, SARA, SendFailure.CONTENT)
    page = opened("/console/classes", console.operator(Role.ADMIN), size, dark=size == PHONE)
    looked_at(page)
    for path in (f"class/{class_id}", "people", f"person/{client_of(console, SARA)}", "dead-letters", "audit"):
        page.goto(f"{console.address}/console/{path}")
        looked_at(page)


def looked_at(page: Page) -> None:
    assert [] == faults(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"
