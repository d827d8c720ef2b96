"""`check`: walk the whole database for broken invariants and print each; exit status 1 if there is any."""

import argparse
from itertools import chain

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.commands.opening import refuse_unless_current, settings_or_stop, stop
from bot.database import Database
from handlers.invariants_checked import broken_invariants
from handlers.invariants_of_audit import sealed_otherwise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--audit-seal", default="", metavar="NUMBER:HASH",
        help="a seal of the audit log that you know, from the console or the log: it must still be there",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    known = _seal(arguments.audit_seal)
    database = Database(settings_or_stop().database)
    refuse_unless_current(database)
    count = _walk(database, known)
    database.dispose()
    print(f"{count} broken." if count else "Nothing is broken.")
    return 1 if count else 0


def snapshot_engine(database: Database) -> Engine:
    """Transactions that see one moment: others may go on writing, and half a booking would look broken."""
    engine = database.desk_engine()
    if engine.dialect.name == "sqlite":
        return engine.execution_options(readonly=True)
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _walk(database: Database, known: tuple[int, str] | None) -> int:
    count = 0
    with Session(snapshot_engine(database)) as session, session.begin():
        lines = broken_invariants(session, Clock().now())
        other = sealed_otherwise(session, *known) if known is not None else None
        for line in chain(lines, [other] if other is not None else []):
            count += 1
            print(f"✗ {line}")
    return count


def _seal(said: str) -> tuple[int, str] | None:
    """The number and the hash of a seal; None where none is told."""
    number, _, known = said.partition(":")
    if said and not (number.isascii() and number.isdigit() and len(number) <= 18 and known):
        stop("--audit-seal wants a seal's number and its hash, as NUMBER:HASH.")
    return (int(number), known.strip()) if said else None
