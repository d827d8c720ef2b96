"""Class sessions: scheduled group classes with a capacity. Their seats are claims (models/claims.py)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Row, Select, String, bindparam, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.classes import ClassStatus
from models.base import Moment, key, link, table, word
from models.business import services, staff
from models.insert import changed_rows, insert_row
from models.prepared import prepared


class ClassSession(SQLModel, table=True):
    """One class. `scheduled_start` is local wall time in `timezone`, as it was entered; `start_at` and `end_at` follow
    from it. `seats_taken` is how many seats bookings own: it is written where seats change hands, and nowhere else.
    `look_at` is when somebody on its waiting list may have a seat offered; NULL while nothing is to be done."""

    __tablename__ = "class_sessions"
    __table_args__ = (
        CheckConstraint("seats_taken between 0 and capacity", name="seats"),
        CheckConstraint("end_at > start_at", name="length"),
        Index(None, "service_id", "start_at"),
        Index(None, "staff_id", "start_at"),
        Index(None, "look_at"),
    )
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    name_key: str | None = Field(default=None, sa_column=Column(String(80), nullable=True, unique=True))
    """Its name in the business file, with its start; NULL where it came another way."""
    service_id: int = Field(sa_column=link("services.id"))
    staff_id: int = Field(sa_column=link("staff.id"))
    title: str = Field(default="", max_length=120)
    scheduled_start: datetime = Field(sa_column=Column(DateTime, nullable=False))
    timezone: str = Field(max_length=64)
    start_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    end_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    minutes: int
    capacity: int
    seats_taken: int = Field(default=0)
    status: ClassStatus = Field(sa_column=Column(word(ClassStatus), nullable=False))
    meeting_provider: str = Field(default="", max_length=40)
    meeting_link: str = Field(default="", max_length=500)
    meeting_passcode: str = Field(default="", max_length=80)
    look_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class_sessions = table(ClassSession)


def with_names() -> Select[Any]:
    """Class sessions with the names, price and place a person needs to read them."""
    return (
        select(
            class_sessions,
            services.c.name.label("service_name"),
            services.c.price.label("price"),
            services.c.currency.label("currency"),
            services.c.place.label("place"),
            staff.c.name.label("staff_name"),
        )
        .join(services, services.c.id == class_sessions.c.service_id)
        .join(staff, staff.c.id == class_sessions.c.staff_id)
    )


def class_by_id(session: Session, class_session_id: int) -> Row[Any] | None:
    return session.execute(with_names().where(class_sessions.c.id == class_session_id)).one_or_none()


def classes_between(
    session: Session, start: datetime, end: datetime, service_ids: Sequence[int] = (), staff_ids: Sequence[int] = ()
) -> list[Row[Any]]:
    """The scheduled classes that start in [start, end), soonest first; of these services or staff, where any are
    named."""
    statement = with_names().where(
        class_sessions.c.status == ClassStatus.SCHEDULED,
        class_sessions.c.start_at >= start,
        class_sessions.c.start_at < end,
    )
    if service_ids:
        statement = statement.where(class_sessions.c.service_id.in_(service_ids))
    if staff_ids:
        statement = statement.where(class_sessions.c.staff_id.in_(staff_ids))
    return list(session.execute(statement.order_by(class_sessions.c.start_at, class_sessions.c.id)))


def lock_class(session: Session, class_session_id: int) -> Row[Any] | None:
    """One class session, LOCKED until the transaction ends: whoever wants its seats waits."""
    statement = select(class_sessions).where(class_sessions.c.id == class_session_id)
    return session.execute(statement.with_for_update()).one_or_none()


def unlocked_class(session: Session, class_session_id: int) -> Row[Any] | None:
    """The same, as it is, not locked."""
    return session.execute(select(class_sessions).where(class_sessions.c.id == class_session_id)).one_or_none()


def change_class(session: Session, class_session_id: int, version: int, now: datetime, **values: Any) -> bool:
    """Change a class session that is still as it was read; whether it was."""
    mine = class_sessions.c.id == class_session_id, class_sessions.c.version == version
    statement = update(class_sessions).where(*mine).values(version=version + 1, updated_at=now, **values)
    return changed_rows(session, statement) == 1


def look_at_class(session: Session, class_session_id: int, at: datetime | None) -> None:
    """When its waiting list is to be looked at next."""
    session.execute(update(class_sessions).where(class_sessions.c.id == class_session_id).values(look_at=at))


def classes_to_look_at(session: Session, now: datetime, limit: int) -> list[int]:
    """The class sessions whose waiting list is due, the longest first."""
    return list(session.execute(_TO_LOOK_AT, {"now": now, "most": limit}).scalars())


_TO_LOOK_AT = prepared(
    select(class_sessions.c.id)
    .where(class_sessions.c.look_at <= bindparam("now"))
    .order_by(class_sessions.c.look_at)
    .limit(bindparam("most"))
)


def add_class(session: Session, now: datetime, **values: Any) -> int:
    """A new class session's number."""
    return insert_row(
        session, class_sessions, version=1, seats_taken=0, status=ClassStatus.SCHEDULED,
        created_at=now, updated_at=now, **values,
    )  # fmt: skip


def classes_of_the_file(session: Session) -> list[Row[Any]]:
    """Those that have a name in the business file."""
    return list(session.execute(select(class_sessions).where(class_sessions.c.name_key.is_not(None))))
