"""Class sessions: scheduled, called off, given another time or other seats; whoever is in one is told once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.classes import ClassStatus, ClassView, WaitlistStatus
from conversations.events import ClassCancelled, ClassMoved, Event
from handlers.advance import TRIES, advance
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.class_time import ClassRefused, check_class_time, class_moment, course, own_class_time, teacher
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.views import class_view
from models.bookings import change_booking, live_bookings_of_class
from models.claims import AT_ONCE, Holder, LostRace, let_go, move_seats, number_seats_within, seats_held
from models.class_sessions import add_class, change_class, class_by_id, lock_class, look_at_class
from models.conversations import lock_conversation
from models.waitlist import OPEN, change_entry, entries_of_class

T = TypeVar("T")
Rows = list[Row[Any]]


@dataclass(frozen=True, slots=True)
class NewClass:
    """A class that is to be held; `scheduled_start` is wall time in the teacher's zone."""

    service_id: int
    staff_id: int
    scheduled_start: datetime
    minutes: int
    capacity: int
    title: str = ""
    name_key: str | None = None
    meeting_provider: str = ""
    meeting_link: str = ""
    meeting_passcode: str = ""


@dataclass(frozen=True, slots=True)
class ClassNews:
    """Whom a change of a class concerned: how many bookings, how many who waited, and those whom no text reaches."""

    bookings: int
    waiting: int
    unreached: tuple[str, ...]


def schedule_class(session: Session, wanted: NewClass, now: datetime, profile: Profile) -> int:
    """The new class session's number; its teacher's time is its own.

    Raises ClassRefused, which says what stands in the way."""
    staff, service = teacher(profile, wanted.staff_id), course(profile, wanted.service_id, wanted.minutes)
    start = class_moment(wanted.scheduled_start, staff.zone)
    if start <= now:
        raise ClassRefused("its time has passed")
    check_class_time(session, profile, service, staff, start, now)
    values = {name: getattr(wanted, name) for name in NewClass.__slots__}
    try:
        with session.begin_nested():
            class_id = add_class(
                session, now, timezone=staff.zone.key, start_at=start,
                end_at=start + timedelta(minutes=wanted.minutes), **values,
            )  # fmt: skip
            own_class_time(session, profile, service, staff, start, class_id, now)
    except IntegrityError:  # PostgreSQL's second lock: classes of one person never overlap
        raise ClassRefused(f"somebody has just taken the time of {staff.name}") from None
    return class_id


def cancel_class(session: Session, class_id: int, who: str, reason: str, circumstances: Circumstances) -> ClassNews:
    """Every booking in it is cancelled, nobody waits for it any more, its teacher's time is free.

    Raises ClassRefused where it is over, under way or cancelled already."""
    return _with_patience(session, lambda: _cancel(session, class_id, who, reason, circumstances))


def move_class(
    session: Session, class_id: int, scheduled_start: datetime, circumstances: Circumstances, minutes: int | None = None
) -> ClassNews:
    """To another wall time, and perhaps another length, with its bookings, its seats and who waits for it.

    Raises ClassRefused, which says what stands in the way."""
    return _with_patience(session, lambda: _move(session, class_id, scheduled_start, circumstances, minutes))


def change_capacity(session: Session, class_id: int, capacity: int, now: datetime) -> None:
    """More seats are offered to who waits for them. Raises ClassRefused where more are spoken for."""
    row = _standing(lock_class(session, class_id), now)
    spoken_for = seats_held(session, [class_id], now).get(class_id, 0)
    if capacity < spoken_for:
        others = spoken_for - row.seats_taken
        offered = f" and {others} offered or held for who is being asked" if others else ""
        raise ClassRefused(f"{row.seats_taken} of its seats are booked{offered}: fewer than {spoken_for} cannot be")
    number_seats_within(session, row, capacity, now)
    change_class(session, class_id, row.version, now, capacity=capacity)
    if capacity > row.capacity:
        look_at_class(session, class_id, AT_ONCE)


def _cancel(session: Session, class_id: int, who: str, reason: str, circumstances: Circumstances) -> ClassNews:
    now, profile = circumstances.now, circumstances.profiles.current(session)
    row, bookings, entries = _take_in_hand(session, class_id, now)
    if arrived := [booking.id for booking in bookings if booking.status in _UNDER_WAY]:
        raise ClassRefused(f"booking #{arrived[0]} in it is under way or over")
    seats: dict[int, int] = {}
    for booking in bookings:
        seats[booking.client_id] = booking.seats_reserved
        call_off(session, booking, booking.version, BookingStatus.CANCELLED, who, reason, circumstances)
    for entry in entries:
        seats.setdefault(entry.client_id, entry.seats)
        let_go(session, Holder.OFFER, entry.id)
        change_entry(session, entry.id, OPEN, status=WaitlistStatus.LEFT)
    let_go(session, Holder.CLASS, class_id)
    change_class(session, class_id, row.version, now, status=ClassStatus.CANCELLED, look_at=None)
    found = _view(session, class_id)

    def event(client_id: int, booking_id: int | None) -> Event:
        booking = fresh_view(session, booking_id, profile) if booking_id is not None else None
        return ClassCancelled(found, booking, seats[client_id], reason)

    return _tell(session, bookings, entries, event, circumstances)


def _move(
    session: Session, class_id: int, scheduled_start: datetime, circumstances: Circumstances, minutes: int | None
) -> ClassNews:
    now, profile = circumstances.now, circumstances.profiles.current(session)
    row, bookings, entries = _take_in_hand(session, class_id, now)
    staff, minutes = teacher(profile, row.staff_id), minutes or row.minutes
    service = course(profile, row.service_id, minutes)
    start = class_moment(scheduled_start, staff.zone)
    end = start + timedelta(minutes=minutes)
    if start <= now:
        raise ClassRefused("that time has passed")
    if (start, end) == (row.start_at, row.end_at):
        raise ClassRefused("it is at that time already")
    let_go(session, Holder.CLASS, class_id)
    check_class_time(session, profile, service, staff, start, now)
    own_class_time(session, profile, service, staff, start, class_id, now)
    change_class(
        session, class_id, row.version, now,
        scheduled_start=scheduled_start, timezone=staff.zone.key, start_at=start, end_at=end, minutes=minutes,
    )  # fmt: skip
    move_seats(session, class_id, start, end)
    for booking in bookings:
        _move_booking(session, booking, start, end, staff.zone, now, profile)
    for entry in entries:
        change_entry(session, entry.id, OPEN, wanted_from=start, wanted_until=end)
    if entries:  # its last hour, and the end of its line, are others now
        look_at_class(session, class_id, AT_ONCE)
    before = row.start_at.astimezone(staff.zone)
    found = _view(session, class_id)

    def event(_client_id: int, booking_id: int | None) -> Event:
        booking = fresh_view(session, booking_id, profile) if booking_id is not None else None
        return ClassMoved(found, booking, before)

    return _tell(session, bookings, entries, event, circumstances)


def _move_booking(
    session: Session, row: Row[Any], start: datetime, end: datetime, zone: ZoneInfo, now: datetime, profile: Profile
) -> None:
    waits = row.status is BookingStatus.PENDING
    change_booking(
        session, row.id, row.version, now,
        start_at=start, end_at=end, timezone=zone.key, client_confirmed_at=None,
        confirmed_datetime=start if row.confirmed_datetime is not None else None,
        decide_by=deadline(profile, row.staff_id, row.service_id, start, now) if waits else row.decide_by,
    )  # fmt: skip
    plan_reminders_of_request(session, row.id, profile, now)


def _with_patience(session: Session, work: Callable[[], T]) -> T:
    """What `work` comes to, tried again from the start where somebody came into the class meanwhile."""
    for attempt in range(1, TRIES + 1):
        savepoint = session.begin_nested()
        try:
            done = work()
        except LostRace:
            savepoint.rollback()
            if attempt == TRIES:
                raise
        else:
            savepoint.commit()
            return done
    raise AssertionError("unreachable")


def _take_in_hand(session: Session, class_id: int, now: datetime) -> tuple[Row[Any], Rows, Rows]:
    """The class with its living bookings and who waits for it, all LOCKED: the conversations first, in order, as in a
    client's own turn, so that nobody waits for each other. Raises ClassRefused, and LostRace where somebody new came
    in between."""
    bookings, entries = live_bookings_of_class(session, class_id), entries_of_class(session, class_id)
    rooms = _rooms(bookings, entries)
    for conversation_id in sorted(rooms):
        lock_conversation(session, conversation_id)
    row = _standing(lock_class(session, class_id), now)
    bookings, entries = live_bookings_of_class(session, class_id), entries_of_class(session, class_id)
    if not _rooms(bookings, entries) <= rooms:
        raise LostRace
    return row, bookings, entries


def _standing(row: Row[Any] | None, now: datetime) -> Row[Any]:
    if row is None:
        raise ClassRefused("there is no such class")
    if row.status is not ClassStatus.SCHEDULED:
        raise ClassRefused(f"it is {row.status.value}")
    if row.start_at <= now:
        raise ClassRefused("it has begun")
    return row


def _view(session: Session, class_id: int) -> ClassView:
    row = class_by_id(session, class_id)
    assert row is not None
    return class_view(row, 0)


def _rooms(bookings: Rows, entries: Rows) -> set[int]:
    return {row.conversation_id for row in (*bookings, *entries) if row.conversation_id is not None}


def _tell(
    session: Session,
    bookings: Rows,
    entries: Rows,
    event: Callable[[int, int | None], Event],
    circumstances: Circumstances,
) -> ClassNews:
    """One event for each client, about their booking where they have one."""
    told = {row.client_id: (row.conversation_id, None) for row in entries}
    told |= {row.client_id: (row.conversation_id, row.id) for row in bookings}
    for client_id, (conversation_id, booking_id) in told.items():
        if conversation_id is not None:
            conversation = lock_conversation(session, conversation_id)
            advance(session, conversation, event(client_id, booking_id), circumstances)
    unreached = tuple(
        row.client_name or row.client_phone or row.client_email or f"#{row.id}"
        for row in bookings
        if row.conversation_id is None or row.opted_out_at is not None
    )
    return ClassNews(len(bookings), len(entries), unreached)


_UNDER_WAY = (BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED)
