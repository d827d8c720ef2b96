"""Other calendars of a staff member: what they say is busy, and what we have written into them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table, word


class CalendarKind(StrEnum):
    CALDAV = "caldav"
    GOOGLE = "google"
    ICS = "ics"
    """A published file: read only."""


class ExternalCalendar(SQLModel, table=True):
    """One calendar of one staff member. `address` is its URL, or Google's calendar id. `sync_token` is what the server
    gave for asking only for changes; `synced_at` when it last answered, and `error` what is wrong since then."""

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
    synced_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True, index=True))
    failures: int = Field(default=0)
    error: str = Field(default="", max_length=500)


class BusyTime(SQLModel, table=True):
    """One busy stretch that another calendar reports, behind a stretch of holder `calendar`. `uid` names the event
    there; what repeats is one row an occurrence."""

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
    """A booking as it stands in another calendar: `version` is the booking's when it was last written there."""

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
