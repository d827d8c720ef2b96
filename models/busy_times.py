"""What other calendars say is busy: rows, each with its stretches of time, and where they clash with bookings."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from models.bookings import KEPT, PENDING, bookings
from models.calendars import busy_times, calendars
from models.claims import Holder, Scarce, occupy, stretches
from models.insert import insert_row

AT_ONCE = 400
"""Numbers in one IN (…)."""
LONGEST_BOOKING = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Spell:
    """One busy stretch of an event whose name there is digested to `uid`."""

    uid: str
    start: datetime
    end: datetime


def replace_busy(
    session: Session, calendar_id: int, staff_id: int, spells: Sequence[Spell], only: Collection[str] | None = None
) -> None:
    """Let the calendar's busy times be these: all of them, or those of the events `only`. Rows that are as they should
    be stay as they are."""
    wanted: dict[tuple[str, datetime], datetime] = {}
    for spell in spells:
        event = spell.uid, spell.start
        wanted[event] = max(spell.end, wanted.get(event, spell.end))
    stale = []
    for row in _there(session, calendar_id, only):
        event = row.uid, row.start_at
        if event not in wanted:
            stale.append(row.id)
        elif wanted[event] == row.end_at:
            del wanted[event]
        else:
            _let_go(session, [row.id])
            end = wanted.pop(event)
            session.execute(update(busy_times).where(busy_times.c.id == row.id).values(end_at=end))
            occupy(session, Scarce.STAFF, staff_id, row.start_at, end, Holder.CALENDAR, row.id)
    _delete(session, stale)
    for (uid, start), end in wanted.items():
        made = insert_row(session, busy_times, calendar_id=calendar_id, uid=uid, start_at=start, end_at=end)
        occupy(session, Scarce.STAFF, staff_id, start, end, Holder.CALENDAR, made)


def forget_busy(session: Session, calendar_ids: Collection[int]) -> None:
    """These calendars are not read any more: nothing of theirs is busy."""
    statement = select(busy_times.c.id).where(busy_times.c.calendar_id.in_(calendar_ids))
    _delete(session, list(session.execute(statement).scalars()))


def clashes(session: Session, calendar_id: int, now: datetime) -> list[Row[Any]]:
    """(busy_id, start_at, end_at, booking_id): busy times ahead that nobody was told of, each with a standing booking
    of its staff member that lies in it."""
    statement = (
        select(busy_times.c.id.label("busy_id"), busy_times.c.start_at, busy_times.c.end_at,
               bookings.c.id.label("booking_id"))
        .join(calendars, calendars.c.id == busy_times.c.calendar_id)
        .join(
            bookings,
            (bookings.c.staff_id == calendars.c.staff_id)
            & (bookings.c.start_at < busy_times.c.end_at)
            & (bookings.c.end_at > busy_times.c.start_at)
            & (bookings.c.start_at > now - LONGEST_BOOKING),
        )
        .where(
            busy_times.c.calendar_id == calendar_id, busy_times.c.told_at.is_(None), busy_times.c.end_at > now,
            bookings.c.end_at > now, bookings.c.status.in_((PENDING, *KEPT)),
        )
    )  # fmt: skip
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id, busy_times.c.start_at)))


def is_told(session: Session, booking_id: int) -> bool:
    """Whether the coordinator knows already that this booking clashes with what another calendar says."""
    statement = (
        select(busy_times.c.id)
        .join(calendars, calendars.c.id == busy_times.c.calendar_id)
        .join(
            bookings,
            (bookings.c.staff_id == calendars.c.staff_id)
            & (bookings.c.start_at < busy_times.c.end_at)
            & (bookings.c.end_at > busy_times.c.start_at),
        )
        .where(bookings.c.id == booking_id, busy_times.c.told_at.is_not(None))
    )
    return session.execute(statement.limit(1)).first() is not None


def note_told(session: Session, busy_ids: Collection[int], now: datetime) -> None:
    for some in _pieces(sorted(busy_ids)):
        session.execute(update(busy_times).where(busy_times.c.id.in_(some)).values(told_at=now))


def _there(session: Session, calendar_id: int, only: Collection[str] | None) -> list[Row[Any]]:
    statement = select(busy_times).where(busy_times.c.calendar_id == calendar_id)
    if only is None:
        return list(session.execute(statement))
    some = (session.execute(statement.where(busy_times.c.uid.in_(uids))) for uids in _pieces(sorted(only)))
    return [row for rows in some for row in rows]


def _delete(session: Session, ids: Sequence[int]) -> None:
    _let_go(session, ids)
    for some in _pieces(ids):
        session.execute(delete(busy_times).where(busy_times.c.id.in_(some)))


def _let_go(session: Session, ids: Sequence[int]) -> None:
    for some in _pieces(ids):
        theirs = stretches.c.holder == Holder.CALENDAR, stretches.c.holder_id.in_(some)
        session.execute(delete(stretches).where(*theirs))


def _pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


def busy_count(session: Session, calendar_id: int) -> int:
    statement = select(func.count()).where(busy_times.c.calendar_id == calendar_id)
    return int(session.execute(statement).scalar_one())
