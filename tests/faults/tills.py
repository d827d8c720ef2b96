"""Stripe and Safaricom on a bad day: they refuse, hang, answer with a proxy's page, and hang up after doing what was
asked; and what they tell by themselves comes late, twice, in any order, or never."""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from tests.fakes.daraja_server import FakeDaraja, Prompt
from tests.fakes.faulty_server import Answer, Asked, Fault, FaultyServer, Planned
from tests.fakes.stripe_server import FakeStripe, Thing

FAULTS = (
    (Planned(Fault.FAIL, status=429, retry_after=1), 0.02),
    (Planned(Fault.FAIL, status=500), 0.03),
    (Planned(Fault.HTML, status=502), 0.02),
    (Planned(Fault.CUT_AFTER_ACCEPTING), 0.06),
    (Planned(Fault.HANG_AFTER_ACCEPTING), 0.01),
)
HANGS = 20.0
"""Seconds: longer than anybody waits for an answer."""
SLOW, SLOWEST = 0.2, 1.5
"""The share of requests that are answered late, and by how many seconds at most."""
LOST, DOUBLED, LATEST = 0.15, 0.3, 2.5
"""The shares of calls that never come, and that come twice; the seconds by which they are late at most."""
AGAIN = 0.5
"""Seconds until a call that was not taken is repeated."""
REFUNDED = (("succeeded", 60), ("pending", 25), ("failed", 15))
COMES_BACK = 0.1
"""The share of refunds that had succeeded, and fail days later."""
PROMPT_LASTS = timedelta(minutes=1)
CALLBACK_SECRET = "s3cret"


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that a provider tells. `make` gives body and headers, signed anew at each attempt."""

    about: str
    make: Callable[[], tuple[bytes, dict[str, str]]]


class Calls:
    """Tells us what happened. `repeats`: what is not taken is told again, until it is. Safe between threads."""

    def __init__(self, seed: str, *, repeats: bool) -> None:
        self.url = ""
        self.taken: list[Call] = []
        self._seed, self._repeats = seed, repeats
        self._lock = threading.Lock()
        self._told = self._outstanding = 0
        self._is_over = threading.Event()

    def tell(self, call: Call, *, surely: bool = False) -> None:
        """Let it be told: late, perhaps twice, perhaps never, unless it is `surely` told."""
        with self._lock:
            self._told += 1
            chance = random.Random(f"{self._seed} call {self._told}")
        if surely or chance.random() >= LOST:
            for _ in range(2 if chance.random() < DOUBLED else 1):
                self._later(chance.uniform(0, LATEST), call)

    def is_telling(self) -> bool:
        with self._lock:
            return self._outstanding > 0

    def stop(self) -> None:
        self._is_over.set()

    def _later(self, seconds: float, call: Call) -> None:
        with self._lock:
            self._outstanding += 1
        timer = threading.Timer(seconds, self._post, (call,))
        timer.daemon = True
        timer.start()

    def _post(self, call: Call) -> None:
        try:
            if self._is_taken(call):
                with self._lock:
                    self.taken.append(call)
            elif self._repeats and not self._is_over.is_set():
                self._later(AGAIN, call)
        finally:
            with self._lock:
                self._outstanding -= 1

    def _is_taken(self, call: Call) -> bool:
        body, headers = call.make()
        try:
            return requests.post(self.url, data=body, headers=headers, timeout=60).ok
        except requests.RequestException:
            return False


class _Lying(FaultyServer):
    """The n-th request of one path has the same fault for the same seed."""

    seed = ""
    behaves = True
    """Whether there are no faults and no delays for now."""
    asked_for: dict[str, int]

    def answer(self, asked: Asked) -> Answer | None:
        behaves = self.behaves
        with self.lock:
            count = self.asked_for[asked.path] = self.asked_for.get(asked.path, 0) + 1
            chance = random.Random(f"{self.seed} {asked.method} {asked.path} {count}")
            fault = None if behaves else _fault(chance)
            answer = self._answer(asked, fault)
        if fault is not None and fault.fault is Fault.HANG_AFTER_ACCEPTING:
            self.stopping.wait(HANGS)
        elif not behaves and chance.random() < SLOW:
            self.stopping.wait(chance.uniform(0, SLOWEST))
        return None if self.stopping.is_set() else answer


def _fault(chance: random.Random) -> Planned | None:
    drawn = chance.random()
    for planned, share in FAULTS:
        drawn -= share
        if drawn < 0:
            return planned
    return None


class LyingStripe(_Lying, FakeStripe):
    """Its refunds take their time, or fail, some of them days later."""

    def __init__(self, seed: str, clock: Callable[[], datetime]) -> None:
        super().__init__(clock=clock)
        self.seed, self.asked_for = f"{seed} stripe", {}
        self.calls = Calls(self.seed, repeats=True)
        self._chance = random.Random(f"{self.seed} refunds")

    def client_pays(self, session_id: str) -> bool:
        """On the page, unless its time is over, or it was paid; whether that was so."""
        with self.lock:
            if not self._can_be_paid(session_id):
                return False
            self._tell(self.pay(session_id))
            return True

    def client_is_declined(self, session_id: str) -> None:
        with self.lock:
            if self._can_be_paid(session_id):
                self._tell(self.decline(session_id))

    def time_passes(self) -> None:
        """Pages end, and refunds come to an end."""
        with self.lock:
            for number, session in self.sessions.items():
                if session["status"] == "open" and session["expires_at"] <= self._now():
                    self._tell(self.expire(number))
            for number, refund in self.refunds.items():
                drawn = self._chance.random()
                if refund["status"] == "pending":
                    self._tell(self.refund_becomes(number, "failed" if drawn < 0.3 else "succeeded"))
                elif refund["status"] == "succeeded" and drawn < COMES_BACK:
                    self._tell(self.refund_becomes(number, "failed", "expired_or_canceled_card"), surely=True)

    def _can_be_paid(self, session_id: str) -> bool:
        session = self.sessions[session_id]
        return bool(session["status"] == "open" and session["expires_at"] > self._now())

    def _new_refund(self, intent_id: str, amount: int, metadata: Mapping[str, str]) -> Thing:
        statuses, weights = zip(*REFUNDED, strict=True)
        self.refund_status = self._chance.choices(statuses, weights)[0]
        refund = super()._new_refund(intent_id, amount, metadata)
        self._tell(self.event("refund.created", refund))
        self._tell(self.charge_refunded(intent_id))
        return refund

    def _tell(self, event: Thing, *, surely: bool = False) -> None:
        def make() -> tuple[bytes, dict[str, str]]:
            body, signature = self.signed(event)
            return body, {"Stripe-Signature": signature, "Content-Type": "application/json"}

        self.calls.tell(Call(event["id"], make), surely=surely)


class LyingDaraja(_Lying, FakeDaraja):
    """What it tells is told once at most. `second_prompts` are those for a booking whose first was still open, or paid
    already."""

    def __init__(self, seed: str, clock: Callable[[], datetime]) -> None:
        super().__init__("key", "secret", "174379", "passkey", clock)
        self.calls_to = rf"http://127\.0\.0\.1:\d+/webhooks/mpesa/{CALLBACK_SECRET}"
        self.seed, self.asked_for = f"{seed} daraja", {}
        self.calls = Calls(self.seed, repeats=False)
        self.second_prompts: list[str] = []
        self._begun: dict[str, datetime] = {}

    def client_pays(self, prompt: Prompt) -> bool:
        """The PIN is typed, unless the prompt's time is over."""
        with self.lock:
            if prompt.result is not None:
                return False
            self._tell(prompt, self.pay(prompt))
            return True

    def client_refuses(self, prompt: Prompt, code: str = "1032") -> None:
        with self.lock:
            if prompt.result is None:
                self._tell(prompt, self.fail(prompt, code))

    def time_passes(self) -> None:
        """What nobody did anything about runs out."""
        with self.lock:
            before = self.clock() - PROMPT_LASTS
            for prompt in self.prompts:
                if self._begun[prompt.checkout_id] <= before:
                    self.client_refuses(prompt, "1037")

    def open_prompts(self, number: str) -> list[Prompt]:
        """Those on this phone."""
        with self.lock:
            return [one for one in self.prompts if one.result is None and str(one.asked["PhoneNumber"]) == number]

    def _push(self, body: Mapping[str, Any]) -> Answer:
        reference = str(body.get("AccountReference"))
        before = [one for one in self.prompts if one.asked["AccountReference"] == reference]
        self.second_prompts += [f"{reference}: {one.checkout_id}" for one in before if one.result in (None, "0")][:1]
        count = len(self.prompts)
        answer = super()._push(body)
        for prompt in self.prompts[count:]:
            self._begun[prompt.checkout_id] = self.clock()
        return answer

    def _tell(self, prompt: Prompt, body: bytes) -> None:
        self.calls.tell(Call(prompt.checkout_id, lambda: (body, {"Content-Type": "application/json"})))
