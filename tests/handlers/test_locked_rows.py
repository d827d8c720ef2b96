"""What is locked is as it was read until we change it ourselves; what had to be waited for is read afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from handlers.pending_request import lock_booking
from models.bookings import booking_by_id, bookings, change_booking
from models.conversations import change_conversation, lock_conversation
from tests.conftest import NOW
from tests.handlers.salon import SARA, TOM, Salon
from tests.patience import PATIENCE

pytestmark = pytest.mark.every_database
BOOKING = 1


@pytest.fixture
def salon(salon: Salon) -> Salon:
    """With booking #1, and another person."""
    for words in ("book manicura", "tomorrow", "10:00", "yes"):
        salon.text(SARA, words)
    salon.text(TOM, "book")
    return salon


def test_a_conversation_that_is_ours_is_read_once_until_we_change_it(salon: Salon) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def reads() -> int:
        found = sum(one.startswith("SELECT conversations") for one in asked)
        asked.clear()
        return found

    def work(session: Session) -> None:
        sara, tom = 1, 3  # between them the coordinator, who was asked
        lock_conversation(session, sara)
        lock_conversation(session, tom)
        asked.clear()
        assert "" == lock_conversation(session, sara).language
        change_conversation(session, tom, language="es")
        assert "" == lock_conversation(session, sara).language
        assert 0 == reads()
        assert "es" == lock_conversation(session, tom).language
        change_conversation(session, sara, language="fr")
        assert "fr" == lock_conversation(session, sara).language
        assert 2 == reads()
        savepoint = session.begin_nested()
        change_conversation(session, sara, language="ar")
        assert "ar" == lock_conversation(session, sara).language
        savepoint.rollback()
        assert "fr" == lock_conversation(session, sara).language

    engine = salon.desk.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        salon.desk.database.transact(work)
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("has_conversation", [True, False])
def test_whoever_waited_for_a_booking_finds_it_as_it_is_now(salon: Salon, has_conversation: bool) -> None:
    """Also of a client who has no conversation, where the booking itself is what is waited for."""
    database = salon.desk.database
    if not has_conversation:
        alone = update(bookings).where(bookings.c.id == BOOKING).values(conversation_id=None)
        database.transact(lambda session: session.execute(alone) and None)
    locked, asks = Event(), Event()

    def first(session: Session) -> None:
        row = lock_booking(session, BOOKING)
        locked.set()
        assert asks.wait(PATIENCE)
        change_booking(session, BOOKING, row.version, NOW, client_note="by the window")

    def second(session: Session) -> tuple[str, str]:
        before = booking_by_id(session, BOOKING)
        assert before is not None
        asks.set()
        return before.client_note, lock_booking(session, BOOKING).client_note

    waits_at_once = database.engine.dialect.name == "sqlite"  # before the first statement
    with ThreadPoolExecutor(2) as pool:
        earlier = pool.submit(database.transact, first)
        assert locked.wait(PATIENCE)
        later = pool.submit(database.transact, second)
        if waits_at_once:
            asks.set()
        earlier.result(PATIENCE)
        read_before, found = later.result(PATIENCE)
    assert ("by the window" if waits_at_once else "", "by the window") == (read_before, found)
