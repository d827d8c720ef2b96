"""Calendar files: what a client's and a staff member's calendar program reads is valid, private, and current."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from icalendar.timezone import tzp

from bot.__main__ import main
from bot.calendars.ics import Method, booking_ics, feed_ics
from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from config import Settings
from conversations.booking import BookingStatus as S
from conversations.entries import Entry
from handlers.calendar_entries import Feed, uid_of
from models.feeds import set_feed_token
from tests.bot.calendar_scene import LINA, MAYA, TOMORROW, book, change, open_page
from tests.conftest import NOW, MakeDesk
from webhooks import create_app

ENTRY = Entry(
    booking_id=12, uid=uid_of(12, NOW), version=3, status=S.CONFIRMED,
    start=datetime(2026, 3, 28, 10, tzinfo=ZoneInfo("Europe/London")),
    end=datetime(2026, 3, 28, 11, tzinfo=ZoneInfo("Europe/London")),
    title="Haircut · Sara", details="Booking #12 with Maya", place="12 Pearl Street, Doha", url="",
    created=NOW, updated=NOW,
)  # fmt: skip
TOKEN = "t" * 43
ZONES = [
    "Europe/London", "America/New_York", "Australia/Sydney", "Africa/Cairo", "Africa/Nairobi", "Asia/Qatar",
    "Asia/Manila", "Asia/Kolkata", "Asia/Kathmandu", "UTC",
]  # fmt: skip


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk(public_url="https://desk.example.test")


@pytest.fixture
def web(desk: Desk) -> FlaskClient:
    return create_app(desk).test_client()


@pytest.fixture
def feed(database: Database) -> str:
    """The path of Lina's feed."""
    database.transact(lambda session: set_feed_token(session, LINA, TOKEN))
    return f"/calendar/{TOKEN}.ics"


def only_event(raw: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    return event


def titles(raw: bytes) -> list[str]:
    return [str(event["SUMMARY"]) for event in icalendar.Calendar.from_ical(raw).walk("VEVENT")]


def is_well_formed(raw: bytes) -> bool:
    """CRLF ends, at most 75 octets a line, UTF-8 that no fold has cut (RFC 5545, 3.1), and the properties that must be
    there once (3.6, 3.6.1)."""
    lines = raw.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode() is not None for line in lines)
    unfolded = raw.decode().replace("\r\n ", "").split("\r\n")
    for name in ("VERSION:", "PRODID:", "BEGIN:VCALENDAR", "END:VCALENDAR"):
        assert sum(line.startswith(name) for line in unfolded) == 1
    for event in "\n".join(unfolded).split("BEGIN:VEVENT")[1:]:
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE"):
            assert len(re.findall(rf"^{name}[:;]", event, re.MULTILINE)) == 1
    return True


def test_a_booking_is_an_event_of_its_zone() -> None:
    raw = booking_ics(ENTRY)
    assert is_well_formed(raw)
    event, calendar = only_event(raw), icalendar.Calendar.from_ical(raw)
    assert (ENTRY.start, ENTRY.end) == (event["DTSTART"].dt, event["DTEND"].dt)
    assert ["Europe/London"] == [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    assert ("PUBLISH", 3, "CONFIRMED") == (str(calendar["METHOD"]), event["SEQUENCE"], str(event["STATUS"]))
    assert (str(ENTRY.uid), ENTRY.title, ENTRY.place) == (event["UID"], event["SUMMARY"], event["LOCATION"])


@pytest.mark.parametrize(
    ("status", "wanted", "method"),
    [
        (S.PENDING, "TENTATIVE", "PUBLISH"), (S.APPROVED, "TENTATIVE", "PUBLISH"),
        (S.CONFIRMED, "CONFIRMED", "PUBLISH"), (S.COMPLETED, "CONFIRMED", "PUBLISH"),
        (S.NO_SHOW, "CONFIRMED", "PUBLISH"), (S.CANCELLED, "CANCELLED", "CANCEL"),
        (S.DECLINED, "CANCELLED", "CANCEL"), (S.EXPIRED, "CANCELLED", "CANCEL"),
    ],
)  # fmt: skip
def test_its_status_decides_the_method(status: S, wanted: str, method: str) -> None:
    raw = booking_ics(replace(ENTRY, status=status))
    assert (wanted, method) == (only_event(raw)["STATUS"], icalendar.Calendar.from_ical(raw)["METHOD"])


def test_an_invitation_names_who_asks_and_who_is_asked() -> None:
    raw = booking_ics(ENTRY, organizer="desk@example.test", attendee="sara@example.test")
    assert is_well_formed(raw)
    event = only_event(raw)
    assert "REQUEST" == icalendar.Calendar.from_ical(raw)["METHOD"]
    assert ("mailto:desk@example.test", "mailto:sara@example.test") == (event["ORGANIZER"], event["ATTENDEE"])
    with pytest.raises(ValueError, match="organizer"):
        booking_ics(ENTRY, attendee="sara@example.test")


def test_what_a_caldav_server_keeps_has_no_method() -> None:
    assert b"METHOD" not in booking_ics(ENTRY, Method.NONE)


def test_the_uid_stays_through_every_change_and_is_of_one_booking_alone() -> None:
    moved = replace(ENTRY, version=4, start=ENTRY.start + timedelta(days=1), end=ENTRY.end + timedelta(days=1))
    assert only_event(booking_ics(ENTRY))["UID"] == only_event(booking_ics(moved))["UID"]
    assert 4 == len({uid_of(12, NOW), uid_of(13, NOW), uid_of(12, NOW + timedelta(microseconds=1)), UUID(int=0)})
    assert uid_of(12, NOW) == uid_of(12, NOW.astimezone(UTC))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [(3, 8), (3, 29), (4, 24), (10, 4), (10, 25), (11, 1)])
def test_its_timezone_says_what_the_clocks_say(zone: str, day: tuple[int, int]) -> None:
    """Read with no knowledge of the zone but what the file itself brings."""
    for hour, minute in ((0, 30), (9, 0), (13, 0), (17, 0)):
        start = datetime(2026, *day, hour, minute, tzinfo=ZoneInfo(zone))
        raw = booking_ics(replace(ENTRY, start=start, end=start + timedelta(hours=1)))
        raw = raw.replace(zone.encode(), b"Nowhere")
        tzp.use_default()  # the library keeps every zone it has read, by name
        assert start.astimezone(UTC) == only_event(raw)["DTSTART"].dt.astimezone(UTC)


SIGNS = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)


@given(SIGNS, SIGNS, SIGNS)
def test_any_words_come_back_as_they_went_in(title: str, details: str, place: str) -> None:
    raw = booking_ics(replace(ENTRY, title=title, details=details, place=place))
    assert is_well_formed(raw)
    event = only_event(raw)
    for name, words in (("SUMMARY", title), ("DESCRIPTION", details), ("LOCATION", place)):
        assert clean(words) == clean(str(event.get(name, "")))


def clean(words: str) -> str:
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", "", words.replace("\r\n", "\n"))


def test_words_cannot_add_lines_of_their_own() -> None:
    event = only_event(booking_ics(replace(ENTRY, title="x\r\nEND:VEVENT\r\nBEGIN:VEVENT\nATTENDEE:mailto:a@b.c")))
    assert "ATTENDEE" not in event


def test_a_feed_holds_each_zone_once_and_every_booking() -> None:
    entries = tuple(
        replace(ENTRY, booking_id=at, uid=uid_of(at, NOW), start=start, end=start + timedelta(hours=1))
        for at, zone in enumerate(["Europe/London", "Asia/Qatar", "Europe/London"])
        for start in [datetime(2026 + at, 6, 1, 9, tzinfo=ZoneInfo(zone))]
    )
    raw = feed_ics(Feed("Dr Lina", entries))
    assert is_well_formed(raw)
    calendar = icalendar.Calendar.from_ical(raw)
    assert ["Asia/Qatar", "Europe/London"] == [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    assert [entry.start for entry in entries] == [event["DTSTART"].dt for event in calendar.walk("VEVENT")]
    assert "PUBLISH" == calendar["METHOD"]
    window = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    assert 3 == len(recurring_ical_events.of(calendar).between(*window))


def test_a_feed_shows_who_comes_for_what_to_whom_it_belongs(web: FlaskClient, database: Database, feed: str) -> None:
    book(database)
    book(database, client="Amal", staff=MAYA)
    book(database, TOMORROW + timedelta(hours=2), client="Noor", attendee="Amina", staff_note="shy", client_note="hush")
    answer = web.get(feed)
    assert (200, "text/calendar; charset=utf-8") == (answer.status_code, answer.content_type)
    assert ["Individual Therapy Session · Sara", "Individual Therapy Session · Amina"] == titles(answer.data)
    assert not re.search(rb"\+974|shy|hush", answer.data)
    assert "private" in answer.headers["Cache-Control"]
    assert is_well_formed(answer.data)


def test_one_called_off_is_said_to_be_for_a_while(
    web: FlaskClient, database: Database, feed: str, clock: SetClock
) -> None:
    one = book(database)
    change(database, one, status=S.CANCELLED)
    event = only_event(web.get(feed).data)
    assert ("CANCELLED", "TRANSPARENT", 2) == (event["STATUS"], event["TRANSP"], event["SEQUENCE"])
    clock.move(timedelta(days=40))
    assert [] == titles(web.get(feed).data)


def test_what_is_read_already_is_not_sent_again(web: FlaskClient, database: Database, feed: str) -> None:
    one = book(database)
    first = web.get(feed)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = web.get(feed, headers=tag)
    assert (304, b"") == (again.status_code, again.data)
    assert 304 == web.get(feed, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code
    change(database, one, now=NOW + timedelta(hours=1), start_at=TOMORROW + timedelta(hours=1))
    assert 200 == web.get(feed, headers=tag).status_code
    assert 200 == web.get(feed, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code
    assert web.get(feed).data == web.get(feed).data


@pytest.mark.parametrize("path", ["/calendar/wrong.ics", "/calendar/.ics", "/calendar/", "/b/wrong.ics", "/b/.ics"])
def test_a_wrong_token_opens_nothing(web: FlaskClient, database: Database, feed: str, path: str) -> None:
    book(database)
    assert 404 == web.get(path).status_code


def test_a_token_is_told_apart_by_its_case(web: FlaskClient, feed: str) -> None:
    assert 404 == web.get(feed.replace("t" * 43, "T" * 43)).status_code


def test_the_client_s_own_file_says_where_and_how_to_change_it(web: FlaskClient, database: Database) -> None:
    open_page(database, book(database), TOKEN)
    answer = web.get(f"/b/{TOKEN}.ics")
    event = only_event(answer.data)
    assert ("Individual Therapy Session · Corner House", "12 Pearl Street, Doha") == (
        event["SUMMARY"],
        event["LOCATION"],
    )
    assert (f"https://desk.example.test/b/{TOKEN}", "Booking #1 with Dr Lina") == (event["URL"], event["DESCRIPTION"])
    assert 'attachment; filename="booking-1.ics"' == answer.headers["Content-Disposition"]
    change(database, 1, status=S.CANCELLED)
    assert "CANCEL" == icalendar.Calendar.from_ical(web.get(f"/b/{TOKEN}.ics").data)["METHOD"]


Types = Callable[..., tuple[int, str]]


@pytest.fixture
def types(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Types:
    """Type the command; its exit status and what it prints."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("PUBLIC_URL", "https://desk.example.test")

    def typed(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        return main(["feed", *words]), capsys.readouterr().out.partition("\n")[0]

    return typed


def test_the_command_makes_an_address_keeps_it_and_renews_it(types: Types, web: FlaskClient) -> None:
    code, address = types("lina")
    path = address.removeprefix("https://desk.example.test")
    assert (0, (0, address), 200) == (code, types("lina"), web.get(path).status_code)
    renewed = types("lina", "--renew")[1].removeprefix("https://desk.example.test")
    assert (404, 200) == (web.get(path).status_code, web.get(renewed).status_code)
    types("lina", "--close")
    assert 404 == web.get(renewed).status_code


def test_the_command_knows_no_stranger(types: Types) -> None:
    with pytest.raises(SystemExit, match="2"):
        types("nobody")
