"""`check`: walk the whole database for broken invariants and print each; exit status 1 if there is any."""

import argparse

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
    count = _on_one_snapshot(database)
    print(f"{count} broken." if count else "Nothing is broken.")
    return 1 if count else 0


def _on_one_snapshot(database: Database) -> int:
    """Other processes may go on meanwhile: what they write after the first look is not seen, or half a booking would
    look broken."""
    engine = database.engine
    if engine.dialect.name == "sqlite":
        engine = engine.execution_options(readonly=True)
    else:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    count = 0
    with Session(engine) as session, session.begin():
        for line in broken_invariants(session, Clock().now()):
            count += 1
            print(f"✗ {line}")
    return count
