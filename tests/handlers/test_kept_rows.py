"""What a transaction has read it keeps, until that is written or anything is locked."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from models.bookings import booking_by_id, change_booking
from models.clients import rename_client
from models.conversations import lock_conversation
from models.kept import look_again
from models.scheduled_notices import NoticeKind, plan_notice
from tests.conftest import NOW
from tests.handlers.salon import SARA, Salon

pytestmark = pytest.mark.every_database

Work = Callable[[Session], object]
BOOKING = 1


@pytest.fixture
def salon(salon: Salon) -> Salon:
    """With booking #1."""
    for words in ("book manicura", "tomorrow", "10:00", "yes"):
        salon.text(SARA, words)
    return salon


def reads(salon: Salon, between: Work) -> int:
    """How often the booking is read by whoever asks for it before and after this."""
    asked: list[str] = []

    def work(session: Session) -> None:
        assert booking_by_id(session, BOOKING) is not None
        between(session)
        booking_by_id(session, BOOKING)

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "payment_requests" in statement:
            asked.append(statement)

    engine = salon.desk.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        salon.desk.database.transact(work)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def test_what_nobody_has_written_is_read_once(salon: Salon) -> None:
    assert reads(salon, lambda session: None) == 1
    notice = NoticeKind.REVIEW, NOW
    assert reads(salon, lambda session: plan_notice(session, *notice, booking_id=BOOKING)) == 1


@pytest.mark.parametrize(
    "between",
    [
        lambda session: change_booking(session, BOOKING, 1, NOW, staff_id=2),
        lambda session: rename_client(session, 1, "Sara A."),
        lambda session: session.execute(text("update clients set name = 'S' where id = 1")),
        lambda session: session.connection().execute(text("update clients set name = 'T' where id = 1")),
    ],
    ids=["whose time it is", "its client", "plain words", "the bare connection"],
)
def test_what_was_written_meanwhile_is_read_again(salon: Salon, between: Work) -> None:
    assert reads(salon, between) == 2


def test_a_change_that_nobody_waits_for_is_not_read_again(salon: Salon) -> None:
    waits = salon.desk.database.engine.dialect.name != "sqlite"
    changed = partial(change_booking, booking_id=BOOKING, version=1, now=NOW, client_note="by the window")
    assert reads(salon, changed) == (2 if waits else 1)


@pytest.mark.parametrize(
    "values",
    [
        {"client_note": "by the window", "intake_answers": {"allergies": "none"}, "more_service_ids": [2]},
        {"status": BookingStatus.CONFIRMED, "confirmed_datetime": NOW.astimezone(ZoneInfo("Asia/Qatar"))},
        {"status": BookingStatus.DECLINED, "decided_by": "coordinator:1", "decide_by": None},
        {"start_at": NOW.astimezone(ZoneInfo("Asia/Qatar")), "end_at": NOW + timedelta(hours=1)},
        {"staff_id": 2},
        {"staff_id": 2, "status": BookingStatus.CONFIRMED},
    ],
    ids=["words", "confirmed", "declined", "moved", "whose time it is", "that and confirmed"],
)
def test_a_booking_that_was_changed_is_what_would_be_read(salon: Salon, values: dict[str, Any]) -> None:
    def work(session: Session) -> tuple[list[object], list[object]]:
        was = booking_by_id(session, BOOKING)
        assert was is not None
        change_booking(session, BOOKING, was.version, NOW, **values)
        known = booking_by_id(session, BOOKING)
        look_again(session)
        read = booking_by_id(session, BOOKING)
        assert read is not None
        return [seen(getattr(known, name)) for name in read._fields], [seen(one) for one in read]

    def seen(cell: object) -> object:
        return cell, str(cell)  # which tells zones apart, too

    known, read = salon.desk.database.transact(work)
    assert known == read


def test_whoever_had_to_wait_for_a_lock_looks_again(salon: Salon) -> None:
    """On SQLite nobody waits but for the whole transaction, before anything is read in it."""
    waits = salon.desk.database.engine.dialect.name != "sqlite"
    assert reads(salon, lambda session: lock_conversation(session, 1)) == (2 if waits else 1)


def test_what_was_taken_back_was_never_so(salon: Salon) -> None:
    def work(session: Session) -> tuple[str, str]:
        savepoint = session.begin_nested()
        change_booking(session, BOOKING, 1, NOW, client_note="by the window")
        noted = booking_by_id(session, BOOKING)
        savepoint.rollback()
        after = booking_by_id(session, BOOKING)
        assert noted is not None and after is not None
        return noted.client_note, after.client_note

    assert salon.desk.database.transact(work) == ("by the window", "")
