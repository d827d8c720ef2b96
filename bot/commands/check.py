"""`check`: walk the whole database for broken invariants and print each; exit status 1 if there is any."""

import argparse

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.commands.opening import refuse_unless_current, settings_or_stop
from bot.database import Database
from handlers.invariants_checked import broken_invariants


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    database = Database(settings_or_stop().database)
    refuse_unless_current(database)
    count = _walk(database)
    database.dispose()
    print(f"{count} broken." if count else "Nothing is broken.")
    return 1 if count else 0


def snapshot_engine(database: Database) -> Engine:
    """Transactions that see one moment: others may go on writing, and half a booking would look broken."""
    if database.engine.dialect.name == "sqlite":
        return database.engine.execution_options(readonly=True)
    return database.engine.execution_options(isolation_level="REPEATABLE READ")


def _walk(database: Database) -> int:
    count = 0
    with Session(snapshot_engine(database)) as session, session.begin():
        for line in broken_invariants(session, Clock().now()):
            count += 1
            print(f"✗ {line}")
    return count
