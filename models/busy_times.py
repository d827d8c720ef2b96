"""What other calendars say is busy: rows, each with its stretches of time."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, Select, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from models.calendars import busy_times
from models.claims import Holder, Scarce, occupy, stretches

T = TypeVar("T")
AT_ONCE = 400
"""Rows that are changed in one transaction, and numbers in one IN (…)."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One busy stretch of an event whose name there is digested to `uid`."""

    uid: str
    start: datetime
    end: datetime

    @property
    def days(self) -> int:
        """In how many rows it is kept, one for each day that it takes."""
        return _days(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Change:
    """Some of what is to change in a calendar's busy times: new ones, other ends of those with these numbers, and the
    numbers of those that are busy no more."""

    new: tuple[Spell, ...] = ()
    other_ends: tuple[tuple[int, Spell], ...] = ()
    gone: tuple[int, ...] = ()


def changes(
    session: Session, calendar_id: int, spells: Sequence[Spell], only: Collection[str] | None = None
) -> list[Change]:
    """What makes these the calendar's busy times: all of them, or those of the events `only`. In the order in which it
    is to be done, so that between two of them nothing is free that is busy before and after; each of few rows. Rows
    that are as they should be stay as they are. Reads only."""
    wanted: dict[tuple[str, datetime], Spell] = {}
    for spell in spells:
        event = spell.uid, spell.start
        if event not in wanted or wanted[event].end < spell.end:
            wanted[event] = spell
    longer, shorter, gone = [], [], []
    for row in _there(session, calendar_id, only):
        found = wanted.pop((row.uid, row.start_at), None)
        if found is None:
            gone.append((row.id, row.start_at, row.end_at))
        elif found.end > row.end_at:
            longer.append((row.id, found))
        elif found.end < row.end_at:
            shorter.append((row.id, found))
    return [
        *(Change(new=tuple(some)) for some in _few(wanted.values(), lambda spell: spell.days)),
        *(Change(other_ends=tuple(some)) for some in _few([*longer, *shorter], lambda pair: pair[1].days)),
        *(Change(gone=tuple(row[0] for row in some)) for some in _few(gone, lambda row: _days(*row[1:]))),
    ]


def change_busy(session: Session, calendar_id: int, staff_id: int, change: Change) -> None:
    """Do one of changes()."""
    _delete(session, change.gone)
    ends = [{"busy_id": busy_id, "until": spell.end} for busy_id, spell in change.other_ends]
    if ends:
        _let_go(session, [busy_id for busy_id, _ in change.other_ends])
        statement = update(busy_times).where(busy_times.c.id == bindparam("busy_id")).values(end_at=bindparam("until"))
        session.connection().execute(statement, ends)
    times = [(busy_id, spell.start, spell.end) for busy_id, spell in change.other_ends]
    if change.new:
        rows = [
            {"calendar_id": calendar_id, "uid": spell.uid, "start_at": spell.start, "end_at": spell.end}
            for spell in change.new
        ]
        columns = busy_times.c.id, busy_times.c.start_at, busy_times.c.end_at
        times += [tuple(row) for row in session.execute(insert(busy_times).returning(*columns), rows)]
    occupy(session, Scarce.STAFF, staff_id, Holder.CALENDAR, times)


def forget_busy(session: Session, calendar_ids: Collection[int]) -> None:
    """These calendars are not read any more: nothing of theirs is busy."""
    statement = select(busy_times.c.id).where(busy_times.c.calendar_id.in_(calendar_ids))
    _delete(session, list(session.execute(statement).scalars()))


def _there(session: Session, calendar_id: int, only: Collection[str] | None) -> list[Row[Any]]:
    columns = busy_times.c.id, busy_times.c.uid, busy_times.c.start_at, busy_times.c.end_at
    statement: Select[Any] = select(*columns).where(busy_times.c.calendar_id == calendar_id)
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


def _few(values: Iterable[T], rows: Callable[[T], int]) -> Iterator[list[T]]:
    """A few of them at a time, by how many rows each is."""
    some, many = list[T](), 0
    for value in values:
        some.append(value)
        many += rows(value)
        if many >= AT_ONCE:
            yield some
            some, many = [], 0
    if some:
        yield some


def _days(start: datetime, end: datetime) -> int:
    return (end - start) // timedelta(days=1) + 1


def _pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


def busy_count(session: Session, calendar_id: int) -> int:
    statement = select(func.count()).where(busy_times.c.calendar_id == calendar_id)
    return int(session.execute(statement).scalar_one())
