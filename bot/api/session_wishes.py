"""Bookings asked for, called off and moved: by clients, and by staff for them."""

from typing import Annotated

from pydantic import Field

from bot.api.bookings_written import Booking
from bot.api.endpoint import CLIENTS, STAFF, Call, endpoint
from bot.api.problems import Problem
from bot.api.sessions import commanded, lock, one
from bot.api.values import Amount, Id, Input, Moment, Text, Words
from bot.api.wishes import EMAIL, PHONE, asked_for, client_named, who_they_are
from conversations.booking import BookingStatus
from conversations.events import SeatsAsked, VisitAsked
from conversations.flows.standing import STANDING
from handlers.api.deeds import one_line
from handlers.api.wishes import cancel_fee
from handlers.console.looked_ahead import warnings_before
from handlers.page_asked import Outcome, cancel_wished, time_wished

Note = Annotated[Text, Field(max_length=2000)]


class Asked(Input):
    """A wish. Either services with a start, or seats in a class session. `client` is for staff and operators, who ask
    for somebody else."""

    service_ids: list[Id] = Field([], max_length=6)
    service_id: Id | None = None
    staff_id: Id | None = None
    start_at: Moment | None = None
    class_session_id: Id | None = None
    seats: int = Field(1, ge=1, le=100)
    note: Note = ""
    attendee: Words = ""
    agreed: list[Words] = Field([], max_length=10, description="versions of agreements that the client says yes to")
    name: Annotated[Text, Field(max_length=80)] = ""
    email: Annotated[str, Field(pattern=EMAIL, max_length=254)] | None = None
    client_phone: Annotated[str, Field(pattern=PHONE)] | None = None


class Reason(Input):
    reason: Words = ""


class Cancelled(Reason):
    accept_fee: bool = Field(False, description="of a client: that it costs the policy's fee")


class NewTime(Input):
    """Another time. Of a request, staff offer it and the client answers; of what stands, it is moved."""

    start_at: Moment
    reason: Words = Field("", description="told with the offer of another time for a request")
    even_so: bool = Field(False, description="of staff: also where it lies outside somebody's hours")


@endpoint("POST", "/api/sessions/request", CLIENTS | STAFF, status=201, location="/api/sessions/{id}", problems=(404,))
def request(call: Call, body: Asked) -> Booking:
    """Ask for a visit, or for seats in a class, as by text: pending where the policy wants approval, else confirmed.

    A time that cannot be had is refused with the reason in `code` and the nearest free starts in `alternatives`."""
    room = client_named(call, body.client_phone, body.name, body.staff_id)
    services = tuple(body.service_ids) or ((body.service_id,) if body.service_id is not None else ())
    about = {
        "note": body.note, "attendee": body.attendee, "agreed": tuple(body.agreed),
        **who_they_are(call, body.name, body.email),
    }  # fmt: skip
    if body.class_session_id is not None and not services and body.start_at is None:
        return one(call, asked_for(call, room, SeatsAsked(body.class_session_id, body.seats, **about)))  # type: ignore[arg-type]
    if body.class_session_id is not None or not services or body.start_at is None:
        raise Problem(422, "invalid", "Name services and a start, or a class session.")
    return one(call, asked_for(call, room, VisitAsked(services, body.staff_id, body.start_at, **about)))  # type: ignore[arg-type]


@endpoint("POST", "/api/sessions", CLIENTS | STAFF, status=201, location="/api/sessions/{id}", problems=(404,),
          deprecated=True)  # fmt: skip
def request_by_older_name(call: Call, body: Asked) -> Booking:
    """The older name of `POST /api/sessions/request`."""
    return request(call, body)


@endpoint("DELETE", "/api/sessions/{booking_id}", CLIENTS | STAFF, represents=one, lock=lock, also=(202,))
def cancel(call: Call, booking_id: int, query: Cancelled) -> Booking:
    """Call it off.

    A client may within the policy's window. Later it costs the policy's fee, which they accept by `accept_fee`, or it
    is passed on to the coordinator: answered with 202, and standing until they decide."""
    found = one(call, booking_id)
    if not call.by.is_client:
        word = "DECLINE" if found.status is BookingStatus.PENDING else "CANCEL"
        return commanded(call, f"{word} {booking_id} {one_line(query.reason)}", booking_id)
    fee = cancel_fee(call.session, booking_id, call.circumstances)
    if fee is not None and not query.accept_fee:
        raise Problem(409, "costs_a_fee", "To call it off now costs a fee.", fee=Amount.of(fee).model_dump())
    is_open = found.status in STANDING and found.start_at > call.circumstances.now
    outcome = cancel_wished(call.session, booking_id, found.version, call.circumstances)
    if outcome is Outcome.UNCHANGED and is_open:
        call.status = 202
        return one(call, booking_id)
    _refuse_unless_done(outcome, "stands_no_longer", "It is over, or was called off before.")
    return one(call, booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/time", CLIENTS | STAFF, represents=one, lock=lock)
def move(call: Call, booking_id: int, body: NewTime) -> Booking:
    """Another time for it."""
    found = one(call, booking_id)
    if call.by.is_client:
        outcome = time_wished(call.session, booking_id, found.version, body.start_at, call.circumstances)
        _refuse_unless_done(outcome, "not_free", "It cannot be moved to this time.")
        return one(call, booking_id)
    at = body.start_at.astimezone(found.start_at.tzinfo)
    if found.status is BookingStatus.PENDING:
        words = f"MODIFY {booking_id} {at:%Y-%m-%d %H:%M} {one_line(body.reason, is_single=True)}".strip()
    else:
        words = f"MOVE {booking_id} {at:%Y-%m-%d %H:%M}"
    warnings = [] if body.even_so else warnings_before(call.session, words, call.by.who, call.circumstances)
    if warnings:
        raise Problem(409, "unusual", "Out of the ordinary: send even_so where it is meant.", warnings=warnings)
    now = commanded(call, words, booking_id)
    start = now.start_at if now.proposed_datetime is None else now.proposed_datetime
    if now.staff_id != found.staff_id or start != body.start_at:
        raise Problem(409, "misread", "The reason was read as part of the time: say it in other words.")
    return now


def _refuse_unless_done(outcome: Outcome, code: str, words: str) -> None:
    if outcome is Outcome.UNCHANGED:
        raise Problem(409, code, words)
    if outcome is not Outcome.DONE:
        raise Problem(409, "raced", "It has changed meanwhile. Read it again.")
