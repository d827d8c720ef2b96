"""A backup is put back: made ready beside the database, with all that is due done and nothing of it sent, and then in
its place at once."""

import os
import sqlite3
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot import durable
from bot.backups.archive import (
    DATABASE,
    JOURNAL,
    QUARANTINE,
    SECRET_KEY,
    BadArchive,
    Manifest,
    Part,
    copy_part,
    opened,
    sum_of,
)
from bot.backups.sqlite_file import BESIDE, InUse, alone_with, faults, has_rows, in_one_file, schema_version
from bot.backups.taken import folders
from bot.backups.work_folder import work_folder
from bot.clock import Clock
from bot.database import Database, DatabaseAway, SchemaState
from bot.desk import open_desk
from bot.schedule import run_due
from config import Settings
from handlers.restored import Held, restored
from models import SCHEMA
from models.business import has_business

MOST_ROUNDS = 10_000


class CannotRestore(Exception):
    """Why nothing was put back, in words for people. What was there is as it was."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was put back; `aside` is where the database that was there is kept now."""

    manifest: Manifest
    held: Held
    aside: Path | None


def put_back(
    settings: Settings,
    database: Path,
    file: Path,
    known_sum: str = "",
    *,
    over: bool = False,
    clock: Clock | None = None,
) -> PutBack:
    """Raises CannotRestore."""
    try:
        if known_sum and sum_of(file) != known_sum.casefold():
            raise CannotRestore(f"{file} has another sum than {known_sum}")
        if has_rows(database) and not over:
            raise CannotRestore(f"{database} is not empty: say --over, and it is kept beside the new one")
        database.parent.mkdir(parents=True, exist_ok=True)
        with opened(file) as (archive, manifest), alone_with(database), work_folder(database) as folder:
            staged = _stage(archive, manifest, folder)
            held = _settle(settings, manifest, staged, folder, clock or Clock())
            _put_beside(settings, archive, manifest, folder)
            return PutBack(manifest, held, _swap(staged, database))
    except BadArchive as why:
        raise CannotRestore(f"{file}: {why}") from why
    except InUse:
        raise CannotRestore(f"{database} is in use: stop every process of this installation first") from None
    except (OSError, sqlite3.Error, DatabaseAway) as error:
        raise CannotRestore(f"{error}") from error


def _stage(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> Path:
    """The database and the journal of the backup. Raises BadArchive, CannotRestore."""
    if manifest.schema_version > SCHEMA:
        raise CannotRestore(f"it was taken by a newer version (schema {manifest.schema_version}, this is {SCHEMA})")
    (folder / JOURNAL).mkdir(mode=0o700)
    for part in manifest.parts:
        if part.name == DATABASE or part.name.startswith(f"{JOURNAL}/"):
            _write(archive, part, folder / part.name)
    staged = folder / DATABASE
    if wrong := faults(staged):
        raise BadArchive("; ".join(wrong))
    if schema_version(staged) != manifest.schema_version:
        raise BadArchive("its database is not at the schema that its manifest says")
    return staged


def _settle(settings: Settings, manifest: Manifest, staged: Path, folder: Path, clock: Clock) -> Held:
    """Bring it to this version's schema, do what has fallen due since, and hold all that would be sent by that."""
    own = settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{staged}")})
    database = Database(own.database)
    try:
        if database.schema() is not SchemaState.CURRENT:
            database.migrate()
        return hold_what_is_due(own, database, folder / JOURNAL, clock, f"{manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC")
    finally:
        database.dispose()


def hold_what_is_due(settings: Settings, database: Database, journal: Path, clock: Clock, taken_at: str) -> Held:
    """Do what is due by now in a database that was put back, the messages of this journal first, and send none of it.
    Nobody else may work on it."""
    desk = open_desk(settings.model_copy(update={"journal_dir": journal, "llm_api_base": ""}), clock, database)
    if database.read(has_business):
        rounds = 0
        while run_due(desk) and rounds < MOST_ROUNDS:
            rounds += 1
    return database.transact(lambda session: restored(session, taken_at, clock.now()))


def _put_beside(settings: Settings, archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    """What belongs to it. Nothing that is there is overwritten; a key that was another is kept beside."""
    there = folders(settings)
    for part in manifest.parts:
        kind, _, name = part.name.partition("/")
        if part.name == SECRET_KEY and not settings.secret_key.get_secret_value():
            _put_key(archive, part, settings.secret_key_file)
        elif name and kind != JOURNAL:
            _put_new(archive, part, there[kind] / name)
    # What of the journal could not be taken in is for somebody to look at.
    for path in sorted((folder / JOURNAL).rglob("*.entry")):
        there[QUARANTINE].mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            durable.write(there[QUARANTINE] / path.name, path.read_bytes())


def _put_key(archive: zipfile.ZipFile, part: Part, path: Path) -> None:
    if path.exists():
        if sum_of(path) == part.sha256:
            return
        path.rename(path.with_name(f"{path.name}.{_stamp()}"))
    _put_new(archive, part, path)


def _put_new(archive: zipfile.ZipFile, part: Part, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        _write(archive, part, path)


def _write(archive: zipfile.ZipFile, part: Part, path: Path) -> None:
    """Into a new file. Raises FileExistsError, BadArchive."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        copy_part(archive, part, file)
        file.flush()
        os.fsync(file.fileno())


def _swap(staged: Path, database: Path) -> Path | None:
    """From now on it is the database. There is a whole one by its name at every moment."""
    in_one_file(staged)
    aside = database.with_name(f"{database.name}.{_stamp()}") if database.exists() else None
    like = (database if aside is not None else database.parent).stat()
    staged.chmod(like.st_mode & 0o666 if aside is not None else 0o600)
    with suppress(PermissionError):
        os.chown(staged, like.st_uid, like.st_gid)
    if aside is not None:
        os.link(database, aside)
        for end in BESIDE:  # of one that is too broken to be opened
            with suppress(FileNotFoundError):
                database.with_name(database.name + end).rename(aside.with_name(aside.name + end))
    durable.publish(staged, database)
    return aside


def _stamp() -> str:
    return f"before-{Clock().now():%Y%m%dT%H%M%S%f}"
