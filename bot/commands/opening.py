"""How every command begins: settings read, database there, business loaded, or a line that says what to do."""

import sys
import tomllib
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Database, DatabaseAway, SchemaState
from bot.desk import Desk, open_desk
from bot.journal import JournalUnusable
from config import Settings, WrongSettings, read_settings
from handlers.business_file import BusinessFile
from handlers.business_loaded import BEATEN_BY_NOTHING, business_loaded
from handlers.classes_loaded import CannotLoad
from handlers.profile import Overrides
from models.business import has_business

DEMONSTRATION = Path(__file__).parent.parent.parent / "business.toml"


def stop(words: str) -> NoReturn:
    """End the command with a line for people."""
    print(words, file=sys.stderr)
    raise SystemExit(2)


def settings_or_stop() -> Settings:
    try:
        return read_settings()
    except WrongSettings as wrong:
        stop(f"These settings cannot be used:\n{wrong}")


def ready_desk(settings: Settings | None = None) -> Desk:
    """A desk over a database that has our schema and a business; else stop and say which command helps."""
    desk = open_desk(settings or settings_or_stop())
    refuse_unless_current(desk.database)
    if not desk.database.read(has_business):
        stop("No business is loaded yet: run `python -m bot load business.toml`.")
    return desk


def fresh_desk(settings: Settings | None = None) -> Desk:
    """As ready_desk, but an EMPTY database is made ready first, with the demonstration business."""
    desk = open_desk(settings or settings_or_stop())
    if _state(desk.database) is SchemaState.EMPTY:
        desk.database.migrate()
    refuse_unless_current(desk.database)
    if not desk.database.read(has_business):
        load_business(desk.database, DEMONSTRATION, now=desk.clock.now(), overrides=desk.profiles.overrides)
    return desk


def refuse_to_serve(desk: Desk) -> None:
    """Stop where webhooks could not be taken: no journal, or a schema that is not ours. A database that is away is no
    reason: what comes in meanwhile is journaled."""
    try:
        desk.journal.prepare()
    except JournalUnusable as error:
        stop(f"JOURNAL_DIR: {error}. Let it be a folder that we may write to, on a disk with room.")
    with suppress(DatabaseAway):
        _refuse(desk.database.schema())


def refuse_unless_current(database: Database) -> None:
    _refuse(_state(database))


def _refuse(state: SchemaState) -> None:
    match state:
        case SchemaState.EMPTY | SchemaState.BEHIND:
            stop("The database is behind this version: run `python -m bot migrate`, then start again.")
        case SchemaState.AHEAD:
            stop("The database was made by a newer version: start that version, or restore a backup made by this one.")
        case SchemaState.CURRENT:
            return


def load_business(
    database: Database,
    path: Path,
    *,
    dry_run: bool = False,
    now: datetime | None = None,
    overrides: Overrides = BEATEN_BY_NOTHING,
) -> list[str]:
    """Load a business file; the differences it made, or, in a dry run, would make. Stops where it cannot be loaded."""
    file = read_business(path)
    changes: list[str] = []

    def work(session: Session) -> None:
        changes[:] = business_loaded(session, file, now or Clock().now(), overrides)
        if dry_run:
            raise _Undo

    try:
        with suppress(_Undo):
            database.transact(work)
    except CannotLoad as refused:
        stop(f"{path} cannot be loaded:\n" + "\n".join(f"  {line}" for line in str(refused).splitlines()))
    return changes


class _Undo(Exception):
    """Rolls a dry run back."""


def read_business(path: Path) -> BusinessFile:
    """A business file, checked; stops with each fault it has."""
    try:
        return BusinessFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        stop(f"There is no file {path}.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        stop(f"{path} cannot be read as TOML: {error}")
    except ValidationError as error:
        lines = [f"  {'.'.join(str(part) for part in f['loc'])}: {f['msg']}" for f in error.errors()]
        stop(f"{path} cannot be loaded:\n" + "\n".join(lines))


def _state(database: Database) -> SchemaState:
    try:
        return database.schema()
    except DatabaseAway as error:
        stop(f"The database cannot be reached: {error}")
