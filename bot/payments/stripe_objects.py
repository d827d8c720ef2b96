"""How Stripe's objects read: its amounts, Checkout Sessions and refunds, whether they were asked for or are told."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.numbers import get_currency_precision

from bot.channels.reading import clean, own_id
from bot.payments.base import ProviderRefused
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews, RefundNews

Fields = Mapping[str, Any]
ZERO_DECIMAL = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
THREE_DECIMAL = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Every other currency has two decimals at Stripe, ISK and UGX too. https://docs.stripe.com/currencies"""
LONGEST_ID = 120
LONGEST_WORDS = 200
_PAID = frozenset({"paid", "no_payment_required"})
_REFUNDS = {
    "pending": Outcome.PROCESSING,
    "requires_action": Outcome.PROCESSING,
    "succeeded": Outcome.PAID,
    "failed": Outcome.FAILED,
    "canceled": Outcome.FAILED,
}
_ENDED_INTENTS = frozenset({"requires_payment_method", "canceled"})
_PRIVATE = re.compile(r"\S+@\S+|https?://\S+|\b(?:sk|rk|pk|whsec)_\S+|\d[\d *-]{3,}\d")
"""An address, a key, the digits of a card or of a phone."""


def stripe_amount(money: Money) -> int:
    """The amount as Stripe counts it. Raises ProviderRefused for one that it cannot take exactly: the last digit of
    three decimals must be 0, and a currency that has lost its cents is still counted in them."""
    theirs = _decimals(money.currency)
    ours: int = get_currency_precision(money.currency)
    amount, rest = divmod(money.amount * int(10**theirs), int(10**ours))
    if rest or amount < 0 or (money.currency in THREE_DECIMAL and amount % 10):
        raise ProviderRefused("amount_not_payable", f"no amount that can be paid in {money.currency}")
    return amount


def money_of(amount: object, currency: object) -> Money | None:
    """What Stripe counts, in our minor units; what is less than one of them is left out."""
    code = clean(currency).upper()
    if not isinstance(amount, int) or isinstance(amount, bool) or not re.fullmatch("[A-Z]{3}", code):
        return None
    return Money(amount * 10 ** get_currency_precision(code) // 10 ** _decimals(code), code)


def session_news(session: Fields, home: str = "", at: datetime | None = None) -> PaymentNews:
    """What a Checkout Session says of its payment. That a slow method came to nothing, that an amount is only held, and
    that less was taken than held, shows only where its payment intent is expanded."""
    outcome, intent = _outcome(session), object_in(session, "payment_intent")
    is_paid = outcome is Outcome.PAID
    amount = intent.get("amount_received") or session.get("amount_total")
    return PaymentNews(
        outcome,
        payment_id=payment_id_of(session, home),
        checkout_id=id_of(session),
        transaction_id=id_of(session.get("payment_intent")) if is_paid or outcome is Outcome.AUTHORIZED else "",
        amount=money_of(amount, session.get("currency")) if is_paid else None,
        code=code_of(_error_of(session)) if outcome is Outcome.FAILED else "",
        words=plain(_error_of(session).get("message")) if outcome is Outcome.FAILED else "",
        at=at,
    )


def refund_news(refund: Fields, home: str = "") -> RefundNews:
    """What a refund says of itself; one whose status we do not know is still on its way."""
    status = clean(refund.get("status"))
    outcome = _REFUNDS.get(status, Outcome.PROCESSING)
    return RefundNews(
        outcome,
        refund_id=_our_id(refund, "refund_id", "key", home),
        provider_refund_id=id_of(refund),
        transaction_id=id_of(refund.get("payment_intent")),
        amount=money_of(refund.get("amount"), refund.get("currency")),
        code=(clean(refund.get("failure_reason")) or status)[:40] if outcome is Outcome.FAILED else "",
    )


def payment_id_of(fields: Fields, home: str = "") -> int | None:
    """Our number of the payment; None for what is not ours."""
    return _our_id(fields, "payment_id", "booking_id", home)


def marks(home: str, **metadata: str) -> dict[str, str]:
    """The metadata of what we make. `home`, where there is one, tells us from another desk on the same account."""
    return metadata | ({"home": home} if home else {})


def code_of(error: Fields) -> str:
    """Why it came to nothing, as the bank says it where it does."""
    return (clean(error.get("decline_code")) or clean(error.get("code")) or clean(error.get("type")))[:40]


def plain(words: object) -> str:
    """Stripe's words on one line, without what is private in them."""
    return _PRIVATE.sub("…", " ".join(clean(words).split()))[:LONGEST_WORDS]


def id_of(value: object) -> str:
    """The id of an object, which may stand for itself."""
    return clean(value.get("id") if isinstance(value, Mapping) else value)[:LONGEST_ID]


def object_in(fields: Fields, name: str) -> Fields:
    found = fields.get(name)
    return found if isinstance(found, Mapping) else {}


def _outcome(session: Fields) -> Outcome:
    status, intent = clean(session.get("status")), clean(object_in(session, "payment_intent").get("status"))
    if intent == "requires_capture":
        return Outcome.AUTHORIZED
    if clean(session.get("payment_status")) in _PAID and intent != "canceled":
        return Outcome.PAID
    if status == "complete":
        return Outcome.FAILED if intent in _ENDED_INTENTS else Outcome.PROCESSING
    return Outcome.EXPIRED if status == "expired" else Outcome.OPEN


def _error_of(session: Fields) -> Fields:
    return object_in(object_in(session, "payment_intent"), "last_payment_error")


def _our_id(fields: Fields, name: str, beside: str, home: str) -> int | None:
    """Our number in the metadata; None where another program made them, which knows no `beside`, or another home's."""
    metadata = object_in(fields, "metadata")
    is_ours = clean(metadata.get(beside)) and (not home or metadata.get("home") == home)
    return own_id(metadata.get(name)) if is_ours else None


def _decimals(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2
