"""`backup FILE`: the whole installation on SQLite in one file, while it runs (docs/backup.md)."""

import argparse
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.backups.taken import CannotBackUp, take_backup
from bot.clock import Clock
from bot.commands.opening import settings_or_stop, stop
from bot.commands.written_down import written_down
from bot.database import Database, DatabaseAway, SchemaState
from config import Settings

SERVERS = {
    "postgresql": "pg_dump --format=custom --file={file} (as a role that sees all rows), pg_restore for the way back",
    "mysql": "mariadb-dump --single-transaction --triggers --hex-blob --result-file={file}, mariadb for the way back",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="where to, such as /backups/monday.backup; its owner alone reads it")
    parser.add_argument("--over", action="store_true", help="instead of what is there by that name")


def run(arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    database, target = sqlite_file(settings, arguments.file), arguments.file.absolute()
    if not database.exists():
        stop(f"There is no database {database} yet.")
    if target.exists() and not arguments.over:
        stop(f"There is a file {target} already: name another, or say --over.")
    if target.is_dir() or target == database.absolute():
        stop(f"{target} cannot be a backup's file: name another.")
    try:
        taken = take_backup(settings, database, target, Clock().now(), over=arguments.over)
    except CannotBackUp as why:
        stop(f"There is no backup: {why}.")
    _write_down(settings)
    manifest = taken.manifest
    at = f"{manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC"
    print(f"{target}: {taken.size} bytes, schema {manifest.schema_version}, as of {at}")
    print(f"sha256 {taken.sha256}")
    if manifest.audit_seal:
        print(f"audit seal {manifest.audit_seal}")
    if settings.has_intake:
        print("ENCRYPTION_KEY is not in it, and nobody reads the answers to an intake without it: keep it elsewhere.")
    return 0


def sqlite_file(settings: Settings, file: Path) -> Path:
    """Where the database is; stops, and says what to run, where it is on a server."""
    url = make_url(settings.database)
    name = url.get_backend_name()
    if name != "sqlite":
        stop(f"This database is on a server, with tools of its own (docs/backup.md): {SERVERS[name].format(file=file)}")
    return Path(str(url.database))


def _write_down(settings: Settings) -> None:
    database = Database(settings.database)
    with suppress(DatabaseAway):
        if database.schema() is SchemaState.CURRENT:
            written_down(database, "took a backup")
    database.dispose()
