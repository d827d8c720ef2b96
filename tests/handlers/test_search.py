"""The search over every text: words, beginnings, accents and scripts, what was changed since, and a page at a time."""

import pytest
from sqlalchemy import text as sql
from sqlalchemy.event import listen

from bot.database import Database
from models.conversations import conversation_for
from models.messages import HIDDEN, add_outbound, hide
from models.search import messages_with, words_of
from models.search_in_sqlite import INDEX
from tests.conftest import NOW
from tests.databases import chosen
from tests.handlers.taken_up import take_up

pytestmark = pytest.mark.every_database

FRIDAY = "Can I come on Friday at 3?"


def said(database: Database, *bodies: str) -> list[int]:
    """Texts of one conversation, by their numbers."""

    def work(session):  # type: ignore[no-untyped-def]
        conversation = conversation_for(session, "sms", "+97455501234", NOW)
        return [
            add_outbound(
                session, conversation_id=conversation.id, turn_id=None, channel="sms", provider_id=None, body=body,
                media=[], quoted_id="", opt_out="", trace="t", at=NOW, due_at=None,
            )
            for body in bodies
        ]  # fmt: skip

    return database.transact(work)  # type: ignore[no-any-return]


def found(database: Database, wanted: str, before: int | None = None, limit: int = 10) -> list[int]:
    return [row.id for row in database.read(lambda session: messages_with(session, wanted, before, limit))]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [(FRIDAY, "friday come"), (FRIDAY, "frid"), ("una cita mañana", "mañana"),
     ("أريد موعدًا غدًا مع الدكتورة", "الدكتورة"), ("कल सुबह मालिश चाहिए", "मालिश"), ("Nataka miadi kesho", "MIADI kes"),
     ("my email is ana@example.com", "example"), ("my email is ana@example.com", "ana@example.com"),
     ("it's 100% fine, isn't it", "fine"), ("line one\nline two", "one two"), ("call +97455501234", "+97455501234"),
     ("about ~100 guests", "100"), ("me&amp;you", "amp you"), ("is <b>bold</b> fine?", "bold fine")],
)  # fmt: skip
def test_a_text_is_found_by_its_words_and_the_beginning_of_the_last(database: Database, body: str, wanted: str) -> None:
    other, own, _ = said(database, "something else altogether", body, "and another thing")
    assert [own] == found(database, wanted)
    assert other not in found(database, wanted)
    take_up(database)
    assert [own] == found(database, wanted)


@pytest.mark.parametrize("wanted", ["", "   ", "?!", '"', "*", "( OR", "zebra", "friday zebra", "-friday zebra"])
def test_what_is_no_word_or_in_no_text_finds_nothing(database: Database, wanted: str) -> None:
    said(database, "Can I come on Friday at 3?")
    assert [] == found(database, wanted)


@pytest.mark.parametrize(
    "wanted", ['friday" OR "x', "friday'; drop table messages", "friday:*", "+friday", "NEAR(friday)", "friday\\"]
)
def test_signs_that_mean_something_to_a_database_mean_nothing(database: Database, wanted: str) -> None:
    said(database, "Can I come on Friday at 3?")
    assert found(database, wanted) in ([], [1])
    take_up(database)
    assert found(database, wanted) in ([], [1])
    assert database.read(lambda session: session.execute(sql("select count(*) from messages")).scalar_one()) == 1


def test_every_word_is_wanted_however_short(database: Database) -> None:
    _, own = said(database, "Haircut for my son", "Haircut at 3 pm for Jo")
    assert [own] == found(database, "haircut Jo")
    assert [own] == found(database, "haircut 3")


def test_the_newest_come_first_a_page_at_a_time(database: Database) -> None:
    numbers = said(database, *(f"massage number {number}" for number in range(7)))
    assert numbers[:3:-1] == found(database, "massage", limit=3)
    assert numbers[3:0:-1] == found(database, "massage", before=numbers[4], limit=3)
    assert numbers[:1] == found(database, "massage", before=numbers[1], limit=3)


def test_words_that_were_hidden_since_are_found_no_more(database: Database) -> None:
    first, second = said(database, "my secret is chocolate", "no secret here")
    database.transact(lambda session: hide(session, [first]))
    assert [second] == found(database, "secret")
    assert [] == found(database, "chocolate")
    assert HIDDEN


@pytest.mark.parametrize("kind", [kind for kind in chosen() if kind == "postgresql"], indirect=True)
def test_the_index_is_of_what_is_searched(database: Database) -> None:
    """PostgreSQL uses an index only where its expression is the same to the letter."""

    def work(session):  # type: ignore[no-untyped-def]
        session.execute(sql("set local enable_seqscan = off"))
        seen = []
        listen(session.connection(), "before_cursor_execute", lambda *told: seen.append(told[2:4]), named=False)
        messages_with(session, "zebra", None, 10)
        statement, values = seen[-1]
        plan = session.connection().exec_driver_sql(f"explain {statement}", values).scalars()
        return "\n".join(plan)

    assert INDEX in database.transact(work)


def test_a_search_has_a_dozen_words_at_most() -> None:
    assert 12 == len(words_of("word " * 500))
    assert ["été", "ñandú", "غدًا"][:2] == words_of("Été, ÑANDÚ!")[:2]
