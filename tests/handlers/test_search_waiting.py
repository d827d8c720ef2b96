"""SQLite's index takes up many messages at once: those that wait are found, hidden, deleted and paged as the others."""

import random
import threading
from collections.abc import Sequence
from contextlib import suppress

import pytest
from alembic import command
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from bot.database import Database, DatabaseAway, alembic_config
from models.messages import hide, messages
from models.search import messages_with
from tests.handlers.taken_up import HELD, check_index, take_up
from tests.handlers.test_search import found, said
from tests.patience import PATIENCE

MOST = 127
ALL = 1000


@pytest.fixture
def kind() -> str:
    return "sqlite"


def waiting(database: Database) -> int:
    count = f"select count(*) from messages where id > ({HELD})"
    return database.read(lambda session: int(session.execute(text(count)).scalar_one()))


def change(database: Database, number: int, body: str) -> None:
    database.transact(lambda s: s.execute(update(messages).where(messages.c.id == number).values(body=body)))


def remove(database: Database, numbers: Sequence[int]) -> None:
    database.transact(lambda session: session.execute(delete(messages).where(messages.c.id.in_(numbers))))


def migrated(database: Database, version: str, *, is_down: bool = False) -> None:
    config = alembic_config()
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        (command.downgrade if is_down else command.upgrade)(config, version)


def test_each_text_is_found_at_once_while_few_wait(database: Database) -> None:
    numbers: list[int] = []
    seen = set()
    for count in range(1, 300, 3):
        numbers += said(database, *(f"massage {number:03}" for number in range(count, count + 3)))
        assert numbers[:-6:-1] == found(database, "massage", limit=5)
        assert [[numbers[0]], numbers[-1:]] == [found(database, f"massage {own:03}") for own in (1, count + 2)]
        seen.add(waiting(database))
    assert max(seen) <= MOST
    assert len(seen) > MOST / 4
    assert numbers[::-1] == found(database, "massage", limit=ALL)
    check_index(database)


@pytest.mark.parametrize(
    "wanted", ["manana", "MAÑANA", "man\u0303ana", "cafe tard", "mañana cafe\u0301", "मालिश", "मालि"]
)
def test_what_waits_is_taken_apart_as_what_does_not(database: Database, wanted: str) -> None:
    numbers = said(database, "mañana un café por la tarde", "man\u0303ana cafe\u0301 tarde", "मालिश", "mana nada ca fe")
    waits = found(database, wanted)
    take_up(database)
    assert waits
    assert set(waits) < set(numbers)
    assert waits == found(database, wanted)


def test_many_at_once_leave_few_waiting(database: Database) -> None:
    numbers = said(database, *("massage",) * 700)
    assert waiting(database) <= MOST
    assert numbers[::-1] == found(database, "massage", limit=ALL)


def test_a_page_goes_on_from_what_waits_to_what_does_not(database: Database) -> None:
    numbers = said(database, *("massage",) * 200)
    pages, before = [], None
    while page := found(database, "massage", before, 7):
        pages += page
        before = page[-1]
    assert numbers[::-1] == pages
    assert 0 < waiting(database) < 200


def test_words_that_wait_and_words_that_do_not_can_be_changed_and_deleted(database: Database) -> None:
    old = said(database, *(f"massage secret{number}" for number in range(150)))
    new = said(database, "massage latest", "massage last")
    take_up(database)
    new += said(database, "massage wait0", "massage wait1", "massage wait2")
    for number, before in ((old[3], "secret3"), (new[0], "latest"), (new[3], "wait1")):
        assert [number] == found(database, before + " massage")
        change(database, number, "other words")
        assert [] == found(database, before + " massage")
    assert [new[3], new[0], old[3]] == found(database, "other")
    remove(database, [old[5], new[1], new[4]])
    assert [] == [*found(database, "secret5 massage"), *found(database, "last massage"), *found(database, "wait2")]
    check_index(database)
    assert [new[3], new[0], old[3]] == found(database, "other")


def test_the_number_of_a_deleted_message_can_be_another_s(database: Database) -> None:
    numbers = said(database, "massage one", "massage two")
    take_up(database)
    remove(database, numbers[1:])
    assert numbers[1:] == said(database, "haircut three")
    assert numbers[1:] == found(database, "haircut")
    assert numbers[:1] == found(database, "massage")
    check_index(database)


def test_a_message_with_a_lower_number_is_found(database: Database) -> None:
    first, second, *_ = said(database, *(f"massage {number}" for number in range(150)))
    remove(database, [first, second])
    assert 0 < waiting(database) < 148
    others = [column.name for column in messages.c if column.name not in ("id", "body")]
    copy = f"insert into messages(id, body, {', '.join(others)}) select :own, 'yoga', {', '.join(others)} from messages"
    copy += " where id = :other"
    database.transact(lambda session: session.execute(text(copy), {"own": first, "other": second + 1}))
    assert [first] == found(database, "yoga")
    check_index(database)


def test_what_is_rolled_back_is_in_no_index(database: Database) -> None:
    said(database, *("massage",) * 100)

    def work(session: Session) -> None:
        one = messages.select().limit(1)
        row = dict(session.execute(one).one()._mapping)
        del row["id"]
        session.execute(messages.insert(), [{**row, "body": "never said"} for _ in range(200)])
        assert messages_with(session, "never said", None, ALL)
        raise InterruptedError

    with suppress(InterruptedError):
        database.transact(work)
    assert [] == found(database, "never")
    said(database, *("massage",) * 100)
    assert 200 == len(found(database, "massage", limit=ALL))
    check_index(database)


def test_a_reader_sees_the_same_while_another_writes_on(database: Database) -> None:
    numbers = said(database, *("massage",) * 100)

    def work(session: Session) -> list[list[int]]:
        seen = [messages_with(session, "massage", None, ALL)]
        writer = threading.Thread(target=said, args=(database, *("massage",) * 100))
        writer.start()
        writer.join(PATIENCE)
        seen += [messages_with(session, "massage", None, ALL) for _ in range(2)]
        return [[row.id for row in rows] for rows in seen]

    assert [numbers[::-1]] * 3 == database.read(work)
    assert 200 == len(found(database, "massage", limit=ALL))


def test_whatever_is_done_the_index_says_what_the_messages_say(database: Database) -> None:
    chance = random.Random(11)
    expected: dict[int, str] = {}
    for step in range(120):
        match chance.choice(["saying", "saying", "change", "remove", "hide"]):
            case "saying":
                bodies = [f"word{chance.randrange(20):02} step{step}" for _ in range(chance.randrange(1, 12))]
                expected |= dict(zip(said(database, *bodies), bodies, strict=True))
            case "change" if expected:
                number = chance.choice([*expected])
                expected[number] = f"word{chance.randrange(20):02} changed"
                change(database, number, expected[number])
            case "remove" if expected:
                gone = [*chance.sample([*expected], min(len(expected), 3)), max(expected)]
                remove(database, gone)
                expected = {number: body for number, body in expected.items() if number not in gone}
            case "hide" if expected:
                number = chance.choice([*expected])
                database.transact(lambda session, number=number: hide(session, [number]))  # type: ignore[misc]
                expected[number] = ""
        word = f"word{chance.randrange(20):02}"
        right = sorted((number for number, body in expected.items() if word in body.split()), reverse=True)
        assert right == found(database, word, limit=ALL)
        assert waiting(database) <= MOST
    check_index(database)


def test_the_check_sees_an_index_that_is_wrong(database: Database) -> None:
    (number,) = said(database, "massage")
    take_up(database)
    database.transact(lambda session: session.execute(text("drop trigger message_search_changed")))
    change(database, number, "haircut")
    with pytest.raises(DatabaseAway, match="malformed"):
        check_index(database)


def test_messages_from_before_stay_found_and_so_do_they_on_the_way_back(database: Database) -> None:
    migrated(database, "0017", is_down=True)
    old = said(database, *("massage",) * 10)
    migrated(database, "0018")
    assert 0 == waiting(database)
    new = said(database, *("massage",) * 10)
    assert (10, [*old, *new][::-1]) == (waiting(database), found(database, "massage", limit=ALL))
    migrated(database, "0017", is_down=True)
    assert 0 == waiting(database)
    change(database, new[0], "haircut")
    last = said(database, "massage")
    assert 0 == waiting(database)
    assert [*last, *new[:0:-1], *old[::-1]] == found(database, "massage", limit=ALL)
    check_index(database)
