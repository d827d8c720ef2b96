"""A backup is taken: of the database as it is at one moment, and of what stands beside it and makes it whole."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import durable
from bot.backups.archive import (
    DATABASE,
    HISTORY,
    JOURNAL,
    QUARANTINE,
    SECRET_KEY,
    Manifest,
    opened,
    sum_of,
    write_archive,
)
from bot.backups.sqlite_file import faults, last_audit_seal, schema_version, snapshot
from bot.backups.work_folder import work_folder
from config import Settings


class CannotBackUp(Exception):
    """Why there is no backup, in words for people. What stood at its place is as it was."""


@dataclass(frozen=True, slots=True)
class Taken:
    manifest: Manifest
    size: int
    sha256: str


def take_backup(settings: Settings, database: Path, target: Path, now: datetime, *, over: bool) -> Taken:
    """Write it to `target`, whole or not at all, and read it again. Raises CannotBackUp."""
    try:
        with work_folder(target) as folder:
            return _take(settings, database, target, folder, now, over=over)
    except OSError as error:
        raise CannotBackUp(f"{target}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise CannotBackUp(f"{database} cannot be copied: {error}") from error


def _take(settings: Settings, database: Path, target: Path, folder: Path, now: datetime, *, over: bool) -> Taken:
    beside = dict(_beside(settings))  # first: what is drained meanwhile is in both, and is taken in once
    copy, unfinished = folder / DATABASE, folder / "archive"
    snapshot(database, copy)
    if wrong := faults(copy):
        raise CannotBackUp(f"{database} is damaged, and no backup of it was kept: {'; '.join(wrong)}")
    version = schema_version(copy)
    if version is None:
        raise CannotBackUp(f"{database} is no database of ours")
    manifest = write_archive(unfinished, {DATABASE: copy, **beside}, version, now, last_audit_seal(copy))
    with opened(unfinished) as (_, read_again):
        assert read_again == manifest
    taken = Taken(manifest, unfinished.stat().st_size, sum_of(unfinished))
    if over:
        durable.publish(unfinished, target)
    else:
        os.link(unfinished, target)  # which fails where there is something by now
        durable.publish(unfinished, folder / "done")
        _flush_folder(target.parent)
    return taken


def _beside(settings: Settings) -> Iterator[tuple[str, bytes]]:
    if not settings.secret_key.get_secret_value():
        with suppress(FileNotFoundError):
            yield SECRET_KEY, settings.secret_key_file.read_bytes()
    for name, folder in folders(settings).items():
        for found in sorted(durable.names(folder)):
            path = folder / found
            if found.endswith((".entry", ".toml")):
                with suppress(FileNotFoundError):  # it has been taken in
                    yield f"{name}/{found}", path.read_bytes()


def folders(settings: Settings) -> dict[str, Path]:
    """The folders whose files belong to an installation, by their names in a backup."""
    journal = settings.journal_dir
    return {JOURNAL: journal, QUARANTINE: journal / "quarantine", HISTORY: journal.parent / "setup-history"}


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
