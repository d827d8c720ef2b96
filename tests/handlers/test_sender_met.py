"""What a turn asks first of all is asked once its conversation is locked, and says what the questions it stands for
would: of the business, of its client, of what waits and of what came lately."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.desk import Desk
from bot.intake import receive
from conversations.messages import Inbound
from conversations.rules.loop_guard import LOOK_BACK
from handlers import sender_met
from handlers.message_received import turn_due
from handlers.messages_kept import Came, messages_kept
from models.business import business, touch_business, version_now
from models.clients import clients, rename_client
from models.consents import consents
from models.conversations import change_conversation, conversation_of, conversations, turns
from models.first_look import NEWEST, FirstLook, first_look, first_look_at_stranger
from models.messages import Direction, messages, recent_inbound, store_inbound, unanswered
from tests.conftest import NOW
from tests.handlers.salon import SARA, TOM, Salon
from tests.patience import PATIENCE

pytestmark = pytest.mark.every_database
ADDRESS = SARA.address


def text(number: int, words: str = "book", address: str = ADDRESS) -> Inbound:
    return Inbound("sms", f"SM{number}", address, address, words)


def count(desk: Desk, what: Any) -> int:
    return desk.database.read(lambda session: session.execute(select(func.count()).select_from(what)).scalar_one())


def waiting_message(conversation_id: int, number: int, at: datetime, words: str = "hello") -> dict[str, Any]:
    return {
        "conversation_id": conversation_id, "channel": "sms", "provider_id": f"W{number}", "body": words, "media": [],
        "quoted_id": "", "opt_out": "", "trace": "t", "at": at, "due_at": at, "raw": None,
    }  # fmt: skip


def look_of(session: Session, since: datetime | None = None, now: datetime = NOW) -> FirstLook:
    room = conversation_of(session, "sms", ADDRESS)
    assert room is not None
    return first_look(session, room, "sms", "SM-new", since, now)


@pytest.fixture
def known(salon: Salon) -> Salon:
    """With Sara, who has asked for a service."""
    receive(salon.desk, text(1))
    return salon


def test_whoever_waited_for_the_conversation_sees_what_was_done_meanwhile(known: Salon) -> None:
    """The lock is had in one statement and all else asked in the next: what a statement reads beside a row that it
    waits for is older than that row."""
    database = known.desk.database
    locked, asks = Event(), Event()

    def first(session: Session) -> None:
        room = conversation_of(session, "sms", ADDRESS)
        assert room is not None
        locked.set()
        assert asks.wait(PATIENCE)
        rename_client(session, room.client_id, "Sara Ali")
        touch_business(session)
        store_inbound(session, waiting_message(room.id, 1, NOW))

    def second(session: Session) -> tuple[list[str], str | None, int | None, int]:
        look = look_of(session)
        stored = session.execute(select(business.c.version)).scalar_one()
        return [row.body for row in look.waiting], look.client_name, version_now(session), stored

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if locked.is_set() and statement.startswith("SELECT conversations"):
            asks.set()

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        with ThreadPoolExecutor(2) as pool:
            earlier = pool.submit(database.transact, first)
            assert locked.wait(PATIENCE)
            later = pool.submit(database.transact, second)
            if database.engine.dialect.name == "sqlite":  # which has others wait before their first statement
                asks.set()
            earlier.result(PATIENCE)
            waiting, name, version, stored = later.result(PATIENCE)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert (["hello"], "Sara Ali", stored) == (waiting, name, version)


@pytest.mark.parametrize("many", [0, 1, NEWEST - 2, NEWEST - 1, NEWEST, 100])
@pytest.mark.parametrize("lately", [False, True])
def test_every_message_that_waits_is_seen_oldest_first(known: Salon, many: int, lately: bool) -> None:
    since = NOW - LOOK_BACK if lately else None

    def work(session: Session) -> None:
        room = conversation_of(session, "sms", ADDRESS)
        assert room is not None
        for number in range(many):
            store_inbound(session, waiting_message(room.id, number, NOW + timedelta(seconds=number)))
        look = look_of(session, since)
        assert [row.id for row in unanswered(session, room.id)] == [row.id for row in look.waiting]
        assert many == len(look.waiting)
        recent = recent_inbound(session, room.id, since) if since is not None else []
        assert [(row.at, row.body) for row in recent] == list(look.lately)

    known.desk.database.transact(work)


def test_what_came_long_ago_and_what_we_said_is_not_lately(known: Salon, clock: SetClock) -> None:
    clock.move(LOOK_BACK)
    receive(known.desk, text(2, "haircut"))
    clock.move(timedelta(seconds=1))
    found = known.desk.database.transact(lambda session: look_of(session, clock.now() - LOOK_BACK))
    assert [(clock.now() - timedelta(seconds=1), "haircut")] == list(found.lately)


def test_who_has_a_booking_to_come_is_known_for_it(salon: Salon) -> None:
    def is_booked(at: datetime = NOW) -> bool | None:
        return salon.desk.database.transact(lambda session: look_of(session, now=at).is_booked)

    for words in ("book massage", "tomorrow", "10:00"):
        salon.text(SARA, words)
    assert is_booked() is False  # what is held is none yet
    salon.text(SARA, "yes")
    assert is_booked() is True
    assert "#1" in salon.text(SARA, "my bookings")
    assert is_booked(NOW + timedelta(days=2)) is False
    salon.text(SARA, "cancel my booking")
    salon.text(SARA, "yes")
    assert is_booked() is False


def test_whose_client_is_not_known_yet_is_asked_about_once_they_are(known: Salon) -> None:
    def work(session: Session) -> bool | None:
        room = conversation_of(session, "sms", ADDRESS)
        assert room is not None
        change_conversation(session, room.id, client_id=None)
        return look_of(session).is_booked

    assert known.desk.database.transact(work) is None


def test_what_waits_has_its_pictures_and_what_had_its_turn_does_not(known: Salon) -> None:
    """Nobody asks for those, and each would be read anew with every text."""

    def work(session: Session) -> list[object]:
        room = conversation_of(session, "sms", ADDRESS)
        assert room is not None
        store_inbound(session, {**waiting_message(room.id, 9, NOW), "media": ["https://example.com/one.jpg"]})
        return [row.media for row in look_of(session).waiting]

    assert [["https://example.com/one.jpg"]] == known.desk.database.transact(work)


def test_a_message_is_known_by_channel_and_number(known: Salon) -> None:
    def is_known(channel: str, provider_id: str) -> tuple[bool, bool]:
        def work(session: Session) -> tuple[bool, bool]:
            room = conversation_of(session, "sms", ADDRESS)
            assert room is not None
            look = first_look(session, room, channel, provider_id, None, NOW)
            return look.is_known, first_look_at_stranger(session, channel, provider_id).is_known

        return known.desk.database.transact(work)

    assert (True, True) == is_known("sms", "SM1")
    assert (False, False) == is_known("sms", "SM2")
    assert (False, False) == is_known("whatsapp", "SM1")


def test_what_somebody_else_s_message_is_called_already_is_refused(known: Salon) -> None:
    before = count(known.desk, messages), count(known.desk, turns), count(known.desk, clients)
    receive(known.desk, text(1, address=TOM.address))
    assert before == (count(known.desk, messages), count(known.desk, turns), count(known.desk, clients))


def test_two_people_s_messages_called_the_same_at_once_are_one(known: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is slower has asked before the other's was there: nothing of their turn is kept."""
    look, blind = first_look_at_stranger, [True]

    def blind_once(session: Session, channel: str, provider_id: str) -> FirstLook:
        return look(session, channel, "SM-other" if blind and blind.pop() else provider_id)

    monkeypatch.setattr(sender_met, "first_look_at_stranger", blind_once)
    before = count(known.desk, messages), count(known.desk, turns), count(known.desk, clients)
    receive(known.desk, text(1, address=TOM.address))
    assert not blind
    assert before == (count(known.desk, messages), count(known.desk, turns), count(known.desk, clients))


def test_two_first_texts_at_once_make_one_client_and_both_are_answered(salon: Salon) -> None:
    both = Barrier(2)

    def say(number: int) -> None:
        both.wait(PATIENCE)
        receive(salon.desk, text(number))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(say, (1, 2)))
    inbound = messages.select().where(messages.c.direction == Direction.IN).subquery()
    assert (1, 1, 1) == (count(salon.desk, conversations), count(salon.desk, clients), count(salon.desk, consents))
    assert (2, 2) == (count(salon.desk, inbound), count(salon.desk, turns))
    assert 0 == count(salon.desk, inbound.select().where(inbound.c.turn_id.is_(None)).subquery())


@pytest.mark.parametrize("phone", [ADDRESS, None], ids=["a phone", "no phone"])
def test_who_is_met_by_two_at_once_is_introduced_once(
    salon: Salon, phone: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another has made the conversation since we looked for it: theirs is taken."""
    receive(salon.desk, Inbound("sms", "SM1", ADDRESS, phone, "book"))
    look = conversation_of
    found: list[Callable[..., Any]] = [lambda *_: None]
    monkeypatch.setattr(sender_met, "conversation_of", lambda *asked: (found.pop() if found else look)(*asked))
    receive(salon.desk, Inbound("sms", "SM2", ADDRESS, phone, "haircut"))
    assert not found
    assert (1, 1, 1) == (count(salon.desk, conversations), count(salon.desk, clients), count(salon.desk, consents))
    assert 2 == count(salon.desk, turns)


def test_who_has_no_phone_is_a_client_too(salon: Salon) -> None:
    receive(salon.desk, Inbound("simulator", "S1", "447", None, "book", profile_name="Léa"))
    rows = salon.desk.database.read(
        lambda session: session.execute(
            select(clients.c.phone, clients.c.name, conversations.c.address).join(
                conversations, conversations.c.client_id == clients.c.id
            )
        ).all()
    )
    assert [(None, "Léa", "447")] == list(rows)
    assert 1 == count(salon.desk, consents)


def test_a_turn_of_an_earlier_text_does_not_move_the_conversation_back(known: Salon, clock: SetClock) -> None:
    """An operator's inbox is in the order in which people wrote last."""
    earlier, later = NOW + timedelta(minutes=1), NOW + timedelta(minutes=5)
    desk = known.desk

    def came(session: Session) -> int:
        change_conversation(session, 1, is_blocked=True)  # so that nothing is said, which would be the newest
        kept = [Came(text(2, "haircut"), earlier, "t"), Came(text(3, "tomorrow"), later, "t")]
        messages_kept(session, kept, desk.circumstances("t"))
        return 1

    number = desk.database.transact(came)
    clock.move(timedelta(minutes=10))
    assert desk.database.transact(lambda session: turn_due(session, number, desk.circumstances("t")))
    row = desk.database.transact(lambda session: conversation_of(session, "sms", ADDRESS))
    assert row is not None
    assert (later, earlier) == (row.last_message_at, row.last_inbound_at)
    desk.database.transact(lambda session: turn_due(session, number, desk.circumstances("t")))
    row = desk.database.transact(lambda session: conversation_of(session, "sms", ADDRESS))
    assert row is not None
    assert (later, later) == (row.last_message_at, row.last_inbound_at)
