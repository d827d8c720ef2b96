"""Many bookings at once, with what they own: a few statements for hundreds, as an import needs them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, TextClause, delete, insert, literal, or_, select, text
from sqlalchemy.orm import Session

from conversations.rules.cells import cells
from models.bookings import booking_transitions, bookings, hours_and_review, live_class, notices_before
from models.business import services
from models.claims import Holder, Scarce, claims, count_booked_seats, stretches
from models.class_sessions import class_sessions
from models.many_rows import Rows, add_many, insert_many
from models.scheduled_notices import NoticeKind, scheduled_notices
from models.waitlist_looks import passed_by_somebody, time_was_booked

DENSE = 8
"""Cells that lie so near each other are searched for from the first to the last."""


@dataclass(frozen=True, slots=True)
class OwnTime:
    """[start, end) of a staff member, for a booking or a class."""

    staff_id: int
    start: datetime
    end: datetime
    window: range
    """The cells of it."""
    holder_id: int


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A confirmed booking that lies ahead."""

    booking_id: int
    service_id: int
    start: datetime
    zone: ZoneInfo


def add_bookings(session: Session, who: str, why: Sequence[str], now: datetime, rows: Rows) -> list[int]:
    """New bookings' numbers, each with its first transition. Nothing is planned to be said: see plan_notices()."""
    if not rows:
        return []
    whole = [
        {
            "version": 1, "updated_at": now, "created_at": now, **row,
            "live_class_id": live_class(row["status"], row.get("class_session_id")),
        }
        for row in rows
    ]  # fmt: skip
    # What is empty in all of them is left out: there are many such columns.
    for name in [name for name in whole[0] if all(row[name] is None for row in whole)]:
        for row in whole:
            del row[name]
    ids = add_many(session, bookings, whole)
    first = [
        {"booking_id": number, "before": None, "after": row["status"], "who": who, "why": reason[:500], "at": now}
        for number, row, reason in zip(ids, rows, why, strict=True)
    ]
    insert_many(session, booking_transitions, first)
    return ids


def plan_notices(session: Session, upcoming: Sequence[Upcoming], now: datetime) -> None:
    """What is said before these new bookings."""
    if not upcoming:
        return
    of_services = session.execute(select(services.c.id, services.c.reminder_minutes))
    minutes = {row.id: row.reminder_minutes for row in of_services}
    quiet, _ = hours_and_review(session)

    @cache
    def before(service_id: int, start: datetime, zone: ZoneInfo) -> list[tuple[NoticeKind, datetime]]:
        """The same for all who come at once, to a class or to several people."""
        return notices_before(start, zone, minutes[service_id], quiet, now)

    rows = [
        {"kind": kind, "booking_id": each.booking_id, "coordinator_id": 0, "due_at": due_at, "about": each.start,
         "done_at": None}
        for each in upcoming
        for kind, due_at in before(each.service_id, each.start, each.zone)
    ]  # fmt: skip
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
    rows = [
        {
            "scarce": Scarce.STAFF, "scarce_id": each.staff_id, "start_at": each.start, "end_at": each.end,
            "first_cell": each.window.start, "end_cell": each.window.stop, "holder": holder,
            "holder_id": each.holder_id, "live_until": None,
        }
        for each in times
    ]  # fmt: skip
    ids = add_many(session, stretches, rows)
    longest = max(len(each.window) for each in times)
    # The cells are counted by the database: they are ten times as many rows. Each stretch has one at least: the outer
    # join leaves none empty, but has SQLite take them stretch by stretch, as they lie beside each other.
    count = select(literal(0).label("n")).cte("counted", recursive=True)
    count = count.union_all(select(count.c.n + 1).where(count.c.n < longest - 1))
    each_cell = (
        select(
            stretches.c.scarce, stretches.c.scarce_id, stretches.c.first_cell + count.c.n, stretches.c.id,
            stretches.c.live_until,
        )
        .outerjoin(count, count.c.n < stretches.c.end_cell - stretches.c.first_cell)
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
