"""Clients and coordinators who play the script over signed webhooks, which Twilio repeats until they are taken."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests

from tests.fakes.twilio_server import signed_post
from tests.faults.moments import moment
from tests.faults.payers import LINK, Payers, is_by_phone
from tests.faults.provider import LyingTwilio
from tests.faults.script import CONFIRMED, Decision, Pay, Person, Say, Script, Stop, Then, Together

OURS = "+15005550006"
COORDINATORS = ("+97455500000", "+97455500001", "+97455500002", "+97455500003")
BETWEEN_COMMANDS = 2.2
"""A coordinator who texts faster, minute by minute, is taken for a program."""
IN_FLIGHT = 1.5
"""Seconds that somebody who texted STOP keeps silent before START."""
TO_PAY, RECEIVED = r"(?s)#{}:.*Please pay", r"received\. #{} is confirmed"
CONFIRMED_AFTER = 3.0
"""Seconds that a client who has paid waits for word of it, before they do what they wish."""
PAID_NOTICE = re.compile(r"Appointment #(\d+) (?:is )?confirmed\b.* paid ")
BACK_BY_HAND = re.compile(r"reply REFUND (\d+) DONE")


@dataclass(slots=True)
class Delivery:
    """One inbound text. `accepted` is when its webhook was first answered with 200."""

    form: dict[str, str]
    posted: float
    accepted: float = 0.0
    refused: int = 0

    @property
    def sid(self) -> str:
        return self.form["MessageSid"]

    @property
    def phone(self) -> str:
        return self.form["From"]

    @property
    def words(self) -> str:
        return self.form["Body"]


class Mail:
    """Delivers texts, and remembers each. Safe between threads."""

    def __init__(self, twilio: LyingTwilio, address: str, patience: float) -> None:
        self.twilio, self.patience = twilio, patience
        self.delivered: list[Delivery] = []
        self._url = f"{address}/webhooks/twilio"

    def text(self, phone: str, words: str, copies: int = 1) -> Delivery:
        """Deliver one text until it is answered with 200; several copies arrive at the same moment."""
        delivery = Delivery(self.twilio.text_form(phone, OURS, words), moment())
        self.delivered.append(delivery)
        others = [threading.Thread(target=self.repeat, args=(delivery,)) for _ in range(copies - 1)]
        for other in others:
            other.start()
        self.repeat(delivery)
        for other in others:
            other.join()
        return delivery

    def repeat(self, delivery: Delivery) -> None:
        deadline = time.monotonic() + self.patience
        while not self._is_taken(delivery):
            delivery.refused += 1
            if time.monotonic() > deadline:
                raise AssertionError(f"{delivery.sid} is not taken")
            time.sleep(0.1)
        delivery.accepted = delivery.accepted or moment()

    def _is_taken(self, delivery: Delivery) -> bool:
        try:
            return signed_post(self._url, delivery.form, self.twilio.auth_token).status_code == 200
        except requests.RequestException:
            return False


@dataclass
class Crowd:
    """So many people at a time, one after the other from the script, until it is enough; and the coordinators."""

    mail: Mail
    script: Script
    payers: Payers
    at_once: int = 6
    played: list[Person] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next = self.script.people()
        self._lock = threading.Lock()
        self._enough = threading.Event()
        self._gone_home = threading.Event()
        self._wishes: dict[str, Person] = {}
        self._asked_by: dict[str, Person] = {}
        self._seen = dict.fromkeys(COORDINATORS, 0)

    def start(self) -> None:
        self._clients = [threading.Thread(target=self._clients_come, daemon=True) for _ in range(self.at_once)]
        self._staff = [threading.Thread(target=self._decides, args=(one,), daemon=True) for one in COORDINATORS]
        for thread in (*self._clients, *self._staff):
            thread.start()

    def close_the_door(self) -> None:
        """Nobody new comes; return when those who are here have finished."""
        self._enough.set()
        for thread in self._clients:
            thread.join()

    def is_deciding(self) -> bool:
        """Whether a coordinator has texts that they have not looked at yet."""
        if self._gone_home.is_set():
            return False
        return any(len(self.mail.twilio.texts_to(one)) > self._seen[one] for one in COORDINATORS)

    def go_home(self) -> None:
        """The coordinators too."""
        self._gone_home.set()
        for thread in self._staff:
            thread.join()

    def _clients_come(self) -> None:
        while not self._enough.is_set():
            with self._lock:
                person = next(self._next)
                self.played.append(person)
                self._wishes[person.phone] = person
            self.payers.expect(person)
            try:
                self._live(person)
            except AssertionError as error:
                self.unanswered.append(f"{person.phone}: {error}")

    def _live(self, person: Person) -> None:
        for text in person.texts:
            requested = self._say(person, text)
        if person.slot is None:
            return
        assert requested is not None
        if person.stop is not None:
            self._stop_and_start(person, person.stop)
            return
        match person.decision:
            case Decision.APPROVE:
                self._await(person, _granted(person, requested[1]), 0)
            case Decision.DECLINE:
                self._await(person, f"cannot do #{requested[1]}\\b", 0)
            case Decision.MODIFY:
                self._await(person, f"(?s)About #{requested[1]}\\b.*proposes", 0)
                self._say(person, Say("yes", _granted(person, requested[1])))
        if person.pay is not None and person.decision in (Decision.APPROVE, Decision.MODIFY):
            self._pay(person, person.pay, requested[1])

    def _pay(self, person: Person, pay: Pay, number: str) -> None:
        """Whoever has to do it on their phone and hears nothing of it tries another way. Then they wait for a moment
        only: how a payment ends is the verdict's to see."""
        if not is_by_phone(person):
            self.payers.pay_by_card(pay, self._await(person, f"{TO_PAY.format(number)}.*?{LINK}", 0)[1])
        elif pay is Pay.REFUSED and self._hears(person, "did not go through"):
            self._say(person, Say("pay"))
        elif pay is Pay.TWICE or (pay is Pay.AT_ONCE and not self._hears(person, RECEIVED.format(number))):
            self._say(person, Say("card"))
            found = self.mail.twilio.wait_for(person.phone, f"Pay here: {LINK}", 0, CONFIRMED_AFTER)
            if found:
                self.payers.pay_by_card(Pay.AT_ONCE, found[1])
        if pay not in (Pay.NEVER, Pay.LATE):
            self._hears(person, RECEIVED.format(number))
        if person.then is Then.CANCELLED:
            self._say(person, Say("cancel my booking", r"\S"))
            self._say(person, Say("yes", r"\S"))

    def _hears(self, person: Person, pattern: str) -> bool:
        return self.mail.twilio.wait_for(person.phone, pattern, 0, CONFIRMED_AFTER) is not None

    def _say(self, person: Person, text: Say | Together) -> re.Match[str] | None:
        behind = len(self.mail.twilio.texts_to(person.phone))
        if isinstance(text, Together):
            with ThreadPoolExecutor(len(text.words)) as pool:
                list(pool.map(lambda words: self.mail.text(person.phone, words), text.words))
        else:
            self.mail.text(person.phone, text.words, text.deliveries)
        return self._await(person, text.expect, behind) if text.expect else None

    def _stop_and_start(self, person: Person, stop: Stop) -> None:
        """The coordinator's approval, which comes meanwhile, must not reach them."""
        self._say(person, Say(stop, "no more texts" if stop is Stop.PLAIN else ""))
        time.sleep(IN_FLIGHT)
        self._say(person, Say("START"))
        self._say(person, Say("my bookings", r"#\d+"))

    def _await(self, person: Person, pattern: str, behind: int) -> re.Match[str]:
        found = self.mail.twilio.wait_for(person.phone, pattern, behind, self.mail.patience)
        if found is None:
            raise AssertionError(f"no answer like {pattern!r}")
        return found

    def _decides(self, coordinator: str) -> None:
        while not self._gone_home.wait(0.1):
            texts = self.mail.twilio.texts_to(coordinator)
            for command in self._commands(text.body for text in texts[self._seen[coordinator] :]):
                try:
                    self.mail.text(coordinator, command)
                except AssertionError as error:
                    self.unanswered.append(f"{coordinator}: {error}")
                self._gone_home.wait(BETWEEN_COMMANDS)
            self._seen[coordinator] = len(texts)

    def _commands(self, bodies: Iterator[str]) -> Iterator[str]:
        """What the script has the coordinator answer to these texts."""
        for body in bodies:
            if paid := PAID_NOTICE.search(body):
                yield from self._after_payment(paid[1])
            if (back := BACK_BY_HAND.search(body)) and is_by_phone(self._asked_by[back[1]]):
                yield f"REFUND {back[1]} DONE"
            asked = re.search(r"(?s)NEW BOOKING REQUEST #(\d+).*?(\+\d+)", body)
            person = self._wishes.get(asked[2]) if asked else None
            if asked is None or person is None:
                continue
            self._asked_by[asked[1]] = person
            match person.decision:
                case Decision.APPROVE:
                    yield f"APPROVE {asked[1]}"
                case Decision.DECLINE:
                    yield f"DECLINE {asked[1]} we are full"
                case Decision.MODIFY:
                    assert person.other is not None
                    yield f"MODIFY {asked[1]} {person.other.when(self.script.today)}"

    def _after_payment(self, number: str) -> Iterator[str]:
        match self._asked_by[number].then:
            case Then.CALLED_OFF:
                yield f"CANCEL {number} burst pipe"
            case Then.PART_BACK:
                yield f"REFUND {number} 20.00"
            case Then.ALL_BACK:
                yield f"REFUND {number}"


def _granted(person: Person, number: str) -> str:
    """What they read whose request was approved, or who have agreed to another time."""
    return TO_PAY.format(number) if person.pay is not None else rf"{CONFIRMED}{number}\b"
