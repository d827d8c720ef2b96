"""What Stripe's webhooks say: whether they are genuine, and what has become of payments and refunds."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from bot.channels.reading import clean
from bot.channels.unreadable import Unreadable
from bot.logs import log
from bot.payments.stripe_objects import (
    LONGEST_ID,
    Fields,
    code_of,
    id_of,
    money_of,
    object_in,
    payment_id_of,
    plain,
    refund_news,
    session_news,
)
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews, RefundNews

STRIPE: Final = "stripe"
TOLERANCE = timedelta(seconds=300)
"""How far from now, before or after, a webhook may have been signed."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A client's bank wants money back: a person must answer it in Stripe's console."""

    dispute_id: str
    transaction_id: str
    amount: Money | None
    code: str = ""
    """The reason: fraudulent, product_not_received, …"""
    status: str = ""


class Told(NamedTuple):
    """One thing that an event tells. Stripe sends an event again, with the same id, and in any order."""

    event_id: str
    news: PaymentNews | RefundNews | Dispute


def is_live(secret_key: str) -> bool | None:
    """Whether a key moves real money; None where it does not say."""
    kind = secret_key.split("_")[1:2]
    return {"live": True, "test": False}.get(kind[0]) if kind else None


class StripeInbound:
    """Reads the webhooks of one endpoint. `live` is what our own key is; None takes both. Numbers of ours count only in
    what was made with the same `home`: every desk on an account hears of the payments of all.
    https://docs.stripe.com/webhooks"""

    def __init__(self, webhook_secret: str, live: bool | None = None, home: str = "") -> None:
        self._secret = webhook_secret.strip().encode()
        self._live, self._home = live, home

    def verify(self, raw: bytes, header: str | None, now: datetime) -> bool:
        """Whether Stripe signed these very bytes, not long ago. `header` is Stripe-Signature: t=…,v1=…, with a second
        v1 while the secret is rolled. The SDK's own check lets a time of signing in the future pass."""
        pairs = [part.split("=", 1) for part in (header or "").split(",")]
        fields = [(pair[0].strip(), pair[1].strip()) for pair in pairs if len(pair) == 2]
        moment = next((value for name, value in fields if name == "t"), "")
        if not self._secret or not (moment.isascii() and moment.isdigit() and len(moment) <= 12):
            return False
        expected = hmac.new(self._secret, moment.encode() + b"." + raw, hashlib.sha256).hexdigest().encode()
        signatures = [value.encode("utf-8", "replace") for name, value in fields if name == "v1"]
        is_signed = any(hmac.compare_digest(signature, expected) for signature in signatures)
        return is_signed and abs(now.timestamp() - int(moment)) <= TOLERANCE.total_seconds()

    def parse(self, raw: bytes) -> tuple[Told, ...]:
        """What an event tells, nothing for one that we have no use for. Raises Unreadable where the body is no event,
        or is of the mode, live or test, that our key is not of."""
        event = _json(raw)
        if event.get("object", "event") != "event" or event.get("account"):
            _ignored("event", event)
            return ()
        if self._live is not None and event.get("livemode") is not self._live:
            raise Unreadable("Stripe event: livemode")
        event_id = id_of(event)
        if not event_id:
            raise Unreadable("Stripe event: id")
        told = _news(clean(event.get("type")), event, self._home)
        if not told:
            _ignored("type", event)
        return tuple(Told(event_id, news) for news in told)


def _news(kind: str, event: Fields, home: str) -> tuple[PaymentNews | RefundNews | Dispute, ...]:
    data = object_in(object_in(event, "data"), "object")
    match kind.split("."):
        case "checkout", "session", "completed" | "async_payment_succeeded" | "async_payment_failed" | "expired":
            return (_session(kind, session_news(_identified(data), home, _moment(event.get("created")))),)
        case "payment_intent", "amount_capturable_updated":
            return _held(_identified(data), home, _moment(event.get("created")))
        case "payment_intent", "canceled":
            return _let_go(_identified(data), home, _moment(event.get("created")))
        case "payment_intent", "payment_failed":
            return _try_failed(_identified(data), home, _moment(event.get("created")))
        case ("refund", "created" | "updated" | "failed") | ("charge", "refund", "updated"):
            return (refund_news(_identified(data), home),)
        case "charge", "refunded":
            return _refunds_of(_identified(data), home)
        case "charge", "dispute", "created":
            return (_dispute(_identified(data)),)
    return ()


def _session(kind: str, news: PaymentNews) -> PaymentNews:
    if kind.endswith("async_payment_failed") and news.outcome is not Outcome.PAID:
        return replace(news, outcome=Outcome.FAILED, code=news.code or "async_payment_failed")
    return news


def _try_failed(intent: Fields, home: str, at: datetime | None) -> tuple[PaymentNews, ...]:
    """One try of a payment of ours; a payment intent does not name its session."""
    payment_id = payment_id_of(intent, home)
    if payment_id is None:
        return ()
    error = object_in(intent, "last_payment_error")
    words = plain(error.get("message"))
    return (PaymentNews(Outcome.TRY_FAILED, payment_id=payment_id, code=code_of(error), words=words, at=at),)


def _held(intent: Fields, home: str, at: datetime | None) -> tuple[PaymentNews, ...]:
    """An amount that is held on a card for a payment of ours."""
    payment_id, is_held = payment_id_of(intent, home), clean(intent.get("status")) == "requires_capture"
    if payment_id is None or not is_held:
        return ()
    return (PaymentNews(Outcome.AUTHORIZED, payment_id=payment_id, transaction_id=id_of(intent), at=at),)


def _let_go(intent: Fields, home: str, at: datetime | None) -> tuple[PaymentNews, ...]:
    """What was held is held no more: by our word, by a person's at Stripe, or because its time was over."""
    payment_id = payment_id_of(intent, home)
    if payment_id is None or clean(intent.get("capture_method")) != "manual":
        return ()
    code = clean(intent.get("cancellation_reason"))[:40]
    return (PaymentNews(Outcome.EXPIRED, payment_id=payment_id, transaction_id=id_of(intent), code=code, at=at),)


def _refunds_of(charge: Fields, home: str) -> tuple[RefundNews, ...]:
    """The refunds in a charge. Newer versions of the API leave them out, and tell each by an event of its own."""
    listed = object_in(charge, "refunds").get("data")
    found = [one for one in listed if isinstance(one, Mapping) and id_of(one)] if isinstance(listed, list) else []
    return tuple(refund_news(one, home) for one in found)


def _dispute(dispute: Fields) -> Dispute:
    return Dispute(
        id_of(dispute),
        id_of(dispute.get("payment_intent")),
        money_of(dispute.get("amount"), dispute.get("currency")),
        clean(dispute.get("reason"))[:40],
        clean(dispute.get("status"))[:40],
    )


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable("Stripe webhook that is no JSON object")
    return found


def _identified(data: Fields) -> Fields:
    if not id_of(data):
        raise Unreadable("Stripe event: data.object.id")
    return data


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(clean(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _ignored(what: str, event: Fields) -> None:
    log.info("webhook_ignored", provider=STRIPE, what=what, kind=clean(event.get("type"))[:LONGEST_ID])
