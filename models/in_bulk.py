"""Many bookings at once, with what they own: a few statements for hundreds, as an import needs them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Table, TextClause, delete, func, insert, literal, or_, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from conversations.rules.cells import cells
from models.bookings import booking_transitions, bookings, live_class, planned_notices
from models.claims import Holder, Scarce, claims, count_booked_seats, stretches
from models.class_sessions import class_sessions
from models.scheduled_notices import scheduled_notices
from models.waitlist_looks import passed_by_somebody, time_was_booked

Rows = Sequence[Mapping[str, Any]]
Process = Callable[[Any], Any] | None
DENSE = 8
"""Cells that lie so near each other are searched for from the first to the last."""


@dataclass(frozen=True, slots=True)
class OwnTime:
    """[start, end) of a staff member, for a booking or a class."""

    staff_id: int
    start: datetime
    end: datetime
    holder_id: int


def insert_many(session: Session, table: Table, rows: Rows) -> None:
    """New rows, which all name the same columns."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), rows)
        return
    # SQLAlchemy would make each value of each row ready by itself. Most are the same object, such as this moment.
    statement, columns = _prepared(table, connection.dialect, tuple(rows[0]))
    values = [
        _ready([row[name] for row in rows] if name in rows[0] else [default] * len(rows), process)
        for name, default, process in columns
    ]
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


@lru_cache(maxsize=64)
def _prepared(table: Table, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, list[tuple[str, Any, Process]]]:
    """The statement; of each value the column, what it is where rows do not say, and how the driver takes it."""
    compiled = insert(table).compile(dialect=dialect, column_keys=names, for_executemany=True)
    columns: list[tuple[str, Any, Process]] = []
    for name in compiled.positiontup or ():
        column, default = table.c[name], None
        if name not in names:
            assert isinstance(column.default, ScalarElementColumnDefault)
            default = column.default.arg
        columns.append((name, default, column.type.dialect_impl(dialect).bind_processor(dialect)))
    return str(compiled), columns


def _ready(values: list[Any], process: Process) -> list[Any]:
    if process is None:
        return values
    ready = {number: process(value) for number, value in {id(value): value for value in values}.items()}
    return [ready[id(value)] for value in values]


def add_many(session: Session, table: Table, rows: Rows) -> list[int]:
    """New rows' numbers, in their order."""
    if not rows:
        return []
    if session.get_bind().dialect.name == "sqlite":
        # Nobody else writes meanwhile, and asked for the numbers it would write one row after the other.
        last = session.execute(select(func.max(table.c.id))).scalar_one() or 0
        numbers = list(range(last + 1, last + 1 + len(rows)))
        insert_many(session, table, [{**row, "id": number} for number, row in zip(numbers, rows, strict=True)])
        return numbers
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.execute(statement, rows).scalars())


def add_bookings(session: Session, who: str, why: Sequence[str], now: datetime, rows: Rows) -> list[int]:
    """New bookings' numbers, each with its first transition. Nothing is planned to be said: see plan_notices()."""
    whole = [
        {
            "version": 1, "updated_at": now, "created_at": now, **row,
            "live_class_id": live_class(row["status"], row.get("class_session_id")),
        }
        for row in rows
    ]  # fmt: skip
    # What is empty in all of them is left out: there are many such columns.
    empty = {name for name in (whole[0] if whole else ()) if all(row[name] is None for row in whole)}
    ids = add_many(session, bookings, [{name: row[name] for name in row if name not in empty} for row in whole])
    first = [
        {"booking_id": number, "before": None, "after": row["status"], "who": who, "why": reason[:500], "at": now}
        for number, row, reason in zip(ids, rows, why, strict=True)
    ]
    insert_many(session, booking_transitions, first)
    return ids


def plan_notices(session: Session, booking_ids: Sequence[int], now: datetime) -> None:
    """What is said before these new bookings."""
    if not booking_ids:
        return
    rows = [
        {"kind": kind, "booking_id": booking_id, "coordinator_id": 0, "due_at": due_at, "about": about, "done_at": None}
        for booking_id, kind, due_at, about in planned_notices(session, booking_ids, now)
    ]
    insert_many(session, scheduled_notices, rows)


def cells_owned(session: Session, staff_id: int, wanted: Collection[int], now: datetime) -> set[int]:
    """Which of these cells of somebody's time are owned; those whose time has run out are let go."""
    if not wanted:
        return set()
    first, last = min(wanted), max(wanted)
    if last - first < DENSE * len(wanted):
        among: ColumnElement[bool] | TextClause = claims.c.cell.between(first, last)
    else:  # the numbers stand in the statement itself: thousands of parameters take longer than the search
        among = text(f"claims.cell in ({','.join(map(str, wanted))})")
    mine = claims.c.scarce == Scarce.STAFF, claims.c.scarce_id == staff_id
    dead = claims.c.live_until <= now
    statement = select(claims.c.cell, or_(claims.c.live_until.is_(None), ~dead)).where(*mine, among)
    found = session.execute(statement).all()
    if expired := [cell for cell, lives in found if not lives]:
        session.execute(delete(claims).where(*mine, dead, claims.c.cell.in_(expired)))
    return {cell for cell, lives in found if lives}.intersection(wanted)


def own_times(session: Session, holder: Holder, times: Sequence[OwnTime]) -> None:
    """Own all of these, whose cells cells_owned() has found free. Raises IntegrityError where somebody was faster."""
    if not times:
        return
    rows: list[dict[str, Any]] = []
    for each in times:
        window = cells(each.start, each.end)
        rows.append(
            {
                "scarce": Scarce.STAFF, "scarce_id": each.staff_id, "start_at": each.start, "end_at": each.end,
                "first_cell": window.start, "end_cell": window.stop, "holder": holder, "holder_id": each.holder_id,
                "live_until": None,
            }
        )  # fmt: skip
    ids = add_many(session, stretches, rows)
    longest = max(row["end_cell"] - row["first_cell"] for row in rows)
    # The cells are counted by the database: they are ten times as many rows.
    count = select(literal(0).label("n")).cte("counted", recursive=True)
    count = count.union_all(select(count.c.n + 1).where(count.c.n < longest - 1))
    each_cell = (
        select(
            stretches.c.scarce, stretches.c.scarce_id, stretches.c.first_cell + count.c.n, stretches.c.id,
            stretches.c.live_until,
        )
        .join(count, count.c.n < stretches.c.end_cell - stretches.c.first_cell)
        .where(stretches.c.id.in_(ids))
    )  # fmt: skip
    columns = claims.c.scarce, claims.c.scarce_id, claims.c.cell, claims.c.stretch_id, claims.c.live_until
    session.execute(insert(claims).from_select(columns, each_cell))
    if holder is Holder.BOOKING and passed_by_somebody(session):
        for each in times:
            time_was_booked(session, each.staff_id, each.start, each.end)


def free_seats(session: Session, rows: Iterable[Any], now: datetime) -> dict[int, list[int]]:
    """The seats that nobody owns of each of these classes, whose rows are LOCKED; what has run out is let go."""
    by_id = {row.id: row for row in rows}
    of_them = claims.c.scarce == Scarce.SEAT, claims.c.scarce_id.in_(by_id)
    session.execute(delete(claims).where(*of_them, claims.c.live_until <= now))
    taken: dict[int, set[int]] = {}
    for class_id, seat in session.execute(select(claims.c.scarce_id, claims.c.cell).where(*of_them)):
        taken.setdefault(class_id, set()).add(seat)
    return {
        class_id: [seat for seat in range(1, row.capacity + 1) if seat not in taken.get(class_id, ())]
        for class_id, row in by_id.items()
    }


def own_seats(session: Session, owned: Sequence[tuple[Any, int, Sequence[int]]]) -> None:
    """Let bookings own seats that free_seats() has told: of each the class's row, the booking and the seats."""
    rows = []
    for row, booking_id, _ in owned:
        window = cells(row.start_at, row.end_at)
        rows.append(
            {
                "scarce": Scarce.SEAT, "scarce_id": row.id, "start_at": row.start_at, "end_at": row.end_at,
                "first_cell": window.start, "end_cell": window.stop, "holder": Holder.BOOKING, "holder_id": booking_id,
                "live_until": None,
            }
        )  # fmt: skip
    ids = add_many(session, stretches, rows)
    seats = [
        {"scarce": Scarce.SEAT, "scarce_id": row.id, "cell": seat, "stretch_id": stretch_id, "live_until": None}
        for stretch_id, (row, _, numbers) in zip(ids, owned, strict=True)
        for seat in numbers
    ]
    insert_many(session, claims, seats)
    if owned:
        count_booked_seats(session, list({row.id: row for row, _, _ in owned}.values()))


def lock_classes(session: Session, class_ids: Collection[int]) -> list[Any]:
    """These class sessions, LOCKED in order of number."""
    statement = select(class_sessions).where(class_sessions.c.id.in_(class_ids)).order_by(class_sessions.c.id)
    return list(session.execute(statement.with_for_update()))
