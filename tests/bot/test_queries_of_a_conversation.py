"""How often the database is asked in a plain booking conversation: its size is what a small machine carries."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from benchmarks.conversations.business import business_file
from benchmarks.conversations.dialogue import SERVICES, STEPS, Talk
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.intake import receive
from conversations.messages import Inbound
from models.outbox import outbox, outbox_after
from tests.conftest import NOW, MakeDesk

pytestmark = pytest.mark.every_database

MOST = {"sqlite": (9, 6, 7, 10, 15, 15), "postgresql": (9, 6, 7, 10, 15, 16), "mysql": (11, 7, 8, 12, 18, 19)}
"""For "book", the service, the day, the time, YES, and the coordinator's APPROVE; savepoints are not counted."""
_SAVEPOINT = re.compile("(release |rollback to )?savepoint", re.IGNORECASE)


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not _SAVEPOINT.match(statement):
            statements.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def held(desk: Desk, talk: Talk) -> list[list[str]]:
    """A whole conversation: what each of its texts asked the database."""
    found, heard = [], newest(desk)
    for step in range(STEPS):
        talk.step = step
        who, text = talk.said(step)
        with asked(desk.database.engine) as statements:
            receive(desk, Inbound("sms", f"SM{talk.number}-{step}", who, who, text))
        found.append(statements)
        for row in desk.database.read(lambda session, last=heard: outbox_after(session, last)):
            heard = row.id
            talk.hear(row.address, row.body)
    assert talk.has_all_of(STEPS - 1)
    return found


def newest(desk: Desk) -> int:
    return desk.database.read(lambda session: session.execute(select(func.max(outbox.c.id))).scalar_one()) or 0


@pytest.fixture
def corner_house(make_desk: MakeDesk, tmp_path: Path) -> Desk:
    path = tmp_path / "business.toml"
    path.write_text(business_file(), encoding="utf-8")
    desk = make_desk()
    load_business(desk.database, path)
    return desk


def test_a_plain_conversation_asks_the_database_no_more_than_it_must(corner_house: Desk) -> None:
    held(corner_house, Talk(0, NOW.date()))  # the business is read, the coordinator met
    found = held(corner_house, Talk(len(SERVICES), NOW.date()))
    counts = [len(statements) for statements in found]
    most = MOST[corner_house.database.engine.dialect.name]
    assert all(count <= limit for count, limit in zip(counts, most, strict=True)), (counts, found)


def test_nothing_that_was_read_is_read_again_in_the_same_turn(corner_house: Desk) -> None:
    """But what is new, or locked meanwhile, or changed: whoever texts first, and the booking, by its coordinator."""
    held(corner_house, Talk(0, NOW.date()))
    _, *client, coordinator = held(corner_house, Talk(len(SERVICES), NOW.date()))
    for statements in client:
        reads = [statement for statement in statements if statement.startswith("SELECT")]
        assert sorted(set(reads)) == sorted(reads)
    bookings = [statement for statement in coordinator if "payment_requests" in statement]
    assert 1 <= len(bookings) <= 3
