"""`migrate`: bring the database to the newest schema. Run once before the processes of a new version start."""

import argparse

from sqlalchemy.exc import DBAPIError

from bot.commands.opening import settings_or_stop, stop
from bot.database import Database


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
    except DBAPIError as error:
        stop(f"The database cannot be reached: {str(error.orig).strip()}")
    print(f"The database was {before}, and is current.")
    return 0
