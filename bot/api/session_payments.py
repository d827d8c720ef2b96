"""What a client does about the payment of a booking: shows that they paid, and reads what was asked."""

from typing import Annotated

from pydantic import Field, model_validator

from bot.api.bookings_written import Booking
from bot.api.endpoint import CLIENTS, EVERYBODY, STAFF, Call, endpoint
from bot.api.payments_written import Payment, payments_page
from bot.api.problems import Problem
from bot.api.sessions import lock, one
from bot.api.values import Input, Page, PageAsked, Text
from conversations.rules.mpesa_texts import read_confirmation
from conversations.rules.references import reference_in
from handlers.api.paid import NotPaid, proof_shown
from handlers.api.wishes import NoRoom
from models.money_listing import Asked, Whose

WHY = {
    NotPaid.NOTHING_TO_PAY: "Nothing waits to be paid for this booking, or it is held on a card.",
    NotPaid.REFERENCE_USED: "This reference was used for another payment.",
    NotPaid.NOT_BY_MPESA: "This cannot be paid by M-Pesa on this phone.",
    NotPaid.TOO_MANY_PROMPTS: "This was asked for on a phone too often. Pay another way.",
}


class Proof(Input):
    """How a client shows that they paid: the reference of their transfer (or the text by which M-Pesa tells of it), or
    the link of a picture or file. One of them."""

    reference: Annotated[Text, Field(max_length=500)] = ""
    link: Annotated[Text, Field(pattern=r"^(https://[^\s/?#@]+\.[^\s<>\"]+)?$", max_length=500)] = ""

    @model_validator(mode="after")
    def _is_one(self) -> "Proof":
        if bool(self.reference) == bool(self.link):
            raise ValueError("give either a reference or a link")
        return self


@endpoint("POST", "/api/sessions/{booking_id}/submit-payment", CLIENTS | STAFF, represents=one, lock=lock)
def submit_payment(call: Call, booking_id: int, body: Proof) -> Booking:
    """Show that a booking is paid. It is confirmed once somebody of the business has looked at it.

    The same proof sent again changes nothing; another one takes its place. A reference has five characters or more,
    three of them digits."""
    found = one(call, booking_id)
    told = read_confirmation(body.reference)
    reference, amount = (told.code, told.amount) if told is not None else (reference_in(body.reference), None)
    if body.reference and not reference:
        raise Problem(422, "no_reference", "A reference has five characters or more, three of them digits.")
    try:
        why = proof_shown(call.session, found.client.id, booking_id, reference, body.link, amount, call.circumstances)
    except NoRoom:
        raise Problem(409, "no_channel", "No channel reaches this client.") from None
    if why is not None:
        raise Problem(409, why.value, WHY[why])
    return one(call, booking_id)


@endpoint("GET", "/api/sessions/{booking_id}/payments", EVERYBODY)
def of_booking(call: Call, booking_id: int, query: PageAsked) -> Page[Payment]:
    """What was asked for a booking, newest first."""
    one(call, booking_id)
    return payments_page(call, query, Asked.ALL, Whose(booking_id=booking_id))
