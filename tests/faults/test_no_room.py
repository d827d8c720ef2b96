"""PostgreSQL and MariaDB have no room: their disk is full, or every connection they allow is taken. Webhooks are
answered from the journal, and everything is taken in when there is room again."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import OperationalError

from bot.clock import Clock
from bot.database import Database
from bot.desk import Desk
from bot.schedule import run_due
from tests.conftest import MakeDesk
from tests.faults.test_database_away import LONG, TWILIO, Outage, on_servers, stored, text_in
from tests.patience import NO_WAIT, eventually
from webhooks import create_app

pytestmark = pytest.mark.every_database

SARA, LEA = "+97455501234", "+97455501235"
DISK = "400m"
PIECE = 64 * 1024
"""Of memory, and only as much of it as is used."""
MOST_TEXTS = 60
"""Until a database has used up the room that its files have already."""
MORE_THAN_ANY_SERVER_ALLOWS = 200


@cache
def may_mount() -> bool:
    with TemporaryDirectory() as folder:
        return os.geteuid() == 0 and _mount(Path(folder)) and _unmount(Path(folder))


def _mount(folder: Path) -> bool:
    return not subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=False).returncode


def _unmount(folder: Path) -> bool:
    return not subprocess.run(["umount", folder], check=False).returncode


@pytest.fixture(autouse=True)
def _short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.outage.REMEMBERED", 0.2)


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], Outage]]:
    """A server of each kind on a small disk of its own, where this machine lets us mount one."""
    with ExitStack() as stack:

        @cache
        def started(kind: str) -> Outage:
            outage = Outage(kind)
            stack.callback(outage.server.close)
            if may_mount() and _mount(outage.server.folder):
                stack.callback(_unmount, outage.server.folder)
            stack.callback(outage.server.stop)
            outage.open()
            if kind == "mariadb":
                outage.say("set global max_connections = 20")
            return outage

        yield started


@pytest.fixture
def small(kind: str, servers: Callable[[str], Outage]) -> Outage:
    outage = servers(kind)
    outage.server.drop("textbook")
    outage.server.create("textbook", template="template_textbook")
    return outage


@pytest.fixture
def own(small: Outage, make_desk: MakeDesk) -> Iterator[Desk]:
    database = Database(small.server.url("textbook"), pool=4)
    yield replace(make_desk(**TWILIO), clock=Clock(), database=database)
    database.dispose()


@contextmanager
def full_disk(outage: Outage) -> Iterator[None]:
    ballast = outage.server.folder / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:  # whatever the server writes meanwhile
            file.write(bytes(PIECE))
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def all_connections_taken(outage: Outage) -> Iterator[None]:
    engine = create_engine(outage.server.url("textbook"), poolclass=NullPool)
    with ExitStack() as taken:
        with pytest.raises(OperationalError, match=r"(?i)too many"):
            for _ in range(MORE_THAN_ANY_SERVER_ALLOWS):
                taken.enter_context(closing(engine.connect()))
        yield


def texts_are_taken(client: FlaskClient, who: str, words: str) -> str:
    """One text, answered soon; its id."""
    begun = time.monotonic()
    status, sid = text_in(client, who, words)
    assert 200 == status
    assert time.monotonic() - begun < NO_WAIT
    return sid


def is_taken_in_as_it_came(desk: Desk, sent: dict[str, list[str]]) -> None:
    eventually(lambda: run_due(desk) and not desk.journal.size(), "it is not taken in")
    found = stored(desk.database)
    assert sent == {who: [row.provider_id for row in found if row.address == who] for who in sent}
    eventually(lambda: not run_due(desk), "not every text has its turn")
    assert all(row.turn_id for row in stored(desk.database))
    assert 0 == desk.journal.quarantined()


@on_servers
@pytest.mark.skipif(not may_mount(), reason="no small disk can be mounted here")
def test_on_a_full_disk_everything_is_kept(small: Outage, own: Desk) -> None:
    client = create_app(own).test_client()
    sent: dict[str, list[str]] = {SARA: [texts_are_taken(client, SARA, "book")], LEA: []}
    with full_disk(small):
        for number in range(MOST_TEXTS):
            who = (SARA, LEA)[number % 2]
            sent[who].append(texts_are_taken(client, who, f"{number} {LONG}"))
            if own.journal.size() > 3:
                break
        assert own.journal.size() > 3
        assert own.database.is_away
    is_taken_in_as_it_came(own, sent)


@on_servers
def test_where_every_connection_is_taken_everything_is_kept(small: Outage, own: Desk) -> None:
    client = create_app(own).test_client()
    sent = {SARA: [texts_are_taken(client, SARA, "book")], LEA: []}
    own.database.dispose()
    with all_connections_taken(small):
        for who in (SARA, LEA, SARA):
            sent[who].append(texts_are_taken(client, who, "a haircut"))
        assert 3 == own.journal.size()
        assert own.database.is_away
    is_taken_in_as_it_came(own, sent)
