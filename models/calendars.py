"""Other calendars of a staff member: what they say is busy, and what we have written into them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, Row, String, Text, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table, word
from models.insert import changed_rows


class CalendarKind(StrEnum):
    CALDAV = "caldav"
    GOOGLE = "google"
    ICS = "ics"
    """A published file: read only."""


class ExternalCalendar(SQLModel, table=True):
    """One calendar of one staff member. `address` is its URL, or Google's calendar id. `sync_token` is what the server
    gave for asking only for changes since; `read_at` when it was last read whole, `synced_at` when it last worked, and
    `error` what is wrong since then. `leased_until`: a worker is at it."""

    __tablename__ = "calendars"
    id: int | None = Field(default=None, sa_column=key())
    name_key: str = Field(max_length=40, unique=True)
    staff_id: int = Field(sa_column=link("staff.id", index=True))
    kind: CalendarKind = Field(sa_column=Column(word(CalendarKind), nullable=False))
    address: str = Field(max_length=500)
    reads: bool = Field(default=True)
    writes: bool = Field(default=True)
    active: bool = Field(default=True)
    sync_token: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    read_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    synced_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True, index=True))
    """None is at once."""
    leased_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    failures: int = Field(default=0)
    error: str = Field(default="", max_length=500)
    told_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """When the coordinator was told that it does not work; None while it does."""
    broken_events: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))
    """What could not be taken when it was last read, a line each: where it stands, what is wrong; never its title."""


class BusyTime(SQLModel, table=True):
    """One busy stretch that another calendar reports, behind stretches of holder `calendar`. `uid` is a digest of the
    event's name there; what repeats is one row an occurrence."""

    __tablename__ = "busy_times"
    __table_args__ = (UniqueConstraint("calendar_id", "uid", "start_at"),)
    id: int | None = Field(default=None, sa_column=key())
    calendar_id: int = Field(sa_column=link("calendars.id"))
    uid: str = Field(sa_column=Column(String(255), nullable=False))
    start_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    end_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    told_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """When the coordinator was told that it clashes with a booking."""


class CalendarEvent(SQLModel, table=True):
    """A booking as it stands in another calendar: `version` is the booking's when it was last written there, 0 where it
    must be written again."""

    __tablename__ = "calendar_events"
    __table_args__ = (UniqueConstraint("calendar_id", "booking_id"), Index(None, "booking_id"))
    id: int | None = Field(default=None, sa_column=key())
    calendar_id: int = Field(sa_column=link("calendars.id"))
    booking_id: int = Field(sa_column=link("bookings.id"))
    version: int
    etag: str = Field(default="", max_length=200)
    removed: bool = Field(default=False)


calendars = table(ExternalCalendar)
busy_times = table(BusyTime)
calendar_events = table(CalendarEvent)


def all_calendars(session: Session) -> list[Row[Any]]:
    """Those in use, in the order they were first loaded."""
    return list(session.execute(select(calendars).where(calendars.c.active.is_(True)).order_by(calendars.c.id)))


def calendar_by_id(session: Session, calendar_id: int) -> Row[Any] | None:
    return session.execute(select(calendars).where(calendars.c.id == calendar_id)).one_or_none()


def is_free(now: datetime) -> ColumnElement[bool]:
    """Nobody is at it, or who was has been away too long."""
    return or_(calendars.c.leased_until.is_(None), calendars.c.leased_until <= now)


def lease_calendar(session: Session, calendar_id: int, now: datetime, until: datetime) -> Row[Any] | None:
    """The calendar, which is the caller's alone until then; None where another was faster or it is out of use."""
    statement = update(calendars).where(calendars.c.id == calendar_id, calendars.c.active.is_(True), is_free(now))
    if changed_rows(session, statement.values(leased_until=until)) != 1:
        return None
    return calendar_by_id(session, calendar_id)


def change_leased(session: Session, calendar_id: int, lease: datetime, **values: Any) -> bool:
    """Change a calendar whose lease is still the caller's: False where it is another's by now, or out of use."""
    ours = calendars.c.id == calendar_id, calendars.c.leased_until == lease, calendars.c.active.is_(True)
    return changed_rows(session, update(calendars).where(*ours).values(**values)) == 1


def make_due(session: Session, calendar_ids: list[int]) -> None:
    """Let these be looked at at once, and be read whole; whoever is at one now loses it."""
    values = {"due_at": None, "read_at": None, "sync_token": "", "failures": 0, "leased_until": None}
    session.execute(update(calendars).where(calendars.c.id.in_(calendar_ids)).values(**values))
