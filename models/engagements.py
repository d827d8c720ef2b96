"""Engagements: the whole job that a booking opens, with its client record, milestones, budget and activity log."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.engagements.states import EngagementStatus, RecordStatus, WorkState
from models.base import Key, Moment, key, link, table, word
from models.exact import exact


class ClientRecord(SQLModel, table=True):
    """Somebody whom a coordinator (0: nobody's in particular) works for. `email_key` and `phone`, where they are known,
    name them once for each coordinator; `name_key` finds equal names. `budget` is as it was said."""

    __tablename__ = "client_records"
    __table_args__ = (
        UniqueConstraint("coordinator_id", "email_key"),
        UniqueConstraint("coordinator_id", "phone"),
        Index(None, "coordinator_id", "name_key"),
    )
    id: int | None = Field(default=None, sa_column=key())
    coordinator_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    client_id: int | None = Field(default=None, sa_column=link("clients.id", nullable=True))
    name: str = Field(max_length=120)
    name_key: str = Field(sa_column=Column(exact(120), nullable=False))
    email: str = Field(default="", max_length=254)
    email_key: str | None = Field(default=None, sa_column=Column(exact(254), nullable=True))
    phone: str | None = Field(default=None, max_length=32)
    status: RecordStatus = Field(sa_column=Column(word(RecordStatus), nullable=False))
    budget: str = Field(default="", max_length=80)
    notes: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Engagement(SQLModel, table=True):
    """One job. `kind` is "wedding", or "wedding:beach" in a variant; `booking_id` the booking that opened it, and no
    other; `budget` an estimate in minor units. `event_date` NULL: its milestones wait for it."""

    __tablename__ = "engagements"
    __table_args__ = (
        UniqueConstraint("booking_id"), Index(None, "series_id"), Index(None, "record_id"),
        Index(None, "status", "event_date"),
    )  # fmt: skip
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    kind: str = Field(max_length=60)
    coordinator_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    record_id: int = Field(sa_column=link("client_records.id"))
    booking_id: int | None = Field(default=None, sa_column=link("bookings.id", nullable=True))
    series_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    name: str = Field(max_length=120)
    event_date: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    venue: str = Field(default="", max_length=200)
    guests: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    budget: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    currency: str = Field(max_length=3)
    requests: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    status: EngagementStatus = Field(sa_column=Column(word(EngagementStatus), nullable=False))
    progress: int = Field(default=0)
    """Milestones done, in percent."""
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Milestone(SQLModel, table=True):
    """One step of an engagement. `days` before its event, NULL for one made by hand; `is_late`: its day had passed when
    it was set, so that it is due at once; `is_moved`: a person has given it its day, which it keeps. `tell_at` is when
    somebody is told of it next."""

    __tablename__ = "milestones"
    __table_args__ = (UniqueConstraint("engagement_id", "key"), Index(None, "tell_at"))
    id: int | None = Field(default=None, sa_column=key())
    engagement_id: int = Field(sa_column=link("engagements.id"))
    key: str = Field(sa_column=Column(exact(40), nullable=False))
    position: int
    title: str = Field(max_length=120)
    description: str = Field(default="", max_length=500)
    days: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    due_date: date | None = Field(default=None, sa_column=Column(Date, nullable=True))
    is_late: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    is_moved: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    completed: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    completed_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    tells_client: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    tell_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class BudgetLine(SQLModel, table=True):
    """One share of the budget: what is planned for it and what is spent, in minor units of the job's currency."""

    __tablename__ = "budget_lines"
    __table_args__ = (UniqueConstraint("engagement_id", "key"),)
    id: int | None = Field(default=None, sa_column=key())
    engagement_id: int = Field(sa_column=link("engagements.id"))
    key: str = Field(sa_column=Column(exact(40), nullable=False))
    position: int
    title: str = Field(max_length=120)
    percent: int
    planned: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    spent: int = Field(default=0, sa_column=Column(Key, nullable=False))


class Activity(SQLModel, table=True):
    """One thing that was done, by whom ("system", "coordinator:2", "client:7"), about what."""

    __tablename__ = "activity_log"
    __table_args__ = (Index(None, "engagement_id", "id"), Index(None, "record_id", "id"))
    id: int | None = Field(default=None, sa_column=key())
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    who: str = Field(max_length=80)
    action: str = Field(max_length=60)
    record_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    engagement_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class EngagementWork(SQLModel, table=True):
    """What is to be done about the engagement of one booking, written with the booking itself. `brief` is what its
    client answered, by detail; `engagement_id` what came of it, `told_at` when its coordinator was told. `due_at`
    NULL: nothing for now."""

    __tablename__ = "engagement_work"
    __table_args__ = (Index(None, "due_at"),)
    booking_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    kind: str = Field(max_length=60)
    brief: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: WorkState = Field(sa_column=Column(word(WorkState), nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    tries: int = Field(default=0)
    error: str = Field(default="", max_length=300)
    engagement_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    told_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


client_records = table(ClientRecord)
engagements = table(Engagement)
milestones = table(Milestone)
budget_lines = table(BudgetLine)
activity_log = table(Activity)
engagement_work = table(EngagementWork)


def ask_for_work(session: Session, booking_id: int, kind: str, brief: Mapping[str, str], now: datetime) -> None:
    """A booking was made that opens an engagement."""
    session.execute(
        engagement_work.insert().values(
            booking_id=booking_id, kind=kind, brief=dict(brief), state=WorkState.DUE, due_at=now, tries=0, error=""
        )
    )


def has_work(booking_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether anything is to be done, or was, about an engagement of this booking. Counted, as `is_planned`."""
    return select(func.count()).where(engagement_work.c.booking_id == booking_id).scalar_subquery() > 0


def wake_work(session: Session, booking_id: int, now: datetime) -> None:
    """What became of the booking is to be seen to, or what failed is to be tried again."""
    mine = engagement_work.c.booking_id == booking_id
    session.execute(update(engagement_work).where(mine).values(state=WorkState.DUE, due_at=now, tries=0))
