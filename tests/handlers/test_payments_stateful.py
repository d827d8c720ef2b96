"""A clinic that wants to be paid, under random deeds of clients, coordinator, providers and the clock: after every one
every shilling is accounted for, nothing is confirmed unpaid, and nobody pays twice for one booking."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, select

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk, overrides
from bot.logs import log
from bot.stories import Phone
from config import Settings
from conversations.booking import BookingStatus
from conversations.payments import PaymentMethod, PaymentRule, PaymentStatus, RefundStatus, RequestStatus
from conversations.rules.payments import HAS_MONEY, LIVING
from handlers.profile import Profiles
from models.bookings import bookings
from models.clients import clients
from models.ledger import Account, applied_to
from models.payments import payments
from models.prepaid import add_pack, pack_used_by, prepaid_packs
from tests.conftest import CHANNELS, NOW, Databases
from tests.fakes.daraja_server import WORDS, Prompt
from tests.handlers.till import AMINA, BRIAN, CLINIC, SARA, ZAWADI, Till

CLIENTS = st.sampled_from([AMINA, BRIAN, SARA])
NUMBERS = st.integers(0, 20)
CODES = st.sampled_from([*sorted(set(WORDS) - {"0"}), "8006", "4999", "31337"])
PLACES = st.sampled_from([f"{day} march {hour}am" for day in (11, 12, 13, 20) for hour in (9, 10, 11)])
SERVICES = st.sampled_from(["therapy", "therapy", "massage", "check-up", "talk", "scan", "scan"])
HOLDS = """
[[services]]
key = "scan"
name = "Scan"
minutes = 60
price = "4000"
staff = ["asha"]

[[policies]]
service = "scan"
payment_when = "before_approval"
"""
"""What the clinic has the amount held for on the card first."""
EXAMPLES, STEPS = (int(each) for each in os.environ.get("PAYMENT_EXAMPLES", "3x25").split("x"))
"""So many random days, of so many deeds each; "200x40" is the long run. PAYMENT_DATABASES names where."""


class Loud:
    """A log that passes on what a loop would only write down."""

    def __getattr__(self, name: str) -> Any:
        return getattr(log, name)

    def exception(self, _event: str, **_values: object) -> None:
        raise


class Paying(RuleBasedStateMachine):
    """Three clients, a coordinator, Safaricom and Stripe."""

    make: Callable[[], Till]

    @initialize()
    def begin(self) -> None:
        self.till = self.make()
        self.till.__enter__()
        self.calls: list[bytes] = []
        self.events: list[Any] = []
        self.gave_back: set[int] = set()
        """Bookings of which a coordinator gave money back, though they stand."""
        for who, when in ((AMINA, "12 march 8am"), (BRIAN, "11 march 8am"), (SARA, "20 march 8am")):
            self.till.approved(who=who, when=when)

    @rule(who=CLIENTS, service=SERVICES, when=PLACES, approves=st.booleans())
    def a_client_books(self, who: Phone, service: str, when: str, approves: bool) -> None:
        self._says(who, f"{service} {when}", "yes")
        if approves and (waiting := self._bookings(BookingStatus.PENDING)):
            self._says(ZAWADI, f"approve {waiting[-1].id}")

    @rule(who=CLIENTS, hour=st.sampled_from([9, 11, 14]), visits=st.integers(2, 4), approves=st.booleans())
    def a_client_books_a_series(self, who: Phone, hour: int, visits: int, approves: bool) -> None:
        before = len(self._bookings(BookingStatus.PENDING))
        self._says(who, f"therapy every thursday at {hour}:00 for {visits} weeks", "yes")
        waiting = self._bookings(BookingStatus.PENDING)
        if approves and len(waiting) > before and waiting[-1].series_id is not None:
            self._says(ZAWADI, f"approve s{waiting[-1].series_id}")

    @rule(number=NUMBERS, deed=st.sampled_from(["approve", "decline", "cancel", "cancel", "refund"]))
    def the_coordinator_decides_on_a_series(self, number: int, deed: str) -> None:
        mine = [row for row in self._bookings() if row.series_id is not None]
        if row := self._one_of(mine, number):
            self.gave_back |= {one.id for one in mine} if deed == "refund" else set()
            which = f"s{row.series_id}" if number % 2 else f"{row.id}"
            self._says(ZAWADI, f"{deed} {which}{' done' if deed == 'refund' else ''}")

    @precondition(lambda self: self._held())
    @rule(number=NUMBERS, tells=st.booleans())
    def a_bank_lets_go(self, number: int, tells: bool) -> None:
        if page := self._one_of(self._held(), number):
            self._told(self.till.stripe.hold_ends(page), tells=tells)

    @precondition(lambda self: self._who_has_something())
    @rule(number=NUMBERS, when=PLACES)
    def who_has_something_with_us_books(self, number: int, when: str) -> None:
        who = self._one_of(self._who_has_something(), number)
        self.a_client_books(who, "therapy", when, approves=True)

    @rule(number=NUMBERS, word=st.sampled_from(["approve", "decline", "cancel"]))
    def the_coordinator_decides(self, number: int, word: str) -> None:
        among = (BookingStatus.PENDING, BookingStatus.APPROVED, BookingStatus.CONFIRMED)
        wanted = among if word == "cancel" else among[:1]
        if row := self._one_of(self._bookings(*wanted), number):
            self._says(ZAWADI, f"{word} {row.id}")

    @rule()
    def the_coordinator_takes_it_back(self) -> None:
        self._says(ZAWADI, "undo")

    @rule(who=CLIENTS, text=st.sampled_from(["cancel my booking", "move my booking to 14 march 3pm"]))
    def a_client_gives_it_up(self, who: Phone, text: str) -> None:
        self._says(who, text, "yes")

    @rule(who=CLIENTS, text=st.sampled_from(["pay", "mpesa", "card", "[image]", "[image] here", "i have paid"]))
    def a_client_speaks_of_paying(self, who: Phone, text: str) -> None:
        self._says(who, text)

    @rule(who=CLIENTS, number=st.integers(1, 3))
    def a_client_shows_a_reference(self, who: Phone, number: int) -> None:
        self._says(who, f"I have paid, ref TRX-88991{number}")

    @precondition(lambda self: self._prompts(is_open=False))
    @rule(who=CLIENTS, number=NUMBERS)
    def a_client_passes_the_confirmation_on(self, who: Phone, number: int) -> None:
        if paid := self._one_of([prompt for prompt in self.till.daraja.prompts if prompt.receipt], number):
            amount = f"{paid.asked['Amount']:,}.00"
            text = f"{paid.receipt} Confirmed. Ksh{amount} sent to AMANI CLINIC for account A on 10/3/26 at 2:30 PM."
            self._says(who, text)

    @rule(number=NUMBERS, rest=st.sampled_from(["", "", " 100", " 9000", " 3500 TRX-889911"]))
    def the_coordinator_has_the_money(self, number: int, rest: str) -> None:
        if row := self._one_of(self._bookings(), number):
            self._says(ZAWADI, f"paid {row.id}{rest}")

    @rule(number=NUMBERS, rest=st.sampled_from(["", " 10", " done", " done"]))
    def the_coordinator_gives_back(self, number: int, rest: str) -> None:
        if row := self._one_of(self._bookings(), number):
            self.gave_back.add(row.id)
            self._says(ZAWADI, f"refund {row.id}{rest}")

    @precondition(lambda self: self._prompts(is_open=True))
    @rule(number=NUMBERS, code=CODES, calls=st.booleans())
    def a_prompt_comes_to_nothing(self, number: int, code: str, calls: bool) -> None:
        if prompt := self._one_of(self._prompts(is_open=True), number):
            self._called(self.till.daraja.fail(prompt, code), calls=calls)

    @precondition(lambda self: self._prompts(is_open=True))
    @rule(number=NUMBERS, calls=st.booleans(), changed=st.sampled_from([{}, {}, {"Amount": 100}, {"Amount": 9000}]))
    def a_prompt_is_paid(self, number: int, calls: bool, changed: dict[str, int]) -> None:
        if prompt := self._one_of(self._prompts(is_open=True), number):
            raw = self.till.daraja.pay(prompt)
            items = [item | {"Value": changed.get(item["Name"], item.get("Value"))} for item in self._items(prompt)]
            self._called(self.till.daraja.callback(prompt, items) if changed else raw, calls=calls)

    @precondition(lambda self: self._prompts(is_open=False))
    @rule(number=NUMBERS)
    def a_prompt_that_failed_was_paid(self, number: int) -> None:
        if prompt := self._one_of([one for one in self.till.daraja.prompts if one.result not in (None, "0")], number):
            self._called(self.till.daraja.pay(prompt), calls=True)

    @precondition(lambda self: self.calls)
    @rule(number=NUMBERS)
    def a_callback_is_repeated(self, number: int) -> None:
        if raw := self._one_of(self.calls, number):
            self.till.calls_back(raw)

    @rule(code=CODES, paid=st.booleans())
    def the_next_callback_comes_before_its_push_returns(self, code: str, paid: bool) -> None:
        def tell(prompt: Any) -> None:
            self.till.daraja.on_push = None
            self.till.web.post(
                "/webhooks/mpesa/s3cret",
                data=self.till.daraja.pay(prompt) if paid else self.till.daraja.fail(prompt, code),
            )

        self.till.daraja.on_push = tell

    @rule(who=CLIENTS)
    def a_page_is_opened(self, who: Phone) -> None:
        self._opens(who)

    @rule(
        who=CLIENTS, how=st.sampled_from(["pay", "pay", "pay", "pay_slowly", "decline", "expire"]), tells=st.booleans(),
        amount=st.sampled_from([None, None, None, 100, 999900]), currency=st.sampled_from(["", "", "eur"]),
    )  # fmt: skip
    def a_page_is_used(self, who: Phone, how: str, tells: bool, amount: int | None, currency: str) -> None:
        page = self._opens(who)
        if page and self.till.stripe.sessions[page]["status"] == "open":
            stripe = self.till.stripe
            if how == "pay":
                event = stripe.authorize(page) if self._holds(page) else stripe.pay(page, amount, currency)
            else:
                event = getattr(stripe, how)(page)
            self._told(event, tells=tells)

    @precondition(lambda self: self.till.stripe.intents)
    @rule(number=NUMBERS, arrives=st.booleans(), tells=st.booleans())
    def what_was_paid_slowly_ends(self, number: int, arrives: bool, tells: bool) -> None:
        intents = self.till.stripe.intents
        slow = [
            name for name, page in self.till.stripe.sessions.items()
            if page["status"] == "complete" and intents[page["payment_intent"]]["status"] == "processing"
        ]  # fmt: skip
        if page := self._one_of(slow, number):
            event = self.till.stripe.arrive(page) if arrives else self.till.stripe.bounce(page)
            self._told(event, tells=tells)

    @precondition(lambda self: self.till.stripe.sessions)
    @rule(number=NUMBERS)
    def an_open_page_that_nobody_looks_at_is_paid(self, number: int) -> None:
        pages = [name for name, page in self.till.stripe.sessions.items() if page["status"] == "open"]
        if page := self._one_of(pages, number):
            stripe = self.till.stripe
            self._told(stripe.authorize(page) if self._holds(page) else stripe.pay(page), tells=True)

    @precondition(lambda self: self.events)
    @rule(number=NUMBERS)
    def an_event_is_repeated(self, number: int) -> None:
        if event := self._one_of(self.events, number):
            self.till.delivers(event)

    @precondition(lambda self: self.till.stripe.refunds)
    @rule(number=NUMBERS, status=st.sampled_from(["succeeded", "failed", "failed"]))
    def a_refund_goes_on(self, number: int, status: str) -> None:
        if refund := self._one_of(
            [one for one in self.till.stripe.refunds.values() if one["status"] != "failed"], number
        ):
            self._told(self.till.stripe.refund_becomes(refund["id"], status), tells=True)

    @precondition(lambda self: self.till.stripe.intents)
    @rule(number=NUMBERS, amount=st.sampled_from([100, 5000]))
    def somebody_gives_back_in_stripes_console(self, number: int, amount: int) -> None:
        paid = [one for one in self.till.stripe.intents.values() if one["status"] == "succeeded"]
        if intent := self._one_of(paid, number):
            back = [one for one in self.till.stripe.refunds.values() if one["payment_intent"] == intent["id"]]
            if sum(one["amount"] for one in back if one["status"] != "failed") + amount <= intent["amount"]:
                self.gave_back |= {row.booking_id for row in self.till.payments() if row.transaction_id == intent["id"]}
                self._told(self.till.stripe.refund_by_hand(intent["id"], amount), tells=True)

    @rule(slow=st.booleans())
    def refunds_take_days(self, slow: bool) -> None:
        self.till.stripe.refund_status = "pending" if slow else "succeeded"

    @rule(
        whose=st.sampled_from(["daraja", "stripe"]), fault=st.sampled_from(["html", "down", "cut", "busy"]),
        times=st.integers(1, 3),
    )  # fmt: skip
    def a_provider_is_away(self, whose: str, fault: str, times: int) -> None:
        fake = getattr(self.till, whose)
        match fault:
            case "html":
                fake.answer_html(times)
            case "down":
                fake.fail_next(503, times=times)
            case "cut":
                fake.cut_after_accepting(times)
            case "busy":
                fake.fail_next(429, times=times, retry_after=1)

    @rule(who=CLIENTS, sessions=st.integers(1, 2))
    def a_pack_is_sold(self, who: Phone, sessions: int) -> None:
        def sell(session: Any) -> None:
            row = session.execute(select(clients).where(clients.c.phone == who.address)).first()
            if row is not None:
                add_pack(
                    session, self.till.clock.now(), client_id=row.id, service_id=0, sessions=sessions, currency="KES"
                )

        self.till.desk.database.transact(sell)

    @rule(minutes=st.sampled_from([1, 2, 6, 16, 61, 300, 1441, 1455]))
    def time_passes(self, minutes: int) -> None:
        self.till.passes(minutes=minutes)

    @invariant()
    def every_shilling_is_accounted_for(self) -> None:
        if not hasattr(self, "till"):
            return
        self.till.check()
        self._the_money_adds_up()
        self._nothing_is_confirmed_unpaid()
        self._nobody_is_asked_twice()

    def teardown(self) -> None:
        if not hasattr(self, "till"):
            return
        try:
            for fake in (self.till.daraja, self.till.stripe):
                fake._planned.clear()
            self._callbacks_that_never_came_are_asked_for()
            self.every_shilling_is_accounted_for()
        finally:
            self.till.__exit__()
            self.till.desk.database.dispose()

    def _the_money_adds_up(self) -> None:
        held: Counter[tuple[str, Account]] = Counter()
        for entry in self.till.entries():
            held[entry.currency, entry.account] += entry.amount
        back: Counter[str] = Counter()
        for row in self.till.refunds():
            if row.status not in (RefundStatus.FAILED, RefundStatus.CANCELLED):
                back[row.currency] += row.amount
        for currency in {currency for currency, _ in held}:
            came = held[currency, Account.RECEIVED]
            parts = (held[currency, account] for account in (Account.APPLIED, Account.CREDITED, Account.REFUNDED))
            assert came == sum(parts)
            assert back[currency] == held[currency, Account.REFUNDED]
        for row in self.till.payments():
            assert row.status in HAS_MONEY or not row.received

    def _nothing_is_confirmed_unpaid(self) -> None:
        asked = {row.booking_id: row for row in self.till.payment_requests()}
        read = self.till.desk.database.read
        for row in self._bookings(BookingStatus.CONFIRMED):
            paid = sum(amount for _, amount in read(lambda session, row=row: applied_to(session, row.id)))  # type: ignore[misc]
            assert paid <= row.price
            terms = read(self.till.desk.profiles.current).terms(row.staff_id, row.service_id)
            if terms.payment is PaymentRule.NONE or row.id in self.gave_back:
                continue
            if read(lambda session, row=row: pack_used_by(session, row.id)) is None:  # type: ignore[misc]
                assert asked[row.id].status is RequestStatus.PAID
                assert paid >= asked[row.id].amount

    def _nobody_is_asked_twice(self) -> None:
        living = Counter(
            row.request_id for row in self.till.payments() if row.method is PaymentMethod.MPESA and row.status in LIVING
        )
        assert not [number for number, count in living.items() if count > 1]
        open_prompts = Counter(
            prompt.asked["AccountReference"] for prompt in self.till.daraja.prompts if prompt.result is None
        )
        assert not [number for number, count in open_prompts.items() if count > 1]

    def _callbacks_that_never_came_are_asked_for(self) -> None:
        """Whatever was paid at a provider under an id that we know is written down in the end."""
        self.till.passes(hours=30)
        self.till.passes(hours=30)
        known = {row.checkout_request_id or row.checkout_session_id: row for row in self.till.payments()}
        for prompt in self.till.daraja.prompts:
            if prompt.result == "0" and prompt.checkout_id in known:
                row = known[prompt.checkout_id]
                counted = any(one.transaction_id == prompt.receipt for one in self.till.payments())
                assert row.status in HAS_MONEY or counted
        for name, page in self.till.stripe.sessions.items():
            if page["payment_status"] == "paid" and name in known:
                assert known[name].status in HAS_MONEY
        assert not [name for name in self._held() if name in known]
        for row in self.till.payments():
            if row.status in LIVING and row.status is not PaymentStatus.PROOF_SUBMITTED and row.request_id is not None:
                assert row.look_at is not None or (row.method is PaymentMethod.CARD and not row.checkout_session_id)

    def _says(self, who: Phone, *texts: str) -> None:
        """Nobody texts so fast that they are taken for a program."""
        for text in texts:
            self.till.passes(seconds=45)
            self.till.says(who, text)

    def _bookings(self, *statuses: BookingStatus) -> list[Row[Any]]:
        among = [bookings.c.status.in_(statuses)] if statuses else []
        statement = select(bookings).where(*among).order_by(bookings.c.id)
        return self.till.desk.database.read(lambda session: list(session.execute(statement)))

    def _who_has_something(self) -> list[Phone]:
        """Clients who have credit, or sessions paid ahead."""
        rich = select(payments.c.client_id).where(payments.c.credited > 0)
        ahead = select(prepaid_packs.c.client_id).where(prepaid_packs.c.sessions_left > 0)
        statement = select(clients.c.phone).where(clients.c.id.in_(rich) | clients.c.id.in_(ahead))
        phones = self.till.desk.database.read(lambda session: session.execute(statement).scalars().all())
        return [who for who in (AMINA, BRIAN, SARA) if who.address in phones]

    def _holds(self, page: str) -> bool:
        return self.till.stripe._captures[page] == "manual"

    def _held(self) -> list[str]:
        """Pages of which an amount is held on a card."""
        intents = self.till.stripe.intents
        pages = self.till.stripe.sessions.items()
        return [
            name for name, page in pages
            if page["payment_intent"] and intents[page["payment_intent"]]["status"] == "requires_capture"
        ]  # fmt: skip

    def _prompts(self, *, is_open: bool) -> list[Prompt]:
        return [prompt for prompt in self.till.daraja.prompts if (prompt.result is None) is is_open]

    def _items(self, prompt: Any) -> list[dict[str, Any]]:
        return self.till.daraja.items(prompt)

    def _called(self, raw: bytes, *, calls: bool) -> None:
        self.calls.append(raw)
        if calls:
            self.till.calls_back(raw)

    def _told(self, event: Any, *, tells: bool) -> None:
        self.events.append(event)
        if tells:
            assert 200 == self.till.delivers(event).status_code

    def _opens(self, who: Phone) -> str:
        """Stripe's page that the last link of this client leads to; "" where it leads to none."""
        path = self.till.link(who)
        answer = self.till.web.get(path) if path else None
        if answer is None or answer.status_code != 303:
            return ""
        pages = self.till.stripe.sessions.items()
        return next((name for name, page in pages if page["url"] == answer.headers["Location"]), "")

    @staticmethod
    def _one_of(rows: Any, number: int) -> Any:
        rows = list(rows)
        return rows[number % len(rows)] if rows else None


@pytest.mark.parametrize("kind", os.environ.get("PAYMENT_DATABASES", "sqlite").split())
def test_money_whatever_happens(
    databases: Databases, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("bot.intake", "bot.schedule", "bot.payments.loop"):
        monkeypatch.setattr(f"{place}.log", Loud())

    business = tmp_path / "clinic.toml"
    business.write_text(CLINIC.read_text(encoding="utf-8") + HOLDS, encoding="utf-8")

    def make() -> Till:
        clock, database = SetClock(NOW), Database(databases.copy(kind), pool=4)

        def make_desk(**values: Any) -> Desk:
            own = Settings(_env_file=None, burst_ms=0, journal_dir=tmp_path / "journal", **values)
            return Desk(own, database, clock, CHANNELS, Profiles(overrides(own)))

        return Till(make_desk, clock, business=business)

    class Made(Paying):
        pass

    Made.make = staticmethod(make)
    run_state_machine_as_test(
        Made,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
