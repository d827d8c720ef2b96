"""Bookings, the times proposed for them, and what became of each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, Select, String, Text, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.booking import BookingStatus, BookingType, ProposalStatus
from conversations.rules.transitions import check
from models.base import Key, Moment, key, link, table, word
from models.business import services, staff
from models.claims import LostRace
from models.clients import clients
from models.conversations import conversations
from models.insert import changed_rows, insert_row


def _moment(*, nullable: bool = True) -> Column[datetime]:
    return Column(Moment, nullable=nullable)


class Booking(SQLModel, table=True):
    """One place in one person's time, or seats in one class session. Price in minor units. `start_at` and `end_at` are
    in force; `preferred_datetime` is what the client asked; `confirmed_datetime` what was confirmed. `more_service_ids`
    are given in the same visit, behind `service_id`; `attendee` is who comes, where that is not the client."""

    __tablename__ = "bookings"
    __table_args__ = (
        Index(None, "booking_type", "status"),
        Index(None, "client_id", "start_at"),
        Index(None, "staff_id", "start_at"),
        Index(None, "status", "decide_by"),
        Index(None, "staff_id", "id"),
        Index(None, "page_token"),
    )
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    booking_type: BookingType = Field(sa_column=Column(word(BookingType), nullable=False))
    status: BookingStatus = Field(sa_column=Column(word(BookingStatus), nullable=False))
    service_id: int = Field(sa_column=link("services.id"))
    more_service_ids: list[int] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    staff_id: int = Field(sa_column=link("staff.id"))
    client_id: int = Field(sa_column=link("clients.id"))
    conversation_id: int | None = Field(default=None, sa_column=link("conversations.id", nullable=True, index=True))
    attendee: str = Field(default="", sa_column=Column(String(120), nullable=False, server_default=""))
    class_session_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    series_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    resource_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    session_type: str = Field(default="individual", max_length=20)
    seats_reserved: int = Field(default=1)
    preferred_datetime: datetime = Field(sa_column=_moment(nullable=False))
    start_at: datetime = Field(sa_column=_moment(nullable=False))
    end_at: datetime = Field(sa_column=_moment(nullable=False))
    confirmed_datetime: datetime | None = Field(default=None, sa_column=_moment())
    timezone: str = Field(max_length=64)
    requires_approval: bool
    price: int
    currency: str = Field(max_length=3)
    session_rate: int
    is_video_call: bool = Field(default=False)
    decide_by: datetime | None = Field(default=None, sa_column=_moment())
    decision_at: datetime | None = Field(default=None, sa_column=_moment())
    decided_by: str = Field(default="", max_length=80)
    decline_reason: str = Field(default="", max_length=500)
    cancelled_by: str = Field(default="", max_length=80)
    cancelled_at: datetime | None = Field(default=None, sa_column=_moment())
    cancel_reason: str = Field(default="", max_length=500)
    client_note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    staff_note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    meeting_provider: str = Field(default="", max_length=40)
    meeting_link: str = Field(default="", max_length=500)
    meeting_passcode: str = Field(default="", max_length=80)
    call_started_at: datetime | None = Field(default=None, sa_column=_moment())
    call_ended_at: datetime | None = Field(default=None, sa_column=_moment())
    duration_minutes: int | None = None
    session_notes: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    session_proof: str = Field(default="", max_length=500)
    attendance: str = Field(default="", max_length=20)
    intake_answers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    agreement_version: str = Field(default="", max_length=40)
    accepted_at: datetime | None = Field(default=None, sa_column=_moment())
    hold_expires_at: datetime | None = Field(default=None, sa_column=_moment())
    client_confirmed_at: datetime | None = Field(default=None, sa_column=_moment())
    """When the client said that they will come to the start in force."""
    page_token: str | None = Field(default=None, sa_column=Column(String(43), nullable=True))
    """What opens the client's page of this booking."""
    created_at: datetime = Field(sa_column=_moment(nullable=False))
    updated_at: datetime = Field(sa_column=_moment(nullable=False))


class BookingTransition(SQLModel, table=True):
    """One change of a booking's status: who ("coordinator:1", "client:7", "system"), when and why."""

    __tablename__ = "booking_transitions"
    id: int | None = Field(default=None, sa_column=key())
    booking_id: int = Field(sa_column=link("bookings.id", index=True))
    before: BookingStatus | None = Field(default=None, sa_column=Column(word(BookingStatus), nullable=True))
    after: BookingStatus = Field(sa_column=Column(word(BookingStatus), nullable=False))
    who: str = Field(max_length=80)
    why: str = Field(default="", max_length=500)
    at: datetime = Field(sa_column=_moment(nullable=False))


class Proposal(SQLModel, table=True):
    """Another time for a booking, held beside its own until the client answers."""

    __tablename__ = "proposals"
    __table_args__ = (Index(None, "booking_id", "status"), Index(None, "status", "expires_at"))
    id: int | None = Field(default=None, sa_column=key())
    booking_id: int = Field(sa_column=link("bookings.id"))
    status: ProposalStatus = Field(sa_column=Column(word(ProposalStatus), nullable=False))
    start_at: datetime = Field(sa_column=_moment(nullable=False))
    end_at: datetime = Field(sa_column=_moment(nullable=False))
    words: str = Field(default="", max_length=500)
    proposed_by: str = Field(max_length=80)
    expires_at: datetime = Field(sa_column=_moment(nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=_moment())
    created_at: datetime = Field(sa_column=_moment(nullable=False))


PENDING = BookingStatus.PENDING
CONFIRMED = (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED)
KEPT = (BookingStatus.APPROVED, *CONFIRMED)

bookings = table(Booking)
booking_transitions = table(BookingTransition)
proposals = table(Proposal)


def _with_names() -> Select[Any]:
    """Bookings with the names a person needs to read them, and the open proposal's start."""
    return (
        select(
            bookings,
            services.c.name.label("service_name"),
            services.c.place.label("place"),
            staff.c.name.label("staff_name"),
            clients.c.name.label("client_name"),
            clients.c.phone.label("client_phone"),
            conversations.c.address.label("client_address"),
            proposals.c.start_at.label("proposed_at"),
        )
        .join(services, services.c.id == bookings.c.service_id)
        .join(staff, staff.c.id == bookings.c.staff_id)
        .join(clients, clients.c.id == bookings.c.client_id)
        .outerjoin(conversations, conversations.c.id == bookings.c.conversation_id)
        .outerjoin(proposals, (proposals.c.booking_id == bookings.c.id) & (proposals.c.status == ProposalStatus.OPEN))
    )


def booking_by_id(session: Session, booking_id: int) -> Row[Any] | None:
    return session.execute(_with_names().where(bookings.c.id == booking_id)).one_or_none()


def bookings_in(session: Session, statuses: Iterable[BookingStatus], limit: int) -> list[Row[Any]]:
    """Bookings in one of these statuses, oldest request first."""
    statement = _with_names().where(bookings.c.status.in_(list(statuses))).order_by(bookings.c.id).limit(limit)
    return list(session.execute(statement))


def bookings_of_client(session: Session, client_id: int, since: datetime, limit: int) -> list[Row[Any]]:
    """A client's bookings that stand and start at or after `since`, soonest first."""
    statement = _with_names().where(
        bookings.c.client_id == client_id, bookings.c.start_at >= since, bookings.c.status.in_((PENDING, *KEPT))
    )
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id).limit(limit)))


def newest_standing(session: Session, client_id: int) -> Row[Any] | None:
    """A client's last booking that was kept, or still may be."""
    statement = _with_names().where(bookings.c.client_id == client_id, bookings.c.status.in_((PENDING, *KEPT)))
    return session.execute(statement.order_by(bookings.c.start_at.desc(), bookings.c.id.desc()).limit(1)).one_or_none()


def has_kept_booking(session: Session, client_id: int) -> bool:
    """Whether this client has had a booking confirmed before."""
    statement = select(bookings.c.id).where(bookings.c.client_id == client_id, bookings.c.status.in_(CONFIRMED))
    return session.execute(statement.limit(1)).first() is not None


def bookings_past_deadline(session: Session, now: datetime, limit: int) -> list[int]:
    """Pending bookings whose deadline has passed."""
    statement = select(bookings.c.id).where(bookings.c.status == BookingStatus.PENDING, bookings.c.decide_by <= now)
    return [int(row) for row in session.execute(statement.order_by(bookings.c.decide_by).limit(limit)).scalars()]


def add_booking(session: Session, who: str, now: datetime, **values: Any) -> int:
    """A new booking's number. Raises LostRace where the database knows of an overlap."""
    try:
        booking_id = insert_row(session, bookings, version=1, created_at=now, updated_at=now, **values)
    except IntegrityError as error:  # PostgreSQL's second lock: bookings of one person never overlap
        raise LostRace from error
    _note(session, booking_id, None, values["status"], who, "", now)
    return booking_id


def change_booking(session: Session, booking_id: int, version: int, now: datetime, **values: Any) -> None:
    """Change a booking that is still as it was read. Raises LostRace when it has changed since."""
    statement = update(bookings).where(bookings.c.id == booking_id, bookings.c.version == version)
    try:
        changed = changed_rows(session, statement.values(version=version + 1, updated_at=now, **values))
    except IntegrityError as error:
        raise LostRace from error
    if changed != 1:
        raise LostRace


def move_booking(
    session: Session,
    booking_id: int,
    version: int,
    before: BookingStatus,
    after: BookingStatus,
    who: str,
    why: str,
    now: datetime,
    **values: Any,
) -> None:
    """Move a booking to another status, and write who, when and why.

    Raises RefusedTransition for one that is not declared, LostRace when the booking has changed since it was read."""
    check(before, after)
    change_booking(session, booking_id, version, now, status=after, **values)
    _note(session, booking_id, before, after, who, why, now)


def _note(
    session: Session,
    booking_id: int,
    before: BookingStatus | None,
    after: BookingStatus,
    who: str,
    why: str,
    now: datetime,
) -> None:
    session.execute(
        booking_transitions.insert().values(
            booking_id=booking_id, before=before, after=after, who=who, why=why[:500], at=now
        )
    )


def transitions_of(session: Session, booking_id: int) -> list[Row[Any]]:
    statement = select(booking_transitions).where(booking_transitions.c.booking_id == booking_id)
    return list(session.execute(statement.order_by(booking_transitions.c.id)))


def add_proposal(session: Session, **values: Any) -> int:
    return insert_row(session, proposals, status=ProposalStatus.OPEN, **values)


def open_proposal(session: Session, booking_id: int) -> Row[Any] | None:
    statement = select(proposals).where(proposals.c.booking_id == booking_id, proposals.c.status == ProposalStatus.OPEN)
    return session.execute(statement).one_or_none()


def proposals_past_deadline(session: Session, now: datetime, limit: int) -> list[Row[Any]]:
    statement = select(proposals).where(proposals.c.status == ProposalStatus.OPEN, proposals.c.expires_at <= now)
    return list(session.execute(statement.order_by(proposals.c.expires_at).limit(limit)))


def end_proposal(session: Session, proposal_id: int, status: ProposalStatus, now: datetime) -> None:
    """Close an open proposal. Raises LostRace when it is open no longer."""
    statement = update(proposals).where(proposals.c.id == proposal_id, proposals.c.status == ProposalStatus.OPEN)
    if changed_rows(session, statement.values(status=status, answered_at=now)) != 1:
        raise LostRace
