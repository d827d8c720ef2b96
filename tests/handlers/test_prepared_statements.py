"""A prepared statement answers as SQLAlchemy's own way would, on every database, and fails as that would."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Row, bindparam, event, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.database import Database
from conversations.dialogue import State
from models.conversations import change_conversation, conversation_by_id, conversation_for, conversations
from models.inbox import labels
from models.insert import changed_rows, insert_row, insert_unless_there
from models.messages import add_outbound
from models.outbox import outbox
from models.prepared import LONGEST, plain_rows, prepared
from models.row_scope import Scope
from tests.conftest import NOW

pytestmark = pytest.mark.every_database

BY_ADDRESSES = (
    select(conversations)
    .where(conversations.c.address.in_(bindparam("addresses", expanding=True)))
    .order_by(conversations.c.id)
)
PREPARED_BY_ADDRESSES = prepared(BY_ADDRESSES)
BY_STATE = select(conversations.c.id).where(
    conversations.c.state.in_([State.INITIAL, State.COMPLETED]), conversations.c.channel == bindparam("channel")
)
PREPARED_BY_STATE = prepared(BY_STATE)
TOUCH = prepared(update(conversations).where(conversations.c.channel == bindparam("of_channel")))


def meet(session: Session, *names: str) -> list[int]:
    return [conversation_for(session, "sms", name, NOW).id for name in names]


def found(session: Session, statement: Any, values: dict[str, Any]) -> Sequence[Row[Any]]:
    return session.execute(statement, values).all()


def test_rows_are_those_of_sqlalchemy_to_the_last_cell(database: Database) -> None:
    def work(session: Session) -> None:
        first, second, _ = meet(session, "a", "b", "c")
        spice = {"dialogue": {"ключ": [1, None, {"'": '"'}]}, "opted_out_at": NOW + timedelta(microseconds=7)}
        change_conversation(session, second, **spice, is_blocked=True, state=State.COMPLETED)
        for names in ([], ["a"], ["a", "b"], ["c", "nobody", "a"], ["b'; --", "b"]):
            theirs = found(session, BY_ADDRESSES, {"addresses": names})
            ours = found(session, PREPARED_BY_ADDRESSES, {"addresses": names})
            assert ours == theirs
            assert [row._fields for row in ours] == [row._fields for row in theirs]
            assert [[type(cell) for cell in row] for row in ours] == [[type(cell) for cell in row] for row in theirs]
        row = conversation_by_id(session, second)
        assert (row.dialogue, row.opted_out_at, row.state) == (*spice.values(), State.COMPLETED)
        assert conversation_by_id(session, first).opted_out_at is None

    database.transact(work)


def test_lists_the_statement_itself_says_and_lists_that_are_very_long(database: Database) -> None:
    def work(session: Session) -> None:
        numbers = meet(session, "a", "b", "c")
        change_conversation(session, numbers[1], state=State.DATE_SELECTED)
        change_conversation(session, numbers[2], state=State.COMPLETED)
        wanted = {"channel": "sms"}
        assert found(session, PREPARED_BY_STATE, wanted) == found(session, BY_STATE, wanted) != []
        many = [str(number) for number in range(LONGEST * 3)] + ["c", "a"]
        assert [row.address for row in found(session, PREPARED_BY_ADDRESSES, {"addresses": many})] == ["a", "c"]

    database.transact(work)


def test_what_is_written_counts_and_has_its_number(database: Database) -> None:
    def work(session: Session) -> None:
        numbers = meet(session, "a", "b")
        assert numbers == sorted(set(numbers))
        assert changed_rows(session, TOUCH, {"of_channel": "sms", "is_unread": True}) == len(numbers)
        assert changed_rows(session, TOUCH, {"of_channel": "nowhere", "is_unread": True}) == 0
        assert [conversation_by_id(session, number).is_unread for number in numbers] == [True, True]
        assert insert_row(session, labels, id=7, name="VIP") == 7
        assert insert_row(session, labels, name="new") != 7
        again = {"channel": "sms", "address": "a", "state": State.INITIAL, "dialogue": {}}
        assert not insert_unless_there(session, conversations, {**again, "last_message_at": NOW, "created_at": NOW})

    database.transact(work)


def test_a_column_that_nobody_names_gets_its_default(database: Database) -> None:
    def work(session: Session) -> Row[Any]:
        [number] = meet(session, "a")
        text = {"conversation_id": number, "kind": "x", "channel": "sms", "address": "a", "lane": "a", "body": ""}
        said = add_outbound(
            session, conversation_id=number, turn_id=None, channel="sms", provider_id=None, body="", media=[],
            quoted_id="", opt_out="", trace="t", at=NOW, due_at=None,
        )  # fmt: skip
        made = insert_row(session, outbox, **text, due_at=NOW, message_id=said, trace="t", created_at=NOW)
        return session.execute(select(outbox).where(outbox.c.id == made)).one()

    row = database.transact(work)
    assert (row.status.value, row.attempts, row.choices, row.entries, row.uncertain) == ("queued", 0, [], [], False)


def test_many_rows_at_once(database: Database) -> None:
    into = prepared(insert(conversations))

    def row(name: str) -> dict[str, Any]:
        moments = {"last_message_at": NOW, "created_at": NOW}
        return {"channel": "sms", "address": name, "state": State.INITIAL, "dialogue": {"of": name}, **moments}

    def work(session: Session) -> None:
        session.execute(into, [row("a")])
        session.execute(into, [row(name) for name in "bcd"])
        rows = found(session, BY_ADDRESSES, {"addresses": list("abcd")})
        assert [(row.address, row.dialogue, row.is_unread) for row in rows] == [
            (name, {"of": name}, False) for name in "abcd"
        ]
        session.execute(TOUCH, [{"of_channel": "sms", "is_unread": True}, {"of_channel": "x", "is_unread": False}])
        assert all(row.is_unread for row in found(session, BY_ADDRESSES, {"addresses": list("abcd")}))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(into, [row("e"), row("a")])
        assert found(session, BY_ADDRESSES, {"addresses": ["e"]}) == []

    database.transact(work)


def test_a_key_that_is_taken_is_told_and_a_savepoint_heals_it(database: Database) -> None:
    def work(session: Session) -> int:
        [number] = meet(session, "a")
        twice = {"channel": "sms", "address": "a", "state": State.INITIAL, "dialogue": {}, "created_at": NOW}
        with pytest.raises(IntegrityError), session.begin_nested():
            insert_row(session, conversations, **twice, last_message_at=NOW)
        return int(conversation_by_id(session, number).id)

    assert database.transact(work) == 1


@pytest.mark.parametrize(
    "broken",
    [
        lambda session: session.execute(PREPARED_BY_STATE, {"canal": "sms"}),
        lambda session: session.execute(TOUCH, {"of_channel": "sms", "no_such_column": 1}),
        lambda session: session.execute(TOUCH, {"of_channel": "sms", "state": "no such state"}),
        lambda session: insert_row(session, conversations, no_such_column=1),
    ],
    ids=["a value that is missing", "a column that is not there", "a word that is none", "one in an insert"],
)
def test_what_makes_no_sense_is_refused(database: Database, broken: Callable[[Session], object]) -> None:
    with pytest.raises(SQLAlchemyError):
        database.transact(lambda session: (meet(session, "a"), broken(session)))
    assert database.read(lambda session: session.execute(select(func.count()).select_from(conversations)).scalar()) == 0


def test_a_statement_made_of_a_prepared_one_is_itself(database: Database) -> None:
    def work(session: Session) -> None:
        meet(session, "a", "b")
        wanted = {"addresses": ["a", "b"]}
        assert len(found(session, PREPARED_BY_ADDRESSES, wanted)) == 2
        assert [row.address for row in found(session, PREPARED_BY_ADDRESSES.limit(1), wanted)] == ["a"]
        assert found(session, PREPARED_BY_ADDRESSES.where(conversations.c.is_blocked), wanted) == []

    database.transact(work)


def test_plain_rows_are_the_drivers_own_either_way(database: Database) -> None:
    statement = select(conversations.c.id, conversations.c.address).order_by(conversations.c.id)

    def work(session: Session) -> None:
        numbers = meet(session, "a", "b")
        for one in (statement, prepared(statement)):
            rows = plain_rows(session.execute(one, {}))
            assert [tuple(row) for row in rows] == [(numbers[0], "a"), (numbers[1], "b")]
            assert not any(isinstance(row, Row) for row in rows)

    database.transact(work)


def test_whoever_watches_sees_each_statement(database: Database) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "after_cursor_execute", note)
    database.transact(lambda session: meet(session, "a"))
    event.remove(database.engine, "after_cursor_execute", note)
    assert any(statement.startswith("INSERT INTO conversations") for statement in seen)


def test_a_staff_members_scope_holds_for_prepared_statements_too(database: Database) -> None:
    database.transact(lambda session: meet(session, "a", "b"))
    wanted = {"addresses": ["a", "b"]}
    everything = database.read(lambda session: found(session, PREPARED_BY_ADDRESSES, wanted))
    theirs = database.read(lambda session: found(session, PREPARED_BY_ADDRESSES, wanted), Scope.staff(1))
    assert (len(everything), theirs) == (2, [])


def test_two_at_once_make_it_ready(database: Database) -> None:
    database.transact(lambda session: meet(session, "a", "b"))
    fresh, together = prepared(BY_ADDRESSES), Barrier(4)

    def look(_: int) -> int:
        together.wait()
        return len(database.read(lambda session: found(session, fresh, {"addresses": ["a", "b"]})))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(4))) == [2, 2, 2, 2]
