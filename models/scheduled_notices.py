"""What will be said of our own accord, as rows with due times: who restarts, or comes late, loses none."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Index,
    Row,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, table, word
from models.insert import changed_rows, insert_all_unless_there, insert_unless_there
from models.prepared import prepared


class NoticeKind(StrEnum):
    UPCOMING = "upcoming"
    """A client's reminder of a booking."""
    UNCONFIRMED = "unconfirmed"
    """Word to the coordinator that a client who was reminded has not said they will come."""
    REVIEW = "review"
    """After a visit: thanks, and an invitation to come again."""
    NO_SHOW = "no_show"
    """After a visit that did not take place."""
    STILL_WAITING = "still_waiting"
    """Word to the coordinator that a request still waits for their answer."""
    BACKUP = "backup"
    """A request that its coordinator does not answer goes to the backup too, and the client is told."""
    PAYMENT_DUE = "payment_due"
    """A client's reminder that a booking waits to be paid."""
    DIGEST = "digest"
    """A coordinator's morning."""
    SUMMARY = "summary"
    """A coordinator's end of day."""


class ScheduledNotice(SQLModel, table=True):
    """One notice that falls due. It belongs to a booking or to a coordinator. `about` is the start, or the deadline, it
    was made for: where that has changed since, the notice is stale and says nothing."""

    __tablename__ = "scheduled_notices"
    __table_args__ = (
        Index(None, "done_at", "due_at"),
        Index(None, "booking_id"),
        UniqueConstraint("kind", "booking_id", "coordinator_id", "due_at"),
    )
    id: int | None = Field(default=None, sa_column=key())
    kind: NoticeKind = Field(sa_column=Column(word(NoticeKind), nullable=False))
    booking_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    coordinator_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    due_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    about: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    done_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


scheduled_notices = table(ScheduledNotice)


def plan_notice(
    session: Session,
    kind: NoticeKind,
    due_at: datetime,
    *,
    booking_id: int = 0,
    coordinator_id: int = 0,
    about: datetime | None = None,
) -> None:
    """Have something said at `due_at`. What is planned already is planned once."""
    values = {"kind": kind, "booking_id": booking_id, "coordinator_id": coordinator_id, "due_at": due_at}
    insert_unless_there(session, scheduled_notices, {**values, "about": about, "done_at": None})


def plan_notices(
    session: Session, planned: Sequence[tuple[NoticeKind, datetime]], booking_id: int, about: datetime
) -> None:
    """Have all this said of a booking, as plan_notice()."""
    of_booking = {"booking_id": booking_id, "coordinator_id": 0, "about": about, "done_at": None}
    rows = [{**of_booking, "kind": kind, "due_at": due_at} for kind, due_at in planned]
    insert_all_unless_there(session, scheduled_notices, rows)


def is_planned(booking_id: ColumnElement[Any], kinds: Sequence[NoticeKind]) -> ColumnElement[bool]:
    """Whether anything of these kinds is to be said of this booking yet. Counted: of an EXISTS, PostgreSQL may first
    gather what is to be said of all bookings."""
    planned = scheduled_notices.c.booking_id == booking_id, scheduled_notices.c.done_at.is_(None)
    counted = select(func.count()).where(*planned, scheduled_notices.c.kind.in_(kinds))
    return counted.scalar_subquery() > 0


def forget_notices(session: Session, booking_id: int, *kinds: NoticeKind) -> None:
    """What was to be said of a booking is said no more; without kinds, nothing of it."""
    session.execute(_forget(kinds), {"number": booking_id})


@cache
def _forget(kinds: tuple[NoticeKind, ...]) -> Delete:
    planned = scheduled_notices.c.booking_id == bindparam("number"), scheduled_notices.c.done_at.is_(None)
    wanted = (scheduled_notices.c.kind.in_(kinds),) if kinds else ()
    return delete(scheduled_notices).where(*planned, *wanted)


def notices_due(session: Session, now: datetime, limit: int) -> list[int]:
    """The numbers of the notices whose time has come, the longest overdue first."""
    return list(session.execute(_DUE, {"now": now, "most": limit}).scalars())


_DUE = prepared(
    select(scheduled_notices.c.id)
    .where(scheduled_notices.c.done_at.is_(None), scheduled_notices.c.due_at <= bindparam("now"))
    .order_by(scheduled_notices.c.due_at)
    .limit(bindparam("most"))
)


def notice_was_said(session: Session, kind: NoticeKind, coordinator_id: int, due_at: datetime) -> bool:
    """Whether a coordinator's notice of this moment is on record."""
    mine = scheduled_notices.c.coordinator_id == coordinator_id, scheduled_notices.c.booking_id == 0
    statement = select(scheduled_notices.c.id).where(
        scheduled_notices.c.kind == kind, *mine, scheduled_notices.c.due_at == due_at
    )
    return session.execute(statement).first() is not None


def say_once(session: Session, kind: NoticeKind, coordinator_id: int, due_at: datetime, now: datetime) -> bool:
    """Put on record that a coordinator's notice of this moment is said; False where it is on record already."""
    values = {"kind": kind, "booking_id": 0, "coordinator_id": coordinator_id, "due_at": due_at}
    return insert_unless_there(session, scheduled_notices, {**values, "about": None, "done_at": now})


def take_notice(session: Session, notice_id: int, now: datetime) -> Row[Any] | None:
    """A notice to see to now; None where another worker has taken it, or it was forgotten."""
    mine = scheduled_notices.c.id == notice_id
    taken = update(scheduled_notices).where(mine, scheduled_notices.c.done_at.is_(None)).values(done_at=now)
    if changed_rows(session, taken) != 1:
        return None
    return session.execute(select(scheduled_notices).where(mine)).one()


def drop_notice(session: Session, notice_id: int) -> None:
    """It was stale, and nothing was said."""
    session.execute(delete(scheduled_notices).where(scheduled_notices.c.id == notice_id))


def postpone_notice(session: Session, notice: Row[Any], due_at: datetime) -> None:
    """Say it later; nothing where something of the kind is to be said by then anyway."""
    same = _same(notice, notice.kind)
    other = select(scheduled_notices.c.id).where(
        *same, scheduled_notices.c.done_at.is_(None), scheduled_notices.c.due_at <= due_at
    )
    if session.execute(other.limit(1)).first() is not None:
        drop_notice(session, notice.id)
        return
    changed = update(scheduled_notices).where(scheduled_notices.c.id == notice.id)
    session.execute(changed.values(due_at=due_at, done_at=None))


def has_newer_due(session: Session, notice: Row[Any], now: datetime) -> bool:
    """Whether a later one of the kind has fallen due as well, so that this one need not be said."""
    newer = select(scheduled_notices.c.id).where(
        *_same(notice, notice.kind), scheduled_notices.c.done_at.is_(None),
        scheduled_notices.c.due_at <= now, scheduled_notices.c.due_at > notice.due_at,
    )  # fmt: skip
    return session.execute(newer.limit(1)).first() is not None


def was_said(session: Session, notice: Row[Any], kind: NoticeKind) -> bool:
    """Whether one of this kind has been said, of the same booking and the same start."""
    said = select(scheduled_notices.c.id).where(*_same(notice, kind), scheduled_notices.c.done_at.is_not(None))
    return session.execute(said.limit(1)).first() is not None


def was_said_of_booking(session: Session, kind: NoticeKind, booking_id: int) -> bool:
    """Whether one of this kind has been said of a booking."""
    return session.execute(_SAID, {"booking_id": booking_id, "kind": kind}).first() is not None


_SAID = (
    select(scheduled_notices.c.id)
    .where(scheduled_notices.c.booking_id == bindparam("booking_id"), scheduled_notices.c.kind == bindparam("kind"))
    .where(scheduled_notices.c.done_at.is_not(None))
    .limit(1)
)


def _same(notice: Row[Any], kind: NoticeKind) -> tuple[ColumnElement[bool], ...]:
    """The other notices of a kind about the same."""
    table = scheduled_notices.c
    return (
        table.booking_id == notice.booking_id, table.about == notice.about, table.kind == kind, table.id != notice.id
    )  # fmt: skip
