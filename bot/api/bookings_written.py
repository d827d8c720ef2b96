"""A booking as callers read it."""

from datetime import datetime

from pydantic import Field

from bot.api.values import Amount, Output
from conversations.booking import BookingStatus, BookingView
from conversations.languages.render import name_text
from handlers.api.caller import Caller


class Client(Output):
    id: int
    name: str
    phone: str
    email: str


class Meeting(Output):
    link: str
    provider: str
    passcode: str


class Due(Output):
    """What a booking waits to be paid."""

    asked: Amount
    paid: Amount
    due_at: datetime
    page: str = Field(description="where its client pays; empty where there is no such page")
    instructions: str


class Booking(Output):
    """One place in somebody's time, or seats in a class."""

    id: int
    status: BookingStatus
    version: int
    booking_type: str = Field(description="one_on_one or group_session")
    service_ids: list[int]
    service: str
    staff_id: int
    staff: str
    client: Client
    attendee: str = Field(description="who it is for, where that is not the client")
    class_session_id: int | None
    series_id: int | None
    seats_reserved: int
    preferred_datetime: datetime
    start_at: datetime
    end_at: datetime
    confirmed_datetime: datetime | None
    proposed_datetime: datetime | None = Field(description="another time that waits for an answer")
    proposed_by_client: bool
    timezone: str
    price: Amount
    is_video_call: bool
    meeting: Meeting | None
    client_note: str
    staff_note: str | None = Field(description="for staff alone")
    decline_reason: str
    cancel_reason: str
    decided_at: datetime | None
    call_started_at: datetime | None
    call_ended_at: datetime | None
    duration_minutes: int | None
    payment: Due | None
    page: str = Field(description="its client's own page; empty where pages have no address")
    intake_page: str


def written(view: BookingView, caller: Caller) -> Booking:
    """As this caller reads it: what staff note is for staff."""
    return Booking(
        id=view.id, status=view.status, version=view.version,
        booking_type="one_on_one" if view.class_id is None else "group_session",
        service_ids=list(view.service_ids), service=name_text(view.service, "en"), staff_id=view.staff_id,
        staff=view.staff,
        client=Client(
            id=view.client_id, name=view.client if view.client_named else "", phone=view.phone, email=view.email
        ),
        attendee=view.attendee, class_session_id=view.class_id, series_id=view.series_id, seats_reserved=view.seats,
        preferred_datetime=view.preferred, start_at=view.start, end_at=view.end, confirmed_datetime=view.confirmed,
        proposed_datetime=view.proposed, proposed_by_client=view.proposed_by_client, timezone=str(view.start.tzinfo),
        price=Amount.of(view.price), is_video_call=view.is_video,
        meeting=Meeting.model_validate(view.meeting) if view.meeting is not None else None,
        client_note=view.note, staff_note=None if caller.is_client else view.staff_note,
        decline_reason=view.decline_reason, cancel_reason=view.cancel_reason, decided_at=view.decided_at,
        call_started_at=view.call_started, call_ended_at=view.call_ended, duration_minutes=view.call_minutes,
        payment=_due(view), page=view.page, intake_page=view.intake_page,
    )  # fmt: skip


def _due(view: BookingView) -> Due | None:
    if view.payment is None:
        return None
    return Due(
        asked=Amount.of(view.payment.asked), paid=Amount.of(view.payment.paid), due_at=view.payment.due_at,
        page=view.payment.link, instructions=view.payment.instructions,
    )  # fmt: skip
