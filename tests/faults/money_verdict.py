"""What must hold of the money when all is quiet, whatever was killed: our books against the providers' own, a line for
each thing in which they differ."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from bot.database import Database
from conversations.booking import BookingStatus
from conversations.payments import PaymentMethod, PaymentStatus, RefundStatus, RequestStatus
from conversations.rules.payments import LIVING
from models.bookings import bookings
from models.clients import clients
from models.ledger import Account, ledger_entries
from models.payments import payment_requests, payments
from models.provider_calls import provider_calls
from models.refunds import refunds
from tests.fakes.daraja_server import Prompt
from tests.fakes.stripe_server import Thing
from tests.faults.script import Person, Then
from tests.faults.tills import LyingDaraja, LyingStripe
from tests.faults.verdict import rows

CENTS = 100
GONE = ("failed", "canceled")
"""Refunds at Stripe that did not go out."""
BY_PROVIDER = (PaymentMethod.CARD, PaymentMethod.MPESA)


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that a client has paid at a provider, by its own books. `known_by` is its id of it."""

    known_by: str
    amount: int
    currency: str
    booking: int
    is_by_card: bool


def charges(stripe: LyingStripe, daraja: LyingDaraja) -> list[Charge]:
    paid = [one for one in stripe.intents.values() if one["status"] == "succeeded"]
    prompts = [one for one in daraja.prompts if one.result == "0"]
    return [_by_card(one) for one in paid] + [_by_phone(one) for one in prompts]


def _by_card(intent: Thing) -> Charge:
    booking = int(intent["metadata"]["booking_id"])
    return Charge(intent["id"], intent["amount"], intent["currency"].upper(), booking, True)


def _by_phone(prompt: Prompt) -> Charge:
    booking = int(prompt.asked["AccountReference"].removeprefix("BK"))
    return Charge(prompt.checkout_id, prompt.asked["Amount"] * CENTS, "KES", booking, False)


def unfinished(database: Database, now: datetime) -> list[str]:
    """What is to be done by now about payments, refunds, and what nobody has paid in time."""
    return _waiting(database, now)


def waiting(database: Database) -> list[str]:
    """What will ever have to be done about any."""
    living = [f"payment {row.id} is {row.status}" for row in _with_status(database, payments, LIVING)]
    under_way = (RefundStatus.PENDING, RefundStatus.PROCESSING)
    by_hand = [f"refund {row.id} is {row.status}" for row in _with_status(database, refunds, under_way)]
    unpaid = [f"request {row.id} is open" for row in _with_status(database, payment_requests, (RequestStatus.OPEN,))]
    return [*_waiting(database, None), *living, *by_hand, *unpaid]


def _waiting(database: Database, now: datetime | None) -> list[str]:
    found = []
    for what, table, column in (
        ("payment", payments, payments.c.look_at),
        ("refund", refunds, refunds.c.look_at),
        ("request", payment_requests, payment_requests.c.lapses_at),
    ):
        due = column.is_not(None) if now is None else column <= now
        if what == "request":
            due &= payment_requests.c.status == RequestStatus.OPEN
        found += [
            f"{what} {row.id}, due {row[1]:%H:%M:%S}" for row in rows(database, select(table.c.id, column).where(due))
        ]
    return found


def _with_status(database: Database, table: Any, statuses: Any) -> Sequence[Row[Any]]:
    return rows(database, select(table.c.id, table.c.status).where(table.c.status.in_(list(statuses))))


def not_counted_once(database: Database, stripe: LyingStripe, daraja: LyingDaraja) -> Iterator[str]:
    """Every charge is one payment of ours, of just that amount, received once by the ledger; and no payment came but by
    a charge."""
    ours = rows(database, select(payments))
    entered = defaultdict(list)
    for entry in rows(database, select(ledger_entries).where(ledger_entries.c.account == Account.RECEIVED)):
        entered[entry.payment_id].append((entry.amount, entry.currency))
    theirs = charges(stripe, daraja)
    for charge in theirs:
        found = [row for row in ours if charge.known_by in (row.transaction_id, row.checkout_request_id)]
        if not found and _is_lost_prompt(charge, ours):
            yield from _unknown_and_untold(database, charge, daraja)
        elif len(found) != 1:
            yield f"not counted: {charge} is {len(found)} payments of ours"
        elif (found[0].received, found[0].currency) != (charge.amount, charge.currency):
            yield f"not counted: {charge} is {found[0].received} {found[0].currency} to us ({found[0].status})"
        elif entered[found[0].id] != [(charge.amount, charge.currency)]:
            yield f"not counted: {charge} is entered as {entered[found[0].id]}"
    known = {charge.known_by for charge in theirs}
    for row in ours:
        if row.received and row.method in BY_PROVIDER and not known & {row.transaction_id, row.checkout_request_id}:
            yield f"invented: payment {row.id} has {row.received} that nobody has paid"


def lost_prompts(database: Database, stripe: LyingStripe, daraja: LyingDaraja) -> int:
    """Charges by prompts whose id never reached us, because the answer was lost."""
    ours = rows(database, select(payments))
    ids = {row.checkout_request_id for row in ours}
    return sum(not one.is_by_card and one.known_by not in ids for one in charges(stripe, daraja))


def _is_lost_prompt(charge: Charge, ours: Sequence[Row[Any]]) -> bool:
    """Whether the answer with its id was lost: a prompt is not sent again then, and nobody can be asked about it."""
    return not charge.is_by_card and any(
        row.booking_id == charge.booking and row.begun_at is not None and row.checkout_request_id is None
        for row in ours
        if row.method is PaymentMethod.MPESA
    )


def _unknown_and_untold(database: Database, charge: Charge, daraja: LyingDaraja) -> Iterator[str]:
    """What was told of it is kept for a person to see."""
    if any(call.about == charge.known_by for call in daraja.calls.taken):
        kept = select(provider_calls.c.id).where(
            provider_calls.c.about == charge.known_by, provider_calls.c.handled_at.is_(None)
        )
        if not rows(database, kept):
            yield f"not counted: {charge} was told, and is not kept"


def out_of_balance(database: Database) -> Iterator[str]:
    """What came in is at every moment what pays for bookings, what is kept, and what went back."""
    sums = select(ledger_entries.c.currency, ledger_entries.c.account, func.sum(ledger_entries.c.amount))
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for currency, account, amount in rows(database, sums.group_by(ledger_entries.c.currency, ledger_entries.c.account)):
        found[currency][account] += int(amount)
    for currency, books in found.items():
        if books[Account.RECEIVED] != books[Account.APPLIED] + books[Account.CREDITED] + books[Account.REFUNDED]:
            yield f"out of balance: {currency}: {dict(books)}"


def refunds_differ(database: Database, stripe: LyingStripe) -> Iterator[str]:
    """What Stripe has given back of each charge is what we say."""
    back: Counter[str] = Counter()
    for refund in stripe.refunds.values():
        if refund["status"] not in GONE:
            back[refund["payment_intent"]] += refund["amount"]
    for row in rows(database, select(payments).where(payments.c.method == PaymentMethod.CARD)):
        if row.transaction_id and row.refunded != back[row.transaction_id]:
            yield f"refunds differ: {back[row.transaction_id]} of {row.transaction_id} went back, {row.refunded} to us"
    keys = Counter(one["metadata"].get("key") for one in stripe.refunds.values() if one["status"] not in GONE)
    yield from (f"refunds differ: {key} went back {count} times" for key, count in keys.items() if count > 1)


def charged_twice(database: Database, stripe: LyingStripe, daraja: LyingDaraja) -> Iterator[str]:
    """No second prompt while the first may still be paid; one attempt has one page that was paid; and what a booking
    has is never more than what was asked for it."""
    yield from (f"prompted twice: {one}" for one in daraja.second_prompts)
    paid = Counter(one["client_reference_id"] for one in stripe.sessions.values() if one["payment_status"] == "paid")
    yield from (f"page twice: payment {name} was paid on {count}" for name, count in paid.items() if count > 1)
    applied = (
        select(ledger_entries.c.booking_id, func.sum(ledger_entries.c.amount).label("applied"))
        .where(ledger_entries.c.account == Account.APPLIED)
        .group_by(ledger_entries.c.booking_id)
    )
    asked = {row.booking_id: row.amount for row in rows(database, select(payment_requests))}
    for row in rows(database, applied):
        if not 0 <= row.applied <= asked.get(row.booking_id, 0):
            yield f"charged twice: booking #{row.booking_id} has {row.applied} of {asked.get(row.booking_id)}"


def bookings_unpaid(database: Database, played: Sequence[Person]) -> Iterator[str]:
    """None is confirmed unpaid, unless a coordinator has given it back; none that was paid has come to nothing; and who
    has paid was told."""
    given_back = {person.phone for person in played if person.then in (Then.PART_BACK, Then.ALL_BACK)}
    came: Counter[int] = Counter()
    for row in rows(database, select(payments)):
        came[row.booking_id] += row.received
    applied: Counter[int] = Counter()
    for entry in rows(database, select(ledger_entries).where(ledger_entries.c.account == Account.APPLIED)):
        applied[entry.booking_id] += entry.amount
    named = select(payment_requests, bookings.c.status.label("booking"), clients.c.phone)
    named = named.join(bookings, bookings.c.id == payment_requests.c.booking_id)
    for row in rows(database, named.join(clients, clients.c.id == bookings.c.client_id)):
        is_had = row.booking is BookingStatus.CONFIRMED
        if is_had and applied[row.booking_id] < row.amount and row.phone not in given_back:
            yield f"unpaid: #{row.booking_id} is confirmed with {applied[row.booking_id]} of {row.amount}"
        if came[row.booking_id] >= row.amount and row.booking in (BookingStatus.APPROVED, BookingStatus.EXPIRED):
            yield f"paid for nothing: #{row.booking_id} is {row.booking} with {came[row.booking_id]} of {row.amount}"


def not_told(database: Database, texts: dict[str, list[str]]) -> Iterator[str]:
    """Who has paid has read so; `texts` are what each phone got."""
    statement = select(payments.c.id, payments.c.booking_id, clients.c.phone).where(
        payments.c.received > 0, payments.c.method.in_(BY_PROVIDER), payments.c.status != PaymentStatus.PENDING
    )
    for row in rows(database, statement.join(clients, clients.c.id == payments.c.client_id)):
        told = [text for text in texts.get(row.phone, []) if f"#{row.booking_id}" in text]
        if not any(word in text for text in told for word in ("received", "just came", "has come for", "came for #")):
            yield f"not told: {row.phone} has paid for #{row.booking_id}"


def judge(
    database: Database, stripe: LyingStripe, daraja: LyingDaraja, played: Sequence[Person], texts: dict[str, list[str]]
) -> Iterator[str]:
    yield from (f"waits for ever: {one}" for one in waiting(database))
    yield from not_counted_once(database, stripe, daraja)
    yield from out_of_balance(database)
    yield from refunds_differ(database, stripe)
    yield from charged_twice(database, stripe, daraja)
    yield from bookings_unpaid(database, played)
    yield from not_told(database, texts)
