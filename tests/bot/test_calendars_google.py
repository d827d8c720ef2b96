"""Google Calendar: events by ids of their own, changes by sync token, free/busy where that is all that is shared."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.calendars.loop import CalendarLoop
from bot.clock import SetClock
from bot.desk import Desk
from conversations.booking import BookingStatus as S
from handlers.calendar_entries import uid_of
from models.calendar_events import calendar_events
from models.calendars import CalendarKind, calendars
from tests.bot.calendar_scene import HOUR, TOMORROW, add_calendar, book, busy, calendar, change, texts
from tests.conftest import NOW, MakeDesk
from tests.fakes.google_calendar import ACCOUNT, FakeGoogle, Shared

LINAS = "lina@example.test"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def google(clock: SetClock) -> Iterator[FakeGoogle]:
    with FakeGoogle(NOW) as fake:
        yield fake


class Scene:
    """Lina's calendar at Google, and a desk that keeps it in step."""

    def __init__(self, desk: Desk, google: FakeGoogle, clock: SetClock) -> None:
        self.desk, self.database, self.google, self.clock = desk, desk.database, google, clock
        self.shared: Shared = google.share(LINAS)
        self.id = add_calendar(desk.database, kind=CalendarKind.GOOGLE, address=LINAS)
        self.loop = CalendarLoop(desk)

    def syncs(self, after: timedelta = timedelta(minutes=6)) -> int:
        self.clock.move(after)
        self.google.now = self.clock.now()
        return self.loop.run_due()

    def changes(self, **values: Any) -> None:
        self.database.transact(lambda session: session.execute(calendars.update().values(**values)))

    def starts(self) -> list[datetime]:
        events = self.google.standing(LINAS).values()
        return sorted(datetime.fromisoformat(event["start"]["dateTime"]) for event in events)

    @property
    def row(self) -> Any:
        return calendar(self.database, self.id)


@pytest.fixture
def scene(make_desk: MakeDesk, google: FakeGoogle, clock: SetClock, tmp_path: Path) -> Scene:
    desk = make_desk(google_credentials_file=google.key_file(tmp_path), google_api_base=google.base_url)
    return Scene(desk, google, clock)


def test_a_booking_stands_there_moves_and_goes(scene: Scene) -> None:
    one = book(scene.database)
    scene.syncs()
    event = scene.google.standing(LINAS)[uid_of(one, NOW).hex]
    assert ("Individual Therapy Session · Sara", "confirmed", {"textbookBooking": "1"}) == (
        event["summary"], event["status"], event["extendedProperties"]["private"],
    )  # fmt: skip
    assert {"dateTime": "2026-03-11T10:00:00+03:00", "timeZone": "Asia/Qatar"} == event["start"]
    change(scene.database, one, start_at=TOMORROW + HOUR, end_at=TOMORROW + 2 * HOUR)
    scene.syncs(MINUTE)
    assert [TOMORROW + HOUR] == scene.starts()
    change(scene.database, one, status=S.CANCELLED)
    scene.syncs(MINUTE)
    assert ([], [], False) == (scene.starts(), busy(scene.database), scene.google.mail_sent)


def test_one_that_was_revived_stands_again_under_its_old_id(scene: Scene) -> None:
    one = book(scene.database, status=S.PENDING)
    scene.syncs()
    for status in (S.EXPIRED, S.CONFIRMED):
        change(scene.database, one, status=status)
        scene.syncs(MINUTE)
    assert ([TOMORROW], 1) == (scene.starts(), len(scene.shared.events))


@pytest.mark.parametrize("lost", ["POST", "PUT", "DELETE"])
def test_a_lost_answer_makes_nothing_twice(scene: Scene, lost: str) -> None:
    one = book(scene.database)
    if lost != "POST":
        scene.syncs()
        later = {"status": S.CANCELLED} if lost == "DELETE" else {"client_note": "late"}
        change(scene.database, one, **later)
    scene.google.cut_after_accepting(method=lost)
    scene.syncs(MINUTE)
    assert (1, "ConnectionError") == (scene.row.failures, scene.row.error)
    scene.syncs(2 * MINUTE)
    assert (0, "") == (scene.row.failures, scene.row.error)
    assert ([] if lost == "DELETE" else [TOMORROW]) == scene.starts()
    assert 1 == len(scene.shared.events)


def test_what_somebody_did_to_our_event_is_put_right(scene: Scene) -> None:
    one = book(scene.database)
    scene.syncs()
    own = uid_of(one, NOW).hex
    scene.google.put(LINAS, own, TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    scene.syncs()
    scene.syncs(MINUTE)
    assert [TOMORROW] == scene.starts()
    scene.google.drop(LINAS, own)
    scene.syncs()
    scene.syncs(MINUTE)
    assert ([TOMORROW], []) == (scene.starts(), busy(scene.database))


def test_what_is_busy_there_is_busy_here_until_it_goes(scene: Scene) -> None:
    day = TOMORROW + timedelta(days=1)
    scene.google.put(LINAS, "aaaaa", day, day + HOUR)
    scene.google.put(LINAS, "bbbbb", "2026-03-20", "2026-03-21")
    scene.google.put(LINAS, "ccccc", day, day + HOUR, transparency="transparent")
    scene.google.put(LINAS, "ddddd", day, day + HOUR, eventType="workingLocation")
    scene.google.put(LINAS, "eeeee", day, day + HOUR, attendees=[{"self": True, "responseStatus": "declined"}])
    scene.google.put(LINAS, "fffff", day, day + HOUR, attendees=[{"self": True, "responseStatus": "accepted"}])
    scene.syncs()
    midnight = datetime(2026, 3, 19, 21, tzinfo=UTC)
    whole_day = midnight, midnight + timedelta(days=1)
    assert [(day, day + HOUR), (day, day + HOUR), whole_day] == busy(scene.database)
    scene.google.put(LINAS, "aaaaa", day + HOUR, day + 2 * HOUR)
    scene.google.drop(LINAS, "bbbbb")
    scene.syncs()
    assert [(day, day + HOUR), (day + HOUR, day + 2 * HOUR)] == busy(scene.database)


def test_pages_are_read_to_the_last_which_has_the_token(scene: Scene) -> None:
    scene.google.page_size = 3
    for number in range(10):
        start = TOMORROW + number * HOUR
        scene.google.put(LINAS, f"event{number}", start, start + HOUR)
    scene.syncs()
    assert (10, ["GET events"] * 4) == (len(busy(scene.database)), scene.google.asked_for())
    scene.syncs()
    assert ["GET events"] * 5 == scene.google.asked_for()
    assert {"singleEvents", "maxResults", "syncToken"} == set(scene.google.asked[-1].query)


def test_a_token_that_google_forgot_leads_to_reading_all(scene: Scene) -> None:
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.google.put(LINAS, "bbbbb", TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    scene.syncs()
    del scene.shared.events["aaaaa"]
    scene.google.forget_tokens()
    scene.syncs()
    assert ([(TOMORROW + HOUR, TOMORROW + 2 * HOUR)], 0) == (busy(scene.database), scene.row.failures)


def test_an_event_that_cannot_be_read_is_named_and_the_others_are_taken(scene: Scene) -> None:
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.shared.events["bbbbb"] = {"start": {"dateTime": "soon"}, "end": {"dateTime": "2026-03-11T10:00:00Z"}}
    scene.shared.changed["bbbbb"] = 1
    scene.google._list = lambda shared, query: _page(shared)  # type: ignore[method-assign]
    scene.syncs()
    assert (1, ["event bbbbb: its times cannot be read"]) == (len(busy(scene.database)), scene.row.broken_events)


def _page(shared: Shared) -> Any:
    from tests.fakes.google_calendar import _json

    return _json(200, {"items": [{**event, "id": name} for name, event in shared.events.items()]})


def test_our_own_event_is_no_clash_even_before_we_know_that_it_is_there(scene: Scene) -> None:
    book(scene.database)
    scene.syncs()
    scene.database.transact(lambda session: session.execute(calendar_events.delete()))
    scene.changes(sync_token="")
    scene.syncs()
    assert ([], [], [TOMORROW]) == (busy(scene.database), texts(scene.database), scene.starts())


def test_a_clash_is_told(scene: Scene) -> None:
    book(scene.database)
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.syncs()
    scene.syncs()
    (told,) = texts(scene.database)
    assert "MOVE 1" in told


# Free/busy, where we only read


def test_free_busy_is_asked_where_nothing_is_written(scene: Scene) -> None:
    scene.changes(writes=False)
    scene.shared.role = "freeBusyReader"
    far = NOW + timedelta(days=300)
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.google.put(LINAS, "bbbbb", far, far + HOUR)
    scene.syncs()
    assert [(TOMORROW, TOMORROW + HOUR), (far, far + HOUR)] == busy(scene.database)
    assert {"POST freeBusy"} == set(scene.google.asked_for())


def test_a_time_across_two_questions_is_one(scene: Scene) -> None:
    scene.changes(writes=False)
    seam = NOW + timedelta(days=59, minutes=6)
    scene.google.put(LINAS, "aaaaa", seam - HOUR, seam + HOUR)
    scene.syncs()
    assert [(seam - HOUR, seam + HOUR)] == busy(scene.database)


@pytest.mark.parametrize(("reason", "told_after"), [("notFound", 2), ("internalError", 5)])
def test_an_error_beside_a_200_is_unknown_and_not_free(scene: Scene, reason: str, told_after: int) -> None:
    scene.changes(writes=False)
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.syncs()
    scene.shared.busy_error = reason
    for failures in range(1, 7):
        scene.syncs(timedelta(minutes=15))
        assert (failures, f"free/busy: {reason}", 1) == (scene.row.failures, scene.row.error, len(busy(scene.database)))
        assert (failures >= told_after) == bool(texts(scene.database))


# Refusals


@pytest.mark.parametrize(
    ("status", "reason", "is_setup"),
    [(403, "rateLimitExceeded", False), (429, "rateLimitExceeded", False), (403, "quotaExceeded", False),
     (500, "", False), (503, "", False), (403, "requiredAccessLevel", True)],
)  # fmt: skip
def test_what_google_refuses_is_tried_again_and_known_times_stay(
    scene: Scene, status: int, reason: str, is_setup: bool
) -> None:
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.syncs()
    scene.google.reason = reason
    scene.google.fail_next(status)
    scene.syncs()
    assert (1, 1) == (scene.row.failures, len(busy(scene.database)))
    assert str(status) in scene.row.error
    waits = (scene.row.due_at - scene.clock.now()) / MINUTE
    assert (15 if is_setup else 1) == waits
    scene.syncs(timedelta(minutes=15))
    assert (0, None) == (scene.row.failures, scene.row.told_at)


def test_how_long_google_asks_us_to_wait_we_wait(scene: Scene) -> None:
    scene.google.fail_next(429, retry_after=600)
    scene.syncs()
    assert timedelta(minutes=10) == scene.row.due_at - scene.clock.now()


def test_where_we_may_not_write_what_is_busy_is_read_all_the_same(scene: Scene) -> None:
    scene.shared.role = "reader"
    book(scene.database)
    scene.google.put(LINAS, "aaaaa", TOMORROW + 2 * HOUR, TOMORROW + 3 * HOUR)
    scene.syncs()
    assert ("HTTP 403: the calendar is not shared with us for this", 1) == (scene.row.error, len(busy(scene.database)))


def test_a_token_that_is_refused_before_its_time_is_replaced(scene: Scene) -> None:
    scene.syncs()
    scene.google.expire()
    scene.google.put(LINAS, "aaaaa", TOMORROW, TOMORROW + HOUR)
    scene.syncs()
    assert (0, 1) == (scene.row.failures, len(busy(scene.database)))
    assert 2 == sum(one.path == "/token" for one in scene.google.asked)


def test_a_token_is_kept_for_most_of_its_hour(scene: Scene) -> None:
    for _ in range(12):
        scene.syncs()
    assert 2 == sum(one.path == "/token" for one in scene.google.asked)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"private_key": "none"}, "holds no key that can sign"), ({"client_email": None}, "is no service account's key"),
     ({"client_email": "else@example.test"}, "Google gives no token: invalid_scope")],
)  # fmt: skip
def test_a_key_file_that_will_not_do_is_named(
    scene: Scene, tmp_path: Path, values: dict[str, object], words: str, logged: Any
) -> None:
    scene.google.key_file(tmp_path, **values)
    scene.syncs()
    assert words in scene.row.error
    assert "PRIVATE KEY" not in logged.getvalue()


def test_no_address_and_no_account_is_logged(scene: Scene, logged: Any) -> None:
    scene.shared.role = ""
    scene.syncs()
    assert "HTTP 404: no such calendar" == scene.row.error
    assert not [secret for secret in (LINAS, ACCOUNT, scene.google.base_url, "ya29") if secret in logged.getvalue()]


def test_a_page_in_place_of_an_answer_is_a_failure(scene: Scene) -> None:
    scene.google.answer_html()
    scene.syncs()
    assert 1 == scene.row.failures
