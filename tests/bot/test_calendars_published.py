"""A calendar published as a file: what is busy in it, what is broken in it, and servers that answer anything at all."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.calendars import exchange as exchange_module
from bot.calendars.exchange import Exchange
from bot.calendars.failure import CalendarFailure
from bot.calendars.ics import booking_ics
from bot.calendars.loop import CalendarLoop
from bot.calendars.occurrences import Expander, Window
from bot.clock import SetClock
from bot.desk import Desk
from handlers.calendar_entries import uid_of
from models.calendars import CalendarKind
from tests.bot.calendar_scene import TOMORROW, add_calendar, book, busy, calendar, event, texts, wrapped
from tests.bot.test_calendars_ics import ENTRY, ZONES
from tests.conftest import NOW
from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.patience import NO_WAIT

NINE = datetime(2026, 3, 12, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
QATAR = ZoneInfo("Asia/Qatar")
WINDOW = Window(NOW - timedelta(days=1), NOW + timedelta(days=400), QATAR)
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Someone//EN\r\n"
MEETING = event("a", "20260312T090000Z", "20260312T100000Z")


class FileServer(FaultyServer):
    """One file under any path; `to` is where a path redirects."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tag, self.to, self.drip = MEETING, '"1"', {}, 0.0

    def reply(self, asked: Asked) -> Answer:
        if asked.path in self.to:
            return Answer(302, "", headers={"Location": self.to[asked.path]})
        if self.tag and asked.headers.get("If-None-Match") == self.tag:
            return Answer(304, "")
        tag = {"ETag": self.tag} if self.tag else {}
        return Answer(200, self.text, "text/calendar; charset=utf-8", tag, drip_body=self.drip)

    def error_body(self, status: int, code: int) -> object:
        return {"status": status}


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as fake:
        yield fake


class Scene:
    def __init__(self, desk: Desk, server: FileServer, clock: SetClock) -> None:
        self.database, self.server, self.clock = desk.database, server, clock
        values = {"kind": CalendarKind.ICS, "writes": False, "address": f"{server.base_url}/secret-path/basic.ics"}
        self.id = add_calendar(desk.database, **values)
        self.loop = CalendarLoop(desk)

    def syncs(self, after: timedelta = timedelta(minutes=16)) -> int:
        self.clock.move(after)
        return self.loop.run_due()

    @property
    def row(self) -> Any:
        return calendar(self.database, self.id)


@pytest.fixture
def scene(desk: Desk, server: FileServer, clock: SetClock) -> Scene:
    return Scene(desk, server, clock)


def found(*lines: str, head: str = HEAD) -> list[tuple[datetime, datetime]]:
    text = head + "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:a", *lines, "END:VEVENT", "END:VCALENDAR"))
    return Expander(WINDOW).read(text.encode()).spells.get("a", [])


def broken(*lines: str) -> list[str]:
    return Expander(WINDOW).read(wrapped("UID:a", *lines).encode()).broken


def test_what_is_busy_in_it_is_busy_here(scene: Scene) -> None:
    scene.syncs()
    assert [(NINE, NINE + HOUR)] == busy(scene.database)
    scene.server.text, scene.server.tag = event("a", "20260312T110000Z", "20260312T120000Z"), '"2"'
    scene.syncs()
    assert [(NINE + 2 * HOUR, NINE + 3 * HOUR)] == busy(scene.database)


def test_a_file_that_is_as_it_was_is_not_fetched_but_for_twice_a_day(scene: Scene) -> None:
    for _ in range(3):
        scene.syncs()
    tags = [one.headers.get("If-None-Match") for one in scene.server.asked]
    assert ([None, '"1"', '"1"'], 1) == (tags, len(busy(scene.database)))
    scene.syncs(timedelta(hours=12))
    assert None is scene.server.asked[-1].headers.get("If-None-Match")


def test_our_own_feed_seen_there_is_not_busy(scene: Scene) -> None:
    one = book(scene.database)
    scene.server.text = event(str(uid_of(one, NOW)), "20260311T070000Z", "20260311T080000Z")
    scene.syncs()
    assert ([], []) == (busy(scene.database), texts(scene.database))


def test_broken_events_are_named_by_their_lines_and_the_others_are_taken(scene: Scene) -> None:
    events = [
        ("UID:1", "DTSTART:20261399T000000Z"), ("UID:2", "DTSTART:20260312T090000Z", "DTEND:20260312T100000Z"),
        ("UID:3", "DTSTART:20260312T090000Z", "DTEND:20260312T080000Z"),
        ("UID:4", "SUMMARY:no start"), ("UID:5", "DTSTART;TZID=Mars/Base:20260312T090000", "DURATION:PT1H"),
        ("UID:6", "DTSTART:20260312T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"),
        ("UID:7", "DTSTART:20260313T090000Z", "DURATION:PT1H", "RRULE:FREQ=WHENEVER"),
        ("UID:8", "DTSTART:20260314T090000Z", "DURATION:PT1H", "no line at all"),
    ]  # fmt: skip
    body = "".join("".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *one, "END:VEVENT")) for one in events)
    scene.server.text = f"{HEAD}{body}END:VCALENDAR\r\n"
    scene.syncs()
    assert [NINE, NINE + timedelta(days=2)] == [start for start, _ in busy(scene.database)]
    assert [
        "line 4: its DTSTART cannot be read", "line 13: it ends before it starts", "line 18: it has no DTSTART",
        "line 22: its zone 'Mars/Base' is not known", "line 27: it repeats SECONDLY, which is no appointment",
        "line 33: its RRULE cannot be read",
    ] == scene.row.broken_events  # fmt: skip
    assert 0 == scene.row.failures


@pytest.mark.parametrize(
    ("lines", "start", "hours"),
    [
        (("DTSTART;TZID=Europe/Berlin:20260401T090000", "DURATION:PT2H"), datetime(2026, 4, 1, 7, tzinfo=UTC), 2),
        (("DTSTART;TZID=W. Europe Standard Time:20260401T090000", "DURATION:PT2H"),
         datetime(2026, 4, 1, 7, tzinfo=UTC), 2),
        (("DTSTART:20260401T090000", "DURATION:PT2H"), datetime(2026, 4, 1, 6, tzinfo=UTC), 2),
        (("DTSTART;VALUE=DATE:20260401",), datetime(2026, 3, 31, 21, tzinfo=UTC), 24),
        (("DTSTART;VALUE=DATE:20260401", "DTEND;VALUE=DATE:20260403"), datetime(2026, 3, 31, 21, tzinfo=UTC), 48),
    ],
)  # fmt: skip
def test_times_are_meant_where_they_say(lines: tuple[str, ...], start: datetime, hours: int) -> None:
    assert [(start, start + hours * HOUR)] == found(*lines)


def test_a_calendar_s_own_zone_is_where_bare_times_are_meant() -> None:
    head = f"{HEAD}X-WR-TIMEZONE:America/New_York\r\n"
    assert [datetime(2026, 4, 1, 13, tzinfo=UTC)] == [
        start for start, _ in found("DTSTART:20260401T090000", "DURATION:PT1H", head=head)
    ]


def test_two_calendars_may_call_different_zones_by_one_name() -> None:
    def zone(offset: str) -> str:
        lines = (
            "BEGIN:VTIMEZONE", "TZID:Customized", "BEGIN:STANDARD", "DTSTART:19700101T000000",
            f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "END:STANDARD", "END:VTIMEZONE",
        )  # fmt: skip
        return HEAD + "".join(f"{line}\r\n" for line in lines)

    times = [
        found("DTSTART;TZID=Customized:20260401T090000", "DURATION:PT1H", head=zone(offset))[0][0].hour
        for offset in ("+0100", "-0500", "+0100")
    ]
    assert [8, 14, 8] == times


@pytest.mark.parametrize(
    "lines",
    [("RRULE:FREQ=MINUTELY",), ("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",), ("RRULE:FREQ=HOURLY;BYMINUTE=0,20,40",),
     ("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9",), ("DTEND:20290312T100000Z",)],
)  # fmt: skip
def test_what_would_take_for_ever_is_not_tried(lines: tuple[str, ...]) -> None:
    begun = time.monotonic()
    assert 1 == len(broken("DTSTART:20260312T090000Z", *lines))
    assert time.monotonic() - begun < NO_WAIT


def test_a_series_since_the_year_one_is_not_gone_through() -> None:
    assert ["line 4: it has been repeating for too long"] == broken("DTSTART:00010101T090000Z", "RRULE:FREQ=DAILY")


def test_a_calendar_that_is_too_much_is_a_failure() -> None:
    one = "".join(
        f"{line}\r\n" for line in ("BEGIN:VEVENT", "DTSTART:20260312T090000Z", "DURATION:P300D", "END:VEVENT")
    )
    with pytest.raises(CalendarFailure, match="busy times"):
        Expander(WINDOW).read(f"{HEAD}{one * 100}END:VCALENDAR\r\n".encode())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 600))
def test_garbage_never_breaks_the_reader(garbage: bytes, at: int) -> None:
    raw = MEETING.encode()
    try:
        Expander(WINDOW).read(raw[:at] + garbage + raw[at:])
    except CalendarFailure:
        return


@settings(max_examples=30, deadline=None)
@example(datetime(2026, 10, 25, 0, 30), 15, "Europe/London")
@example(datetime(2026, 10, 25, 1, 30), 15, "Europe/London")
@example(datetime(2026, 10, 25, 0, 30), 60, "Europe/London")
@given(st.datetimes(datetime(2026, 3, 12), datetime(2027, 3, 1)), st.integers(5, 600), st.sampled_from(ZONES))
def test_what_we_write_we_read_as_it_was(start: datetime, minutes: int, zone: str) -> None:
    begins = start.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(zone))
    ends = (begins.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    raw = booking_ics(replace(ENTRY, start=begins, end=ends))
    seen = Expander(WINDOW).read(raw).spells[str(ENTRY.uid)]
    assert [(begins.astimezone(UTC), ends.astimezone(UTC))] == seen


# Servers that answer anything at all


def test_redirects_are_followed_and_not_for_ever(scene: Scene) -> None:
    scene.server.to = {"/secret-path/basic.ics": "/there.ics"}
    scene.syncs()
    assert 1 == len(busy(scene.database))
    scene.server.to = {"/secret-path/basic.ics": "/secret-path/basic.ics"}
    scene.syncs()
    assert (1, 1) == (scene.row.failures, len(busy(scene.database)))
    assert "redirects" in scene.row.error


def test_a_redirect_is_not_followed_with_a_password(server: FileServer) -> None:
    server.to = {"/a": "/b"}
    with Exchange("Basic xyz", follows=True) as exchange, pytest.raises(CalendarFailure, match="redirects"):
        exchange.ask("GET", f"{server.base_url}/a")
    assert ["/a"] == [one.path for one in server.asked]


@pytest.mark.parametrize("target", ["ftp://example.test/a", "file:///etc/passwd", ""])
def test_a_redirect_leads_to_the_web_alone(scene: Scene, target: str) -> None:
    scene.server.to = {"/secret-path/basic.ics": target}
    scene.syncs()
    assert "redirects to no address" in scene.row.error


@pytest.mark.parametrize(
    ("text", "words"), [("<html>hello</html>", "what came is no calendar"), ("", "what came is no calendar")]
)
def test_a_page_in_place_of_the_file_is_unknown_and_not_free(scene: Scene, text: str, words: str) -> None:
    scene.syncs()
    scene.server.text, scene.server.tag = text, ""
    scene.syncs()
    assert (words, 1) == (scene.row.error, len(busy(scene.database)))


def test_an_empty_calendar_is_free(scene: Scene) -> None:
    scene.syncs()
    scene.server.text, scene.server.tag = f"{HEAD}END:VCALENDAR\r\n", ""
    scene.syncs()
    assert (0, []) == (scene.row.failures, busy(scene.database))


def test_too_much_is_not_read_to_its_end(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_module, "LONGEST_ANSWER", 1000)
    server.text = "x" * 100_000
    with Exchange() as exchange, pytest.raises(CalendarFailure, match="answers more than"):
        exchange.ask("GET", server.base_url)


def test_a_body_that_drips_is_not_waited_for(server: FileServer) -> None:
    server.drip = 0.1
    begun = time.monotonic()
    with Exchange(each=0.2) as exchange, pytest.raises(CalendarFailure, match="too slow"):
        exchange.ask("GET", server.base_url)
    assert time.monotonic() - begun < NO_WAIT


def test_all_exchanges_together_have_their_time(server: FileServer) -> None:
    with Exchange(in_all=0.05) as exchange:
        time.sleep(0.06)
        with pytest.raises(CalendarFailure, match="too slow"):
            exchange.ask("GET", server.base_url)


def test_the_log_says_why_and_not_where(scene: Scene, logged: Any) -> None:
    scene.server.fail_next(404)
    scene.syncs()
    assert "HTTP 404" in logged.getvalue()
    assert not [secret for secret in ("secret-path", scene.server.base_url, "Private") if secret in logged.getvalue()]


def test_a_booking_in_it_is_told_of_once(scene: Scene) -> None:
    book(scene.database)
    scene.server.text = event("a", "20260311T070000Z", "20260311T080000Z")
    scene.syncs()
    scene.syncs(timedelta(hours=13))
    assert 1 == len(texts(scene.database))
    assert TOMORROW == busy(scene.database)[0][0]
