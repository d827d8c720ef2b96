"""SQLAlchemy engines set up so that no update is lost, and so that a database that does not answer is noticed soon."""

import os
import random
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidatePoolError

PATIENCE = 30.0
"""How long whoever is in no hurry waits for others to let go of what they want."""
CONNECT_SECONDS = 2
"""The least that PostgreSQL's library takes."""
LOCK_SECONDS = 2
JOINS_WEIGHED = 4
"""How many tables PostgreSQL's planner puts in any order it likes. A booking with its names joins nine, by their keys:
to weigh all their orders took it 6 to 14 ms, to run the one that is written 0.02."""
READY_AFTER = 1
"""How often a connection to PostgreSQL runs a statement before it has it prepared: psycopg waits for five, and of some
thirty connections each would have ours read and planned anew as often."""
ANSWER_SECONDS = 5
"""How long a server may be silent before its connection is given up."""
WAL_TRIES, WAL_WAIT = 40, 0.05
_WAITS, _WAITS_NOT = f"pragma busy_timeout={LOCK_SECONDS}000", "pragma busy_timeout=0"
_IS_AHEAD, _BEGUN_BY_OTHERS = "its log is written ahead", "its transactions are begun by others"
"""Of a connection to SQLite."""
LOG_PAGES = 4000
"""How many pages SQLite's log gathers until they are written back, each once however often it was changed: as many as
one table of the log's index holds, 16 MiB. With SQLite's own thousand, most were written back four times as often."""
PAGES_KIB = 1024
"""What each connection to SQLite keeps of the file; the system keeps all of it, and hands it over in microseconds."""
WRITERS_PAGES_KIB = 4096
"""What the one that writes keeps of it: a turn looks at some hundreds of pages, most of them the last turn's too."""
_KEPT_ALIVE: Mapping[str, int] = {
    "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000,
}  # fmt: skip
"""PostgreSQL's connection parameters: a machine that is gone without a word is noticed in about ten seconds."""


sqlite3.register_adapter(type(None), {}.get)  # type: ignore[arg-type]
"""None is written as None: the driver asks how for each, and to find that nobody says takes it three times as long."""


def open_engine(url: str, pool: int, *, hurried: bool = True) -> Engine:
    """An engine for this address. Not `hurried`: for a migration, whose statements take the time they take."""
    address = make_url(url)
    dialect = address.get_backend_name()
    if dialect == "sqlite":
        return _sqlite(address, pool)
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}
    if dialect == "postgresql":
        arguments |= _KEPT_ALIVE
    elif hurried:
        arguments |= {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS}
        arguments["init_command"] = f"set session innodb_lock_wait_timeout = {LOCK_SECONDS}"
    # The one that was used last is used next: what each keeps of pages and statements is kept a few times, not twenty.
    # A connection that has died is found on use and the transaction started afresh: no ping before each.
    engine = sqlalchemy.create_engine(
        url, pool_size=pool, max_overflow=0, pool_timeout=LOCK_SECONDS, isolation_level="READ COMMITTED",
        pool_recycle=1800, pool_use_lifo=True, connect_args=arguments, hide_parameters=True,
    )  # fmt: skip
    if dialect == "postgresql" and hurried:
        event.listen(engine, "do_connect", _connect_hurried)
        event.listen(engine, "connect", _limit)
        from bot.scopes import know_roles  # only wanted here

        know_roles(engine)
    return engine


def open_staff_engine(engine: Engine, pool: int) -> Engine:
    """An engine beside `engine`, whose transactions see no more than the scope they are given: on SQLite with
    connections of its own, elsewhere with the same ones."""
    from bot.scopes import narrow, show_views  # most programs never want it

    if engine.dialect.name != "sqlite":
        same = engine.execution_options()
        narrow(same)
        return same
    own = _sqlite(engine.url, pool)
    show_views(own)
    return own


def is_there(engine: Engine) -> bool:
    """False where the database is a file that does not exist."""
    path = _file(engine.url)
    return path is None or path.exists()


def create_file(engine: Engine) -> None:
    """Let there be a file, where the database is one: nobody but a migration makes a new, empty database."""
    if (path := _file(engine.url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def _file(url: URL) -> Path | None:
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None


def _sqlite(url: URL, pool: int) -> Engine:
    engine = sqlalchemy.create_engine(  # one more: bot/writer.py keeps one
        url, pool_size=pool + 1, max_overflow=0, pool_timeout=LOCK_SECONDS, pool_use_lifo=True, hide_parameters=True
    )  # fmt: skip
    if (file := _file(url)) is not None:
        path = str(file)
        event.listen(engine, "do_connect", _connect_to_file)

        @event.listens_for(engine, "connect")
        def remember(_connection: Any, record: Any) -> None:
            record.info["path"], record.info["file"] = path, _identity(path)

        @event.listens_for(engine, "checkout")
        def look(_connection: Any, record: Any, _proxy: Any) -> None:
            if record.info["file"] != _identity(path):
                raise InvalidatePoolError  # the file was moved away or replaced: what is written there is lost

    event.listen(engine, "connect", _open_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "checkin", _as_it_was)
    return engine


def is_where_it_was(info: Mapping[str, Any]) -> bool:
    """Whether the file that a connection has open is still the database: what is written to one that was moved away is
    lost. `info`: the connection's."""
    return "path" not in info or info["file"] == _identity(info["path"])


def take_for_writing(connection: Connection) -> Any:
    """The driver's own, for whoever tells it BEGIN themselves, and waits for the lock (`waits_not`,
    `wait_for_the_lock`), until the connection is in its pool again. With a log that is written ahead there is nothing
    else that SQLite would wait for in a transaction: its commit lets readers read, and what is written back behind it
    waits for nobody."""
    info, raw = connection.info, connection.connection.driver_connection
    info[_BEGUN_BY_OTHERS] = True
    raw.execute(_keeps(WRITERS_PAGES_KIB))  # type: ignore[union-attr]
    if info[_IS_AHEAD]:
        raw.execute(_WAITS_NOT)  # type: ignore[union-attr]
    return raw


def _keeps(kib: int) -> str:
    return f"pragma cache_size=-{kib}"


def waits_never(info: Mapping[str, Any]) -> bool:
    """Whether a connection that was taken for writing waits for nobody by itself. `info`: the connection's."""
    return bool(info[_IS_AHEAD])


@contextmanager
def waits_not(raw: Any) -> Iterator[None]:
    """For now: whoever wants its lock looks for it themselves."""
    raw.execute(_WAITS_NOT)
    try:
        yield
    finally:
        raw.execute(_WAITS)


def _as_it_was(raw: Any, record: Any) -> None:
    """However a connection comes back to its pool: thrown away by mistake, too."""
    if record.info.pop(_BEGUN_BY_OTHERS, None) and raw is not None:
        try:
            raw.execute(_WAITS)
            raw.execute(_keeps(PAGES_KIB))
        except sqlite3.Error:
            record.invalidate()


def _identity(path: str) -> tuple[int, int] | None:
    """Of the file that is there now. By its name as text: a Path takes longer to be asked than the file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _connect_to_file(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> None:
    if not parameters.get("uri"):
        arguments[0] = f"file:{quote(str(arguments[0]))}?mode=rw"  # which does not create it
        parameters["uri"] = True


def _open_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("synchronous=full", "foreign_keys=on", "secure_delete=on", f"wal_autocheckpoint={LOG_PAGES}"):
        connection.execute(f"pragma {pragma}")
    connection.execute(_keeps(PAGES_KIB))
    connection.execute(_WAITS)
    record.info[_IS_AHEAD] = _use_wal(connection) == "wal"


def _use_wal(connection: Any) -> str:
    """What the log is now. Of two processes that open a new file at once, SQLite refuses one of them the change to WAL,
    without any wait."""
    for attempt in range(1, WAL_TRIES + 1):
        try:
            return str(connection.execute("pragma journal_mode=wal").fetchone()[0])
        except sqlite3.OperationalError as error:
            if attempt == WAL_TRIES or not _is_busy(error):
                raise
            time.sleep(WAL_WAIT)
    raise AssertionError("unreachable")


def _begin_sqlite(connection: Connection) -> None:
    """IMMEDIATE takes the write lock before the first SELECT: what was read cannot change under the transaction."""
    if _BEGUN_BY_OTHERS in connection.info:
        return
    options = connection.get_execution_options()
    if options.get("readonly"):
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.driver_connection
    with waits_not(raw):
        wait_for_the_lock(raw, options.get("deadline"))
        if not raw.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # which tells what is wrong


def wait_for_the_lock(connection: Any, deadline: float | None) -> None:
    """SQLite's own wait sleeps up to a tenth of a second at a time and starves some: this one looks every few
    milliseconds. Where it does not get the lock, nothing has begun."""
    until = deadline if deadline is not None else time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= until:
                return
            time.sleep(random.uniform(0.001, 0.006))  # noqa: S311 - spreads load, no secret
        else:
            return


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _connect_hurried(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
    from bot.hurried import HurriedConnection  # psycopg is only wanted here

    return HurriedConnection.connect(*arguments, **parameters)


def _limit(connection: Any, _record: Any) -> None:
    connection.execute(f"set lock_timeout = '{LOCK_SECONDS}s'")
    connection.execute(f"set join_collapse_limit = {JOINS_WEIGHED}")
    connection.prepare_threshold = READY_AFTER
    connection.commit()
