"""What the owner of a calendar has declined keeps nothing busy; what others have, and what nobody knows of, does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.calendars.loop import CalendarLoop
from bot.calendars.occurrences import Expander, Window
from bot.clock import SetClock
from tests.bot.calendar_scene import add_calendar, busy, calendar, event
from tests.conftest import NOW, MakeDesk
from tests.fakes.dav_server import FakeDav

LINA, OTHER = "/dav/principals/lina/", "/dav/principals/other/"
DECLINED = "ATTENDEE;CN=Lina;PARTSTAT=DECLINED:mailto:Lina@Example.com"
ANOTHERS = "ATTENDEE;PARTSTAT=DECLINED:mailto:omar@example.com"


@pytest.fixture
def dav() -> Iterator[FakeDav]:
    """Lina's calendar, and she is who we sign in as."""
    with FakeDav() as fake:
        fake.owner = fake.own = LINA
        fake.principals = {LINA: [LINA, "mailto:lina@example.com"], OTHER: ["mailto:x@example.com"]}
        yield fake


@pytest.fixture
def sync(make_desk: MakeDesk, dav: FakeDav, clock: SetClock, username: str) -> "Sync":
    return Sync(make_desk, dav, clock, username)


class Sync:
    """Puts one event with these lines there, brings the calendar into step, and tells whether it is busy."""

    def __init__(self, make_desk: MakeDesk, dav: FakeDav, clock: SetClock, username: str) -> None:
        self.desk = make_desk(caldav_url=dav.base_url, caldav_username=username)
        self.dav, self.clock = dav, clock
        add_calendar(self.desk.database, address=dav.url)

    def is_busy(self, *lines: str) -> bool:
        self.dav.keep("a.ics", event("a", "20260312T090000Z", "20260312T100000Z", *lines))
        self.clock.move(timedelta(minutes=6))
        CalendarLoop(self.desk).run_due()
        assert "" == calendar(self.desk.database).error
        return bool(busy(self.desk.database))


@pytest.mark.parametrize("username", ["", "lina"])
@pytest.mark.parametrize(
    "line",
    [
        DECLINED, "ATTENDEE;PARTSTAT=declined:MAILTO:lina@example.com", f"ATTENDEE;PARTSTAT=DECLINED:{LINA}",
        "ATTENDEE;EMAIL=lina@example.com;PARTSTAT=DECLINED:urn:uuid:4f1c",
    ],
)  # fmt: skip
def test_what_its_owner_has_declined_is_not_busy(sync: Sync, line: str) -> None:
    assert not sync.is_busy(ANOTHERS, line)


@pytest.mark.parametrize("username", ["", "omar@example.com"])
@pytest.mark.parametrize(
    "line",
    [
        ANOTHERS, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:lina@example.com", "ATTENDEE:mailto:lina@example.com",
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:lina@example.com", "ORGANIZER;PARTSTAT=DECLINED:mailto:lina@example.com",
    ],
)  # fmt: skip
def test_what_others_have_declined_is(sync: Sync, line: str) -> None:
    assert sync.is_busy(line)


@pytest.mark.parametrize("username", ["lina@example.com"])
@pytest.mark.parametrize(
    ("owner", "own", "addresses", "is_busy"),
    [
        ("", "", [], False), (LINA, LINA, [LINA], False), ("", LINA, [], False),
        (OTHER, LINA, [], True),  # the calendar is another's, whom we do not know
        (LINA, LINA, ["mailto:lina@work.example.com"], True), ("https://elsewhere.example.com/lina/", "", [], True),
    ],
)  # fmt: skip
def test_the_name_we_sign_in_with_is_theirs_where_the_server_tells_no_other(
    sync: Sync, owner: str, own: str, addresses: list[str], is_busy: bool
) -> None:
    sync.dav.owner, sync.dav.own = owner, own
    sync.dav.principals = {LINA: addresses, OTHER: []}
    assert is_busy == sync.is_busy(DECLINED)


@pytest.mark.parametrize("username", [""])
def test_who_changes_their_mind_is_busy_again(sync: Sync) -> None:
    assert not sync.is_busy(DECLINED)
    assert sync.is_busy(DECLINED.replace("DECLINED", "ACCEPTED"))


@pytest.mark.parametrize("username", [""])
def test_one_time_of_a_series_can_be_declined(sync: Sync) -> None:
    series = event("a", "20260312T090000Z", "20260312T100000Z", "RRULE:FREQ=DAILY;COUNT=3")
    one = event("a", "20260313T090000Z", "20260313T100000Z", "RECURRENCE-ID:20260313T090000Z", DECLINED)
    inside = one[one.index("BEGIN:VEVENT") : one.index("END:VCALENDAR")]
    sync.dav.keep("a.ics", series.replace("END:VCALENDAR", f"{inside}END:VCALENDAR"))
    sync.clock.move(timedelta(minutes=6))
    CalendarLoop(sync.desk).run_due()
    assert [12, 14] == [start.day for start, _ in busy(sync.desk.database)]


@pytest.mark.parametrize("username", [""])
def test_nobody_is_asked_whose_it_is_until_somebody_declines(sync: Sync) -> None:
    assert sync.is_busy("ATTENDEE:mailto:lina@example.com")
    assert not any("owner" in asked.body or asked.path == LINA for asked in sync.dav.asked)


def test_of_a_published_file_nobody_knows_whose_it_is() -> None:
    expander = Expander(Window(NOW, NOW + timedelta(days=30), NOW.tzinfo))  # type: ignore[arg-type]
    found = expander.read(event("a", "20260312T090000Z", "20260312T100000Z", DECLINED).encode())
    assert [datetime(2026, 3, 12, 9, tzinfo=UTC)] == [start for start, _ in found.spells["a"]]
