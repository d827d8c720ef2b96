"""`load`: bring the database to what a business file says. Safe to repeat."""

import argparse
from pathlib import Path

from bot.commands.opening import load_business, refuse_unless_current, settings_or_stop
from bot.commands.written_down import written_down
from bot.database import Database
from bot.desk import overrides


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="such as business.toml")
    parser.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")


def run(arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    database = Database(settings.database)
    refuse_unless_current(database)
    changes = load_business(database, arguments.file, dry_run=arguments.dry_run, overrides=overrides(settings))
    if changes and not arguments.dry_run:
        written_down(database, "changed the business", words="; ".join(changes))
    database.dispose()
    print("\n".join(changes) or "No difference.")
    return 0
