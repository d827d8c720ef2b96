"""What will be said of our own accord, as rows with due times: who restarts, or comes late, loses none."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, table, word


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
