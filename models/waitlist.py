"""Who waits for a place that is full: in a class, or in somebody's day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.business import ANY
from conversations.classes import WaitlistStatus
from models.base import Key, Moment, key, link, table, word
from models.insert import changed_rows


class WaitlistEntry(SQLModel, table=True):
    """One client's place in one line. For a class: `class_session_id`; `wanted` is "". For a time that is full:
    `class_session_id` 0, the service, `staff_id` (0 for anybody), and `wanted`, a local day ("2026-03-12") or a start
    on it ("2026-03-12T15:00"); `wanted_from` and `wanted_until` are the moments between which the visit would lie.
    `created_at` is when they joined, or joined again. What is offered: `offer_start_at` with `offer_staff_id` (a time),
    else seats of the class; until `offer_expires_at`. `look_at` as of class sessions, for times only."""

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        UniqueConstraint(
            "client_id", "class_session_id", "service_id", "staff_id", "wanted", name="uq_waitlist_entries_place"
        ),
        Index(None, "class_session_id", "status"),
        Index(None, "status", "wanted_from"),
        Index(None, "look_at"),
        Index(None, "conversation_id", "status"),
    )
    id: int | None = Field(default=None, sa_column=key())
    client_id: int = Field(sa_column=link("clients.id"))
    conversation_id: int | None = Field(default=None, sa_column=link("conversations.id", nullable=True))
    class_session_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    service_id: int = Field(sa_column=Column(Key, nullable=False))
    staff_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    wanted: str = Field(default="", sa_column=Column(String(16), nullable=False))
    wanted_from: datetime = Field(sa_column=Column(Moment, nullable=False))
    wanted_until: datetime = Field(sa_column=Column(Moment, nullable=False))
    status: WaitlistStatus = Field(sa_column=Column(word(WaitlistStatus), nullable=False))
    seats: int = Field(default=1)
    priority: int = Field(default=0)
    """Higher goes first."""
    misses: int = Field(default=0)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    offered_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    offer_expires_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    offer_start_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    offer_staff_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    offer_seats: int = Field(default=0)
    """How many seats it holds; 0 where several are asked at once and the first YES wins."""
    accepted_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    expired_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """What came of it."""
    look_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


waitlist_entries = table(WaitlistEntry)
OPEN = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)


def entry_by_id(session: Session, entry_id: int) -> Row[Any] | None:
    return session.execute(select(waitlist_entries).where(waitlist_entries.c.id == entry_id)).one_or_none()


def entries_of_class(session: Session, class_session_id: int) -> list[Row[Any]]:
    """Those who wait for a class or have been offered a seat of it, in the order of the line."""
    statement = select(waitlist_entries).where(
        waitlist_entries.c.class_session_id == class_session_id, waitlist_entries.c.status.in_(OPEN)
    )
    order = waitlist_entries.c.priority.desc(), waitlist_entries.c.created_at, waitlist_entries.c.id
    return list(session.execute(statement.order_by(*order)))


def entries_of_conversation(session: Session, conversation_id: int) -> list[Row[Any]]:
    """A person's open entries, those that were offered something last first."""
    statement = select(waitlist_entries).where(
        waitlist_entries.c.conversation_id == conversation_id, waitlist_entries.c.status.in_(OPEN)
    )
    return list(session.execute(statement.order_by(waitlist_entries.c.offered_at.desc(), waitlist_entries.c.id)))


def entries_to_look_at(session: Session, now: datetime, limit: int) -> list[int]:
    """The entries for a time that may have come free."""
    order = waitlist_entries.c.priority.desc(), waitlist_entries.c.created_at, waitlist_entries.c.id
    statement = select(waitlist_entries.c.id).where(waitlist_entries.c.look_at <= now)
    return list(session.execute(statement.order_by(*order).limit(limit)).scalars())


def change_entry(session: Session, entry_id: int, was: Sequence[WaitlistStatus], **values: Any) -> bool:
    """Change an entry whose status is still one of these; whether it was."""
    mine = waitlist_entries.c.id == entry_id, waitlist_entries.c.status.in_(was)
    return changed_rows(session, update(waitlist_entries).where(*mine).values(**values)) == 1


def time_came_free(session: Session, staff_id: int, start: datetime, end: datetime, at: datetime) -> None:
    """Some of somebody's time is free again: whoever waits for a time there is looked at."""
    c = waitlist_entries.c
    waits = c.class_session_id == 0, c.status.in_(OPEN), c.wanted_from < end, c.wanted_until > start
    whose = c.staff_id.in_((ANY, staff_id))
    unless = or_(c.look_at.is_(None), c.look_at > at)
    session.execute(update(waitlist_entries).where(*waits, whose, unless).values(look_at=at))
