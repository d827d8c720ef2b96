"""`migrate`: bring the database to the newest schema. Run once before the processes of a new version start."""

import argparse

from bot.commands.opening import settings_or_stop, stop
from bot.database import Database, DatabaseAway


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    owner = settings.migrations_database
    try:
        database = Database(owner)
        before = database.schema()
        database.migrate()
        database.dispose()
    except DatabaseAway as error:
        stop(f"The database cannot be reached: {error}")
    print(f"The database was {before}, and is current.")
    return 0
