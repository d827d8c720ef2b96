"""Classes as operators see them: the list, and one with its seats and who waits for it; and what they do to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.classes import ClassStatus, Place
from conversations.commands.visit import EARLY
from conversations.rules.transitions import LIVE, TRANSITIONS
from handlers.circumstances import Circumstances
from handlers.classes_kept import cancel_class, change_capacity, move_class
from handlers.console.signed_in import Who
from handlers.waitlist_reasons import places_with_reasons
from models.audit import audit
from models.claims import seats_held
from models.class_listing import Place as Behind
from models.class_listing import bookings_in_class, classes_ahead, classes_behind
from models.class_sessions import class_by_id
from models.waitlist import entries_of_class, waiting_for

PAGE = 40


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class. `start` and `end` are in its own zone; `held` are the seats offered or held for who is being asked."""

    id: int
    status: ClassStatus
    name: str
    """Its title, or that of its course."""
    service: str
    staff: str
    place: str
    start: datetime
    end: datetime
    capacity: int
    booked: int
    held: int
    waiting: int

    @property
    def zone(self) -> str:
        return str(self.start.tzinfo)

    @property
    def minutes(self) -> int:
        return round((self.end - self.start).total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class Seat:
    """One booking of a class."""

    booking_id: int
    status: BookingStatus
    seats: int
    client_id: int
    client: str
    phone: str
    attendee: str
    note: str
    conversation_id: int | None
    is_reached: bool
    """A text can go to them."""
    is_promised: bool
    """They have said that they will come."""
    commands: tuple[str, ...]
    """What a coordinator may command about it now."""

    @property
    def is_live(self) -> bool:
        return self.status in LIVE or self.status is BookingStatus.NO_SHOW


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody in the line of a class."""

    place: Place
    client_id: int
    conversation_id: int | None
    since: datetime
    priority: int
    misses: int


@dataclass(frozen=True, slots=True)
class ClassShown:
    """One class with its bookings, and who waits for it in order."""

    line: ClassLine
    seats: tuple[Seat, ...]
    waiting: tuple[Waits, ...]
    is_changeable: bool
    """It may still be called off, moved, and given other seats."""


def class_lines(
    session: Session, now: datetime, behind: Behind | None, *, are_over: bool
) -> tuple[list[ClassLine], Behind | None]:
    """A page of the classes that lie ahead, or of those that are over; and where the next page begins."""
    found = (classes_behind if are_over else classes_ahead)(session, now, behind, PAGE + 1)
    rows = found[:PAGE]
    more = Behind(rows[-1].start_at, rows[-1].id) if len(found) > PAGE else None
    return _lines(session, rows, now), more


def class_shown(session: Session, class_id: int, circumstances: Circumstances) -> ClassShown | None:
    """None where there is no such class."""
    row, now = class_by_id(session, class_id), circumstances.now
    if row is None:
        return None
    line = entries_of_class(session, class_id)
    places = places_with_reasons(session, line, now, circumstances.profiles.current(session))
    waiting = tuple(
        Waits(place, entry.client_id, entry.conversation_id, entry.created_at, entry.priority, entry.misses)
        for place, entry in zip(places, line, strict=True)
    )
    seats = tuple(_seat(each, row.start_at, now) for each in bookings_in_class(session, class_id))
    is_changeable = row.status is ClassStatus.SCHEDULED and row.start_at > now
    return ClassShown(_lines(session, [row], now)[0], seats, waiting, is_changeable)


def called_off(session: Session, class_id: int, reason: str, who: Who, circumstances: Circumstances) -> None:
    """Raises as cancel_class()."""
    reason = " ".join(reason.split())[:300]
    cancel_class(session, class_id, f"operator:{who.id}", reason, circumstances)
    _written_down(session, who, "called off", class_id, "", circumstances.now)


def moved(
    session: Session, class_id: int, start: datetime, minutes: int | None, who: Who, circumstances: Circumstances
) -> None:
    """To this wall time of the teacher's zone. Raises as move_class()."""
    before = class_by_id(session, class_id)
    move_class(session, class_id, start, circumstances, minutes)
    assert before is not None
    length = f", {minutes} minutes" if minutes else ""
    words = f"{before.scheduled_start:%Y-%m-%d %H:%M} → {start:%Y-%m-%d %H:%M}{length}"
    _written_down(session, who, "moved", class_id, words, circumstances.now)


def resized(session: Session, class_id: int, capacity: int, who: Who, now: datetime) -> None:
    """Raises as change_capacity()."""
    before = class_by_id(session, class_id)
    change_capacity(session, class_id, capacity, now)
    assert before is not None
    _written_down(session, who, "changed the seats", class_id, f"{before.capacity} → {capacity}", now)


def _lines(session: Session, rows: Sequence[Row[Any]], now: datetime) -> list[ClassLine]:
    ids = [row.id for row in rows]
    owned, waiting = seats_held(session, ids, now), waiting_for(session, ids)
    found = []
    for row in rows:
        zone, is_scheduled = ZoneInfo(row.timezone), row.status is ClassStatus.SCHEDULED
        held = max(owned.get(row.id, 0) - row.seats_taken, 0) if is_scheduled else 0
        found.append(
            ClassLine(
                id=row.id, status=ClassStatus(row.status), name=row.title or row.service_name,
                service=row.service_name, staff=row.staff_name, place=row.place,
                start=row.start_at.astimezone(zone), end=row.end_at.astimezone(zone), capacity=row.capacity,
                booked=row.seats_taken, held=held, waiting=waiting.get(row.id, 0),
            )
        )  # fmt: skip
    return found


def _seat(row: Row[Any], start: datetime, now: datetime) -> Seat:
    status = BookingStatus(row.status)
    return Seat(
        booking_id=row.id, status=status, seats=row.seats_reserved, client_id=row.client_id,
        client=row.name or row.phone or row.address or f"client {row.client_id}", phone=row.phone or "",
        attendee=row.attendee, note=row.client_note, conversation_id=row.conversation_id,
        is_reached=row.conversation_id is not None and row.opted_out_at is None,
        is_promised=row.client_confirmed_at is not None, commands=_commands(status, start, now),
    )  # fmt: skip


def _commands(status: BookingStatus, start: datetime, now: datetime) -> tuple[str, ...]:
    if status is BookingStatus.PENDING:
        return ("APPROVE", "DECLINE") if now < start else ()
    has_begun, leads_to = now >= start, TRANSITIONS[status]
    return (
        *(("ARRIVED",) if BookingStatus.IN_PROGRESS in leads_to and now >= start - EARLY else ()),
        *(
            ("DONE",)
            if BookingStatus.COMPLETED in leads_to and (has_begun or status is BookingStatus.IN_PROGRESS)
            else ()
        ),
        *(("NOSHOW",) if BookingStatus.NO_SHOW in leads_to and has_begun else ()),
        *(("CANCEL",) if BookingStatus.CANCELLED in leads_to and not has_begun else ()),
    )


def _written_down(session: Session, who: Who, action: str, class_id: int, words: str, now: datetime) -> None:
    audit(
        session, at=now, operator_id=who.id, who=who.name, action=action, subject=f"class {class_id}",
        words=words,
    )  # fmt: skip
