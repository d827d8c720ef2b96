"""A clinic that wants to be paid, with real local servers in place of Stripe and Safaricom."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from flask.testing import FlaskClient
from sqlalchemy import Row, select
from werkzeug.test import TestResponse

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Phone, Player
from handlers.invariants_checked import broken_invariants
from models.ledger import ledger_entries
from models.outbox import outbox_after
from models.payments import payment_requests, payments
from models.refunds import refunds
from tests.conftest import MakeDesk
from tests.fakes.daraja_server import FakeDaraja, Prompt
from tests.fakes.stripe_server import FakeStripe
from webhooks import create_app

CLINIC = Path(__file__).parent.parent / "stories" / "clinic.toml"
ZAWADI = Phone("Zawadi", "sms", "+254700000001")
AMINA = Phone("Amina", "sms", "+254711000002", "Amina")
BRIAN = Phone("Brian", "sms", "+254722000003", "Brian")
SARA = Phone("Sara", "sms", "+97455501234", "Sara")
CALLBACK = "/webhooks/mpesa/s3cret"


@dataclass
class Till:
    """The clinic at work. A context manager."""

    make_desk: MakeDesk
    clock: SetClock
    by_phone: bool = True
    by_card: bool = True
    business: Path = CLINIC
    desk: Desk = field(init=False)
    player: Player = field(init=False)
    web: FlaskClient = field(init=False)
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        def now() -> Any:
            return self.clock.now()

        self.daraja = self.stack.enter_context(FakeDaraja("key", "secret", "174379", "passkey", now))
        self.stripe = self.stack.enter_context(FakeStripe(clock=now))
        mpesa = {
            "mpesa_consumer_key": "key", "mpesa_consumer_secret": "secret", "mpesa_shortcode": "174379",
            "mpesa_passkey": "passkey", "mpesa_callback_secret": "s3cret", "mpesa_api_base": self.daraja.base_url,
        }  # fmt: skip
        stripe = {
            "stripe_api_key": "sk_test_fake", "stripe_webhook_secret": "whsec_fake",
            "stripe_api_base": self.stripe.base_url,
        }  # fmt: skip
        settings = (mpesa if self.by_phone else {}) | (stripe if self.by_card else {})
        self.desk = self.make_desk(public_url="https://clinic.test", **settings)
        load_business(self.desk.database, self.business, now=self.clock.now())
        self.player = Player(self.desk, self.clock)
        self.web = create_app(self.desk).test_client()
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    def says(self, phone: Phone, *texts: str) -> list[str]:
        """The kinds of texts that this phone has got by it."""
        before = self._newest()
        for text in texts:
            self.player.say(phone, text)
        return [row.kind for row in self._texts(phone, before)]

    def told(self, phone: Phone) -> list[str]:
        """The kinds of all texts that a phone has got."""
        return [row.kind for row in self._texts(phone, 0)]

    def texts(self, phone: Phone) -> list[str]:
        """All that a phone has read."""
        return [str(row.body) for row in self._texts(phone, 0)]

    def last(self, phone: Phone) -> str:
        """What this phone read last."""
        return str(self._texts(phone, 0)[-1].body)

    def passes(self, **time: float) -> None:
        """It is later, and what is due is done."""
        self.clock.move(timedelta(**time))
        self.player.settle()

    def requests(self, service: str = "therapy", who: Phone = AMINA, when: str = "12 march 10am") -> int:
        """Ask for a booking; its number."""
        self.says(who, f"{service} {when}", "yes")
        return self.booking().id

    def approved(self, service: str = "therapy", who: Phone = AMINA, when: str = "12 march 10am") -> int:
        """Ask for a booking and have it approved; its number."""
        number = self.requests(service, who, when)
        self.says(ZAWADI, f"approve {number}")
        return number

    def booking(self, number: int = 0) -> Row[Any]:
        """A booking, or the last one."""
        from models.bookings import bookings

        mine = [bookings.c.id == number] if number else []
        statement = select(bookings).where(*mine).order_by(bookings.c.id.desc()).limit(1)
        return self.desk.database.read(lambda session: session.execute(statement).one())

    @property
    def prompt(self) -> Prompt:
        """The last prompt on a phone."""
        return self.daraja.prompts[-1]

    def calls_back(self, raw: bytes, path: str = CALLBACK) -> TestResponse:
        """Safaricom calls; what follows is done."""
        answer = self.web.post(path, data=raw, content_type="application/json")
        self.player.settle()
        return answer

    def pays_by_phone(self) -> TestResponse:
        return self.calls_back(self.daraja.pay(self.prompt))

    def link(self, phone: Phone) -> str:
        """The path of the last link to pay that a phone has read; "" where it has read none."""
        found = [re.search(r"https://clinic\.test(/pay/\S+)", row.body) for row in self._texts(phone, 0)]
        return next((match.group(1) for match in reversed(found) if match), "")

    def opens(self, path: str) -> str:
        """The client opens the link; the number of Stripe's page that it leads to."""
        answer = self.web.get(path)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return next(
            number for number, page in self.stripe.sessions.items() if page["url"] == answer.headers["Location"]
        )

    def delivers(self, event: Any, **how: Any) -> TestResponse:
        """Stripe calls; what follows is done."""
        raw, header = self.stripe.signed(event, **how)
        answer = self.web.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": header})
        self.player.settle()
        return answer

    def pays_by_card(self, phone: Phone) -> str:
        """The client pays on the page that their link leads to; the page's number."""
        session_id = self.opens(self.link(phone))
        self.delivers(self.stripe.pay(session_id))
        return session_id

    def on_phone(self, what: str) -> None:
        """In a story: "pays Amina", or "1032 Amina" for a result code."""
        result, name = what.split()
        number = self.player.phones[name].address.removeprefix("+")
        prompt = next(one for one in reversed(self.daraja.prompts) if str(one.asked["PhoneNumber"]) == number)
        raw = self.daraja.pay(prompt) if result == "pays" else self.daraja.fail(prompt, result)
        self.web.post(CALLBACK, data=raw, content_type="application/json")

    def on_card(self, what: str) -> None:
        """In a story: "pays Amina" or "holds Amina", on the page that their link leads to."""
        deed, name = what.split()
        page = self.opens(self.link(self.player.phones[name]))
        event = self.stripe.authorize(page) if deed == "holds" else self.stripe.pay(page)
        raw, header = self.stripe.signed(event)
        self.web.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": header})

    def payments(self) -> list[Row[Any]]:
        return self._rows(select(payments).order_by(payments.c.id))

    def payment_requests(self) -> list[Row[Any]]:
        return self._rows(select(payment_requests).order_by(payment_requests.c.id))

    def refunds(self) -> list[Row[Any]]:
        return self._rows(select(refunds).order_by(refunds.c.id))

    def entries(self) -> list[Row[Any]]:
        return self._rows(select(ledger_entries).order_by(ledger_entries.c.id))

    def check(self) -> None:
        """What must always hold, holds."""
        broken = self.desk.database.read(lambda session: list(broken_invariants(session, self.clock.now())))
        assert not broken, broken

    def _rows(self, statement: Any) -> list[Row[Any]]:
        return self.desk.database.read(lambda session: list(session.execute(statement)))

    def _newest(self) -> int:
        return max((row.id for row in self.desk.database.read(lambda session: outbox_after(session, 0))), default=0)

    def _texts(self, phone: Phone, since: int) -> list[Row[Any]]:
        rows = self.desk.database.read(lambda session: outbox_after(session, since))
        return [row for row in rows if row.address == phone.address]
