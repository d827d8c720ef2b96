"""Texts of one transaction are written together at its end, in their order; and before whoever would miss them."""

from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.desk import Desk
from conversations.replies import say
from handlers.enqueue import enqueue
from handlers.texts_kept import keep_inbound
from models.claims import LostRace
from models.conversations import conversation_for
from models.inbox import labels
from models.insert import FEW, insert_rows
from models.messages import messages
from models.outbox import outbox
from tests.conftest import NOW

pytestmark = pytest.mark.every_database

SAID = [f"text {number} of one transaction" for number in range(FEW + 3)]


def room(session: Session) -> int:
    return int(conversation_for(session, "whatsapp", "+97455501001", NOW).id)


def text(session: Session, desk: Desk, words: str, number: int) -> None:
    enqueue(
        session, desk.circumstances("t"), (say("person_words", text=words),), language="en", conversation_id=number,
        channel="whatsapp", address="+97455501001",
    )  # fmt: skip


def came(session: Session, number: int, provider_id: str) -> None:
    keep_inbound(
        session,
        {
            "conversation_id": number, "channel": "whatsapp", "provider_id": provider_id, "body": "hello", "media": [],
            "quoted_id": "", "opt_out": "", "trace": "t", "at": NOW, "due_at": NOW, "raw": '{"a": 1}',
        },
    )  # fmt: skip


def said(session: Session) -> list[str]:
    return list(session.execute(select(messages.c.body).order_by(messages.c.id)).scalars())


def test_each_text_is_the_message_that_it_sends_in_the_order_in_which_they_were_said(
    database: Database, desk: Desk
) -> None:
    def work(session: Session) -> None:
        number = room(session)
        came(session, number, "first")
        for words in SAID:
            text(session, desk, words, number)

    database.transact(work)
    sent = select(messages.c.body.label("said"), outbox.c.body.label("sent"), outbox.c.provider_id, outbox.c.choices)
    rows = database.read(
        lambda session: session.execute(
            sent.join_from(outbox, messages, messages.c.id == outbox.c.message_id).order_by(outbox.c.id)
        ).all()
    )
    assert SAID == [row.said for row in rows] == [row.sent for row in rows]
    assert [(None, [])] * len(SAID) == [(row.provider_id, row.choices) for row in rows]
    assert ["hello", *SAID] == database.read(said)


def test_whoever_reads_them_in_the_same_transaction_finds_them(database: Database, desk: Desk) -> None:
    def work(session: Session) -> list[str]:
        number = room(session)
        text(session, desk, "one", number)
        found = said(session)
        text(session, desk, "two", number)
        return [*found, *session.connection().execute(select(messages.c.body).order_by(messages.c.id)).scalars()]

    assert ["one", "one", "two"] == database.transact(work)


def test_what_is_taken_back_is_not_written(database: Database, desk: Desk) -> None:
    def work(session: Session) -> None:
        number = room(session)
        text(session, desk, "before", number)
        savepoint = session.begin_nested()
        text(session, desk, "never", number)
        savepoint.rollback()
        text(session, desk, "after", number)
        inner = session.begin_nested()
        text(session, desk, "within", number)
        inner.commit()

    database.transact(work)
    assert ["before", "after", "within"] == database.read(said)


def test_a_message_that_another_conversation_has_stored_is_a_race_that_is_lost(database: Database, desk: Desk) -> None:
    def work(session: Session) -> None:
        number = room(session)
        came(session, number, "the same")
        text(session, desk, "answer", number)

    database.transact(work)
    with pytest.raises(LostRace):
        database.transact(work)
    assert ["hello", "answer"] == database.read(said)


def test_a_write_that_broke_lets_nothing_be_committed_whoever_swallows_it(database: Database, desk: Desk) -> None:
    def work(session: Session) -> None:
        came(session, room(session), "the same")
        text(session, desk, "answer", room(session))

    def swallows(session: Session) -> None:
        work(session)
        with suppress(LostRace):
            said(session)

    def takes_back(session: Session) -> None:
        text(session, desk, "before", room(session))
        with suppress(LostRace), session.begin_nested():
            swallows(session)
            raise LostRace
        text(session, desk, "after", room(session))

    database.transact(work)
    with pytest.raises(LostRace):
        database.transact(swallows)
    database.transact(takes_back)
    assert ["hello", "answer", "before", "after"] == database.read(said)


def test_a_session_of_whoever_opens_transactions_themselves_has_them_at_once(database: Database, desk: Desk) -> None:
    with Session(database.desk_engine()) as session, session.begin():
        text(session, desk, "by hand", room(session))
        assert ["by hand"] == said(session)


def test_rows_that_name_different_columns_are_refused_and_none_loses_a_value(database: Database) -> None:
    def work(session: Session) -> None:
        insert_rows(session, labels, [{"name": "one"}, {"name": "two", "id": 7}])

    with pytest.raises(ValueError, match="different columns"):
        database.transact(work)
