"""M-Pesa: a client's phone is asked for what a booking waits for, and Safaricom says what came of it."""

from typing import Annotated

from flask import request
from pydantic import Field

from bot.api.endpoint import CLIENTS, STAFF, Call, Work, endpoint
from bot.api.problems import Problem
from bot.api.session_payments import WHY
from bot.api.sessions import one
from bot.api.values import Amount, Id, Input, Output
from bot.channels.unreadable import Unreadable
from bot.logs import log
from bot.metrics import WEBHOOKS_REFUSED, WEBHOOKS_UNREADABLE, Provider
from bot.payments.calls import take_call
from bot.payments.mpesa_inbound import open_inbound
from bot.payments.providers import MPESA
from conversations.money import Money
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.api.paid import NotPaid, phone_asked
from handlers.api.wishes import NoRoom

LONGEST_CALL = 256 * 1024


class Push(Input):
    """Whose phone is asked. `phone` is left out where it is the client's own."""

    booking_id: Id
    phone: Annotated[str, Field(pattern=r"^\+?[1-9][0-9]{6,14}$")] | None = Field(None, description="254712345678")


class Prompt(Output):
    """A phone is asked, or is about to be. What came of it: `GET /api/payments/{payment_id}`."""

    attempt_id: int
    payment_id: int
    booking_id: int
    status: PaymentStatus
    amount: Amount
    phone: str


class Key(Input):
    key: Annotated[str, Field(max_length=200, description="`MPESA_CALLBACK_SECRET`")] = ""


class Accepted(Output):
    """In the words that Safaricom knows."""

    ResultCode: int = 0
    ResultDesc: str = "Accepted"


@endpoint("POST", "/api/mpesa/initiate", CLIENTS | STAFF, status=202, location="/api/payments/{payment_id}",
          problems=(404,))  # fmt: skip
def initiate(call: Call, body: Push) -> Prompt:
    """Ask a phone for what a booking waits for, soon. While it is being asked, it is not asked again."""
    found = one(call, body.booking_id)
    if PaymentMethod.MPESA not in call.profile.business.pays_by:
        raise Problem(409, "mpesa_not_set_up", "M-Pesa is not set up.")
    phone = f"+{body.phone.lstrip('+')}" if body.phone else ""
    try:
        asked = phone_asked(call.session, found.client.id, found.id, phone, call.circumstances)
    except NoRoom:
        raise Problem(409, "no_channel", "No channel reaches this client.") from None
    if isinstance(asked, NotPaid):
        raise Problem(409, asked.value, WHY[asked])
    return Prompt(
        attempt_id=asked.id, payment_id=asked.request_id, booking_id=asked.booking_id, status=asked.status,
        amount=Amount.of(Money(asked.amount, asked.currency)), phone=asked.phone,
    )  # fmt: skip


@endpoint(
    "POST", "/api/mpesa/callback", None, work=Work.OWN, problems=(403, 413, 422), longest_body=LONGEST_CALL,
    is_counted=False,
)  # fmt: skip
def callback(call: Call, query: Key) -> Accepted:
    """For Safaricom: what came of a prompt. The same as `MPESA_CALLBACK_PATH`, with the secret as `key`.

    It is answered "accepted" whatever it says; 403 for another key, or from an address that is none of
    `MPESA_CALLBACK_SOURCES`."""
    mpesa = open_inbound(call.desk.settings)
    if not mpesa.verify(query.key, call.address):
        log.warning("webhook_refused", provider=Provider.MPESA)
        WEBHOOKS_REFUSED.add(provider=Provider.MPESA)
        raise Problem(403, "wrong_key", "This is for Safaricom.")
    try:
        call_id, news = mpesa.parse(request.get_data(cache=False))
    except Unreadable as error:
        log.error("webhook_unreadable", why=str(error))
        WEBHOOKS_UNREADABLE.add()
    else:
        take_call(call.desk, MPESA, call_id, news, is_signed=False)
    return Accepted()
