"""PostgreSQL keeps what a text was, until it cleans up: a look for texts to send passes over it."""

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from bot.database import Database
from models.outbox_claims import claimable
from tests.conftest import NOW
from tests.databases import chosen
from tests.handlers.test_outbox import queue

pytestmark = pytest.mark.parametrize("kind", [kind for kind in chosen() if kind == "postgresql"], indirect=True)
SENT_AND_WRITTEN = """
do $$ begin for each in 1..1500 loop
  update outbox set status = 'sending'; update outbox set status = 'queued';
end loop; end $$
"""
LOOKS = 8
"""So often PostgreSQL plans a statement anew before it keeps a plan."""
MANY_WERE_SENT = """
insert into outbox (message_id, conversation_id, kind, channel, address, lane, body, status, attempts, due_at,
    uncertain, failure_code, failure_words, trace, created_at)
  select message_id, conversation_id, kind, channel, address, lane, body, 'sent', 1, due_at, uncertain, failure_code,
    failure_words, trace, created_at
  from outbox, generate_series(1, 500)
"""
READ_FROM_END_TO_END = "select seq_scan from pg_stat_xact_user_tables where relname = 'outbox'"
FEW = 60
"""Pages of the database that a look goes through."""


@pytest.fixture
def asked(database: Database) -> Iterator[list[tuple[str, object]]]:
    statements: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        statements.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def gone_through(database: Database, asked: list[tuple[str, object]]) -> int:
    def work(session: Session) -> int:
        assert 1 == len(claimable(session, NOW, 8))
        statement, values = asked[-1]
        how = f"explain (analyze, buffers, format json) {statement}"
        told = session.connection().exec_driver_sql(how, values).scalar_one()  # type: ignore[arg-type]
        plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
        return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

    return database.transact(work)


def test_a_look_for_texts_does_not_visit_all_that_were_sent_before(
    database: Database, asked: list[tuple[str, object]]
) -> None:
    queue(database)
    database.transact(lambda session: session.execute(sql(SENT_AND_WRITTEN)))
    gone_through(database, asked)
    assert gone_through(database, asked) < FEW


def test_a_connection_that_knows_a_small_outbox_does_not_read_all_of_a_large_one(database: Database) -> None:
    queue(database)
    for _ in range(LOOKS):
        database.transact(lambda session: claimable(session, NOW, 8))
    database.transact(lambda session: session.execute(sql(MANY_WERE_SENT)))

    def scans(session: Session) -> int:
        before = session.execute(sql(READ_FROM_END_TO_END)).scalar_one()
        assert 1 == len(claimable(session, NOW, 8))
        return int(session.execute(sql(READ_FROM_END_TO_END)).scalar_one() - before)

    assert 0 == database.transact(scans)
