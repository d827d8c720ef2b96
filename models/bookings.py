"""Bookings, the times proposed for them, and what became of each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Index,
    Row,
    Select,
    String,
    Text,
    bindparam,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.booking import BookingStatus, BookingType, ProposalStatus
from conversations.rules.quiet_hours import QuietHours, read_quiet_hours
from conversations.rules.reminders import UNDONE, afterwards, flag_at, reminders
from conversations.rules.transitions import LIVE, RefusedTransition, check, may_take_back
from models.answered import row_of
from models.base import Key, Moment, key, link, table, where_set, word
from models.booking_series import booking_series_items
from models.business import business, services, staff
from models.claims import LostRace
from models.class_sessions import class_sessions
from models.clients import clients
from models.conversations import conversations
from models.engagements import ask_for_work, has_work, wake_work
from models.insert import changed_rows, insert_row
from models.kept import read_once
from models.payments import LEADS, count_led_by, held_of, led_by, payment_requests
from models.prepared import prepared
from models.read_beside import row_still_so, was_read
from models.scheduled_notices import NoticeKind, forget_notices, is_planned, plan_notices
from models.tokens import row_opened_by


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
        Index(None, "class_session_id", **where_set("class_session_id")),
        Index(None, "series_id", **where_set("series_id")),
        Index(None, "client_id", "live_class_id", unique=True),
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
    live_class_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """The class session while the booking lives, so that one client never has two in one class."""
    series_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
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
    """Another time for a booking, held beside its own until it is answered: by the client, or, where the client wished
    it, by the coordinator. `staff_id` NULL is the booking's own."""

    __tablename__ = "proposals"
    __table_args__ = (Index(None, "booking_id", "status"), Index(None, "status", "expires_at"))
    id: int | None = Field(default=None, sa_column=key())
    booking_id: int = Field(sa_column=link("bookings.id"))
    status: ProposalStatus = Field(sa_column=Column(word(ProposalStatus), nullable=False))
    staff_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    start_at: datetime = Field(sa_column=_moment(nullable=False))
    end_at: datetime = Field(sa_column=_moment(nullable=False))
    words: str = Field(default="", max_length=500)
    proposed_by: str = Field(max_length=80)
    expires_at: datetime = Field(sa_column=_moment(nullable=False))
    answered_at: datetime | None = Field(default=None, sa_column=_moment())
    created_at: datetime = Field(sa_column=_moment(nullable=False))


MEETING = ("meeting_provider", "meeting_link", "meeting_passcode")
"""Where a video session is held: the booking's own, else its staff member's."""
LONGEST_VISIT = timedelta(hours=48)
"""No booking is longer: no stretch of time is."""
BY_CLIENT = "client:"
"""What a proposal of the client's own begins with in `proposed_by`."""
PENDING = BookingStatus.PENDING
CONFIRMED = (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED)
KEPT = (BookingStatus.APPROVED, *CONFIRMED)
_NAMED_BY = frozenset(("service_id", "staff_id", "client_id", "conversation_id", "class_session_id"))
"""What says whose names are read with a booking."""
_OF_VISITS = (NoticeKind.UPCOMING, NoticeKind.UNCONFIRMED, NoticeKind.REVIEW, NoticeKind.NO_SHOW)

bookings = table(Booking)
booking_transitions = table(BookingTransition)
proposals = table(Proposal)


@cache
def _with_names() -> Select[Any]:
    """Bookings with the names a person needs to read them, the open proposal's start, and what is to be paid. Built
    once: that takes as long as to run it."""
    return (
        select(
            bookings,
            services.c.name.label("service_name"),
            services.c.place.label("place"),
            class_sessions.c.title.label("class_title"),
            services.c.reminder_minutes.label("reminder_minutes"),
            staff.c.name.label("staff_name"),
            *(staff.c[name].label(f"staff_{name}") for name in MEETING),
            clients.c.name.label("client_name"),
            clients.c.phone.label("client_phone"),
            clients.c.email.label("client_email"),
            conversations.c.opted_out_at.label("opted_out_at"),
            conversations.c.address.label("client_address"),
            proposals.c.start_at.label("proposed_at"),
            proposals.c.proposed_by.label("proposed_by"),
            booking_series_items.c.occurrence_index.label("series_number"),
            payment_requests.c.id.label("request_id"),
            (payment_requests.c.amount + led_by(payment_requests.c.id, "amount")).label("asked"),
            (payment_requests.c.paid + led_by(payment_requests.c.id, "paid")).label("paid"),
            count_led_by(payment_requests.c.id).label("paid_with"),
            payment_requests.c.due_at.label("due_at"),
            payment_requests.c.token.label("pay_token"),
            payment_requests.c.instructions.label("instructions"),
            held_of(payment_requests.c.id).label("is_held"),
        )
        .join(services, services.c.id == bookings.c.service_id)
        .join(staff, staff.c.id == bookings.c.staff_id)
        .join(clients, clients.c.id == bookings.c.client_id)
        .outerjoin(conversations, conversations.c.id == bookings.c.conversation_id)
        .outerjoin(booking_series_items, booking_series_items.c.booking_id == bookings.c.id)
        .outerjoin(payment_requests, (payment_requests.c.live_booking_id == bookings.c.id) & LEADS)
        .outerjoin(class_sessions, class_sessions.c.id == bookings.c.class_session_id)
        .outerjoin(proposals, (proposals.c.booking_id == bookings.c.id) & (proposals.c.status == ProposalStatus.OPEN))
    )


def booking_by_id(session: Session, booking_id: int) -> Row[Any] | None:
    return read_once(session, _by_id(), booking_id)


@cache
def _by_id() -> Select[Any]:
    return prepared(_with_names().where(bookings.c.id == bindparam("number")))


def lock_row(session: Session, booking_id: int) -> None:
    """Nobody else changes it until the transaction ends; whatever was read of it before is read again."""
    session.execute(_ROW_LOCKED, {"number": booking_id})


def booking_by_token(session: Session, token: str) -> Row[Any] | None:
    """The booking whose client's page this token opens."""
    return row_opened_by(session, _with_names(), bookings.c.page_token, token)


def bookings_in(session: Session, statuses: Iterable[BookingStatus], limit: int) -> list[Row[Any]]:
    """Bookings in one of these statuses, oldest request first."""
    statement = _with_names().where(bookings.c.status.in_(list(statuses))).order_by(bookings.c.id).limit(limit)
    return list(session.execute(statement))


def bookings_by_ids(session: Session, booking_ids: Collection[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in session.execute(_with_names().where(bookings.c.id.in_(list(booking_ids))))}


def bookings_of_client(session: Session, client_id: int, since: datetime, limit: int) -> list[Row[Any]]:
    """A client's bookings that stand and start at or after `since`, soonest first."""
    return list(session.execute(_of_client(), {"client_id": client_id, "since": since, "most": limit}))


def _stand(client_id: ColumnElement[int], since: ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    own = bookings.c
    return own.client_id == client_id, own.start_at >= since, own.status.in_((PENDING, *KEPT))


def has_any(client_id: ColumnElement[int], since: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether bookings_of_client() would find any."""
    return exists().where(*_stand(client_id, since))


@cache
def _of_client() -> Select[Any]:
    statement = _with_names().where(*_stand(bindparam("client_id"), bindparam("since")))
    return prepared(statement.order_by(bookings.c.start_at, bookings.c.id).limit(bindparam("most")))


def bookings_by_client(session: Session, client_id: int, limit: int) -> list[Row[Any]]:
    """A client's bookings, whatever became of them, the latest start first."""
    statement = _with_names().where(bookings.c.client_id == client_id)
    return list(session.execute(statement.order_by(bookings.c.start_at.desc(), bookings.c.id.desc()).limit(limit)))


def bookings_of_series(session: Session, series_id: int) -> list[Row[Any]]:
    """What was booked for a series, in the order of its occurrences."""
    statement = _with_names().where(bookings.c.series_id == series_id)
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id)))


def first_waiting_of_series(session: Session, series_id: int) -> int | None:
    """The number of the first booking of a series that still waits for an answer to it."""
    statement = select(bookings.c.id).where(bookings.c.series_id == series_id, bookings.c.status == PENDING)
    return session.execute(statement.order_by(bookings.c.start_at, bookings.c.id).limit(1)).scalar_one_or_none()


def bookings_between(session: Session, start: datetime, end: datetime) -> list[Row[Any]]:
    """Bookings that touch [start, end) and were kept, missed or still may be had, soonest first. By staff and start:
    that index holds the cost to the days asked about."""
    statement = _with_names().where(
        bookings.c.staff_id.in_(select(staff.c.id)),
        bookings.c.start_at > start - LONGEST_VISIT, bookings.c.start_at < end, bookings.c.end_at > start,
        bookings.c.status.in_((PENDING, *KEPT, BookingStatus.NO_SHOW)),
    )  # fmt: skip
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id)))


def standing_after(session: Session, staff_ids: Iterable[int], now: datetime, limit: int) -> list[Row[Any]]:
    """The next bookings of these staff members that stand, soonest first: their times, and the names a person needs to
    read them."""
    names = (
        services.c.name.label("service_name"), staff.c.name.label("staff_name"), clients.c.name.label("client_name"),
    )  # fmt: skip
    statement = (
        select(bookings.c.id, bookings.c.staff_id, bookings.c.start_at, bookings.c.end_at, *names)
        .join(services, services.c.id == bookings.c.service_id)
        .join(staff, staff.c.id == bookings.c.staff_id)
        .join(clients, clients.c.id == bookings.c.client_id)
        .where(
            bookings.c.staff_id.in_(list(staff_ids)), bookings.c.start_at > now,
            bookings.c.status.in_((PENDING, *KEPT)),
        )
    )  # fmt: skip
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id).limit(limit)))


def next_of_staff(session: Session, staff_id: int, booking_id: int, start: datetime) -> Row[Any] | None:
    """The booking of a staff member that stands and starts next after this one, which starts at `start`."""
    statement = _with_names().where(
        bookings.c.staff_id == staff_id, bookings.c.start_at >= start, bookings.c.id != booking_id,
        bookings.c.status.in_((PENDING, *KEPT)),
    )  # fmt: skip
    return session.execute(statement.order_by(bookings.c.start_at, bookings.c.id).limit(1)).one_or_none()


def moves_asked(session: Session, now: datetime, limit: int) -> list[Row[Any]]:
    """Bookings that stand and whose clients wait for an answer to another time, oldest first."""
    statement = _with_names().where(
        bookings.c.status.in_((BookingStatus.APPROVED, BookingStatus.CONFIRMED)),
        proposals.c.proposed_by.startswith(BY_CLIENT), proposals.c.expires_at > now,
    )  # fmt: skip
    return list(session.execute(statement.order_by(bookings.c.id).limit(limit)))


def moves_past_deadline(session: Session, now: datetime, limit: int) -> list[int]:
    """The bookings whose clients wished another time that nobody has answered in time."""
    return list(session.execute(_MOVES_PAST_DEADLINE, {"now": now, "most": limit}).scalars())


_MOVES_PAST_DEADLINE = prepared(
    select(proposals.c.booking_id)
    .where(
        proposals.c.status == ProposalStatus.OPEN, proposals.c.expires_at <= bindparam("now"),
        proposals.c.proposed_by.startswith(BY_CLIENT),
    )
    .order_by(proposals.c.expires_at)
    .limit(bindparam("most"))
)  # fmt: skip


def newest_standing(session: Session, client_id: int) -> Row[Any] | None:
    """A client's last booking that was kept, or still may be."""
    statement = _with_names().where(bookings.c.client_id == client_id, bookings.c.status.in_((PENDING, *KEPT)))
    return session.execute(statement.order_by(bookings.c.start_at.desc(), bookings.c.id.desc()).limit(1)).one_or_none()


def newest_by_staff(session: Session, staff_ids: Sequence[int]) -> dict[int, int]:
    """The number of the last booking that each of these staff was ever given."""
    newest = select(func.max(bookings.c.id)).where(bookings.c.staff_id == staff.c.id).scalar_subquery()
    rows = session.execute(select(staff.c.id, newest).where(staff.c.id.in_(staff_ids)))
    return {staff_id: number for staff_id, number in rows if number is not None}


def has_kept_booking(session: Session, client_id: int) -> bool:
    """Whether this client has had a booking confirmed before."""
    statement = select(bookings.c.id).where(bookings.c.client_id == client_id, bookings.c.status.in_(CONFIRMED))
    return session.execute(statement.limit(1)).first() is not None


def bookings_past_deadline(session: Session, now: datetime, limit: int) -> list[int]:
    """Pending bookings whose deadline has passed."""
    return list(session.execute(_PAST_DEADLINE, {"now": now, "most": limit}).scalars())


_PAST_DEADLINE = prepared(
    select(bookings.c.id)
    .where(bookings.c.status == BookingStatus.PENDING, bookings.c.decide_by <= bindparam("now"))
    .order_by(bookings.c.decide_by)
    .limit(bindparam("most"))
)


def add_booking(
    session: Session,
    who: str,
    now: datetime,
    engagement: str = "",
    brief: Mapping[str, str] | None = None,
    **values: Any,
) -> int:
    """A new booking's number; the engagement that it opens is left to be made.

    Raises LostRace where the database knows of an overlap, or of another booking of this client in the same class."""
    live = {"live_class_id": live_class(values["status"], values.get("class_session_id"))}
    try:
        booking_id = insert_row(session, bookings, version=1, created_at=now, updated_at=now, **live, **values)
    except IntegrityError as error:  # PostgreSQL's second lock: bookings of one person never overlap
        raise LostRace from error
    _note(session, booking_id, None, values["status"], who, "", now)
    if engagement:
        ask_for_work(session, booking_id, engagement, brief or {}, now)
    if values["status"] is not BookingStatus.PENDING:
        _follow(session, booking_id, None, now, is_decided=False)
    return booking_id


def change_booking(session: Session, booking_id: int, version: int, now: datetime, **values: Any) -> None:
    """Change a booking that is still as it was read. Raises LostRace when it has changed since."""
    statement = _CHANGE
    if values.get("status") in LIVE and "class_session_id" not in values:
        statement = _CHANGE_IN_CLASS
    elif "status" in values:
        values["live_class_id"] = live_class(values["status"], values.get("class_session_id"))
    as_read = {"number": booking_id, "as_read": version}
    was = row_still_so(session, _by_id(), booking_id) if _NAMED_BY.isdisjoint(values) else None
    try:
        changed = changed_rows(session, statement, {**as_read, "version": version + 1, "updated_at": now, **values})
    except IntegrityError as error:
        raise LostRace from error
    if changed != 1:
        raise LostRace
    if "start_at" in values:
        mine = booking_series_items.c.booking_id == booking_id
        session.execute(update(booking_series_items).where(mine).values(start_at=values["start_at"]))
    row = None if was is None else _as_changed(was, {**values, "version": version + 1, "updated_at": now})
    if row is not None:
        was_read(session, _by_id(), booking_id, row)
    if not values.keys().isdisjoint(("status", "start_at")):
        _follow(session, booking_id, row, now, is_decided="status" in values)


def live_class(status: BookingStatus, class_session_id: int | None) -> int | None:
    """The class in which a booking with this status is its client's only one."""
    return class_session_id if status in LIVE else None


def live_booking_in_class(session: Session, client_id: int, class_session_id: int) -> Row[Any] | None:
    """A client's living booking in a class; there is never more than one."""
    mine = bookings.c.client_id == client_id, bookings.c.live_class_id == class_session_id
    return session.execute(_with_names().where(*mine)).one_or_none()


def live_bookings_of_class(session: Session, class_session_id: int) -> list[Row[Any]]:
    """The living bookings in a class, oldest first."""
    mine = bookings.c.class_session_id == class_session_id, bookings.c.live_class_id == class_session_id
    return list(session.execute(_with_names().where(*mine).order_by(bookings.c.id)))


def _follow(session: Session, booking_id: int, row: Row[Any] | None, now: datetime, *, is_decided: bool) -> None:
    """What is said before and after a visit follows its booking, whoever has changed it; so does what it opens, where
    that `is_decided` anew. `row`: the booking as it is now, where that is known."""
    if row is None:
        row = beside = session.execute(_with_what_follows(), {"number": booking_id}).one()
        was_read(session, _by_id(), booking_id, row)
    else:
        beside = session.execute(_WHAT_FOLLOWS, {"number": booking_id}).one()
    if is_decided and beside.has_work:
        wake_work(session, booking_id, now)
    if beside.has_notices:
        forget_notices(session, booking_id, *_OF_VISITS)
    plan_notices(session, _notices(row, beside, now), booking_id, row.start_at)


def _what_follows(booking_id: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return (
        select(business.c.quiet_hours).scalar_subquery().label("quiet_hours"),
        select(business.c.review_minutes).scalar_subquery().label("review_minutes"),
        is_planned(booking_id, _OF_VISITS).label("has_notices"),
        has_work(booking_id).label("has_work"),
    )


_WHAT_FOLLOWS = prepared(select(*_what_follows(bindparam("number"))))


@cache
def _with_what_follows() -> Select[Any]:
    """All of a booking, for who has changed it reads it next, and what has to follow."""
    more = _what_follows(bookings.c.id)
    return prepared(_with_names().add_columns(*more).where(bookings.c.id == bindparam("number")))


def _as_changed(row: Row[Any], values: Mapping[str, Any]) -> Any:
    """A booking as it would be read again once these values are written to it, and nothing that names come from."""
    became = {name: one.astimezone(UTC) if isinstance(one, datetime) else one for name, one in values.items()}
    if values.get("status") in LIVE:
        became["live_class_id"] = row.class_session_id
    return row_of(row._fields)([became.get(name, cell) for name, cell in zip(row._fields, row, strict=True)])


_ROW_LOCKED = prepared(
    select(bookings.c.id).where(bookings.c.id == bindparam("number")).with_for_update(key_share=True)
)
_CHANGE = prepared(
    update(bookings).where(bookings.c.id == bindparam("number"), bookings.c.version == bindparam("as_read"))
)
_CHANGE_IN_CLASS = prepared(_CHANGE.values(live_class_id=bookings.c.class_session_id))


def hours_and_review(session: Session) -> tuple[QuietHours | None, timedelta]:
    """The business's quiet hours, and how long after a visit a review is asked for."""
    return _hours_and_review(session.execute(select(business.c.quiet_hours, business.c.review_minutes)).one())


def _hours_and_review(row: Any) -> tuple[QuietHours | None, timedelta]:
    return read_quiet_hours(row.quiet_hours), timedelta(minutes=row.review_minutes)


def _notices(row: Any, of_business: Any, now: datetime) -> list[tuple[NoticeKind, datetime]]:
    zone = ZoneInfo(row.timezone)
    quiet, review = _hours_and_review(of_business)
    match BookingStatus(row.status):
        case BookingStatus.CONFIRMED:
            return notices_before(row.start_at, zone, row.reminder_minutes, quiet, now)
        case BookingStatus.COMPLETED if review:
            planned = NoticeKind.REVIEW, afterwards(row.end_at, now, review, quiet, zone)
        case BookingStatus.NO_SHOW:
            planned = NoticeKind.NO_SHOW, afterwards(row.end_at, now, UNDONE, quiet, zone)
        case _:
            return []
    kind, due_at = planned
    return [] if due_at is None else [(kind, due_at)]


def notices_before(
    start: datetime, zone: ZoneInfo, minutes: Sequence[int], quiet: QuietHours | None, now: datetime
) -> list[tuple[NoticeKind, datetime]]:
    """What is said before a confirmed visit, and when; `minutes` before it its service has its clients reminded."""
    found = reminders(start, now, minutes, quiet, zone)
    planned = [(NoticeKind.UPCOMING, due_at) for due_at in found]
    if found and (unconfirmed := flag_at(start, found[0], now, quiet, zone)) is not None:
        planned.append((NoticeKind.UNCONFIRMED, unconfirmed))
    return planned


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


def take_back_booking(
    session: Session, row: Row[Any], after: BookingStatus, who: str, now: datetime, **values: Any
) -> None:
    """Let a booking be as it was before a step that is taken back.

    Raises RefusedTransition for one that leads nowhere a step came from, LostRace when it has changed since it was
    read."""
    if after is row.status:
        change_booking(session, row.id, row.version, now, **values)
        return
    if not may_take_back(row.status, after):
        raise RefusedTransition(row.status, after)
    change_booking(session, row.id, row.version, now, status=after, **values)
    _note(session, row.id, row.status, after, who, "taken back", now)


def _note(
    session: Session,
    booking_id: int,
    before: BookingStatus | None,
    after: BookingStatus,
    who: str,
    why: str,
    now: datetime,
) -> None:
    values = {"booking_id": booking_id, "before": before, "after": after, "who": who, "why": why[:500], "at": now}
    insert_row(session, booking_transitions, **values)


def transition_by_id(session: Session, transition_id: int) -> Row[Any] | None:
    statement = select(booking_transitions).where(booking_transitions.c.id == transition_id)
    return session.execute(statement).one_or_none()


def transitions_of(session: Session, booking_id: int) -> list[Row[Any]]:
    statement = select(booking_transitions).where(booking_transitions.c.booking_id == booking_id)
    return list(session.execute(statement.order_by(booking_transitions.c.id)))


def add_proposal(session: Session, **values: Any) -> int:
    return insert_row(session, proposals, status=ProposalStatus.OPEN, **values)


def open_proposal(session: Session, booking_id: int) -> Row[Any] | None:
    return session.execute(_OPEN_PROPOSAL, {"booking_id": booking_id}).one_or_none()


_OPEN_PROPOSAL = prepared(
    select(proposals).where(
        proposals.c.booking_id == bindparam("booking_id"), proposals.c.status == ProposalStatus.OPEN
    )
)


def end_proposal(session: Session, proposal_id: int, status: ProposalStatus, now: datetime) -> None:
    """Close an open proposal. Raises LostRace when it is open no longer."""
    statement = update(proposals).where(proposals.c.id == proposal_id, proposals.c.status == ProposalStatus.OPEN)
    if changed_rows(session, statement.values(status=status, answered_at=now)) != 1:
        raise LostRace
