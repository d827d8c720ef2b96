"""How clients pay: on the page that their link leads to, or on their phone; twice, late, or not at all."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import requests

from tests.fakes.daraja_server import Prompt
from tests.faults.script import BY_PHONE, Pay, Person
from tests.faults.tills import LyingDaraja, LyingStripe

LINK = r"(http://\S+/pay/[\w-]+)"
THINKS = 1.0
"""Seconds that somebody looks at a prompt at most."""
COMES_BACK = 0.6
"""The share of those who paid that are led back to us by the page."""
OVER = (200, 410)
"""The answers of a page on which nothing is to be paid any more."""


@dataclass
class Payers:
    """At their providers. Safe between threads."""

    stripe: LyingStripe
    daraja: LyingDaraja
    patience: float
    wishes: dict[str, Pay] = field(default_factory=dict)
    """By the phone's number, as M-Pesa writes it: what those do whose phone is asked."""
    late_pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.daraja.on_push = self._prompted

    def expect(self, person: Person) -> None:
        """Their phone may be asked from now on."""
        if person.pay is not None and is_by_phone(person):
            self.wishes[person.phone.removeprefix("+")] = person.pay

    def pay_by_card(self, pay: Pay, link: str) -> None:
        """As they wish. Raises AssertionError where the page does not open, all the time."""
        match pay:
            case Pay.NEVER:
                return
            case Pay.TWICE:
                with ThreadPoolExecutor(2) as tabs:
                    pages = list(tabs.map(self._open, (link, link)))
            case _:
                pages = [self._open(link)]
        for page in filter(None, pages):
            if pay is Pay.LATE:
                self.late_pages.append(page)
                continue
            if pay is Pay.REFUSED:
                self.stripe.client_is_declined(page)
            if self.stripe.client_pays(page) and Random(page).random() < COMES_BACK:
                self._come_back(link)

    def pay_late(self) -> None:
        """The deadline is over."""
        for page in self.late_pages:
            self.stripe.client_pays(page)
        self.late_pages.clear()
        for number, pay in self.wishes.items():
            for prompt in self.daraja.open_prompts(number) if pay is Pay.LATE else ():
                self.daraja.client_pays(prompt)

    def _open(self, link: str) -> str:
        """The provider's page that a link leads to; "" where there is nothing to pay any more."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            try:
                answer = requests.get(link, allow_redirects=False, timeout=30)
            except requests.RequestException:
                time.sleep(0.2)
                continue
            if answer.status_code in OVER:
                return ""
            if answer.status_code == 303:
                return answer.headers["Location"].rpartition("/")[2]
            time.sleep(0.2)
        raise AssertionError(f"{link} does not open")

    def _come_back(self, link: str) -> None:
        try:
            requests.get(f"{link}/back", timeout=30)
        except requests.RequestException:
            return  # that they come back proves nothing anyway

    def _prompted(self, prompt: Prompt) -> None:
        number = str(prompt.asked["PhoneNumber"])
        is_first = sum(one.asked["PhoneNumber"] == prompt.asked["PhoneNumber"] for one in self.daraja.prompts) == 1
        match self.wishes.get(number):
            case Pay.REFUSED if is_first:
                deed = self.daraja.client_refuses
            case Pay.AT_ONCE | Pay.TWICE | Pay.REFUSED:
                deed = self.daraja.client_pays
            case _:
                return
        timer = threading.Timer(Random(prompt.checkout_id).uniform(0, THINKS), deed, (prompt,))
        timer.daemon = True
        timer.start()


def is_by_phone(person: Person) -> bool:
    return person.slot is not None and person.slot.service == BY_PHONE


def link_in(text: str) -> str:
    found = re.search(LINK, text)
    return found[1] if found else ""
