"""Rows of another system's file were taken over: some hundred at a time, in one transaction."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import assert_never

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from handlers.circumstances import Circumstances
from handlers.importing.clients import import_clients
from handlers.importing.columns import Cells
from handlers.importing.events import import_events
from handlers.importing.rows import Became, ImportKind, InTheWay, Outcome, SourceRow
from handlers.importing.seats import import_seats
from handlers.importing.seen import LONGEST_ID
from handlers.importing.setup import ImportSetup
from handlers.importing.visits import import_visits
from models.claims import LostRace
from models.many_rows import make_room

Deed = Callable[[Sequence[SourceRow]], list[Outcome]]


def rows_imported(
    session: Session,
    kind: ImportKind,
    rows: Sequence[SourceRow],
    setup: ImportSetup,
    circumstances: Circumstances,
) -> list[Outcome]:
    """What became of each row, in their order. What is taken over is kept in mind, so that it is taken over once."""
    make_room(session)
    outcomes = _all_or_halves(session, rows, _deed(session, kind, setup, circumstances))
    return sorted(outcomes, key=lambda outcome: outcome.line)


def _deed(session: Session, kind: ImportKind, setup: ImportSetup, circumstances: Circumstances) -> Deed:
    match kind:
        case ImportKind.CLIENTS:
            return partial(import_clients, session, setup=setup, circumstances=circumstances)
        case ImportKind.ONE_ON_ONE | ImportKind.APPOINTMENTS:
            return partial(import_visits, session, kind, setup=setup, circumstances=circumstances)
        case ImportKind.BOOKINGS:
            return partial(import_seats, session, setup=setup, circumstances=circumstances)
        case ImportKind.ICS:
            return partial(import_events, session, setup=setup, circumstances=circumstances)
        case _:
            assert_never(kind)


def _all_or_halves(session: Session, rows: Sequence[SourceRow], deed: Deed) -> list[Outcome]:
    """All rows in a few statements; where one of them cannot be, each half of them by itself, down to that row."""
    savepoint = session.begin_nested()
    try:
        outcomes = deed(rows)
    except (IntegrityError, DataError, LostRace, InTheWay) as wrong:
        savepoint.rollback()
        if len(rows) == 1:
            return [_stands_out(rows[0], wrong)]
        half = len(rows) // 2
        return _all_or_halves(session, rows[:half], deed) + _all_or_halves(session, rows[half:], deed)
    savepoint.commit()
    return outcomes


def _stands_out(row: SourceRow, wrong: Exception) -> Outcome:
    legacy_id = Cells(row.values).text("id", LONGEST_ID)
    if isinstance(wrong, DataError):
        return Outcome(row.line, legacy_id, Became.REFUSED, None, "the database cannot keep what it says")
    reason = str(wrong) if isinstance(wrong, InTheWay) else "somebody has just taken what it needs"
    return Outcome(row.line, legacy_id, Became.CONFLICT, None, reason)
