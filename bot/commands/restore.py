"""`restore FILE`: put a backup back, where nothing runs; what was due meanwhile is held (docs/backup.md)."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.backups.put_back import CannotRestore, PutBack, hold_what_is_due, put_back
from bot.commands.backup import sqlite_file
from bot.commands.opening import ready_desk, settings_or_stop, stop
from bot.logs import set_up_logs
from config import Settings
from handlers.restored import Held
from models import SCHEMA


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, nargs="?", help="a file that `backup` wrote")
    parser.add_argument(
        "--hold", action="store_true",
        help="instead of a file: a database was restored by its server's tools; hold what is due in it",
    )  # fmt: skip
    parser.add_argument("--over", action="store_true", help="although there is a database, which is kept beside it")
    parser.add_argument("--sha256", default="", metavar="SUM", help="refuse a file of another sum than this one")


def run(arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    if arguments.hold is (arguments.file is not None):
        stop("Name the file of a backup, or say --hold.")
    if arguments.hold:
        print("\n".join(_held(_hold(settings))) or "Nothing was due.")
        return 0
    database = sqlite_file(settings, arguments.file)
    set_up_logs("ERROR")
    try:
        done = put_back(settings, database, arguments.file, arguments.sha256.strip(), over=arguments.over)
    except CannotRestore as why:
        stop(f"Nothing was restored: {why}.")
    print("\n".join(_lines(done, database)))
    return 0


def _lines(done: PutBack, database: Path) -> list[str]:
    manifest, held = done.manifest, done.held
    lines = [f"{database} is as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC; what came after that is not in it."]
    if manifest.schema_version != SCHEMA:
        lines.append(f"It was at schema {manifest.schema_version}, and was migrated to {SCHEMA}.")
    if done.aside is not None:
        lines.append(f"What was there is kept as {done.aside}.")
    return [*lines, *_held(held), "Run `python -m bot check`, and then start."]


def _hold(settings: Settings) -> Held:
    set_up_logs("ERROR")
    desk = ready_desk(settings)
    with TemporaryDirectory() as empty:
        held = hold_what_is_due(settings, desk.database, Path(empty), desk.clock, "")
    desk.database.dispose()
    return held


def _held(held: Held) -> list[str]:
    lines = []
    if held.texts:
        lines.append(
            f"{held.texts} texts that were due by now are held, for they may have been sent since the backup:"
            " `python -m bot dead-letters --reason restored` lists them, --resend sends them."
        )
    if held.refunds:
        lines.append(f"{held.refunds} refunds by card wait for a person: look at the provider whether they were made.")
    if held.prompts:
        lines.append(f"{held.prompts} prompts to pay by phone are not sent: clients can ask for another.")
    return lines
