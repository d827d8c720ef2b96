"""Bookings as calendar events: those of a feed, and which must be written into or taken out of another calendar."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.rules.transitions import LIVE
from models.bookings import MEETING, bookings
from models.business import services, staff
from models.calendars import calendar_events, calendars, is_free
from models.clients import clients
from models.conversations import conversations
from models.insert import changed_rows, insert_unless_there
from models.tokens import row_opened_by

WRITTEN = sorted(LIVE)
"""A booking in one of these stands in the calendar."""
ENDED = (BookingStatus.DECLINED, BookingStatus.CANCELLED, BookingStatus.EXPIRED)
"""And in one of these it does not. A visit that was missed stays where it is."""
FORGOTTEN = -1
"""The version of an event whose client was forgotten, and which names them: it is taken out, however old it is."""

_EVENT = (
    *(bookings.c[name] for name in (
        "id", "version", "status", "service_id", "more_service_ids", "staff_id", "attendee", "start_at", "end_at",
        "timezone", "created_at", "updated_at", "is_video_call", *MEETING, "page_token",
    )),
    services.c.place,
    staff.c.name.label("staff_name"),
    *(staff.c[name].label(f"staff_{name}") for name in MEETING),
    clients.c.name.label("client_name"),
    conversations.c.language.label("client_language"),
)  # fmt: skip


def _as_event() -> Select[Any]:
    return (
        select(*_EVENT)
        .join(services, services.c.id == bookings.c.service_id)
        .join(staff, staff.c.id == bookings.c.staff_id)
        .join(clients, clients.c.id == bookings.c.client_id)
        .outerjoin(conversations, conversations.c.id == bookings.c.conversation_id)
    )


def event_by_page_token(session: Session, token: str) -> Row[Any] | None:
    """The booking whose page this opens."""
    return row_opened_by(session, _as_event(), bookings.c.page_token, token)


def events_of(session: Session, booking_ids: Collection[int]) -> dict[int, Row[Any]]:
    """These bookings, by number."""
    return {row.id: row for row in session.execute(_as_event().where(bookings.c.id.in_(booking_ids)))}


def events_of_staff(session: Session, staff_id: int, since: datetime) -> list[Row[Any]]:
    """A staff member's bookings that start at or after `since`, those that have ended too, by start."""
    statement = _as_event().where(bookings.c.staff_id == staff_id, bookings.c.start_at >= since)
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id)))


def keys_of_staff(session: Session, staff_id: int, calendar_id: int, since: datetime) -> list[Row[Any]]:
    """(id, created_at) of every booking that may stand in this calendar by our own hand."""
    mine = (bookings.c.staff_id == staff_id) & (bookings.c.start_at >= since)
    written = bookings.c.id.in_(
        select(calendar_events.c.booking_id).where(calendar_events.c.calendar_id == calendar_id)
    )
    return list(session.execute(select(bookings.c.id, bookings.c.created_at).where(or_(mine, written))))


def due_calendars(session: Session, now: datetime, since: datetime, limit: int) -> list[int]:
    """Those nobody is at whose time has come, or that lack what has become of a booking since; one that fails waits its
    time out all the same."""
    due = or_(calendars.c.due_at.is_(None), calendars.c.due_at <= now)
    lacks = or_(
        exists(select(bookings.c.id).where(_is_lacking(since)).correlate(calendars)),
        exists(
            select(calendar_events.c.id)
            .join(bookings, bookings.c.id == calendar_events.c.booking_id)
            .where(_is_superfluous())
            .correlate(calendars)
        ),
    )
    wanted = or_(due, and_(calendars.c.writes.is_(True), calendars.c.failures == 0, lacks))
    statement = select(calendars.c.id).where(calendars.c.active.is_(True), is_free(now), wanted)
    return list(session.execute(statement.order_by(calendars.c.due_at, calendars.c.id).limit(limit)).scalars())


def lacking(session: Session, calendar_id: int, since: datetime, limit: int) -> list[Row[Any]]:
    """Bookings to write into this calendar, soonest first, each with the `etag` of the event that is there, and whether
    it `was_written` at all."""
    there = (calendar_events.c.booking_id == bookings.c.id) & (calendar_events.c.calendar_id == calendars.c.id)
    statement = (
        _as_event()
        .add_columns(calendar_events.c.etag, (~calendar_events.c.removed).label("was_written"))
        .join(calendars, calendars.c.staff_id == bookings.c.staff_id)
        .outerjoin(calendar_events, there)
        .where(calendars.c.id == calendar_id, _is_lacking(since))
    )
    return list(session.execute(statement.order_by(bookings.c.start_at, bookings.c.id).limit(limit)))


def superfluous(session: Session, calendar_id: int, limit: int) -> list[Row[Any]]:
    """(booking_id, created_at, version, etag) of events that must be taken out of this calendar."""
    statement = (
        select(calendar_events.c.booking_id, bookings.c.created_at, bookings.c.version, calendar_events.c.etag)
        .join(bookings, bookings.c.id == calendar_events.c.booking_id)
        .join(calendars, calendars.c.id == calendar_events.c.calendar_id)
        .where(calendars.c.id == calendar_id, _is_superfluous())
    )
    return list(session.execute(statement.order_by(calendar_events.c.id).limit(limit)))


def note_event(session: Session, calendar_id: int, booking_id: int, **values: Any) -> None:
    """Write down how a booking stands in a calendar: its version, the event's etag, whether it is removed."""
    mine = calendar_events.c.calendar_id == calendar_id, calendar_events.c.booking_id == booking_id
    if changed_rows(session, update(calendar_events).where(*mine).values(**values)) == 0:
        key = {"calendar_id": calendar_id, "booking_id": booking_id}
        insert_unless_there(session, calendar_events, {"etag": "", "removed": False, **key, **values})


def changed_there(session: Session, there: Mapping[int, tuple[datetime, datetime] | None]) -> list[int]:
    """Of these bookings and the times at which they were found there, those that should stand there otherwise."""
    statement = select(bookings.c.id, bookings.c.start_at, bookings.c.end_at).where(
        bookings.c.id.in_(list(there)), bookings.c.status.in_(WRITTEN)
    )
    return [row.id for row in session.execute(statement) if there[row.id] != (row.start_at, row.end_at)]


def missing_there(
    session: Session, calendar_id: int, there: Collection[int], since: datetime, until: datetime
) -> list[int]:
    """The bookings between these moments that stand there by our hand, but are not among those found. What the server
    would not take has no etag."""
    statement = (
        select(bookings.c.id)
        .join(calendar_events, calendar_events.c.booking_id == bookings.c.id)
        .where(
            calendar_events.c.calendar_id == calendar_id, calendar_events.c.removed.is_(False),
            calendar_events.c.etag != "",
            bookings.c.status.in_(WRITTEN), bookings.c.start_at > since, bookings.c.end_at < until,
        )
    )  # fmt: skip
    return [row for row in session.execute(statement).scalars() if row not in there]


def write_again(session: Session, calendar_id: int, booking_ids: list[int]) -> None:
    """Somebody has changed or removed these there."""
    mine = calendar_events.c.calendar_id == calendar_id, calendar_events.c.booking_id.in_(booking_ids)
    session.execute(update(calendar_events).where(*mine, calendar_events.c.removed.is_(False)).values(version=0))


def forget_events(session: Session, calendar_id: int, before: datetime | None = None) -> None:
    """Know no more of what was written there: of bookings that ended before, or of all."""
    mine = calendar_events.c.calendar_id == calendar_id
    if before is not None:
        mine &= (calendar_events.c.version != FORGOTTEN) | calendar_events.c.removed.is_(True)
        mine &= calendar_events.c.booking_id.in_(select(bookings.c.id).where(bookings.c.end_at < before))
    session.execute(delete(calendar_events).where(mine))


def _is_lacking(since: datetime) -> ColumnElement[bool]:
    """Of a booking beside `calendars`: its event is not there, or older than it is."""
    current = select(calendar_events.c.id).where(
        calendar_events.c.booking_id == bookings.c.id, calendar_events.c.calendar_id == calendars.c.id,
        calendar_events.c.version == bookings.c.version, calendar_events.c.removed.is_(False),
    )  # fmt: skip
    return and_(
        bookings.c.staff_id == calendars.c.staff_id, bookings.c.start_at >= since, bookings.c.status.in_(WRITTEN),
        ~exists(current.correlate(bookings, calendars)),
    )  # fmt: skip


def _is_superfluous() -> ColumnElement[bool]:
    """Of an event and its booking beside `calendars`: it is there, and should not be."""
    return and_(
        calendar_events.c.calendar_id == calendars.c.id, calendar_events.c.removed.is_(False),
        or_(
            bookings.c.status.in_(ENDED), bookings.c.staff_id != calendars.c.staff_id,
            calendar_events.c.version == FORGOTTEN,
        ),
    )  # fmt: skip
