"""What a client has booked since, where a command that took a booking from them is taken back."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from models.bookings import LONGEST_VISIT, bookings_of_client

CALLED_OFF = (BookingStatus.DECLINED, BookingStatus.CANCELLED)
MOST_LOOKED_AT = 100


def booked_instead(
    session: Session, row: Row[Any], start: datetime, end: datetime, command: Row[Any]
) -> Row[Any] | None:
    """The booking that its client has in place of this one, which would get [start, end) back; None where they have
    none. One that has come to overlap it since the command; or, where this one was called off, one made since for the
    same service or the same day. What the command itself touched is no other booking."""
    touched = {deed.get("booking") for deed in command.undo}
    for other in bookings_of_client(session, row.client_id, command.at - LONGEST_VISIT, MOST_LOOKED_AT):
        if other.id in touched or other.updated_at <= command.at:
            continue
        is_anew = row.status in CALLED_OFF and other.created_at > command.at
        overlaps = other.start_at < end and start < other.end_at
        if overlaps or (is_anew and (_shares_service(row, other) or _is_on_day_of(start, other))):
            return other
    return None


def _shares_service(row: Row[Any], other: Row[Any]) -> bool:
    mine, theirs = ({each.service_id, *each.more_service_ids} for each in (row, other))
    return not mine.isdisjoint(theirs)


def _is_on_day_of(start: datetime, other: Row[Any]) -> bool:
    zone = ZoneInfo(other.timezone)
    return bool(start.astimezone(zone).date() == other.start_at.astimezone(zone).date())
