"""A database on a server, dumped and restored by the server's own tools as docs/backup.md says: all of it is there
again, and what guards it too."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from bot.backups.put_back import hold_what_is_due
from bot.clock import SetClock
from bot.database import Database, SchemaState
from bot.desk import Desk
from bot.intake import receive
from bot.schedule import run_due
from conversations.messages import Inbound
from handlers.invariants_checked import broken_invariants
from models.audit import COMMAND_LINE, audit
from models.held_back import unsent_by
from models.tables import metadata
from tests.conftest import NOW, Databases
from tests.databases import ENVIRONMENT, SYSTEM_FOLDERS, postgresql_folder

pytestmark = pytest.mark.every_database


@dataclass
class Tools:
    """What dumps a database, and what brings it back into an empty one."""

    kind: str
    folder: Path

    def dump(self, url: str, role: str = "") -> None:
        place = make_url(url)
        if self.kind == "postgresql":
            how = ["--enable-row-security", f"--role={role}"] if role else []
            self._run("pg_dump", *self._server(url), "--format=custom", f"--file={self._file}", *how, place.database)
        else:
            options = "--single-transaction", "--triggers", "--hex-blob", f"--result-file={self._file}"
            self._run("mariadb-dump", *self._server(url), *options, place.database)

    def restore(self, url: str) -> None:
        place = make_url(url)
        if self.kind == "postgresql":
            options = "--exit-on-error", "--single-transaction", f"--dbname={place.database}"
            self._run("pg_restore", *self._server(url), *options, self._file)
        else:
            with self._file.open("rb") as dumped:
                self._run("mariadb", *self._server(url), place.database, stdin=dumped)

    @property
    def _file(self) -> Path:
        return self.folder / "dumped"

    def _server(self, url: str) -> list[str]:
        place = make_url(url)
        if self.kind == "postgresql":
            return [f"--host={place.host}", f"--port={place.port}", f"--username={place.username}", "--no-password"]
        return ["--no-defaults", "--protocol=tcp", f"--host={place.host}", f"--port={place.port}", "--user=root"]

    def _run(self, program: str, *arguments: object, stdin: object = subprocess.DEVNULL) -> None:
        path = f"{ENVIRONMENT['PATH']}:{SYSTEM_FOLDERS}"
        found = postgresql_folder() / program if self.kind == "postgresql" else shutil.which(program, path=path)  # type: ignore[operator]
        done = subprocess.run([found, *map(str, arguments)], stdin=stdin, capture_output=True, text=True)  # type: ignore[arg-type,call-overload]
        assert 0 == done.returncode, done.stderr


@pytest.fixture
def tools(kind: str, tmp_path: Path) -> Tools:
    return Tools(kind, tmp_path)


@pytest.fixture
def another(kind: str, databases: Databases) -> Iterator[str]:
    """The address of a database without any table."""
    url = databases.empty(kind)
    yield url
    databases.drop(kind, url)


def rows_of(database: Database) -> dict[str, list[object]]:
    def work(session: object) -> dict[str, list[object]]:
        return {
            table.name: sorted(map(repr, session.execute(table.select()).all()))  # type: ignore[attr-defined]
            for table in metadata.sorted_tables
        }

    return database.read(work)


def role_of(database: Database) -> str:
    """Who sees every row of this database, and owns nothing."""
    wanted = "select roles[1] from pg_policies where tablename = 'bookings' and policyname = 'textbook_desk'"
    with database.engine.connect() as connection:
        return str(connection.execute(text(wanted)).scalar_one())


@pytest.mark.parametrize("as_desk", [False, True])
def test_what_was_dumped_is_there_again_and_guarded(
    kind: str, desk: Desk, clock: SetClock, database_url: str, another: str, tools: Tools, as_desk: bool
) -> None:
    if kind == "sqlite" or (as_desk and kind != "postgresql"):
        return  # which has `backup`; or has no roles
    for number, words in enumerate(("massage tomorrow at 10", "yes", "É 💇 \\ ' \" \n;--")):
        receive(desk, Inbound("sms", f"m{number}", "+97455501234", None, words))
    desk.database.transact(lambda s: audit(s, at=NOW, operator_id=None, who=COMMAND_LINE, action="did"))
    clock.move(timedelta(minutes=2))
    run_due(desk)
    before = rows_of(desk.database)
    assert before["bookings"]
    assert before["audit_seals"]
    tools.dump(database_url, role_of(desk.database) if as_desk else "")
    tools.restore(another)
    restored = Database(another, pool=2)
    restored.migrate()  # which lays the row security of this database's own roles
    assert SchemaState.CURRENT is restored.schema()
    assert before == rows_of(restored)
    assert [] == restored.read(lambda session: list(broken_invariants(session, clock.now())))
    waiting = desk.database.read(lambda session: unsent_by(session, clock.now()))
    assert waiting
    held = hold_what_is_due(desk.settings, restored, tools.folder / "empty", clock, "")
    assert len(waiting) <= held.texts
    assert [] == restored.read(lambda session: unsent_by(session, clock.now()))
    with pytest.raises(DBAPIError, match="only grows"):
        restored.transact(lambda session: session.execute(text("delete from audit_log")))
    restored.dispose()
