"""A class session as callers read it."""

from datetime import datetime

from pydantic import Field

from bot.api.bookings_written import Meeting
from bot.api.values import Amount, Output
from conversations.classes import ClassStatus
from handlers.api.caller import Caller
from handlers.api.classes_read import ClassSeen


class ClassSession(Output):
    """A scheduled group class. Times are in its own zone."""

    id: int
    status: ClassStatus
    version: int
    service_id: int
    title: str = Field(description="its own, or that of its course")
    staff_id: int
    staff: str
    start_at: datetime
    end_at: datetime
    minutes: int
    timezone: str
    place: str
    price: Amount = Field(description="of a seat, as it is quoted to who asks")
    capacity: int
    seats_left: int = Field(description="that can be had now: neither booked, nor held, nor for who waits")
    seats_taken: int | None = Field(description="that are booked; null for clients")
    waiting: int | None = Field(description="how many wait for it; null for clients")
    meeting: Meeting | None = Field(description="null for clients, who read it with their booking")


def written(seen: ClassSeen, caller: Caller) -> ClassSession:
    view, row, is_client = seen.view, seen.row, caller.is_client
    link = None if is_client or not row.meeting_link else Meeting(
        link=row.meeting_link, provider=row.meeting_provider, passcode=row.meeting_passcode
    )  # fmt: skip
    return ClassSession(
        id=view.id, status=view.status, version=view.version, service_id=view.service_id, title=view.name,
        staff_id=view.staff_id, staff=view.staff, start_at=view.start, end_at=view.end, minutes=view.minutes,
        timezone=str(view.start.tzinfo), place=view.place, price=Amount.of(view.price), capacity=view.capacity,
        seats_left=view.free, seats_taken=None if is_client else row.seats_taken,
        waiting=None if is_client else seen.waiting, meeting=link,
    )  # fmt: skip
