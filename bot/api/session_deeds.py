"""What staff and operators decide and do about a booking: the coordinator's commands."""

from typing import Annotated

from pydantic import Field

from bot.api.bookings_written import Booking
from bot.api.deeds import done
from bot.api.endpoint import STAFF, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.session_wishes import Reason
from bot.api.sessions import commanded, lock, one
from bot.api.values import MOST_MONEY, Id, Input, Text, Words
from bot.api.wishes import PHONE
from conversations.money import major_units
from handlers.api.deeds import one_line
from handlers.console.booked_by_hand import ByHand, in_words
from models.booking_listing import booked_since, newest_transition


class Instant(Input):
    """A session that begins now."""

    client_phone: Annotated[str, Field(pattern=PHONE)]
    name: Annotated[Text, Field(max_length=80)] = ""
    service_id: Id
    staff_id: Id


class Said(Input):
    """Words beside a decision."""

    note: Words = ""


class Verified(Input):
    """Money that came. `amount` in minor units; left out, it is what is owed."""

    amount: int | None = Field(None, ge=1, le=MOST_MONEY)
    reference: Annotated[Text, Field(max_length=60)] = ""


class Link(Input):
    """Where a video session is held."""

    link: Annotated[str, Field(pattern=r"^https?://[^\s/?#;]+\.[^\s;]+$", max_length=500)]
    passcode: Annotated[str, Field(pattern=r"^[^\s;]*$", max_length=80)] = ""


@endpoint("POST", "/api/sessions/instant", STAFF, status=201, location="/api/sessions/{id}", problems=(404,))
def instant(call: Call, body: Instant) -> Booking:
    """A session with a client who is here: booked for now, confirmed and begun."""
    if call.by.sees_own_only and body.staff_id != call.by.staff_id:
        raise missing("staff member")
    words = _walk_in(call, body)
    before = newest_transition(call.session)
    done(call, words)
    made = _made_since(call, before)
    booked = one(call, made)
    if (booked.staff_id, booked.service_ids) != (body.staff_id, [body.service_id]):
        raise Problem(409, "misread", "The name was read as part of the wish: leave it out.")
    done(call, f"START {made}", part="start")
    return one(call, made)


@endpoint("PUT", "/api/sessions/{booking_id}/approve", STAFF, represents=one, lock=lock)
def approve(call: Call, booking_id: int, body: Said) -> Booking:
    """Approve a request: confirmed, or approved where it is to be paid; or accept the client's other time."""
    return commanded(call, f"APPROVE {booking_id} {one_line(body.note)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/decline", STAFF, represents=one, lock=lock)
def decline(call: Call, booking_id: int, body: Reason) -> Booking:
    """Decline a request. The client gets the reason, and other times."""
    return commanded(call, f"DECLINE {booking_id} {one_line(body.reason)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/verify-payment", STAFF, represents=one, lock=lock)
def verify_payment(call: Call, booking_id: int, body: Verified) -> Booking:
    """Money came for it: what is owed, or this amount."""
    found, amount = one(call, booking_id), body.amount
    if body.reference and amount is None:  # what stands first behind PAID is an amount, where it may be one
        amount = _owed(found)
    said = f"{major_units(amount, found.price.currency)} {found.price.currency}" if amount is not None else ""
    return commanded(call, f"PAID {booking_id} {said} {one_line(body.reference, is_single=True)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/link", STAFF, represents=one, lock=lock)
def link(call: Call, booking_id: int, body: Link) -> Booking:
    """Hold it over video, by this link; the client reads it at once where it is confirmed."""
    return commanded(call, f"LINK {booking_id} {body.link} {body.passcode}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/start-call", STAFF, represents=one, lock=lock)
def start_call(call: Call, booking_id: int) -> Booking:
    """The session begins."""
    return commanded(call, f"START {booking_id}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/end-call", STAFF, represents=one, lock=lock)
def end_call(call: Call, booking_id: int, body: Said) -> Booking:
    """The session is over; its length is kept."""
    return commanded(call, f"END {booking_id} {one_line(body.note)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/no-show", STAFF, represents=one, lock=lock)
def no_show(call: Call, booking_id: int) -> Booking:
    """The client did not come."""
    return commanded(call, f"NOSHOW {booking_id}", booking_id)


@endpoint("POST", "/api/sessions/{booking_id}/complete", STAFF, represents=one, lock=lock)
def complete(call: Call, booking_id: int, body: Said) -> Booking:
    """It took place."""
    return commanded(call, f"DONE {booking_id} {one_line(body.note)}", booking_id)


@endpoint("POST", "/api/sessions/{booking_id}/note", STAFF, represents=one, lock=lock)
def note(call: Call, booking_id: int, body: Said) -> Booking:
    """A note of the staff's own, which the client never reads."""
    if not body.note:
        raise Problem(422, "invalid", "A note has words.")
    return commanded(call, f"NOTE {booking_id} {one_line(body.note, is_single=True)}", booking_id)


def _owed(found: Booking) -> int:
    """In minor units. Raises Problem where nothing is."""
    owed = found.price.amount if found.payment is None else found.payment.asked.amount - found.payment.paid.amount
    if owed <= 0:
        raise Problem(409, "nothing_to_pay", "Nothing is left to pay for it.")
    return owed


def _walk_in(call: Call, body: Instant) -> str:
    wish = ByHand(body.client_phone, body.name, body.service_id, body.staff_id, "", "")
    profile = call.profile
    if body.service_id not in {s.id for s in profile.services} or body.staff_id not in {s.id for s in profile.staff}:
        raise missing("service or staff member")
    return f"{in_words(wish, profile)} now"


def _made_since(call: Call, transition_id: int) -> int:
    made = booked_since(call.session, transition_id, f"operator:{call.by.who.id}")
    if made is None:
        raise Problem(409, "refused", "It was not booked.")
    return made
