"""What is written to several places, or for several rows at once, is in each of them as it was given."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from conversations.messages import Inbound
from models.cells import Unchanging
from models.conversations import conversations, turns
from models.inbox import labels
from models.insert import insert_rows

pytestmark = pytest.mark.every_database


def test_a_turn_and_its_conversation_keep_the_same_dialogue(database: Database, desk: Desk) -> None:
    receive(desk, Inbound("sms", "SM1", "+97455501234", "+97455501234", "book"))

    def kept(session: Session) -> tuple[object, object]:
        turn = select(turns.c.dialogue_after).order_by(turns.c.id.desc()).limit(1)
        return session.execute(turn).scalar_one(), session.execute(select(conversations.c.dialogue)).scalars().one()

    after, now = database.read(kept)
    assert after == now
    assert isinstance(now, dict) and {"version", "awaiting", "options"} <= now.keys()


def test_what_is_unchanging_is_put_into_words_once() -> None:
    asked: list[object] = []
    value = Unchanging({"name": "Sara"})
    made = [value.made(lambda one: asked.append(one) or "words") for _ in range(2)]  # type: ignore[func-returns-value]
    assert (["words", "words"], [value]) == (made, asked)


def test_rows_that_name_the_same_columns_in_another_order_keep_their_values(database: Database) -> None:
    rows = [{"id": 5, "name": "one"}, {"name": "two", "id": 6}]

    def work(session: Session) -> list[tuple[int, str]]:
        insert_rows(session, labels, rows)
        return [(row.id, row.name) for row in session.execute(select(labels).order_by(labels.c.id))]

    assert [(5, "one"), (6, "two")] == database.transact(work)
