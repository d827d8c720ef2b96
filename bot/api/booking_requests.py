"""Bookings as older software asks for them: a couple, their event and a service, in one call."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.api.bookings_written import Booking
from bot.api.endpoint import CLIENTS, EVERYBODY, STAFF, Call, endpoint
from bot.api.problems import Problem
from bot.api.sessions import one
from bot.api.values import Amount, Id, Input, Moment, Output, Text, Words
from bot.api.wishes import EMAIL, PHONE, asked_for, client_named, who_they_are
from conversations.engagements.kinds import Detail
from conversations.engagements.states import EngagementStatus, RecordStatus
from handlers.api.booking_requests import Unfit, Wish, visit_of
from handlers.api.integrations import State, integration_of
from handlers.api.wishes import phone_of_client

_FIELDS = {
    Detail.NAME: "couple_name", Detail.EVENT_DATE: "event_date", Detail.VENUE: "venue", Detail.GUESTS: "guest_count",
    Detail.BUDGET: "budget_range", Detail.EMAIL: "contact_email", Detail.REQUESTS: "special_requests",
}  # fmt: skip


def _a_day(said: str) -> str:
    """Of a moment ("2027-06-12T00:00:00.000Z"), its day as it is written."""
    return date.fromisoformat(said[:10]).isoformat()


class Requested(Input):
    """What a couple wishes. `event_date` is the day of their event, not that of the appointment."""

    vendor_id: Id | None = Field(None, description="the staff member; left out, whoever is free")
    service_type: Annotated[Text, Field(min_length=1, max_length=80)] = Field(
        description="a service by its name, an alias, its number, or its category"
    )
    couple_name: Annotated[Text, Field(min_length=1, max_length=120)]
    event_date: Annotated[
        str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.+Zz-]{1,30})?$"), AfterValidator(_a_day)
    ] | None = None  # fmt: skip
    contact_email: Annotated[str, Field(pattern=EMAIL, max_length=254)] | None = None
    contact_phone: Annotated[str, Field(pattern=PHONE)] | None = Field(
        None, description="of the couple; left out where they ask by a token of their own"
    )
    guest_count: int | None = Field(None, ge=1, le=100_000)
    budget_range: Annotated[Text, Field(max_length=60)] = Field("", description='"50k-100k"')
    special_requests: Annotated[Text, Field(max_length=2000)] = ""
    venue: Annotated[Text, Field(max_length=200)] = ""
    start_at: Moment | None = Field(None, description="when the appointment begins; left out, the first free time")
    agreed: list[Words] = Field([], max_length=10, description="versions of agreements that the client says yes to")


class ClientRecord(Output):
    id: int
    name: str
    email: str
    phone: str
    status: RecordStatus
    budget_range: str
    notes: str


class Wedding(Output):
    id: int
    ref: str = Field(description='as its coordinator names it: "W4"')
    kind: str
    couple_name: str
    event_date: date | None
    venue: str = Field(description='"TBD" where it is not known')
    guest_count: int | None
    budget: Amount | None
    status: EngagementStatus
    progress: int = Field(description="milestones done, in percent")


class Integration(Output):
    """What the booking opens for its coordinator. It never holds the booking up: it is made once that stands."""

    state: State = Field(description="none where the service opens nothing")
    client: ClientRecord | None
    wedding: Wedding | None


class BookingRequested(Output):
    booking: Booking
    coordinatorIntegration: Integration  # noqa: N815 - as older software reads it


@endpoint("POST", "/api/bookings/request", CLIENTS | STAFF, status=201, location="/api/sessions/{booking.id}",
          also=(200,), problems=(404,))  # fmt: skip
def request(call: Call, body: Requested) -> BookingRequested:
    """Ask for an appointment for a couple, with what they tell of their event.

    The appointment is with the staff member at `start_at`; left out, at the first free start of the service. What is
    told of the event goes to the engagement that the booking opens; `coordinatorIntegration` says how far that is:
    `pending` at first, then `GET /api/bookings/{booking_id}/coordinator-integration`. Where the service opens none,
    it goes with the booking as the client's note. Asked again for the same event, the booking that stands is
    answered (200)."""
    room = client_named(call, _phone(call, body), body.couple_name[:80], body.vendor_id)
    told = {
        Detail.NAME: body.couple_name, Detail.EVENT_DATE: body.event_date or "", Detail.VENUE: body.venue,
        Detail.GUESTS: str(body.guest_count or ""), Detail.BUDGET: body.budget_range,
        Detail.EMAIL: body.contact_email or "", Detail.REQUESTS: body.special_requests,
    }  # fmt: skip
    wish = Wish(body.service_type, body.vendor_id, body.start_at, told, tuple(body.agreed))
    try:
        visit = visit_of(call.session, room, wish, call.circumstances)
    except Unfit as unfit:
        raise _problem(unfit) from None
    if isinstance(visit, int):
        call.status = 200
        return _requested(call, visit)
    said = who_they_are(call, visit.name, visit.email)
    return _requested(call, asked_for(call, room, replace(visit, name=said["name"], email=said["email"])))


@endpoint("GET", "/api/bookings/{booking_id}/coordinator-integration", EVERYBODY)
def integration(call: Call, booking_id: int) -> Integration:
    """How far the engagement is that a booking opens."""
    one(call, booking_id)
    found = integration_of(call.session, booking_id, call.profile)
    wedding = found.wedding
    return Integration(
        state=found.state, client=ClientRecord.model_validate(found.client) if found.client is not None else None,
        wedding=Wedding(
            id=wedding.id, ref=wedding.ref, kind=wedding.kind, couple_name=wedding.couple_name,
            event_date=wedding.event_date, venue=wedding.venue, guest_count=wedding.guest_count,
            budget=Amount.of(wedding.budget) if wedding.budget is not None else None, status=wedding.status,
            progress=wedding.progress,
        ) if wedding is not None else None,
    )  # fmt: skip


def _phone(call: Call, body: Requested) -> str | None:
    """A client may say their own number, as older software does."""
    if call.by.is_client and body.contact_phone == phone_of_client(call.session, call.by.client_id or 0):
        return None
    return body.contact_phone


def _requested(call: Call, booking_id: int) -> BookingRequested:
    return BookingRequested(booking=one(call, booking_id), coordinatorIntegration=integration(call, booking_id))


def _problem(unfit: Unfit) -> Problem:
    """What was said wrong is 422, what cannot be had 409."""
    if unfit.detail is None:
        return Problem(409, unfit.code, unfit.words)
    errors = [{"in": "body", "at": _FIELDS[unfit.detail], "wrong": unfit.words}]
    return Problem(422, unfit.code, unfit.words, errors=errors)
