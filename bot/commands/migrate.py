"""`migrate`: bring the database to the newest schema. Run once before the processes of a new version start."""

import argparse

from sqlalchemy.engine import make_url

from bot.commands.opening import settings_or_stop, stop
from bot.database import Database, DatabaseAway


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    """MIGRATIONS_DATABASE_URL, where it is set, is who migrates; DATABASE_URL is who is let in."""
    settings = settings_or_stop()
    owner, login = settings.migrations_database, make_url(settings.database).username or ""
    try:
        database = Database(owner)
        before = database.schema()
        missing = database.migrate(login)
        database.dispose()
    except DatabaseAway as error:
        stop(f"The database cannot be reached: {error}")
    print(f"The database was {before}, and is current.")
    if missing:
        print(
            "It has no row security yet, for its owner may not make the roles. Staff see their own rows all the same,"
            "\nby a filter in front of each statement. Let an administrator of the server run this, then migrate again"
            "\nand restart:\n\n" + "\n".join(f"    {statement};" for statement in missing)
        )
    return 0
