"""CalDAV servers that lack what others have, or answer what they should not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.calendars.loop import CalendarLoop
from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from conversations.booking import BookingStatus as S
from handlers.calendar_entries import uid_of
from models.calendars import calendars
from tests.bot.calendar_scene import HOUR, TOMORROW, add_calendar, book, busy, calendar, change, event, texts
from tests.conftest import NOW, MakeDesk
from tests.fakes.dav_server import FakeDav

MINUTE = timedelta(minutes=1)
NINE = datetime(2026, 3, 12, 9, tzinfo=UTC)
BOMB = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.fixture
def dav() -> Iterator[FakeDav]:
    with FakeDav() as fake:
        yield fake


class Scene:
    def __init__(self, desk: Desk, dav: FakeDav, clock: SetClock) -> None:
        self.database: Database = desk.database
        self.dav, self.clock = dav, clock
        self.id = add_calendar(desk.database, address=dav.url)
        self.loop = CalendarLoop(desk)

    def syncs(self, after: timedelta = timedelta(minutes=6)) -> int:
        self.clock.move(after)
        return self.loop.run_due()

    def put(self, name: str, hour: int) -> None:
        self.dav.keep(f"{name}.ics", event(name, f"20260312T{hour:02}0000Z", f"20260312T{hour + 1:02}0000Z"))

    def hours(self) -> list[int]:
        return [start.hour for start, _ in busy(self.database)]

    @property
    def row(self) -> Any:
        return calendar(self.database, self.id)


@pytest.fixture
def scene(make_desk: MakeDesk, dav: FakeDav, clock: SetClock) -> Scene:
    return Scene(make_desk(caldav_url=dav.base_url), dav, clock)


@pytest.mark.parametrize(("has_sync", "has_ctag"), [(True, True), (False, True), (False, False)])
def test_changes_are_seen_whatever_the_server_offers_for_it(scene: Scene, has_sync: bool, has_ctag: bool) -> None:
    scene.dav.has_sync, scene.dav.has_ctag = has_sync, has_ctag
    scene.put("a", 9)
    scene.syncs()
    assert [9] == scene.hours()
    asked = len(scene.dav.asked)
    scene.syncs()
    assert (1 if has_sync or has_ctag else 2) == len(scene.dav.asked) - asked
    scene.put("a", 11)
    scene.put("b", 13)
    scene.syncs()
    assert [11, 13] == scene.hours()
    scene.dav.keep("a.ics", None)
    scene.syncs()
    assert ([13], 0) == (scene.hours(), scene.row.failures)


def test_a_server_that_begins_to_offer_tokens_is_taken_up_on_it(scene: Scene) -> None:
    scene.dav.has_sync = False
    scene.put("a", 9)
    scene.syncs()
    scene.dav.has_sync = True
    scene.put("b", 11)
    scene.syncs()
    scene.put("c", 13)
    scene.syncs()
    assert ([9, 11, 13], "sync") == (scene.hours(), scene.row.sync_token[:4])


def test_a_report_that_is_cut_is_asked_for_to_its_end(scene: Scene) -> None:
    scene.syncs()
    scene.dav.cut_at = 2
    for hour in range(5, 12):
        scene.put(f"e{hour}", hour)
    scene.syncs()
    assert list(range(5, 12)) == scene.hours()


def test_a_report_without_end_is_not_asked_for_without_end(scene: Scene) -> None:
    scene.syncs()
    scene.dav.cut_at = 1
    for number in range(30):
        scene.put(f"e{number}", number % 20)
    scene.syncs()
    assert 30 == len(scene.hours())
    assert len(scene.dav.asked) < 30


def test_a_token_that_the_server_forgot_leads_to_reading_all(scene: Scene) -> None:
    scene.put("a", 9)
    scene.syncs()
    scene.dav.files.clear()
    scene.put("b", 11)
    scene.dav.oldest = scene.dav.count
    scene.syncs()
    assert ([11], 0) == (scene.hours(), scene.row.failures)


def test_a_server_that_tells_no_etag_is_asked_for_it(scene: Scene) -> None:
    scene.dav.gives_etags = False
    one = book(scene.database)
    scene.syncs()
    change(scene.database, one, start_at=TOMORROW + HOUR, end_at=TOMORROW + 2 * HOUR)
    scene.syncs(MINUTE)
    change(scene.database, one, status=S.CANCELLED)
    scene.syncs(MINUTE)
    puts = [one.headers for one in scene.dav.asked if one.method == "PUT"]
    assert ("*", '"1"') == (puts[0]["If-None-Match"], puts[1]["If-Match"])
    assert ({}, 0) == (scene.dav.files, scene.row.failures)


def test_an_event_it_will_not_take_keeps_no_other_from_being_written(scene: Scene) -> None:
    one = book(scene.database)
    book(scene.database, TOMORROW + HOUR, client="Noor")
    scene.dav.refuses[f"{uid_of(one, NOW)}.ics"] = 409
    scene.syncs()
    assert (1, 0) == (len(scene.dav.files), scene.row.failures)
    assert ["booking #1: the calendar does not take it (HTTP 409)"] == scene.row.broken_events
    asked = len(scene.dav.asked)
    assert (0, asked) == (scene.syncs(MINUTE), len(scene.dav.asked))


@pytest.mark.parametrize("lost", ["PUT", "DELETE"])
def test_a_lost_answer_is_no_loss(scene: Scene, lost: str) -> None:
    one = book(scene.database)
    if lost == "DELETE":
        scene.syncs()
        change(scene.database, one, status=S.CANCELLED)
    scene.dav.cut_after_accepting(method=lost)
    scene.syncs(MINUTE)
    assert 1 == scene.row.failures
    scene.syncs(2 * MINUTE)
    assert (0, 0 if lost == "DELETE" else 1, []) == (scene.row.failures, len(scene.dav.files), busy(scene.database))


@pytest.mark.parametrize("raw", ["<html/>", "no xml", BOMB, "<multistatus/>", ""])
def test_what_is_no_answer_is_unknown_and_not_free(scene: Scene, raw: str) -> None:
    scene.put("a", 9)
    scene.syncs()
    scene.dav.raw = raw or "\x00"
    scene.syncs()
    assert ([9], 1) == (scene.hours(), scene.row.failures)
    assert "it does not answer as a CalDAV server" == scene.row.error


@pytest.mark.parametrize(("status", "told_after"), [(401, 2), (403, 2), (404, 2), (410, 2), (500, 5), (503, 5)])
def test_a_refusal_is_unknown_and_not_free(scene: Scene, status: int, told_after: int) -> None:
    scene.put("a", 9)
    scene.syncs()
    scene.dav.fail_next(status, times=100)
    for failures in range(1, 6):
        scene.syncs(timedelta(minutes=15))
        assert ([9], failures) == (scene.hours(), scene.row.failures)
        assert (failures >= told_after) == bool(texts(scene.database))


def test_how_long_it_asks_us_to_wait_we_wait_but_an_hour_at_most(scene: Scene) -> None:
    scene.dav.fail_next(503, retry_after=900)
    scene.syncs()
    assert timedelta(minutes=15) == scene.row.due_at - scene.clock.now()
    scene.dav.fail_next(503, retry_after=999_999)
    scene.syncs(timedelta(minutes=15))
    assert timedelta(hours=1) == scene.row.due_at - scene.clock.now()


def test_a_folder_that_is_no_calendar_is_not_read_as_an_empty_one(scene: Scene) -> None:
    scene.put("a", 9)
    scene.syncs()
    scene.dav.raw = (
        '<multistatus xmlns="DAV:"><response><href>/dav/work/</href><propstat><prop><resourcetype><collection/>'
        "</resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
    )
    scene.syncs()
    assert ([9], "there is no calendar at its address") == (scene.hours(), scene.row.error)


def test_a_slow_server_keeps_no_other_calendar_waiting(scene: Scene, make_desk: MakeDesk) -> None:
    """One that says nothing at all, and beside it one that is well, in the running loop."""
    with FakeDav() as slow:
        slow.hang_after_accepting(method="PROPFIND", times=10)
        scene.database.transact(lambda session: session.execute(calendars.delete()))
        desk = make_desk()
        stuck = add_calendar(scene.database, name_key="slow", address=slow.url)
        well = add_calendar(scene.database, name_key="well", address=scene.dav.url)
        loop = CalendarLoop(desk, seconds=0.01)
        loop.start()
        for _ in range(500):
            if calendar(scene.database, well).synced_at is not None:
                break
            loop._stopping.wait(0.01)
        assert calendar(scene.database, well).synced_at is not None
        assert calendar(scene.database, stuck).synced_at is None
    loop.stop()  # what was stuck has come to its end with its server
