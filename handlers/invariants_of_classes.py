"""The invariants of class sessions: their time, their teacher's, their seats and the bookings in them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus
from conversations.rules.transitions import LIVE
from models import invariants as found
from models.claims import Holder, Scarce

LONGEST_BUFFER = timedelta(minutes=240)
"""The most that a business file allows before or after a booking."""
Rows = Sequence[Row[Any]]


def broken_classes(session: Session, _now: datetime) -> Iterator[str]:
    for page in found.class_pages(session):
        ids = [row.id for row in page]
        owned = found.stretches_held(session, Holder.CLASS, ids)
        seats, booked = found.seats_of(session, ids), found.bookings_in_classes(session, ids)
        for row in page:
            mine, inside = seats.get(row.id, []), booked.get(row.id, [])
            for wrong in (*_time(row, owned.get(row.id, [])), *_seats(row, mine), *_bookings(row, inside, mine)):
                yield f"class #{row.id}: {wrong}"


def is_around(stretch: Row[Any], row: Row[Any]) -> bool:
    """Whether a stretch of time is what a booking or a class takes, with buffers that a policy may want."""
    before, after = row.start_at - stretch.start_at, stretch.end_at - row.end_at
    return bool(timedelta(0) <= before <= LONGEST_BUFFER and timedelta(0) <= after <= LONGEST_BUFFER)


def _time(row: Row[Any], owned: Rows) -> Iterator[str]:
    """It is when it says, and its teacher's time is its own while it is held."""
    if row.scheduled_start.replace(tzinfo=ZoneInfo(row.timezone), fold=0).astimezone(UTC) != row.start_at:
        yield f"it is scheduled for {row.scheduled_start} in {row.timezone}, but starts at {row.start_at}"
    if row.end_at - row.start_at != timedelta(minutes=row.minutes):
        yield f"it does not last {row.minutes} minutes"
    if row.status is ClassStatus.CANCELLED:
        if owned:
            yield "it is cancelled and still owns time"
        return
    people = [stretch for stretch in owned if stretch.scarce is Scarce.STAFF]
    if len(people) != 1:
        yield "it owns no time" if not people else f"it owns {len(people)} stretches of time, not one"
    for stretch in owned:
        if stretch.scarce is Scarce.STAFF and stretch.scarce_id != row.staff_id:
            yield f"it owns time of staff {stretch.scarce_id}, but is with staff {row.staff_id}"
        if stretch.live_until is not None:
            yield "the time it owns runs out"
        if not is_around(stretch, row):
            yield "the time it owns is not its own time with its buffers"


def _seats(row: Row[Any], seats: Rows) -> Iterator[str]:
    booked = sum(seat.holder is Holder.BOOKING for seat in seats)
    if row.seats_taken != booked:
        yield f"it says that {row.seats_taken} of its seats are taken, but bookings own {booked}"
    if beyond := [seat.cell for seat in seats if not 1 <= seat.cell <= row.capacity]:
        yield f"of its {row.capacity} seats number {beyond[0]} is owned"
    if any((seat.start_at, seat.end_at) != (row.start_at, row.end_at) for seat in seats):
        yield "some of its seats are not at its time"


def _bookings(row: Row[Any], bookings: Rows, seats: Rows) -> Iterator[str]:
    """Who has a living booking in it owns as many seats as that says; nobody else owns any."""
    owned: dict[int, list[Row[Any]]] = {}
    for seat in seats:
        if seat.holder is Holder.BOOKING:
            owned.setdefault(seat.holder_id, []).append(seat)
    for booking in bookings:
        mine = owned.pop(booking.id, [])
        if booking.status not in LIVE:
            if mine or booking.live_class_id is not None:
                yield f"booking #{booking.id} is {booking.status.value} and still in it"
            continue
        if row.status is ClassStatus.CANCELLED:
            yield f"it is cancelled, but booking #{booking.id} in it is {booking.status.value}"
        if booking.live_class_id != row.id:
            yield f"booking #{booking.id} is not known to be its client's only one in it"
        if len(mine) != booking.seats_reserved:
            yield f"booking #{booking.id} is for {booking.seats_reserved} of its seats, but owns {len(mine)}"
        if any(seat.live_until is not None for seat in mine):
            yield f"the seats of booking #{booking.id} run out"
        if (booking.start_at, booking.end_at) != (row.start_at, row.end_at):
            yield f"booking #{booking.id} is not at its time"
    for booking_id in owned:
        yield f"booking #{booking_id} owns seats of it, but is not in it"
