"""Series: recurring bookings made in one conversation, and what became of each occurrence."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, Column, Date, DateTime, Index, Row, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.series import Frequency, ItemStatus, Mode
from models.base import Key, Moment, key, link, table, word
from models.insert import insert_row


class BookingSeries(SQLModel, table=True):
    """One series as it was asked for. `scheduled_start` is the local wall time of its first occurrence; Monday is 0 in
    `days_of_week`. Exactly one of `occurrence_count` and `until_date` (inclusive) is set. The meeting details are what
    each new item starts with."""

    __tablename__ = "booking_series"
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    client_id: int = Field(sa_column=link("clients.id", index=True))
    conversation_id: int | None = Field(default=None, sa_column=link("conversations.id", nullable=True))
    service_id: int = Field(sa_column=link("services.id"))
    staff_id: int = Field(sa_column=link("staff.id"))
    frequency: Frequency = Field(sa_column=Column(word(Frequency), nullable=False))
    interval: int = Field(default=1)
    days_of_week: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    occurrence_count: int | None = None
    until_date: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    scheduled_start: datetime = Field(sa_column=Column(DateTime, nullable=False))
    timezone: str = Field(max_length=64)
    minutes: int
    mode: Mode = Field(sa_column=Column(word(Mode), nullable=False))
    attendee: str = Field(default="", max_length=120)
    client_note: str = Field(default="", sa_column=Column(Text, nullable=False))
    meeting_provider: str = Field(default="", max_length=40)
    meeting_link: str = Field(default="", max_length=500)
    meeting_passcode: str = Field(default="", max_length=80)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class BookingSeriesItem(SQLModel, table=True):
    """One occurrence: booked, or left out and why. `scheduled_start` is the local wall time at which the series wants
    it; `start_at` the moment it has."""

    __tablename__ = "booking_series_items"
    __table_args__ = (UniqueConstraint("series_id", "occurrence_index"), Index(None, "booking_id"))
    id: int | None = Field(default=None, sa_column=key())
    series_id: int = Field(sa_column=link("booking_series.id"))
    occurrence_index: int
    """Counts from 1."""
    scheduled_start: datetime = Field(sa_column=Column(DateTime, nullable=False))
    start_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    status: ItemStatus = Field(sa_column=Column(word(ItemStatus), nullable=False))
    reason: str = Field(default="", max_length=40)
    booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))


booking_series = table(BookingSeries)
booking_series_items = table(BookingSeriesItem)


def add_series(session: Session, **values: Any) -> int:
    return insert_row(session, booking_series, version=1, **values)


def series_by_id(session: Session, series_id: int) -> Row[Any] | None:
    return session.execute(select(booking_series).where(booking_series.c.id == series_id)).one_or_none()


def add_item(session: Session, series_id: int, **values: Any) -> None:
    insert_row(session, booking_series_items, series_id=series_id, **values)


def own_series(session: Session, series_id: int | None, client_id: int) -> int | None:
    """The number of a series where it is this client's."""
    if series_id is None:
        return None
    mine = booking_series.c.id == series_id, booking_series.c.client_id == client_id
    return session.execute(select(booking_series.c.id).where(*mine)).scalar_one_or_none()


def series_without(session: Session, client_id: int, service_id: int, staff_id: int, start: datetime) -> list[Row[Any]]:
    """This client's series that want this start (UTC) and left it out, the newest first."""
    mine = booking_series.c.client_id == client_id, booking_series.c.service_id == service_id
    left = booking_series.c.staff_id == staff_id, booking_series_items.c.status == ItemStatus.SKIPPED
    wanted = (
        select(booking_series, booking_series_items.c.scheduled_start.label("wanted_at"))
        .join(booking_series_items, booking_series_items.c.series_id == booking_series.c.id)
        .where(*mine, *left)
        .order_by(booking_series.c.id.desc())
    )
    found = session.execute(wanted).all()
    return [row for row in found if row.wanted_at.replace(tzinfo=ZoneInfo(row.timezone)) == start]


def put_into_series(session: Session, series_id: int, booking_id: int, start: datetime) -> None:
    """A booking takes the place of the occurrence of that day (UTC start) that was left out, else comes behind all."""
    series, items = series_by_id(session, series_id), items_of_series(session, series_id)
    assert series is not None
    at = start.astimezone(ZoneInfo(series.timezone)).replace(tzinfo=None)
    left = [item for item in items if item.booking_id is None and item.scheduled_start.date() == at.date()]
    values = {"status": ItemStatus.BOOKED, "start_at": start, "booking_id": booking_id}
    if left:
        mine = booking_series_items.c.id == left[0].id
        session.execute(update(booking_series_items).where(mine).values(**values))
        return
    number = items[-1].occurrence_index + 1
    add_item(session, series_id, occurrence_index=number, scheduled_start=at, reason="", **values)


def items_of_series(session: Session, series_id: int) -> list[Row[Any]]:
    """Every occurrence, in order."""
    statement = select(booking_series_items).where(booking_series_items.c.series_id == series_id)
    return list(session.execute(statement.order_by(booking_series_items.c.occurrence_index)))
