"""Stripe Checkout: a page of Stripe's where a client pays by card, and refunds of what was paid there."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import requests
import stripe
from requests.adapters import HTTPAdapter

from bot.channels.errors import seconds
from bot.payments.base import Asked, Begun, CardProvider, Known, ProviderAway, ProviderRefused
from bot.payments.stripe_objects import (
    Fields,
    code_of,
    id_of,
    marks,
    object_in,
    payment_id_of,
    plain,
    refund_news,
    session_news,
    stripe_amount,
)
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews, RefundNews

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 7.0
SHORTEST, LONGEST = timedelta(minutes=31), timedelta(hours=23, minutes=50)
"""How long a page can be paid on. Stripe takes 30 minutes to 24 hours, by its own clock."""
UNDER_WAY = timedelta(seconds=30)
"""How long ago the shortest may have been decided on."""
STEP = timedelta(minutes=5)
LONGEST_NAME = 250
LOCALES = {"en": "en", "es": "es", "fil": "fil", "fr": "fr", "hi": "hi-IN", "pt": "pt"}
"""Stripe's pages in our languages; in the others the client's browser decides."""
MOST_KEYS = 3
LONGEST_ANSWER = 1024 * 1024
_PIECE = 65536


class StripeCheckout(CardProvider):
    """One account. A call can be repeated whatever became of the one before, so no answer is ever unclear: a page whose
    address nobody was told is paid by nobody, and a refund is looked for before it is made. `now` is the house's clock;
    `home` tells us from other desks on the same account.
    https://docs.stripe.com/api/checkout/sessions"""

    def __init__(
        self,
        secret_key: str,
        now: Callable[[], datetime],
        api_base: str = "",
        home: str = "",
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        stripe.enable_telemetry = False
        logging.getLogger("stripe").setLevel(logging.WARNING)  # it tells Stripe's words, and addresses in them
        self._now, self._home = now, home
        self._session = _Session(answer_seconds)
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, answer_seconds), session=self._session),
        )

    def begin(self, asked: Asked) -> Begun:
        """Open a page. Where `ends_at` is sooner or later than Stripe allows, the page ends as near to it as can be."""
        ends_at, key = _allowed(asked.ends_at, self._now()), asked.key
        if ends_at != asked.ends_at:
            key = f"{key}-until-{int(ends_at.timestamp())}"
        params = _page(asked, ends_at, self._home)
        session = self._done_once(self._client.v1.checkout.sessions.create, params, key)
        checkout_id, url = id_of(session), session.get("url")
        if not checkout_id or not isinstance(url, str):
            raise ProviderAway("an answer that is no Checkout Session")
        return Begun(checkout_id, url=url)

    def look(self, known: Known) -> PaymentNews:
        """What has become of it. That one try failed does not show."""
        _must_name(known.checkout_id)
        expand: Any = {"expand": ["payment_intent"]}
        with _translated():
            session = _fields(self._client.v1.checkout.sessions.retrieve(known.checkout_id, expand))
        return _about(session, known)

    def end(self, known: Known) -> PaymentNews:
        """Close the page, and let go what is held; what was paid before is told. Still OPEN where Stripe would not
        close it."""
        _must_name(known.checkout_id)
        try:
            with _translated():
                session = _fields(self._client.v1.checkout.sessions.expire(known.checkout_id))
        except ProviderRefused:
            news = self.look(known)
            return self._let_go(news, known) if news.outcome is Outcome.AUTHORIZED else news
        return _about(session, known)

    def capture(self, known: Known, key: str) -> PaymentNews:
        """Take what is held. What was let go since, here or by the bank, is told as FAILED."""
        _must_name(known.transaction_id)
        params = {"amount_to_capture": stripe_amount(known.amount)}
        take = partial(self._client.v1.payment_intents.capture, known.transaction_id)
        try:
            self._done_once(take, params, key)
        except ProviderRefused:
            news = self.look(known)
            if news.outcome is Outcome.AUTHORIZED:
                raise
            return news
        return self.look(known)

    def refund(self, refund_id: int, transaction_id: str, amount: Money, key: str) -> RefundNews:
        """Give money back. Stripe forgets a key after a day or so; its refunds carry ours in their metadata."""
        _must_name(transaction_id)
        params = {
            "payment_intent": transaction_id,
            "amount": stripe_amount(amount),
            "metadata": marks(self._home, refund_id=str(refund_id), key=key),
        }
        made = next(
            (one for one in self._refunds(transaction_id) if object_in(one, "metadata").get("key") == key), None
        )
        return refund_news(_must_be(made or self._done_once(self._client.v1.refunds.create, params, key), "refund"))

    def look_at_refund(self, provider_refund_id: str) -> RefundNews:
        _must_name(provider_refund_id)
        with _translated():
            return refund_news(_must_be(_fields(self._client.v1.refunds.retrieve(provider_refund_id)), "refund"))

    def refunds_of(self, transaction_id: str) -> tuple[RefundNews, ...]:
        """Everything that was given back, by us or in Stripe's console, newest first."""
        _must_name(transaction_id)
        return tuple(refund_news(one) for one in self._refunds(transaction_id))

    def try_out(self) -> None:
        """Ask for what any key of ours must be allowed to see. Raises as every call does."""
        with _translated():
            _fields(self._client.v1.checkout.sessions.list({"limit": 1}))

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _let_go(self, news: PaymentNews, known: Known) -> PaymentNews:
        """https://docs.stripe.com/api/payment_intents/cancel"""
        try:
            with _translated():
                self._client.v1.payment_intents.cancel(news.transaction_id)
        except ProviderRefused:
            return self.look(known)
        return replace(news, outcome=Outcome.EXPIRED)

    def _refunds(self, transaction_id: str) -> list[Fields]:
        with _translated():
            found = _fields(self._client.v1.refunds.list({"payment_intent": transaction_id, "limit": 100})).get("data")
        return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []

    def _done_once(self, create: Callable[..., object], params: Any, key: str) -> Fields:
        """Stripe repeats even an error of its own for a key, as long as it remembers it: such a key is used up, and
        the next one takes its place."""
        for number in range(1, MOST_KEYS + 1):
            try:
                with _translated():
                    return _fields(create(params, {"idempotency_key": key if number == 1 else f"{key}-{number}"}))
            except _UsedUp:
                continue
        raise ProviderAway("its own error, again and again")


class _UsedUp(ProviderAway):
    """An error of Stripe's own that it repeats from memory."""


class _Session(requests.Session):
    """The kept connections. An answer whose body drips ends with the time it may take; only its head may take
    longer."""

    def __init__(self, answer_seconds: float, connections: int = 16) -> None:
        super().__init__()
        self._seconds = answer_seconds
        self.auth = lambda request: request  # or requests would put what the machine's netrc says in place of the key
        self.headers["Accept-Encoding"] = "identity"  # so that the bytes we count are those we keep
        adapter = HTTPAdapter(pool_maxsize=connections)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        deadline = time.monotonic() + self._seconds
        response = super().request(method, url, *args, **{**kwargs, "stream": True, "allow_redirects": False})
        with response:
            response._content = _body(response, deadline)  # what `content` and `json()` read; it has no setter
        return response


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=False):
        body += piece
        if time.monotonic() > deadline or len(body) > LONGEST_ANSWER:
            raise requests.ReadTimeout("too slow, or too long")
    return bytes(body)


def _page(asked: Asked, ends_at: datetime, home: str) -> dict[str, Any]:
    """https://docs.stripe.com/api/checkout/sessions/create; a session's metadata are not copied to its payment."""
    intent = {"capture_method": "manual"} if asked.is_hold else {}
    ours = marks(home, payment_id=str(asked.payment_id), booking_id=str(asked.booking_id))
    price = {
        "currency": asked.amount.currency.lower(),
        "unit_amount": stripe_amount(asked.amount),
        "product_data": {"name": asked.words[:LONGEST_NAME]},
    }
    back = {"success_url": asked.back_to, "cancel_url": asked.back_to} if asked.back_to else {}
    return {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": str(asked.payment_id),
        "metadata": ours,
        "payment_intent_data": {"metadata": ours, **intent},
        "expires_at": int(ends_at.timestamp()),
        "locale": LOCALES.get(asked.language, "auto"),
        **back,
        **({"customer_email": asked.email} if asked.email else {}),
    }


def _allowed(ends_at: datetime, now: datetime) -> datetime:
    """When the page ends: `ends_at` itself where Stripe takes it, so that a repetition asks for the same; else the
    nearest moment that it takes, on a whole five minutes, so that one which comes soon still does."""
    if now + SHORTEST - UNDER_WAY <= ends_at <= now + LONGEST:
        return ends_at
    nearest = min(max(ends_at, now + SHORTEST), now + LONGEST)
    past = timedelta(seconds=nearest.timestamp() % STEP.total_seconds())
    return (nearest - past + STEP if past else nearest).astimezone(UTC)


def _about(session: Fields, known: Known) -> PaymentNews:
    """The session's news. Raises ProviderRefused for the session of another payment."""
    _must_be(session, "checkout.session")
    if payment_id_of(session) not in (None, known.payment_id) or id_of(session) != known.checkout_id:
        raise ProviderRefused("other_payment", "a Checkout Session of another payment")
    return replace(session_news(session), payment_id=known.payment_id)


def _must_name(provider_id: str) -> None:
    if not provider_id:
        raise ProviderRefused("no_id", "Stripe never told an id of it")


def _must_be(fields: Fields, kind: str) -> Fields:
    if fields.get("object") != kind or not id_of(fields):
        raise ProviderAway(f"an answer that is no {kind}")
    return fields


def _fields(found: object) -> Fields:
    if not isinstance(found, stripe.StripeObject):
        raise ProviderAway("an answer that is no object")
    return found.to_dict()


@contextmanager
def _translated() -> Iterator[None]:
    """Stripe's errors as ours. Their own texts hold addresses, keys and what clients wrote: only codes and Stripe's
    cleaned words are kept, and no error is chained."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise ProviderRefused(_code(error), "Stripe does not take our key for this") from None
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise ProviderRefused(_code(error), plain(_told(error).get("message"))) from None
    except stripe.APIConnectionError as error:
        raise ProviderAway(type(error.__cause__ or error).__name__) from None
    except stripe.StripeError as error:
        is_own = (error.http_status or 0) >= requests.codes.internal_server_error
        kind = _UsedUp if is_own and _header(error, "Idempotent-Replayed") == "true" else ProviderAway
        raise kind(f"HTTP {error.http_status}", seconds(_header(error, "Retry-After"))) from None


def _told(error: stripe.StripeError) -> Fields:
    body = error.json_body
    return object_in(body, "error") if isinstance(body, Mapping) else {}


def _code(error: stripe.StripeError) -> str:
    return code_of(_told(error)) or type(error).__name__


def _header(error: stripe.StripeError, name: str) -> str | None:
    """Whichever case it is written in: most come in a mapping that does not care, some in a plain one."""
    return next((value for key, value in (error.headers or {}).items() if key.lower() == name.lower()), None)
