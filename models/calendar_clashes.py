"""Where what another calendar says is busy lies over bookings that stand."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from models.bookings import KEPT, PENDING, bookings
from models.calendars import busy_times, calendars

AT_ONCE = 400
"""Numbers in one IN (…)."""
LONGEST_BOOKING = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Clash:
    """A booking, and a busy time (number, start and end) that lies over some of it."""

    booking_id: int
    service_id: int
    staff_id: int
    conversation_id: int | None
    busy_id: int
    start: datetime
    end: datetime


def clashes(session: Session, calendar_id: int, now: datetime, among: Collection[int] | None = None) -> list[Clash]:
    """Of the calendar's busy times ahead that nobody was told of, or those `among` them: each with every booking of its
    staff member that it lies over, soonest booking first. A calendar of tens of thousands is gone through once, beside
    the bookings: joined row by row they would take seconds."""
    columns = busy_times.c.id, busy_times.c.start_at, busy_times.c.end_at
    untold = select(*columns).where(
        busy_times.c.calendar_id == calendar_id, busy_times.c.told_at.is_(None), busy_times.c.end_at > now
    )
    times = _rows(session, untold, among)
    found = _over(_standing(session, calendar_id, now), times) if times else ()
    pairs = sorted(found, key=lambda pair: (pair[0].start_at, pair[0].id, pair[1].start_at))
    return [
        Clash(
            booking.id, booking.service_id, booking.staff_id, booking.conversation_id,
            time.id, time.start_at, time.end_at,
        )
        for booking, time in pairs
    ]  # fmt: skip


def told_of(session: Session, calendar_id: int, now: datetime) -> set[int]:
    """The bookings of the calendar's staff member that the coordinator knows to clash, with this calendar or another of
    theirs."""
    told: Select[Any] = (
        select(busy_times.c.id, busy_times.c.start_at, busy_times.c.end_at)
        .join(calendars, calendars.c.id == busy_times.c.calendar_id)
        .where(calendars.c.staff_id == _staff(calendar_id), busy_times.c.told_at.is_not(None))
        .where(busy_times.c.end_at > now - LONGEST_BOOKING)
    )
    pairs = _over(_standing(session, calendar_id, now), session.execute(told).all())
    return {booking.id for booking, _ in pairs}


def note_told(session: Session, busy_ids: Collection[int], now: datetime) -> None:
    for some in _pieces(busy_ids):
        session.execute(update(busy_times).where(busy_times.c.id.in_(some)).values(told_at=now))


def _standing(session: Session, calendar_id: int, now: datetime) -> Sequence[Row[Any]]:
    """The bookings of the calendar's staff member that stand and are not over, by start."""
    columns = (bookings.c[name] for name in ("id", "service_id", "staff_id", "conversation_id", "start_at", "end_at"))
    statement: Select[Any] = select(*columns).where(
        bookings.c.staff_id == _staff(calendar_id), bookings.c.start_at > now - LONGEST_BOOKING,
        bookings.c.end_at > now, bookings.c.status.in_((PENDING, *KEPT)),
    )  # fmt: skip
    return session.execute(statement.order_by(bookings.c.start_at)).all()


def _staff(calendar_id: int) -> Any:
    return select(calendars.c.staff_id).where(calendars.c.id == calendar_id).scalar_subquery()


def _over(standing: Sequence[Row[Any]], times: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], Row[Any]]]:
    """Each booking with each time that shares a moment with it."""
    starts = [booking.start_at for booking in standing]
    ended = list(accumulate((booking.end_at for booking in standing), max))
    for time in times:
        place = bisect_left(starts, time.end_at) - 1
        while place >= 0 and ended[place] > time.start_at:
            if standing[place].end_at > time.start_at:
                yield standing[place], time
            place -= 1


def _rows(session: Session, statement: Any, among: Collection[int] | None) -> list[Row[Any]]:
    if among is None:
        return list(session.execute(statement))
    some = (session.execute(statement.where(busy_times.c.id.in_(ids))) for ids in _pieces(among))
    return [row for rows in some for row in rows]


def _pieces(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE))
