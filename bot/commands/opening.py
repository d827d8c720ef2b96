"""How every command begins: settings read, database there, business loaded, or a line that says what to do."""

import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.commands.stopping import settings_or_stop, stop
from bot.database import Database, DatabaseAway, SchemaState
from bot.desk import Desk, open_desk
from bot.journal import JournalUnusable
from config import Settings
from handlers.profile import Overrides
from models.business import has_business

if TYPE_CHECKING:
    from handlers.business_file import BusinessFile

__all__ = ["settings_or_stop", "stop"]
DEMONSTRATION = Path(__file__).parent.parent.parent / "business.toml"


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
    make_fresh(desk)
    return desk


def make_fresh(desk: Desk, do: Callable[[Callable[[], object]], object] = lambda work: work()) -> None:
    """Make an EMPTY database ready, and load the demonstration business where there is none, both by `do`."""
    if _state(desk.database) is SchemaState.EMPTY:
        desk.database.dispose()
        do(desk.database.migrate)
    refuse_unless_current(desk.database)
    if not desk.database.read(has_business):
        desk.database.dispose()
        do(lambda: _load_demonstration(desk))


def _load_demonstration(desk: Desk) -> None:
    load_business(desk.database, DEMONSTRATION, now=desk.clock.now(), overrides=desk.profiles.overrides)


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
    overrides: Overrides | None = None,
) -> list[str]:
    """Load a business file; the differences it made, or, in a dry run, would make. Stops where it cannot be loaded."""
    from handlers.business_loaded import BEATEN_BY_NOTHING, business_loaded  # heavy, and only wanted here
    from handlers.classes_loaded import CannotLoad

    file = read_business(path)
    changes: list[str] = []

    def work(session: Session) -> None:
        changes[:] = business_loaded(session, file, now or Clock().now(), overrides or BEATEN_BY_NOTHING)
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


def read_business(path: Path) -> "BusinessFile":
    """A business file, checked; stops with each fault it has."""
    from pydantic import ValidationError

    from handlers.business_file import BusinessFile

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
