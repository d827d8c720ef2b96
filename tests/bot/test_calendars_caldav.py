"""CalDAV, both ways, against a real Radicale: our bookings stand there, what is busy there cannot be booked here, and a
server that fails is never taken for a free day."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import select

from bot.calendars import sync
from bot.calendars.exchange import Answer, Exchange
from bot.calendars.loop import CalendarLoop
from bot.calendars.sync import CalendarSync
from bot.clock import SetClock
from bot.desk import Desk
from conversations.booking import BookingStatus as S
from handlers.calendar_entries import uid_of
from handlers.invariants_checked import broken_invariants
from models.calendar_events import calendar_events
from models.calendars import busy_times, calendars
from tests.bot.calendar_scene import (
    HOUR,
    LINA,
    MAYA,
    TOMORROW,
    add_calendar,
    book,
    busy,
    calendar,
    change,
    event,
    texts,
    version_of,
    wrapped,
)
from tests.conftest import NOW, MakeDesk
from tests.fakes.radicale import PASSWORD, USER, RadicaleServer

MINUTE = timedelta(minutes=1)
QATAR = ZoneInfo("Asia/Qatar")


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RadicaleServer]:
    with RadicaleServer(tmp_path_factory.mktemp("radicale")) as server:
        yield server


class Scene:
    """One calendar on the server, and a desk that keeps it in step."""

    def __init__(self, desk: Desk, radicale: RadicaleServer, name: str, clock: SetClock) -> None:
        self.desk, self.database, self.server, self.name, self.clock = desk, desk.database, radicale, name, clock
        radicale.make_calendar(name)
        self.id = add_calendar(desk.database, address=f"{name}/")
        self.loop = CalendarLoop(desk)

    def syncs(self, after: timedelta = timedelta(minutes=6)) -> int:
        """Time passes, and what is due by then is done."""
        self.clock.move(after)
        return self.loop.run_due()

    def put(self, uid: str, start: str, end: str, *more: str, zone: str = "") -> None:
        self.server.put(f"{self.name}/{uid}.ics", event(uid, start, end, *more, zone=zone))

    def there(self) -> dict[str, icalendar.Event]:
        """Our events on the server, by file name."""
        files = self.server.files(self.name)
        parsed = {name: icalendar.Calendar.from_ical(raw).walk("VEVENT")[0] for name, raw in files.items()}
        return {name: one for name, one in parsed.items() if "Private" not in str(one.get("SUMMARY"))}  # type: ignore[misc]

    def times(self) -> list[datetime]:
        return sorted(one["DTSTART"].dt.astimezone(UTC) for one in self.there().values())

    @property
    def row(self) -> Any:
        return calendar(self.database, self.id)


@pytest.fixture
def scene(make_desk: MakeDesk, radicale: RadicaleServer, clock: SetClock, request: pytest.FixtureRequest) -> Scene:
    desk = make_desk(caldav_url=radicale.url, caldav_username=USER, caldav_password=PASSWORD)
    return Scene(desk, radicale, f"c{abs(hash(request.node.nodeid))}", clock)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods of what servers were asked."""
    methods: list[str] = []
    real = Exchange.ask

    def ask(self: Exchange, method: str, url: str, *rest: Any, **more: Any) -> Answer:
        methods.append(method)
        return real(self, method, url, *rest, **more)

    monkeypatch.setattr(Exchange, "ask", ask)
    return methods


# Our bookings there


def test_a_booking_stands_there_moves_and_goes(scene: Scene) -> None:
    one = book(scene.database)
    assert 1 == scene.syncs()
    (name,) = scene.there()
    stands = scene.there()[name]
    assert f"{uid_of(one, NOW)}.ics" == name
    assert (TOMORROW, "Individual Therapy Session · Sara") == (stands["DTSTART"].dt.astimezone(UTC), stands["SUMMARY"])
    assert "METHOD" not in scene.server.files(scene.name)[name]
    change(scene.database, one, start_at=TOMORROW + HOUR, end_at=TOMORROW + 2 * HOUR)
    scene.syncs(MINUTE)
    assert [TOMORROW + HOUR] == scene.times()
    assert 2 == scene.there()[name]["SEQUENCE"]
    change(scene.database, one, status=S.CANCELLED)
    scene.syncs(MINUTE)
    assert {} == scene.there()
    assert [] == busy(scene.database)


def test_only_what_has_changed_goes_out(scene: Scene, asked: list[str]) -> None:
    one = book(scene.database)
    book(scene.database, TOMORROW + HOUR, client="Noor")
    scene.syncs()
    assert 2 == asked.count("PUT")
    asked.clear()
    assert 0 == scene.syncs(MINUTE)
    assert [] == asked
    scene.syncs()
    assert ["PROPFIND"] == asked
    asked.clear()
    change(scene.database, one, client_note="late")
    scene.syncs(MINUTE)
    assert 1 == asked.count("PUT")


def test_a_booking_of_another_is_not_written(scene: Scene) -> None:
    book(scene.database, staff=MAYA)
    book(scene.database, NOW - timedelta(days=3), client="Long ago")
    scene.syncs()
    assert {} == scene.there()


def test_one_that_goes_to_another_is_taken_out(scene: Scene) -> None:
    one = book(scene.database)
    scene.syncs()
    change(scene.database, one, staff_id=MAYA)
    scene.syncs(MINUTE)
    assert {} == scene.there()


def test_one_that_was_revived_stands_again(scene: Scene) -> None:
    one = book(scene.database)
    scene.syncs()
    change(scene.database, one, status=S.EXPIRED)
    scene.syncs(MINUTE)
    assert {} == scene.there()
    change(scene.database, one, status=S.CONFIRMED)
    scene.syncs(MINUTE)
    assert [TOMORROW] == scene.times()


def test_a_put_whose_answer_was_lost_makes_no_second_event(scene: Scene) -> None:
    one = book(scene.database)
    scene.syncs()
    scene.database.transact(lambda session: session.execute(calendar_events.delete()))
    change(scene.database, one, start_at=TOMORROW + HOUR, end_at=TOMORROW + 2 * HOUR)
    scene.syncs(MINUTE)
    assert [TOMORROW + HOUR] == scene.times()
    assert ("", 0) == (scene.row.error, scene.row.failures)


def test_what_somebody_did_to_our_event_is_put_right(scene: Scene) -> None:
    book(scene.database)
    gone = book(scene.database, TOMORROW + 3 * HOUR, client="Noor")
    scene.syncs()
    (moved, removed) = (f"{uid_of(number, NOW)}.ics" for number in (1, gone))
    text = scene.server.files(scene.name)[moved].replace("T100000", "T110000")
    scene.server.put(f"{scene.name}/{moved}", text)
    scene.server.ask("DELETE", f"{scene.name}/{removed}")
    scene.syncs()
    scene.syncs(MINUTE)
    assert [TOMORROW, TOMORROW + 3 * HOUR] == scene.times()
    assert [] == busy(scene.database)


def test_a_calendar_that_is_only_read_gets_nothing(scene: Scene) -> None:
    scene.database.transact(lambda session: session.execute(calendars.update().values(writes=False)))
    book(scene.database)
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    scene.syncs()
    assert ({}, 1) == (scene.there(), len(busy(scene.database)))


def test_one_that_is_only_written_keeps_nothing_busy(scene: Scene) -> None:
    scene.database.transact(lambda session: session.execute(calendars.update().values(reads=False)))
    book(scene.database)
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    scene.syncs()
    assert ([TOMORROW], []) == (scene.times(), busy(scene.database))


# What is busy there


def test_what_is_busy_there_is_busy_here_until_it_goes(scene: Scene) -> None:
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    scene.syncs()
    nine = datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert [(nine, nine + HOUR)] == busy(scene.database)
    assert [] == busy(scene.database, MAYA)
    scene.put("a", "20260312T110000Z", "20260312T120000Z")
    scene.put("b", "20260312T130000Z", "20260312T133000Z")
    scene.syncs()
    eleven, thirteen = nine + 2 * HOUR, nine + 4 * HOUR
    assert [(eleven, eleven + HOUR), (thirteen, thirteen + HOUR / 2)] == busy(scene.database)
    scene.server.ask("DELETE", f"{scene.name}/a.ics")
    scene.syncs()
    assert [(thirteen, thirteen + HOUR / 2)] == busy(scene.database)


def test_changes_alone_are_asked_for_and_all_of_it_twice_a_day(scene: Scene, asked: list[str]) -> None:
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    scene.syncs()
    assert ["PROPFIND", "REPORT"] == asked
    asked.clear()
    scene.syncs()
    assert ["PROPFIND"] == asked
    asked.clear()
    scene.put("b", "20260312T130000Z", "20260312T133000Z")
    scene.syncs()
    assert ["PROPFIND", "REPORT", "REPORT"] == asked
    asked.clear()
    scene.syncs(timedelta(hours=12))
    assert (["PROPFIND", "REPORT"], 2) == (asked, len(busy(scene.database)))


def test_a_token_that_the_server_forgot_leads_to_reading_all(scene: Scene) -> None:
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    scene.syncs()
    forgotten = "sync http://radicale.org/ns/sync/" + 64 * "0"
    scene.database.transact(lambda session: session.execute(calendars.update().values(sync_token=forgotten)))
    scene.put("b", "20260312T130000Z", "20260312T133000Z")
    scene.syncs()
    assert (2, 0) == (len(busy(scene.database)), scene.row.failures)


def test_a_series_is_there_as_often_as_it_happens_in_local_time(scene: Scene) -> None:
    """Fridays at noon in Berlin, across the change of 29 March; one is called off, one is put off by a day."""
    berlin = "Europe/Berlin"
    scene.server.put(
        f"{scene.name}/s.ics",
        wrapped(
            "UID:s", "DTSTAMP:20260301T000000Z", "SUMMARY:Private lunch", f"DTSTART;TZID={berlin}:20260320T120000",
            f"DTEND;TZID={berlin}:20260320T130000", "RRULE:FREQ=WEEKLY;COUNT=5",
            f"EXDATE;TZID={berlin}:20260403T120000", "END:VEVENT", "BEGIN:VEVENT",
            "UID:s", "DTSTAMP:20260301T000000Z", f"RECURRENCE-ID;TZID={berlin}:20260410T120000", "SUMMARY:Private",
            f"DTSTART;TZID={berlin}:20260411T150000", f"DTEND;TZID={berlin}:20260411T160000",
        ),
    )  # fmt: skip
    scene.syncs()
    starts = [start.astimezone(ZoneInfo(berlin)).replace(tzinfo=None) for start, _ in busy(scene.database)]
    days = [(3, 20, 12), (3, 27, 12), (4, 11, 15), (4, 17, 12)]
    assert [datetime(2026, month, day, hour) for month, day, hour in days] == starts


def test_an_endless_series_reaches_beyond_the_horizon_and_no_further(scene: Scene) -> None:
    scene.put("s", "20200101T060000Z", "20200101T061500Z", "RRULE:FREQ=DAILY")
    scene.syncs()
    found = [start for start, _ in busy(scene.database)]
    assert NOW - timedelta(days=2) < found[0] < NOW
    assert NOW + timedelta(days=390) < found[-1] < NOW + timedelta(days=400)


def test_a_day_is_busy_from_midnight_to_midnight_where_the_person_is(scene: Scene) -> None:
    scene.put("d", "20260312", "20260314")
    scene.syncs()
    first = datetime(2026, 3, 12, tzinfo=QATAR)
    assert [(first, first + timedelta(days=1)), (first + timedelta(days=1), first + timedelta(days=2))] == busy(
        scene.database
    )


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_what_is_free_or_off_keeps_nothing_busy(scene: Scene, line: str) -> None:
    scene.put("f", "20260312T090000Z", "20260312T100000Z", line)
    scene.syncs()
    assert [] == busy(scene.database)


@pytest.mark.parametrize(("who", "is_busy"), [(f"/{USER}/", False), ("mailto:omar@example.com", True)])
def test_what_its_owner_has_declined_keeps_nothing_busy(scene: Scene, who: str, is_busy: bool) -> None:
    scene.put("d", "20260312T090000Z", "20260312T100000Z", f"ATTENDEE;PARTSTAT=DECLINED:{who}")
    scene.syncs()
    assert is_busy == bool(busy(scene.database))


def test_a_broken_event_is_named_and_the_others_are_taken(scene: Scene) -> None:
    scene.put("good", "20260312T090000Z", "20260312T100000Z")
    folder = scene.server.folder / "data" / "collection-root" / USER / scene.name
    scene.put("bad", "20260312T130000Z", "20260312T140000Z")
    text = (folder / "bad.ics").read_bytes().replace(b"DTEND:20260312T140000Z", b"DTEND:20260312T120000Z")
    (folder / "bad.ics").write_bytes(text)
    scene.syncs()
    assert 1 == len(busy(scene.database))
    assert (0, 1) == (scene.row.failures, len(scene.row.broken_events))
    assert "bad.ics line" in scene.row.broken_events[0]
    assert "it ends before it starts" in scene.row.broken_events[0]
    assert "Private" not in str(scene.row.broken_events)


# When the server fails


def test_a_server_that_is_away_is_unknown_and_not_free(
    scene: Scene, tmp_path: Path, make_desk: MakeDesk, clock: SetClock
) -> None:
    with RadicaleServer(tmp_path / "own") as server:
        desk = make_desk(caldav_url=server.url, caldav_username=USER, caldav_password=PASSWORD)
        scene.database.transact(lambda session: session.execute(calendars.delete()))
        scene = Scene(desk, server, "work", clock)
        scene.put("a", "20260312T090000Z", "20260312T100000Z")
        scene.syncs()
        known = busy(scene.database)
        server.kill()
        book(scene.database)
        for failures in range(1, 5):
            assert 1 == scene.syncs(timedelta(minutes=15))
            assert (failures, "ConnectionError") == (scene.row.failures, scene.row.error)
            assert (1, known, []) == (len(known), busy(scene.database), texts(scene.database))
        scene.syncs(timedelta(minutes=15))
        assert 1 == len(texts(scene.database))
        assert texts(scene.database)[0].startswith("⚠️ Dr Lina's calendar (work) does not answer us.")
        scene.syncs(timedelta(minutes=15))
        assert 1 == len(texts(scene.database))
        server.start()
        scene.syncs(timedelta(minutes=15))
        assert (known, [TOMORROW], 0, "") == (busy(scene.database), scene.times(), scene.row.failures, scene.row.error)
        assert "✅ Dr Lina's calendar (work) works again." == texts(scene.database)[1]


def test_one_that_fails_is_tried_less_and_less_often(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.server.ask("DELETE", f"{scene.name}/")
    book(scene.database)
    assert [0, 15, 30] == [minute for minute in range(40) if scene.syncs(MINUTE)]


def test_a_wrong_password_is_told_soon_and_shown_nowhere(scene: Scene, make_desk: MakeDesk, logged: Any) -> None:
    desk = make_desk(caldav_url=scene.server.url, caldav_username=USER, caldav_password="wr0ng-w0rd")
    scene.loop = CalendarLoop(desk)
    scene.syncs()
    assert "HTTP 401: it does not let us in" == scene.row.error
    scene.syncs(timedelta(minutes=15))
    assert 1 == len(texts(scene.database))
    written = logged.getvalue()
    assert "calendar_failed" in written
    assert not [secret for secret in ("wr0ng", USER, scene.name, str(scene.server.port)) if secret in written]


def test_a_calendar_elsewhere_is_never_shown_the_password(scene: Scene, asked: list[str]) -> None:
    elsewhere = {"address": "http://127.0.0.1:9/lina/work/"}
    scene.database.transact(lambda session: session.execute(calendars.update().values(**elsewhere)))
    scene.syncs()
    assert (1, []) == (scene.row.failures, asked)
    assert "CALDAV_URL" in scene.row.error


# Clashes


def test_a_clash_is_told_once(scene: Scene) -> None:
    one = book(scene.database)
    scene.put("a", "20260311T073000Z", "20260311T093000Z")
    for _ in range(3):
        scene.syncs()
    assert 1 == len(texts(scene.database))
    told = texts(scene.database)[0]
    assert told.startswith(
        f"⚠️ #{one} (Sara, Wed 11 Mar 2026, 10:00 (Asia/Qatar)): Dr Lina's calendar now says busy then"
    )
    assert f"MOVE {one}" in told
    assert "Private" not in told
    scene.put("b", "20260311T070000Z", "20260311T080000Z")
    scene.syncs()
    assert 1 == len(texts(scene.database))


def test_each_booking_in_it_is_told_of(scene: Scene) -> None:
    book(scene.database)
    book(scene.database, TOMORROW + HOUR, client="Noor")
    book(scene.database, TOMORROW + 2 * HOUR, client="Off", status=S.CANCELLED)
    book(scene.database, TOMORROW + 12 * HOUR, client="Later")
    scene.put("a", "20260311T060000Z", "20260311T120000Z")
    scene.syncs()
    (told,) = texts(scene.database)
    assert ["#1 Sara, Wed 11 Mar, 10:00", "#2 Noor, Wed 11 Mar, 11:00"] == told.splitlines()[1:3]


def test_our_own_event_is_no_clash_even_before_we_know_that_it_is_there(scene: Scene) -> None:
    book(scene.database)
    scene.syncs()
    scene.database.transact(lambda session: session.execute(calendar_events.delete()))
    scene.database.transact(lambda session: session.execute(calendars.update().values(writes=False, sync_token="")))
    scene.syncs()
    assert ([], []) == (busy(scene.database), texts(scene.database))


# Several workers


def test_two_workers_do_not_sync_one_calendar_at_a_time(scene: Scene, asked: list[str]) -> None:
    book(scene.database)
    both, done = threading.Barrier(2), []

    def work() -> None:
        both.wait()
        done.append(CalendarSync(scene.desk).sync(scene.id))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True] or asked.count("PUT") == 1
    assert [TOMORROW] == scene.times()


def test_a_worker_that_died_leaves_the_calendar_after_its_lease(scene: Scene) -> None:
    until = NOW + timedelta(minutes=10)
    scene.database.transact(lambda session: session.execute(calendars.update().values(leased_until=until)))
    assert (0, 1) == (scene.syncs(), scene.syncs())


def test_who_comes_back_after_its_lease_changes_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    real = sync.CalDAV.read

    def slow(self: Any) -> Any:
        until = NOW + timedelta(days=1)
        scene.database.transact(lambda session: session.execute(calendars.update().values(leased_until=until)))
        return real(self)

    monkeypatch.setattr(sync.CalDAV, "read", slow)
    scene.syncs()
    assert ([], None) == (busy(scene.database), scene.row.synced_at)


def test_no_transaction_is_open_while_a_server_is_asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every statement of the database is over before each question, so that somebody else may write meanwhile."""
    real, checked = Exchange.ask, []

    def ask(self: Exchange, *rest: Any, **more: Any) -> Answer:
        checked.append(book(scene.database, TOMORROW + len(checked) * HOUR, client=f"c{len(checked)}"))
        return real(self, *rest, **more)

    monkeypatch.setattr(Exchange, "ask", ask)
    scene.put("a", "20260312T090000Z", "20260312T100000Z")
    scene.syncs()
    assert 2 == len(checked)


def test_the_loop_does_it_by_itself(scene: Scene) -> None:
    scene.loop = CalendarLoop(scene.desk, seconds=0.01)
    scene.loop.start()
    book(scene.database)
    for _ in range(500):
        if scene.row.synced_at is not None:
            break
        threading.Event().wait(0.01)
    scene.loop.stop()
    assert 0 == scene.row.failures
    assert version_of(scene.database, 1) == 1


def test_everything_is_as_it_should_be_in_the_tables(scene: Scene) -> None:
    book(scene.database)
    scene.put("a", "20260312T090000Z", "20260312T100000Z", "RRULE:FREQ=DAILY;COUNT=20")
    scene.syncs()
    rows = scene.database.read(lambda session: session.execute(select(busy_times.c.uid)).scalars().all())
    assert (20, 1) == (len(rows), len(set(rows)))
    assert LINA == scene.row.staff_id


def test_the_check_finds_nothing_broken(scene: Scene) -> None:
    book(scene.database)
    scene.put("a", "20260311T073000Z", "20260318T093000Z")
    scene.syncs()
    assert [] == scene.database.read(lambda session: list(broken_invariants(session, scene.clock.now())))
