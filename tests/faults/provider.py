"""Twilio on a bad day: it delays, refuses, hangs up after accepting, lists late, and reports twice and in any order."""

import random
import re
import threading
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests

from tests.fakes.faulty_server import Answer, Asked, Fault, Planned
from tests.fakes.twilio_server import Accepted, FakeTwilio
from tests.faults.moments import moment

FAULTS = (
    (Planned(Fault.FAIL, status=429, code=20429, retry_after=1), 0.03),
    (Planned(Fault.FAIL, status=500), 0.03),
    (Planned(Fault.CUT_AFTER_ACCEPTING), 0.06),
)
SLOW, SLOWEST = 0.2, 1.5
"""The share of requests that are answered late, and by how many seconds at most."""
LISTED_AFTER = 1.5
"""Seconds until a message that was accepted shows in a list."""
REPORTED = 0.6
"""The share of messages that are reported on at all."""
LATEST_REPORT = 2.5
OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class Received:
    """A text that the provider has accepted from us: when it was asked to, and which of our rows it was, by our tag."""

    at: float
    sid: str
    to: str
    body: str
    tag: int


class LyingTwilio(FakeTwilio):
    """The n-th request about one recipient has the same fault for the same seed. `reports` False: it never reports."""

    def __init__(self, account_sid: str, auth_token: str, seed: str, *, reports: bool = True) -> None:
        super().__init__(account_sid, auth_token)
        self.received: list[Received] = []
        self.taken_reports: dict[str, set[str]] = {}
        self.disturbed: list[tuple[str, float]] = []
        """For whom a fault came in between, and when: how long their texts took then says nothing of recovery."""
        self.behaves = True
        """Whether there are no faults and no delays for now."""
        self._seed, self._reports = seed, reports
        self._asked_about: dict[str, int] = {}
        self._by_recipient: dict[str, list[Received]] = {}
        self._accepted_at: dict[str, float] = {}
        self._arrival = threading.Condition(self.lock)
        self._outstanding = 0

    def answer(self, asked: Asked) -> Answer | None:
        chance = self._chance(asked)
        behaves = self.behaves
        fault = self._fault(chance) if asked.method == "POST" and not behaves else None
        slow = not behaves and chance.random() < SLOW
        if fault or slow:
            self.disturbed.append((_about(asked), moment()))
        with self.lock:
            answer = self._answer(asked, fault)
        if slow:
            self.stopping.wait(chance.uniform(0, SLOWEST))
        return None if self.stopping.is_set() else answer

    def keep(
        self, to: str, body: str, from_: str | None = None, service: str | None = None, callback: str = ""
    ) -> Accepted:
        message = super().keep(to, body, from_, service, callback)
        tag = int(parse_qs(urlsplit(callback).query)[OUTBOX][0])
        received = Received(moment(), message.sid, to, body, tag)
        self._accepted_at[message.sid] = received.at
        self.received.append(received)
        self._by_recipient.setdefault(to, []).append(received)
        self._arrival.notify_all()
        if self._reports:
            self._plan_reports(message)
        return message

    def listed(self) -> list[Accepted]:
        before = moment() - LISTED_AFTER
        return [kept for kept in self._messages if self._accepted_at[kept.sid] <= before]

    def texts_to(self, to: str) -> list[Received]:
        with self.lock:
            return list(self._by_recipient.get(to, ()))

    def texts_by_phone(self) -> dict[str, list[str]]:
        with self.lock:
            return {to: [one.body for one in texts] for to, texts in self._by_recipient.items()}

    def wait_for(self, to: str, pattern: str, behind: int, seconds: float) -> re.Match[str] | None:
        """The first text to somebody that matches, among those behind their first `behind`; None if none comes."""
        deadline = time.monotonic() + seconds
        with self._arrival:
            while True:
                for received in self._by_recipient.get(to, [])[behind:]:
                    if found := re.search(pattern, received.body):
                        return found
                    behind += 1
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrival.wait(left):
                    return None

    def is_reporting(self) -> bool:
        with self.lock:
            return self._outstanding > 0

    def _chance(self, asked: Asked) -> random.Random:
        about = _about(asked)
        with self.lock:
            count = self._asked_about[about] = self._asked_about.get(about, 0) + 1
        return random.Random(f"{self._seed} {about} {count}")

    def _fault(self, chance: random.Random) -> Planned | None:
        drawn = chance.random()
        for planned, share in FAULTS:
            drawn -= share
            if drawn < 0:
                return planned
        return None

    def _plan_reports(self, message: Accepted) -> None:
        chance = random.Random(f"{self._seed} {message.to} report {len(self._by_recipient[message.to])}")
        if chance.random() >= REPORTED:
            return
        statuses = ["sent", "delivered", *chance.choices(("queued", "sent", "delivered", "read"), k=2)]
        chance.shuffle(statuses)
        for status in statuses:
            self._outstanding += 1
            timer = threading.Timer(chance.uniform(0, LATEST_REPORT), self._report, (message, status))
            timer.daemon = True
            timer.start()

    def _report(self, message: Accepted, status: str) -> None:
        try:
            if self.report(message, status).ok:
                with self.lock:
                    self.taken_reports.setdefault(message.sid, set()).add(status)
        except requests.RequestException:
            pass  # Twilio does not repeat a report that was not taken
        finally:
            with self.lock:
                self._outstanding -= 1


def _about(asked: Asked) -> str:
    """The recipient that a request is about."""
    return asked.form.get("To") or asked.query.get("To", "")
