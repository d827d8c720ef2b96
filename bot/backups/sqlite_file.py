"""An SQLite database as a file: a snapshot of it while others write, whether it is whole, whether it is in use."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

BUSY_SECONDS = 30.0
BESIDE = ("-wal", "-shm", "-journal")
"""What stands beside a database that is open, or whose process died."""


_HEAD = b"SQLite format 3\0"
"""How every database begins (https://www.sqlite.org/fileformat.html#the_database_header)."""


class InUse(Exception):
    """Somebody has the database open."""


def snapshot(live: Path, copy: Path) -> None:
    """Copy what is committed by now into a new file, in one piece: nobody who writes waits for it, and nothing that
    they write meanwhile is in it. Raises sqlite3.Error, OSError."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(_open(live)) as source, closing(_open(copy)) as target:
        source.backup(target)
        target.execute("pragma journal_mode=delete").fetchone()  # one file, with nothing beside it


def faults(path: Path) -> list[str]:
    """What is wrong with its pages or its references; nothing for a sound one."""
    try:
        with closing(_open(path)) as connection:
            said = [str(row[0]) for row in connection.execute("pragma integrity_check(5)") if row[0] != "ok"]
            lost = connection.execute("pragma foreign_key_check").fetchmany(5)
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return said + [f"row {row[1]} of {row[0]} refers to one of {row[2]} that is not there" for row in lost]


def schema_version(path: Path) -> str | None:
    """The migration it is at; None where it is none of ours. Raises sqlite3.Error."""
    with closing(_open(path)) as connection:
        try:
            row = connection.execute("select version_num from alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return str(row[0]) if row else None


def last_audit_seal(path: Path) -> str:
    """As NUMBER:HASH; "" where there is none."""
    with closing(_open(path)) as connection:
        try:
            row = connection.execute("select id, hash from audit_seals order by id desc limit 1").fetchone()
        except sqlite3.OperationalError:
            return ""
    return f"{row[0]}:{row[1]}" if row else ""


def has_rows(path: Path) -> bool:
    """Whether there is anything to lose: any table of its own, or what cannot be read."""
    if not path.exists() or not path.stat().st_size:
        return False
    try:
        if not _is_ours_to_open(path):
            return True
        with closing(_open(path)) as connection:
            return connection.execute("select 1 from sqlite_master limit 1").fetchone() is not None
    except sqlite3.DatabaseError:
        return True


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Hold it against everybody else; all that it says is in the one file then. Nothing is held where it is too broken
    to be opened. Raises InUse, sqlite3.OperationalError."""
    if not path.exists() or not _is_ours_to_open(path):
        yield
        return
    with closing(_open(path, 1.0)) as connection:
        try:
            connection.execute("pragma locking_mode=exclusive")
            # Whoever has it open, however idle, keeps it from leaving WAL.
            if connection.execute("pragma journal_mode=delete").fetchone()[0] != "delete":
                raise InUse
            connection.execute("begin exclusive")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise InUse from error
            raise
        except sqlite3.DatabaseError:
            pass
        yield


def in_one_file(path: Path) -> None:
    """Let nothing stand beside it, and let it be on the disk."""
    with closing(_open(path)) as connection:
        connection.execute("pragma journal_mode=delete").fetchone()
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _is_ours_to_open(path: Path) -> bool:
    """SQLite throws away what stands beside a file that is none of its own."""
    with path.open("rb") as file:
        return file.read(len(_HEAD)) in (_HEAD, b"")


def _open(path: Path, patience: float = BUSY_SECONDS) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None)
