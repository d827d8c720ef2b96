"""Stripe as tests see it: Checkout Sessions, refunds and idempotency with Stripe's own errors, and signed events."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.fakes.stripe_rules import PRICE, Refused, check_page, inside

Thing = dict[str, Any]
NOT_OPEN = (
    'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{}`.'
)


def the_time() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- another company's clock, not ours


def signature(raw: bytes, secret: str, at: int) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()


class FakeStripe(FaultyServer):
    """One account. What happens there (`pay`, `decline`, …) gives the event that Stripe would deliver, which `signed`
    makes into a webhook's body and header; delivering is the test's, as often and in whatever order it likes."""

    def __init__(
        self,
        secret_key: str = "sk_test_fake",
        webhook_secret: str = "whsec_fake",
        clock: Callable[[], datetime] = the_time,
    ) -> None:
        super().__init__()
        self.secret_key, self.webhook_secret, self.clock = secret_key, webhook_secret, clock
        self.is_live = "_live_" in secret_key
        self.sessions: dict[str, Thing] = {}
        self.intents: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.refund_status = "succeeded"
        """What new refunds are."""
        self.in_flight: set[str] = set()
        """Keys whose first request is still being worked on."""
        self.drip = 0.0
        """Seconds between the bytes of a body."""
        self._metadata: dict[str, Thing] = {}
        self._captures: dict[str, str] = {}
        self._remembered: dict[str, tuple[object, Answer]] = {}
        self._breaks = 0
        self._count = 0

    # What happens at Stripe -------------------------------------------------------------------------------------------

    def pay(self, session_id: str, amount: int | None = None, currency: str = "") -> Thing:
        """The client pays; `amount` and `currency` where it is not what was asked."""
        with self.lock:
            session = self.sessions[session_id]
            if self._captures[session_id] == "manual":
                raise ValueError(f"{session_id} holds the amount first")
            session["amount_total"] = session["amount_total"] if amount is None else amount
            session["currency"] = currency or session["currency"]
            self._complete(session, "paid", "succeeded")
            return self.event("checkout.session.completed", session)

    def authorize(self, session_id: str) -> Thing:
        """The client's card holds the amount, where the page was made for that; the session says unpaid. The event is
        the session's; see `held` for the payment intent's."""
        with self.lock:
            session = self.sessions[session_id]
            if self._captures[session_id] != "manual":
                raise ValueError(f"{session_id} takes the money at once")
            self._complete(session, "unpaid", "requires_capture")
            return self.event("checkout.session.completed", session)

    def held(self, session_id: str) -> Thing:
        """What Stripe tells of the payment intent that holds the amount."""
        with self.lock:
            intent = self.intents[self.sessions[session_id]["payment_intent"]]
            return self.event("payment_intent.amount_capturable_updated", intent)

    def hold_ends(self, session_id: str) -> Thing:
        """A week has gone by: the bank lets go what was held."""
        with self.lock:
            intent = self.intents[self.sessions[session_id]["payment_intent"]]
            intent |= {"status": "canceled", "amount_capturable": 0, "cancellation_reason": "automatic"}
            return self.event("payment_intent.canceled", intent)

    def pay_slowly(self, session_id: str) -> Thing:
        """The client has done their part with a method that takes days; see `arrive` and `bounce`."""
        with self.lock:
            session = self.sessions[session_id]
            self._complete(session, "unpaid", "processing")
            return self.event("checkout.session.completed", session)

    def arrive(self, session_id: str) -> Thing:
        """What was paid slowly has come."""
        with self.lock:
            session = self.sessions[session_id]
            self._complete(session, "paid", "succeeded")
            return self.event("checkout.session.async_payment_succeeded", session)

    def bounce(self, session_id: str) -> Thing:
        """What was paid slowly will not come."""
        with self.lock:
            session = self.sessions[session_id]
            self._intent(session, "requires_payment_method", "payment_method_provider_decline", "")
            return self.event("checkout.session.async_payment_failed", session)

    def decline(self, session_id: str, decline_code: str = "insufficient_funds") -> Thing:
        """A card is refused; the session stays open."""
        with self.lock:
            intent = self._intent(self.sessions[session_id], "requires_payment_method", "card_declined", decline_code)
            return self.event("payment_intent.payment_failed", intent)

    def expire(self, session_id: str) -> Thing:
        """The session's time is over."""
        with self.lock:
            self.sessions[session_id]["status"] = "expired"
            return self.event("checkout.session.expired", self.sessions[session_id])

    def refund_by_hand(self, intent_id: str, amount: int) -> Thing:
        """Somebody gives money back in Stripe's console."""
        with self.lock:
            return self.event("refund.created", self._new_refund(intent_id, amount, {}))

    def refund_becomes(self, refund_id: str, status: str, failure_reason: str = "") -> Thing:
        """A refund goes on: one that was pending succeeds, one that had succeeded fails days later."""
        with self.lock:
            refund = self.refunds[refund_id]
            refund["status"] = status
            if failure_reason:
                refund["failure_reason"] = failure_reason
            return self.event("refund.failed" if status == "failed" else "refund.updated", refund)

    def charge_refunded(self, intent_id: str, has_refunds: bool = False) -> Thing:
        """The charge's own event; older versions of the API list the refunds in it."""
        with self.lock:
            intent, refunds = self.intents[intent_id], self._refunds_of(intent_id)
            charge: Thing = {"id": f"ch_{intent_id}", "object": "charge", "payment_intent": intent_id}
            charge |= {"amount": intent["amount"], "currency": intent["currency"], "metadata": intent["metadata"]}
            charge["amount_refunded"] = sum(one["amount"] for one in refunds)
            if has_refunds:
                charge["refunds"] = {"object": "list", "data": refunds}
            return self.event("charge.refunded", charge)

    def dispute(self, intent_id: str, reason: str = "fraudulent") -> Thing:
        with self.lock:
            intent = self.intents[intent_id]
            money = {"amount": intent["amount"], "currency": intent["currency"]}
            found = {"id": self._id("du"), "object": "dispute", "payment_intent": intent_id, "reason": reason, **money}
            return self.event("charge.dispute.created", {**found, "status": "needs_response", "metadata": {}})

    def break_next(self, times: int = 1) -> None:
        """Answer the next posts with an error of Stripe's own, which is remembered under their keys."""
        with self.lock:
            self._breaks += times

    def forget_keys(self) -> None:
        """A day and more goes by."""
        with self.lock:
            self._remembered.clear()

    # Events -----------------------------------------------------------------------------------------------------------

    def event(self, kind: str, thing: Mapping[str, Any], **more: Any) -> Thing:
        """An event about a thing as it stands. `more` adds to the event or replaces what is in it."""
        with self.lock:
            same = {"id": self._id("evt"), "object": "event", "api_version": "2026-10-28.endive", "type": kind}
            sent = {"created": self._now(), "livemode": self.is_live, "pending_webhooks": 1}
            return {**same, **sent, "data": {"object": json.loads(json.dumps(thing))}, **more}

    def signed(
        self, event: Mapping[str, Any], at: datetime | None = None, secrets: tuple[str, ...] = ()
    ) -> tuple[bytes, str]:
        """A webhook's body and its Stripe-Signature header; several `secrets` while one is rolled."""
        raw = json.dumps(event, indent=2).encode()
        moment = int(at.timestamp()) if at else self._now()
        signatures = [f"v1={signature(raw, secret, moment)}" for secret in secrets or (self.webhook_secret,)]
        return raw, ",".join([f"t={moment}", *signatures, f"v0={'0' * 64}"])

    # The API ----------------------------------------------------------------------------------------------------------

    def reply(self, asked: Asked) -> Answer:
        try:
            if asked.headers.get("Authorization") != f"Bearer {self.secret_key}":
                raise Refused(401, "", f"Invalid API Key provided: {self.secret_key[:8]}****")
            key = asked.headers.get("Idempotency-Key", "")
            return self._once(key, asked) if asked.method == "POST" and key else self._done(asked)
        except Refused as refused:
            return self._refuse(refused)

    def error_body(self, status: int, code: int) -> object:
        if status == 429:
            return {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}}
        if status == 402:
            return {"error": {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}}
        if status == 403:
            return {"error": {"type": "invalid_request_error", "message": "This key may not: rk_test_secret123"}}
        return {"error": {"type": "api_error", "message": f"An unknown error occurred ({status}, {code})"}}

    def _once(self, key: str, asked: Asked) -> Answer:
        same = (asked.path, sorted(parse_qsl(asked.body)))
        if key in self.in_flight:
            words = "There is currently another in-progress request using this Idempotent Key."
            raise Refused(409, "idempotency_key_in_use", words, kind="idempotency_error")
        if key in self._remembered:
            first, answer = self._remembered[key]
            if first != same:
                words = f"Keys for idempotent requests can only be used with the same parameters: {key!r}"
                raise Refused(400, "", words, kind="idempotency_error")
            return Answer(answer.status, answer.body, headers={**answer.headers, "Idempotent-Replayed": "true"})
        if self._breaks:
            self._breaks -= 1
            answer = Answer(500, json.dumps(self.error_body(500, 0)))
        else:
            try:
                answer = self._done(asked)
            except Refused as refused:
                if not refused.is_remembered:
                    raise
                answer = self._refuse(refused)
        self._remembered[key] = same, answer
        return answer

    def _done(self, asked: Asked) -> Answer:
        parts = asked.path.strip("/").split("/")
        match asked.method, parts:
            case "POST", ["v1", "checkout", "sessions"]:
                return self._json(self._create(asked.form))
            case "GET", ["v1", "checkout", "sessions"]:
                return self._json(self._list(list(self.sessions.values()), asked.path))
            case "GET", ["v1", "checkout", "sessions", name]:
                session = self._found(self.sessions, name, "checkout.session")
                is_expanded = "payment_intent" in asked.query.values()
                intent = self.intents.get(str(session["payment_intent"])) if is_expanded else None
                return self._json({**session, "payment_intent": intent or session["payment_intent"]})
            case "POST", ["v1", "checkout", "sessions", name, "expire"]:
                session = self._found(self.sessions, name, "checkout.session")
                if session["status"] != "open":
                    raise Refused(400, "", NOT_OPEN.format(session["status"]), is_remembered=True)
                session |= {"status": "expired", "url": None}
                return self._json(session)
            case "POST", ["v1", "payment_intents", name, "capture"]:
                return self._json(self._capture(name, asked.form))
            case "POST", ["v1", "payment_intents", name, "cancel"]:
                return self._json(self._cancel(name))
            case "POST", ["v1", "refunds"]:
                return self._json(self._create_refund(asked.form))
            case "GET", ["v1", "refunds"]:
                self._found(self.intents, asked.query["payment_intent"], "payment_intent", "payment_intent")
                return self._json(self._list(self._refunds_of(asked.query["payment_intent"])[::-1], asked.path))
            case "GET", ["v1", "refunds", name]:
                return self._json(self._found(self.refunds, name, "refund"))
        raise Refused(404, "", f"Unrecognized request URL ({asked.method}: {asked.path}).")

    def _create(self, form: Mapping[str, str]) -> Thing:
        check_page(form, self._now())
        session_id = self._id("cs_live" if self.is_live else "cs_test")
        session: Thing = {"id": session_id, "object": "checkout.session", "livemode": self.is_live, "mode": "payment"}
        session |= {"status": "open", "payment_status": "unpaid", "payment_intent": None, "created": self._now()}
        session |= {"amount_total": int(form[f"{PRICE}[unit_amount]"]), "currency": form[f"{PRICE}[currency]"]}
        session |= {"url": f"https://checkout.stripe.test/c/pay/{session_id}", "expires_at": int(form["expires_at"])}
        session |= {"client_reference_id": form.get("client_reference_id"), "metadata": inside(form, "metadata")}
        session |= {"customer_email": form.get("customer_email"), "locale": form.get("locale")}
        self.sessions[session_id] = session
        self._metadata[session_id] = inside(form, "payment_intent_data[metadata]")
        self._captures[session_id] = form.get("payment_intent_data[capture_method]", "automatic")
        return session

    def _capture(self, intent_id: str, form: Mapping[str, str]) -> Thing:
        intent = self._found(self.intents, intent_id, "payment_intent", "intent")
        amount = int(form.get("amount_to_capture", intent["amount_capturable"]))
        self._must_hold(intent, "captured")
        if not 0 < amount <= intent["amount_capturable"]:
            words = "The amount to capture is greater than what can be captured"
            raise Refused(400, "amount_too_large", words, "amount_to_capture", is_remembered=True)
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        session = next(one for one in self.sessions.values() if one["payment_intent"] == intent_id)
        session["payment_status"] = "paid"
        return intent

    def _cancel(self, intent_id: str) -> Thing:
        intent = self._found(self.intents, intent_id, "payment_intent", "intent")
        self._must_hold(intent, "canceled")
        intent |= {"status": "canceled", "amount_capturable": 0, "cancellation_reason": None}
        return intent

    def _must_hold(self, intent: Thing, done: str) -> None:
        if intent["status"] != "requires_capture":
            words = f"This PaymentIntent could not be {done} because it has a status of {intent['status']}."
            raise Refused(400, "payment_intent_unexpected_state", words, is_remembered=True)

    def _create_refund(self, form: Mapping[str, str]) -> Thing:
        intent = self._found(self.intents, form.get("payment_intent", ""), "payment_intent", "payment_intent")
        given_back = self._given_back(intent["id"])
        amount = int(form.get("amount", intent["amount_received"] - given_back))
        if intent["status"] != "succeeded":
            raise Refused(400, "", "This PaymentIntent does not have a successful charge to refund.")
        if given_back >= intent["amount_received"]:
            words = f"Charge ch_{intent['id']} has already been refunded."
            raise Refused(400, "charge_already_refunded", words, is_remembered=True)
        if not 0 < amount <= intent["amount_received"] - given_back:
            words = f"Refund amount ({amount}) is greater than unrefunded amount on charge"
            raise Refused(400, "", words, "amount", is_remembered=True)
        return self._new_refund(intent["id"], amount, inside(form, "metadata"))

    def _new_refund(self, intent_id: str, amount: int, metadata: Mapping[str, str]) -> Thing:
        refund: Thing = {"id": self._id("re"), "object": "refund", "payment_intent": intent_id, "amount": amount}
        refund |= {"currency": self.intents[intent_id]["currency"], "charge": f"ch_{intent_id}"}
        refund |= {"status": self.refund_status, "metadata": dict(metadata), "created": self._now()}
        self.refunds[refund["id"]] = refund
        return refund

    def _complete(self, session: Thing, payment_status: str, intent_status: str) -> None:
        session |= {"status": "complete", "payment_status": payment_status, "url": None}
        self._intent(session, intent_status)

    def _intent(self, session: Thing, status: str, code: str = "", decline_code: str = "") -> Thing:
        intent_id = session["payment_intent"] or self._id("pi")
        session["payment_intent"] = intent_id
        error = {"type": "card_error", "code": code, "message": "It was declined.", "decline_code": decline_code}
        same = {"id": intent_id, "object": "payment_intent", "metadata": self._metadata[session["id"]]}
        money = {"amount": session["amount_total"], "currency": session["currency"]}
        taken = session["amount_total"] if status == "succeeded" else 0
        held = session["amount_total"] if status == "requires_capture" else 0
        amounts = {"amount_received": taken, "amount_capturable": held, "capture_method": self._captures[session["id"]]}
        said = {"status": status, "last_payment_error": error if code else None}
        self.intents[intent_id] = {**same, **money, **amounts, **said}
        return self.intents[intent_id]

    def _refunds_of(self, intent_id: str) -> list[Thing]:
        return [one for one in self.refunds.values() if one["payment_intent"] == intent_id]

    def _given_back(self, intent_id: str) -> int:
        return sum(one["amount"] for one in self._refunds_of(intent_id) if one["status"] not in ("failed", "canceled"))

    def _found(self, things: Mapping[str, Thing], name: str, kind: str, param: str = "id") -> Thing:
        found = things.get(name)
        if found is None or found.get("object") != kind:
            raise Refused(404, "resource_missing", f"No such {kind}: '{name}'", param)
        return found

    def _list(self, things: list[Thing], url: str) -> Thing:
        return {"object": "list", "data": things, "has_more": False, "url": url}

    def _json(self, body: object) -> Answer:
        return Answer(200, json.dumps(body, indent=2), headers={"Request-Id": self._id("req")}, drip_body=self.drip)

    def _refuse(self, refused: Refused) -> Answer:
        error = {name: told for name, told in refused.error.items() if told}
        return Answer(refused.status, json.dumps({"error": error}))

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count:06d}"

    def _now(self) -> int:
        return int(self.clock().timestamp())
