"""Work that one process leaves is found by another: on PostgreSQL by a bell that rings at the commit, elsewhere by
looking for it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.channels.simulator import SimulatorChannel
from bot.clock import Clock
from bot.database import Database
from bot.desk import Desk, overrides
from bot.intake import receive
from bot.listener import Listener
from bot.wake import Wake
from bot.worker import Worker
from config import Settings
from conversations.delivery import Delivery
from conversations.messages import Inbound
from handlers.profile import Profiles
from models.bell import ring
from models.outbox import outbox_after
from tests.databases import chosen
from tests.patience import PATIENCE, eventually

POSTGRESQL = [kind for kind in chosen() if kind == "postgresql"]


class Bell(Wake):
    """Tells how often it was rung."""

    def __init__(self) -> None:
        super().__init__()
        self.rings = 0
        self.changed = threading.Condition()

    def ring(self) -> None:
        super().ring()
        with self.changed:
            self.rings += 1
            self.changed.notify_all()

    def rung(self, times: int, within: float = PATIENCE) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.rings >= times, within)


@pytest.fixture
def bell(database: Database) -> Iterator[Bell]:
    bell = Bell()
    listener = Listener(database.engine.url, bell)
    listener.start()
    assert bell.rung(1), "it listens"
    yield bell
    listener.stop()


@pytest.mark.parametrize("kind", POSTGRESQL, indirect=True)
def test_the_bell_rings_at_the_commit_and_not_before(database: Database, bell: Bell) -> None:
    with database.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("select pg_notify('textbook_work', '')"))
        assert not bell.rung(2, within=0.7)
        transaction.commit()
    assert bell.rung(2)


@pytest.mark.parametrize("kind", POSTGRESQL, indirect=True)
def test_a_listener_that_is_cut_off_listens_again_and_looks_for_what_it_missed(database: Database, bell: Bell) -> None:
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'"))
    assert bell.rung(2), "it rings once when it is back"
    database.transact(ring)
    assert bell.rung(3)


@pytest.mark.parametrize("kind", POSTGRESQL, indirect=True)
def test_what_this_process_has_rung_for_itself_is_not_heard_again(database: Database, database_url: str) -> None:
    bell, elsewhere = Bell(), Database(database_url, pool=1)
    database.engine.dispose()
    listener = Listener(database.engine.url, bell, database.engine)
    listener.start()
    assert bell.rung(1), "it listens"
    database.transact(ring)
    assert not bell.rung(2, within=0.7)
    elsewhere.transact(ring)
    assert bell.rung(2)
    listener.stop()
    elsewhere.dispose()


@pytest.mark.parametrize("kind", POSTGRESQL, indirect=True)
def test_a_transaction_rings_once_and_not_with_a_savepoint_that_was_undone(database: Database, bell: Bell) -> None:
    asked = []

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    def lost_race(session: Session) -> None:
        with suppress(ZeroDivisionError), session.begin_nested():
            ring(session)
            raise ZeroDivisionError
        with session.begin_nested():
            for _ in range(3):
                ring(session)

    event.listen(database.engine, "after_cursor_execute", executed)
    database.transact(lost_race)
    assert bell.rung(2)
    assert 2 == sum("pg_notify" in statement for statement in asked)
    database.transact(ring)
    assert bell.rung(3), "another transaction rings anew"


def test_what_one_process_leaves_another_sends(database_url: str) -> None:
    web, elsewhere = _desk(database_url), _desk(database_url)
    worker = Worker(elsewhere, alone=False)
    worker.start()
    try:
        receive(web, Inbound("simulator", "one", "+97455501234", "+97455501234", "haircut tomorrow at 3"))
        eventually(lambda: [row.status for row in web.database.read(lambda s: outbox_after(s, 0))] == [Delivery.SENT])
    finally:
        worker.stop()
        web.database.dispose()
        elsewhere.database.dispose()


def _desk(url: str) -> Desk:
    settings = Settings(_env_file=None, burst_ms=0)  # type: ignore[call-arg]
    return Desk(
        settings, Database(url, pool=4), Clock(), {"simulator": SimulatorChannel()}, Profiles(overrides(settings))
    )
