"""Migrated databases with the suite's business, as many as are wanted."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bot.commands.opening import load_business
from bot.database import Database
from tests.databases import Server, mariadb_server, postgresql_server

BUSINESS, PAYMENTS = (Path(__file__).parent / name for name in ("business.toml", "payments.toml"))
FACIAL = 'key = "facial"\n'
Away = Callable[[], AbstractContextManager[None]]
"""Makes a database be away for the length of a with block."""


class Fresh:
    """Makes such a database at each call, and answers its address."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self._folder, self._server = folder, server
        self._made = 0

    def __call__(self) -> str:
        self._made += 1
        url = f"sqlite:///{self._folder}/round{self._made}.db"
        if self._server is not None:
            self._server.create(f"round{self._made}")
            url = self._server.url(f"round{self._made}")
        make_ready(url)
        return url

    def away(self, url: str) -> Away:
        """Of a server: it is stopped, and started again. Of a file: somebody else is writing all the while."""
        server = self._server
        return (lambda: locked(url)) if server is None else (lambda: stopped(server))


@contextmanager
def fresh_databases(kind: str) -> Iterator[Fresh]:
    """What makes them, on a server of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        start = {"postgresql": postgresql_server, "mariadb": mariadb_server}.get(kind)
        yield Fresh(folder, stack.enter_context(start()) if start else None)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """SQLite's one lock for all who write is taken."""
    with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None, timeout=60)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def drop_second_lock(database: Database) -> None:
    """PostgreSQL guards bookings a second time."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.begin() as connection:
            connection.execute(text("alter table bookings drop constraint ex_bookings_staff_id_time"))


def make_ready(url: str) -> None:
    """Bring an empty database to our schema, and load the business."""
    database = Database(url)
    database.migrate()
    load_business(database, BUSINESS)
    database.dispose()


def ask_for_all(database: Database, folder: Path) -> None:
    """From now on the business wants to be paid, and a facial opens a course. `folder` is for the file."""
    whole = folder / "whole.toml"
    written = "\n".join(path.read_text(encoding="utf-8") for path in (BUSINESS, PAYMENTS))
    whole.write_text(written.replace(FACIAL, f'{FACIAL}engagement = "course"\n'), encoding="utf-8")
    load_business(database, whole)
