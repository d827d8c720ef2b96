"""Bookings straight in the tables, for tests of calendars."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from bot.database import Database
from conversations.booking import BookingStatus, BookingType
from models.bookings import add_booking, booking_by_id, bookings, change_booking
from models.calendars import CalendarKind, calendar_by_id, calendars
from models.claims import Holder, claim, let_go, stretches
from models.clients import client_for
from models.conversations import change_conversation, conversation_for
from models.insert import insert_row
from models.outbox import outbox
from tests.conftest import NOW

LINA, MAYA = 1, 2
OMAR = "+97455500000"
"""The coordinator's phone in the demonstration."""
TOMORROW = datetime(2026, 3, 11, 7, 0, tzinfo=UTC)
"""10:00 in Qatar."""
HOUR = timedelta(hours=1)


def book(
    database: Database, start: datetime = TOMORROW, minutes: int = 60, staff: int = LINA, client: str = "Sara",
    status: BookingStatus = BookingStatus.CONFIRMED, now: datetime = NOW, **values: Any,
) -> int:  # fmt: skip
    """A booking's number; its time is owned, as it is in life."""

    def work(session: Session) -> int:
        phone = f"+9745550{sum(map(ord, client)):04d}"
        client_id = client_for(session, phone, client, now)
        conversation = conversation_for(session, "sms", phone, now)
        change_conversation(session, conversation.id, client_id=client_id)
        end = start + timedelta(minutes=minutes)
        confirmed = {"confirmed_datetime": start} if status is BookingStatus.CONFIRMED else {}
        made = add_booking(
            session, "system", now, **{
                "booking_type": BookingType.ONE_ON_ONE, "status": status, "service_id": 1, "staff_id": staff,
                "client_id": client_id, "conversation_id": conversation.id, "preferred_datetime": start,
                "start_at": start, "end_at": end, "timezone": "Asia/Qatar", "requires_approval": False,
                "price": 7900, "currency": "USD", "session_rate": 7900, "intake_answers": {}, **confirmed, **values,
            },
        )  # fmt: skip
        claim(session, staff, start, end, Holder.BOOKING, made, now)
        return made

    return database.transact(work)


def change(database: Database, booking_id: int, now: datetime = NOW, **values: Any) -> None:
    """Change a booking as any deed does; one that is called off owns no time any more."""

    def work(session: Session) -> None:
        row = booking_by_id(session, booking_id)
        assert row is not None
        change_booking(session, booking_id, row.version, now, **values)
        if values.get("status") in (BookingStatus.CANCELLED, BookingStatus.DECLINED):
            let_go(session, Holder.BOOKING, booking_id)

    database.transact(work)


def version_of(database: Database, booking_id: int) -> int:
    return database.read(
        lambda s: s.execute(select(bookings.c.version).where(bookings.c.id == booking_id)).scalar_one()
    )


def open_page(database: Database, booking_id: int, token: str) -> None:
    statement = update(bookings).where(bookings.c.id == booking_id).values(page_token=token)
    database.transact(lambda session: session.execute(statement))


def add_calendar(database: Database, **values: Any) -> int:
    """A calendar's number, due at once."""
    usual = {"name_key": "work", "staff_id": LINA, "kind": CalendarKind.CALDAV, "address": "", "reads": True}
    rest = {"writes": True, "active": True, "sync_token": "", "failures": 0, "error": "", "broken_events": []}
    return database.transact(lambda session: insert_row(session, calendars, **{**usual, **rest, **values}))


def calendar(database: Database, calendar_id: int = 1) -> Row[Any]:
    found = database.read(lambda session: calendar_by_id(session, calendar_id))
    assert found is not None
    return found


def busy(database: Database, staff: int = LINA) -> list[tuple[datetime, datetime]]:
    """What other calendars keep from being booked."""
    mine = stretches.c.holder == Holder.CALENDAR, stretches.c.scarce_id == staff
    statement = select(stretches.c.start_at, stretches.c.end_at).where(*mine).order_by(stretches.c.start_at)
    return [(row.start_at, row.end_at) for row in database.read(lambda session: session.execute(statement).all())]


def texts(database: Database, to: str = OMAR) -> list[str]:
    """What was queued for a phone, oldest first."""
    statement = select(outbox.c.body).where(outbox.c.address == to).order_by(outbox.c.id)
    return list(database.read(lambda session: session.execute(statement).scalars().all()))


def event(uid: str, start: str, end: str, *more: str, zone: str = "") -> str:
    """A file with one event, as a person's calendar program writes it."""
    where = f";TZID={zone}" if zone else ";VALUE=DATE" if len(start) == 8 else ""
    lines = [f"UID:{uid}", "DTSTAMP:20260301T000000Z", "SUMMARY:Private matters"]
    return wrapped(*lines, f"DTSTART{where}:{start}", f"DTEND{where}:{end}", *more)


def wrapped(*lines: str) -> str:
    body = "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *lines, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Someone//EN\r\n{body}END:VCALENDAR\r\n"
