"""Bookings in a real browser: listed, turned over, dragged, looked at, made by hand, exported; and who may see what."""

import codecs
import csv
import io
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from conversations.booking import BookingStatus
from models.audit import audited
from models.bookings import booking_by_id, change_booking
from models.conversations import turns
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open
from tests.console.seven_days import QATAR, booked, day_of, requested

LINA, MAYA = 1, 2
SARA, TOM = "+97455501234", "+97455501235"


@pytest.fixture
def kind() -> str:
    return "sqlite"


def start_of(console: Console, booking_id: int) -> str:
    row = console.desk.database.read(lambda session: booking_by_id(session, booking_id))
    assert row is not None
    return f"{row.start_at.astimezone(QATAR):%H:%M}"


def test_every_view_shows_what_is_booked_and_is_usable(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    requested(console, TOM, "<b>Tom</b> =1+1", "11:00")
    token, day = console.operator(Role.OPERATOR, "Ana"), day_of(console)
    page = opened("/console/bookings", token)
    for path in ("bookings", f"bookings/day?day={day}", f"bookings/week?day={day}", "bookings/board"):
        page.goto(f"{console.address}/console/{path}")
        expect(page.get_by_text("<b>Tom</b> =1+1")).to_be_visible()
        assert [] == faults(page), path
        for width, height in (PHONE, DESKTOP):
            page.set_viewport_size({"width": width, "height": height})
            assert width == page.evaluate("document.documentElement.scrollWidth"), path
    page.goto(f"{console.address}/console/bookings?q=sara&status=confirmed&staff={LINA}")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"{console.address}/console/bookings?q=5501235")
    expect(page.locator("tbody tr")).to_contain_text("Tom")
    page.goto(f"{console.address}/console/bookings?q=sara&status=declined")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_a_booking_is_dragged_to_another_time_by_the_same_checks(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    booked(console, TOM, "Tom", "16:00")
    day = day_of(console)
    page = opened(f"/console/bookings/week?day={day}", console.operator(Role.OPERATOR, "Ana"))
    page.on("dialog", lambda dialog: dialog.accept())

    def drag(hour: int, where: str) -> None:
        box = page.locator(where).bounding_box()
        assert box is not None
        rows = int(page.locator("[data-calendar]").get_attribute("data-rows") or 0)
        target = {"x": 30, "y": (hour - 8) * 4 * box["height"] / rows + 8}
        page.drag_and_drop("[data-booking='1']", where, source_position={"x": 20, "y": 8}, target_position=target)

    drag(13, f"[data-day='{day}']")
    expect(page.locator(".answer")).to_contain_text("MOVED: #1")
    assert "13:00" == start_of(console, 1)
    drag(16, f"[data-day='{day}']")
    expect(page.locator(".answer")).not_to_contain_text("MOVED")
    expect(page.locator(".answer")).to_contain_text("#1")
    page.goto(f"{console.address}/console/bookings/day?day={day}")
    drag(15, "[data-staff='Maya']")
    expect(page.locator(".answer")).to_contain_text("Maya")
    assert "13:00" == start_of(console, 1), "what Tom has is not Sara's, and Maya gives no therapy"


def test_a_booking_is_changed_by_the_fields_of_its_page(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    page = opened("/console/booking/1", console.operator(Role.OPERATOR, "Ana"), PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    assert ([], 390) == (faults(page), page.evaluate("document.documentElement.scrollWidth"))
    page.get_by_label("Move to").fill(f"{day_of(console)} 15:00")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".answer")).to_contain_text("MOVED: #1")
    page.get_by_label("Note, for you alone").fill("=HYPERLINK(1) <script>x</script>")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator("dd").get_by_text("=HYPERLINK(1) <script>x</script>")).to_be_visible()
    page.get_by_label("Reason that the client reads").fill("water damage")
    page.get_by_role("button", name="Call it off").click()
    expect(page.locator(".headline")).to_contain_text("cancelled")
    expect(page.locator(".changes li").last).to_contain_text("Ana: water damage")
    expect(page.get_by_role("button", name="Call it off")).to_have_count(0)


def test_a_page_tells_what_was_paid_and_leads_on(console: Console, opened: Open) -> None:
    console.text(SARA, f"book therapy every week from {day_of(console):%d %B} at 10:00, 2 times", "Sara")
    console.text(SARA, "yes")
    console.text(OMAR, "APPROVE S1")
    console.text(OMAR, "PAID 1 20.00 RECEIPT9")
    page = opened("/console/booking/1", console.operator(Role.OPERATOR, "Ana"))
    assert [] == faults(page)
    expect(page.locator("aside")).to_contain_text("20.00 USD")
    expect(page.locator("aside")).to_contain_text("RECEIPT9")
    expect(page.get_by_role("link", name="S1")).to_be_visible()
    expect(page.locator(".changes li").last).to_contain_text("Omar")
    page.get_by_role("link", name="#2").click()
    expect(page.locator("h1")).to_contain_text("#2 Sara")
    page.get_by_role("link", name="Conversation").click()
    expect(page.locator("h1")).to_contain_text("Sara")


def test_a_booking_is_made_by_hand_and_what_stands_in_its_way_is_said(console: Console, opened: Open) -> None:
    page = opened("/console/bookings/new", console.operator(Role.OPERATOR, "Ana"), PHONE)
    assert [] == faults(page)

    def fill(phone: str, at: str) -> None:
        page.get_by_label("Client's number").fill(phone)
        page.get_by_label("Client's name").fill("Sara; CANCEL 1")
        page.get_by_label("Service").select_option(label="Individual Therapy Session, 60 min")
        page.get_by_label("With").select_option(label="Dr Lina")
        page.get_by_label("Day").fill(day_of(console).isoformat())
        page.get_by_label("Time").fill(at)
        page.get_by_role("button", name="Book").click()

    fill(SARA, "10:00")
    expect(page).to_have_url(re.compile("/console/booking/1"))
    expect(page.locator(".answer")).to_contain_text("BOOKED #1")
    expect(page.locator("main")).to_contain_text("10:00 to 11:00")
    page.goto(f"{console.address}/console/bookings/new")
    fill(TOM, "10:30")
    expect(page.locator(".answer")).to_be_visible()
    expect(page).to_have_url(re.compile("/console/bookings/new"))
    expect(page.get_by_label("Client's number")).to_have_value(TOM)


def test_staff_see_their_own_and_viewers_only_read(console: Console, opened: Open) -> None:
    booked(console, SARA, "Sara", "10:00")
    day = day_of(console)
    staff = opened("/console/bookings", console.operator(Role.STAFF, "Maya", staff_id=MAYA))
    expect(staff.get_by_text("Nothing is booked from today on")).to_be_visible()
    for path, status in (("booking/1", 404), ("booking/999", 404), (f"booking/{2**70}", 404), ("requests", 403)):
        answer = staff.request.get(f"{console.address}/console/{path}")
        assert status == answer.status, path
    for path in (
        f"bookings?staff={LINA}", f"bookings/day?day={day}&staff={LINA}", f"bookings/week?day={day}",
        f"bookings/board?until={day}", f"bookings/export.csv?staff={LINA}", "bookings/export.json",
    ):  # fmt: skip
        assert "Sara" not in staff.request.get(f"{console.address}/console/{path}").text(), path
    own = opened("/console/booking/1", console.operator(Role.STAFF, "Lina", staff_id=LINA))
    expect(own.locator("h1")).to_contain_text("Sara")
    expect(own.locator("main button")).to_have_count(0)
    assert [] == faults(own)
    viewer = opened("/console/booking/1", console.operator(Role.VIEWER))
    expect(viewer.locator("h1")).to_contain_text("Sara")
    expect(viewer.locator("main button")).to_have_count(0)
    assert 403 == viewer.request.get(f"{console.address}/console/bookings/new").status


def test_what_the_filters_find_is_a_file_without_formulas(console: Console, opened: Open) -> None:
    requested(console, TOM, "=1+1", "11:00")
    booked(console, SARA, "Sara", "10:00")
    now = console.desk.clock.now()
    console.desk.database.transact(lambda session: change_booking(session, 1, 1, now, client_note="\t@SUM(A1)"))
    page = opened("/console/bookings", console.operator(Role.OPERATOR))
    answer = page.request.get(f"{console.address}/console/bookings/export.csv")
    assert answer.body().startswith(codecs.BOM_UTF8), "a spreadsheet takes it for UTF-8"
    rows = list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))
    assert ["2", "1"] == [row["id"] for row in rows]
    assert ("'=1+1", "'\t'@SUM(A1)", f"'{TOM}", BookingStatus.PENDING, "79.00") == (
        rows[1]["client"], rows[1]["client_note"], rows[1]["phone"], rows[1]["status"], rows[1]["price"],
    )  # fmt: skip
    assert "attachment" in answer.headers["content-disposition"]
    told = page.request.get(f"{console.address}/console/bookings/export.json?status=pending").json()
    assert [("=1+1", 1)] == [(one["client"], one["id"]) for one in told]
    assert [] == page.request.get(f"{console.address}/console/bookings/export.json?q=nobody").json()
    entries = console.desk.database.read(lambda session: audited(session, None, 10))
    expected = ["q", "status", ""]
    assert expected == [one.words for one in entries if one.action == "exported bookings"]


@pytest.mark.parametrize("number", ["12", "my sister", "+974 5550 1234 and more", "١٢"])
def test_what_is_no_number_books_nobody_and_leaves_no_draft(console: Console, opened: Open, number: str) -> None:
    page = opened("/console/bookings/new", console.operator(Role.OPERATOR, "Ana"))
    page.get_by_label("Client's number").fill(number)
    page.get_by_label("Service").select_option(index=1)
    page.get_by_label("Day").fill(day_of(console).isoformat())
    page.get_by_label("Time").fill("10:00")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("alert")).to_contain_text("no phone number")
    expect(page.get_by_label("Client's number")).to_have_value(number)
    assert not console.desk.database.read(lambda session: session.execute(select(turns)).all())
