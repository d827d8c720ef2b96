"""The database servers that tests run on: they take connections, copy templates, keep data and leave nothing."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests import databases
from tests.patience import PATIENCE

STARTERS = {"postgresql": databases.postgresql_server, "mariadb": databases.mariadb_server}
CHOSEN = [name for name in STARTERS if name in databases.chosen()]
__test__ = bool(CHOSEN)

ABANDONED = """
import sys, time
from tests import databases
with getattr(databases, sys.argv[1])() as server:
    print(server.folder, server.port, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module", params=CHOSEN)
def server(request: pytest.FixtureRequest) -> Iterator[databases.Server]:
    with STARTERS[request.param]() as started:
        yield started


@pytest.fixture
def engine(server: databases.Server) -> Iterator[Engine]:
    """A database of its own with one client in it."""
    server.create("first")
    engine = create_engine(server.url("first"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE client (id INTEGER PRIMARY KEY, name VARCHAR(50))"))
        connection.execute(text("INSERT INTO client VALUES (1, 'Zoë 💇')"))
    yield engine
    server.drop("first")


def names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT name FROM client ORDER BY id")))


def test_a_server_takes_thirty_connections(engine: Engine) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(engine.connect()) for _ in range(30)]
        assert [connection.scalar(text("SELECT count(*) FROM client")) for connection in connections] == [1] * 30


def test_a_copy_has_the_templates_rows_and_a_life_of_its_own(server: databases.Server, engine: Engine) -> None:
    server.create("second", template="first")
    copy = create_engine(server.url("second"), poolclass=NullPool)
    with copy.begin() as connection:
        connection.execute(text("INSERT INTO client VALUES (2, 'Ann')"))
    assert names(copy) == ["Zoë 💇", "Ann"]
    assert names(engine) == ["Zoë 💇"]
    server.drop("second")


def test_a_copy_keeps_its_foreign_keys(server: databases.Server, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE booking (id INTEGER, client_id INTEGER, FOREIGN KEY (client_id) REFERENCES client (id))")
        )
    server.create("second", template="first")
    copy = create_engine(server.url("second"), poolclass=NullPool)
    with pytest.raises(DBAPIError), copy.begin() as connection:
        connection.execute(text("INSERT INTO booking VALUES (1, 99)"))
    server.drop("second")


def test_a_stopped_server_ends_connections_and_comes_back_with_its_data(
    server: databases.Server, engine: Engine
) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        server.stop()
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT 1"))
    with pytest.raises(DBAPIError):
        names(engine)
    server.start()
    assert names(engine) == ["Zoë 💇"]


def test_a_database_in_use_can_be_dropped(server: databases.Server) -> None:
    server.create("busy")
    with create_engine(server.url("busy"), poolclass=NullPool).connect() as connection:
        connection.execute(text("CREATE TABLE held (id INTEGER)"))
        connection.execute(text("INSERT INTO held VALUES (1)"))
        server.drop("busy")
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT * FROM held"))
        connection.invalidate()


@pytest.mark.parametrize("killed_by", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("name", CHOSEN)
def test_killed_tests_leave_no_server_and_no_files(name: str, killed_by: signal.Signals) -> None:
    command = [sys.executable, "-c", ABANDONED, STARTERS[name].__name__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        folder, port = tests.stdout.readline().split()
        tests.send_signal(killed_by)
    deadline = time.monotonic() + PATIENCE
    while (Path(folder).exists() or _listens(int(port))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(folder).exists()
    assert not _listens(int(port))


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
