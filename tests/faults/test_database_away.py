"""The database goes away by its own faults and comes back: every webhook is answered soon, and nothing is lost, doubled
or swapped."""

import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, event, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.clock import Clock
from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import WEBHOOK_SECONDS, Database, DatabaseAway, SchemaState
from bot.desk import Desk
from bot.drain import drain
from bot.schedule import run_due
from bot.worker import Worker
from models.conversations import conversations, turns
from models.messages import Direction, messages, nothing_unanswered
from models.outbox import UNSENT, outbox
from tests.conftest import Databases, MakeDesk
from tests.databases import MariaDB, PostgreSQL, Server, chosen
from tests.fakes.twilio_server import FakeTwilio
from tests.patience import NO_WAIT, eventually
from webhooks import create_app

pytestmark = pytest.mark.every_database

TOKEN, OURS = "test_auth_token", "+15005550009"
TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_sms_number": OURS, "simulator": False}
PEOPLE, EACH = 20, 10
HOOK = "/webhooks/twilio"
LONG = "a haircut" + " please" * 600
"""More than the pages that a database has already can take."""
twilio = FakeTwilio("AC1", TOKEN)

on_sqlite = pytest.mark.parametrize("kind", [name for name in chosen() if name == "sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("kind", [name for name in chosen() if name == "postgresql"], indirect=True)
on_mariadb = pytest.mark.parametrize("kind", [name for name in chosen() if name == "mariadb"], indirect=True)
on_servers = pytest.mark.parametrize("kind", [name for name in chosen() if name != "sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.outage.REMEMBERED", 0.2)
    monkeypatch.setattr("bot.dispatcher.AWAY_SECONDS", 0.2)


@pytest.fixture
def live(make_desk: MakeDesk) -> Desk:
    """A desk by the real clock."""
    return replace(make_desk(**TWILIO), clock=Clock())


@pytest.fixture
def client(live: Desk) -> FlaskClient:
    return create_app(live).test_client()


def text_in(client: FlaskClient, who: str, words: str) -> tuple[int, str]:
    """Twilio delivers one text; the status of our answer, and the text's id."""
    form = twilio.text_form(who, OURS, words)
    signature = RequestValidator(TOKEN).compute_signature(f"http://localhost{HOOK}", form)
    answer = client.post(HOOK, data=form, headers={"X-Twilio-Signature": signature})
    return answer.status_code, form["MessageSid"]


def rows(database: Database, statement: Any) -> list[Any]:
    return list(database.read(lambda session: session.execute(statement).all()))


def stored(database: Database) -> list[Any]:
    columns = messages.c.provider_id, messages.c.turn_id, conversations.c.address
    joined = select(*columns).join(conversations, conversations.c.id == messages.c.conversation_id)
    return rows(database, joined.where(messages.c.direction == Direction.IN).order_by(messages.c.id))


Break = Callable[[Database], "Any"]
"""A context manager in which the database is away."""


@contextmanager
def every_connection(database: Database, pragma: str, undo: str) -> Iterator[None]:
    """A pragma on all connections, old and new."""

    def apply(connection: Any, *_: Any) -> None:
        connection.execute(f"pragma {pragma}")

    event.listen(database.engine, "checkout", apply)
    database.dispose()  # the writer's own is checked out already
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", apply)
        database.dispose()
        with database.engine.connect() as connection:
            connection.exec_driver_sql(f"pragma {undo}")


@contextmanager
def full(database: Database) -> Iterator[None]:
    with every_connection(database, "max_page_count=1", "max_page_count=1000000"):
        yield


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    with every_connection(database, "query_only=1", "query_only=0"):
        yield


@contextmanager
def moved_away(database: Database) -> Iterator[None]:
    path = Path(str(database.engine.url.database))
    for end in ("", "-wal", "-shm"):
        if (part := Path(f"{path}{end}")).exists():
            part.rename(f"{path}.away{end}")
    try:
        yield
    finally:
        for end in ("", "-wal", "-shm"):
            if (part := Path(f"{path}.away{end}")).exists():
                part.rename(f"{path}{end}")


@contextmanager
def another_file(database: Database) -> Iterator[None]:
    with moved_away(database):
        path = Path(str(database.engine.url.database))
        path.write_text("no database at all" * 100)
        yield
        path.unlink()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
        other.execute("begin immediate")
        yield


SQLITE_FAULTS = [full, read_only, moved_away, another_file, locked]


@on_sqlite
@pytest.mark.parametrize("fault", SQLITE_FAULTS, ids=lambda fault: fault.__name__)
def test_what_comes_meanwhile_is_kept_and_answered_when_it_is_back(
    fault: Break, live: Desk, client: FlaskClient
) -> None:
    assert 200 == text_in(client, "+97455501234", "book")[0]
    with fault(live.database):
        begun = time.monotonic()
        assert 200 == text_in(client, "+97455501234", LONG)[0]
        assert time.monotonic() - begun < NO_WAIT
        assert 1 == live.journal.size()
        assert 503 == client.get("/readyz").status_code
        assert 200 == client.get("/healthz").status_code
        begun = time.monotonic()
        assert 200 == text_in(client, "+97455501235", LONG)[0]
        assert time.monotonic() - begun < NO_WAIT
        run_due(live)
        assert 2 == live.journal.size()
    eventually(lambda: run_due(live) and not live.journal.size(), "it is not taken in")
    assert ["+97455501234", "+97455501234", "+97455501235"] == [row.address for row in stored(live.database)]
    eventually(lambda: client.get("/readyz").status_code == 200, "it is not ready again")
    answer = client.get("/readyz").get_json()
    nothing = {"entries": 0, "oldest_seconds": None, "quarantined": 0}
    assert {"ready": True, "database": "ok", "migrations": "current", "journal": nothing} == answer


@on_sqlite
def test_a_file_that_was_replaced_is_read_afresh(live: Desk, client: FlaskClient, databases: Databases) -> None:
    text_in(client, "+97455501234", "book")
    path = Path(str(live.database.engine.url.database))
    other = Path(str(make_url(databases.copy("sqlite")).database))
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    other.replace(path)
    assert [] == stored(live.database)
    assert 200 == text_in(client, "+97455501235", "book")[0]
    assert ["+97455501235"] == [row.address for row in stored(live.database)]


@on_sqlite
def test_a_missing_file_is_not_made_anew(live: Desk) -> None:
    with moved_away(live.database):
        with pytest.raises(DatabaseAway, match="unable to open"):
            live.database.transact(lambda session: session.execute(text("select 1")))
        assert not Path(str(live.database.engine.url.database)).exists()


@pytest.mark.parametrize("kind", chosen(), indirect=True)
def test_a_wrong_statement_is_no_outage(live: Desk) -> None:
    with pytest.raises(DBAPIError):
        live.database.transact(lambda session: session.execute(text("select * from nowhere")))
    assert not live.database.is_away


@on_sqlite
def test_while_it_is_known_to_be_away_nobody_waits(
    live: Desk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outage.REMEMBERED", 30.0)
    with locked(live.database):
        text_in(client, "+97455501234", "book")
        begun = time.monotonic()
        for number in range(20):
            assert 200 == text_in(client, f"+9745550{number:04}", "book")[0]
        assert time.monotonic() - begun < 10 * WEBHOOK_SECONDS
    assert 21 == live.journal.size()


@on_sqlite
def test_the_log_says_once_that_it_is_away_and_once_that_it_is_back(live: Desk, client: FlaskClient) -> None:
    with capture_logs() as said:
        with moved_away(live.database):
            for _ in range(5):
                run_due(live)
                text_in(client, "+97455501234", "book")
                time.sleep(0.25)
        eventually(lambda: run_due(live) and not live.journal.size(), "it is not taken in")
    outages = [(line["event"], line["doing"]) for line in said if "doing" in line]
    both = [(said, doing) for said in ("database_away", "database_back") for doing in ("reading", "writing")]
    assert dict.fromkeys(both, 1) == Counter(outages)


class Outage:
    """A server of our own, so that no other test misses it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.server: Server = PostgreSQL() if kind == "postgresql" else MariaDB()

    def open(self) -> None:
        """Start the server, with a migrated database to copy."""
        self.server.open()
        self.server.create("template_textbook")
        database = Database(self.server.url("template_textbook"), pool=2)
        database.migrate()
        load_business(database, DEMONSTRATION)
        database.dispose()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """The server is stopped in its tracks: it takes connections and answers nothing."""
        assert self.server._process is not None
        family = [self.server._process.pid, *_children(self.server._process.pid)]
        for pid in family:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in family:
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self._be_read_only("on")
        try:
            yield
        finally:
            self._be_read_only("off")

    def _be_read_only(self, value: str) -> None:
        if self.kind == "mariadb":
            self.say(f"set global read_only = {value}")
            return
        self.say(f"alter system set default_transaction_read_only = {value}", "select pg_reload_conf()")
        address = make_url(self.server.url("postgres")).set(drivername="postgresql").render_as_string()

        def is_in_force() -> bool:
            with psycopg.connect(address) as connection:
                return connection.execute("show default_transaction_read_only").fetchall() == [(value,)]

        eventually(is_in_force, "the server does not change")

    def say(self, *statements: str) -> None:
        """As the owner of the server, whom read_only does not bind."""
        own = {"options": "-c default_transaction_read_only=off"} if self.kind == "postgresql" else {}
        engine = create_engine(
            self.server.url("postgres" if self.kind == "postgresql" else "mysql"), poolclass=NullPool,
            isolation_level="AUTOCOMMIT", connect_args=own,
        )  # fmt: skip
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def _children(pid: int) -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _parent(path) == pid]


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.fixture(scope="module")
def outages() -> Iterator[dict[str, Outage]]:
    started: dict[str, Outage] = {}
    yield started
    for outage in started.values():
        outage.server.close()


@pytest.fixture
def outage(kind: str, outages: dict[str, Outage]) -> Outage:
    if kind not in outages:
        outages[kind] = Outage(kind)
        outages[kind].open()
    return outages[kind]


@pytest.fixture
def own(outage: Outage, make_desk: MakeDesk) -> Iterator[Desk]:
    """A desk over a database in that server."""
    outage.server.drop("textbook")
    outage.server.create("textbook", template="template_textbook")
    url = outage.server.url("textbook")
    if outage.kind == "mariadb":  # read_only binds everybody but root
        outage.say("create or replace user desk@'127.0.0.1'")
        outage.say("grant select, insert, update, delete on textbook.* to desk@'127.0.0.1'")
        url = url.replace("root@", "desk@")
    database = Database(url, pool=12)
    yield replace(make_desk(**TWILIO), clock=Clock(), database=database)
    database.dispose()


@on_servers
@pytest.mark.parametrize("fault", ["stopped", "silent", "read_only"])
def test_a_servers_fault_is_journaled_and_taken_in(fault: str, outage: Outage, own: Desk) -> None:
    client = create_app(own).test_client()
    assert 200 == text_in(client, "+97455501234", "book")[0]
    with getattr(outage, fault)():
        for who in ("+97455501234", "+97455501235"):
            begun = time.monotonic()
            assert 200 == text_in(client, who, "a haircut")[0]
            assert time.monotonic() - begun < NO_WAIT
        assert 2 == own.journal.size()
        assert own.database.is_away
    eventually(lambda: run_due(own) and not own.journal.size(), "it is not taken in")
    assert ["+97455501234", "+97455501234", "+97455501235"] == [row.address for row in stored(own.database)]
    assert SchemaState.CURRENT is own.database.schema()


@on_servers
def test_somebody_elses_lock_on_one_conversation_keeps_only_that_person_waiting(outage: Outage, own: Desk) -> None:
    client = create_app(own).test_client()
    for who in ("+97455501234", "+97455501235"):
        text_in(client, who, "book")
    with own.database.engine.connect() as other, other.begin():
        other.execute(
            text("select id from conversations where channel = 'sms' and address = '+97455501234' for update")
        )
        assert 200 == text_in(client, "+97455501234", "a haircut")[0]
        assert (1, False) == (own.journal.size(), own.database.is_away)
        assert 200 == text_in(client, "+97455501235", "a haircut")[0]
        assert 1 == own.journal.size()
    assert 1 == drain(own)


@pytest.mark.parametrize("kind", chosen(), indirect=True)
def test_under_load_everybody_is_answered_once_and_in_order(kind: str, request: pytest.FixtureRequest) -> None:
    desk: Desk = request.getfixturevalue("live" if kind == "sqlite" else "own")
    away = (lambda: moved_away(desk.database)) if kind == "sqlite" else request.getfixturevalue("outage").stopped
    app, worker = create_app(desk), Worker(desk)
    sent: dict[str, list[str]] = {f"+97455560{number:03}": [] for number in range(PEOPLE)}
    statuses: Counter[int] = Counter()
    slowest: list[float] = []

    def texts(who: str) -> None:
        for number in range(EACH):
            begun = time.monotonic()
            status, sid = text_in(app.test_client(), who, f"what about number {number}?")
            slowest.append(time.monotonic() - begun)
            statuses[status] += 1
            sent[who].append(sid)
            time.sleep(0.1)

    worker.start()
    threads = [threading.Thread(target=texts, args=(who,)) for who in sent]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    with away():
        time.sleep(0.7)
    for thread in threads:
        thread.join()
    journaled = desk.journal.size()
    eventually(lambda: _is_all_done(desk), "not everything is answered")
    worker.stop()

    assert {200: PEOPLE * EACH} == dict(statuses)
    found = stored(desk.database)
    for who, sids in sent.items():
        assert sids == [row.provider_id for row in found if row.address == who]
    answered = Counter(row.turn_id for row in found)
    assert PEOPLE * EACH == len(answered), f"{journaled} were in the journal at the end"
    causes = dict(rows(desk.database, select(turns.c.id, turns.c.cause)))
    assert {"Said"} == {causes[turn] for turn in answered}
    out = select(messages.c.turn_id).where(messages.c.direction == Direction.OUT, messages.c.turn_id.is_not(None))
    assert dict.fromkeys(answered, 1) == Counter(row.turn_id for row in rows(desk.database, out))
    assert max(slowest) < NO_WAIT


def _is_all_done(desk: Desk) -> bool:
    try:
        waiting = rows(desk.database, select(outbox.c.id).where(outbox.c.status.in_(UNSENT)))
        return not desk.journal.size() and desk.database.read(nothing_unanswered) and not waiting
    except DatabaseAway:
        return False
