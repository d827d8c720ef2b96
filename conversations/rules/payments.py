"""Three machines and some arithmetic: which status a payment and a refund may go to from which, by when money is due,
how much, and what becomes of what arrives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.booking import BookingStatus
from conversations.business import Business, Money
from conversations.payments import PaymentMethod, PaymentRule, PaymentWhen
from conversations.payments import PaymentStatus as P
from conversations.payments import RefundStatus as R
from conversations.rules.mpesa import can_push
from conversations.rules.policies import Terms

PAYMENT_TRANSITIONS: dict[P, frozenset[P]] = {
    P.PENDING: frozenset({P.PROCESSING, P.PROOF_SUBMITTED, P.PAID, P.FAILED, P.EXPIRED}),
    P.PROCESSING: frozenset({P.PAID, P.FAILED, P.EXPIRED}),
    P.PROOF_SUBMITTED: frozenset({P.PAID, P.FAILED, P.EXPIRED}),
    P.PAID: frozenset({P.REFUNDED, P.PARTIALLY_REFUNDED}),
    P.FAILED: frozenset({P.PAID}),
    P.EXPIRED: frozenset({P.PAID}),
    P.PARTIALLY_REFUNDED: frozenset({P.REFUNDED, P.PAID}),
    P.REFUNDED: frozenset({P.PAID, P.PARTIALLY_REFUNDED}),
}
"""What was given up may still be paid, for a provider's word comes late; a refund that fails days later leaves the
payment paid again."""

REFUND_TRANSITIONS: dict[R, frozenset[R]] = {
    R.PENDING: frozenset({R.PROCESSING, R.SUCCEEDED, R.FAILED, R.CANCELLED}),
    R.PROCESSING: frozenset({R.PENDING, R.SUCCEEDED, R.FAILED, R.CANCELLED}),
    R.SUCCEEDED: frozenset({R.FAILED}),
    R.FAILED: frozenset({R.PENDING, R.SUCCEEDED}),
    R.CANCELLED: frozenset(),
}
"""A refund that went out can still come back from the bank; one that failed can be tried again."""

LIVING = frozenset({P.PENDING, P.PROCESSING, P.PROOF_SUBMITTED})
"""Payments of which something may still come by itself."""
HAS_MONEY = frozenset({P.PAID, P.REFUNDED, P.PARTIALLY_REFUNDED})
GIVEN_UP = frozenset({P.FAILED, P.EXPIRED})
"""Payments of which nothing comes any more, unless their provider was wrong."""
GIVES_BACK = frozenset({R.PENDING, R.PROCESSING, R.SUCCEEDED})
"""Refunds that have gone, or will go."""

ASKS = frozenset({BookingStatus.PENDING, BookingStatus.APPROVED})
"""Bookings that may ask for money: one that waits for an answer has it held."""

LEAST = timedelta(minutes=15)
LAST_MOMENT = timedelta(hours=1)
GRACE = timedelta(minutes=10)
CARD_GRACE = timedelta(minutes=2)
"""How long after the deadline that the client was told the time is still held: a prompt on a phone is slow."""

REMIND_AT = 2 / 3
REMIND_FROM = timedelta(minutes=45)
"""Shorter deadlines are not reminded of."""


def due_by(now: datetime, start: datetime, terms: Terms) -> datetime:
    """By when a payment that is asked for now is due: the policy's length from now or an hour before the start, the
    earlier of them, but never under fifteen minutes from now."""
    return max(min(now + timedelta(minutes=terms.payment_minutes), start - LAST_MOMENT), now + LEAST)


def lapses_at(due_at: datetime, methods: tuple[PaymentMethod, ...]) -> datetime:
    """Until when the time is held for it."""
    return due_at + (CARD_GRACE if methods == (PaymentMethod.CARD,) else GRACE)


def reminder_of_payment(now: datetime, due_at: datetime) -> datetime | None:
    """When the client is reminded; None where there is too little time for that."""
    return now + (due_at - now) * REMIND_AT if due_at - now >= REMIND_FROM else None


def wanted(price: Money, terms: Terms) -> Money:
    """What is to be paid before a booking at this price is confirmed: an amount of 0 where nothing is."""
    match terms.payment:
        case PaymentRule.NONE:
            amount = 0
        case PaymentRule.FULL:
            amount = price.amount
        case PaymentRule.DEPOSIT:
            amount = terms.deposit or -(-price.amount * terms.deposit_percent // 100)
    return Money(max(0, min(amount, price.amount)), price.currency)


def methods_for(asked: Money, phone: str, business: Business) -> tuple[PaymentMethod, ...]:
    """How this client can pay this, the usual way first. A prompt goes to a Kenyan phone for whole shillings."""
    found = [PaymentMethod.MPESA] if PaymentMethod.MPESA in business.pays_by and can_push(asked, phone) else []
    if PaymentMethod.CARD in business.pays_by:
        found.append(PaymentMethod.CARD)
    return (*found, PaymentMethod.MANUAL)


def is_held_first(asked: Money, phone: str, terms: Terms, business: Business) -> bool:
    """Whether this client has the amount held on their card while their request waits for an answer."""
    by_card = PaymentMethod.CARD in methods_for(asked, phone, business)
    return asked.amount > 0 and by_card and terms.payment_when is PaymentWhen.BEFORE_APPROVAL


CHECKOUT_LEAST, CHECKOUT_MOST = timedelta(minutes=31), timedelta(hours=23)


def checkout_ends(now: datetime, due_at: datetime) -> datetime:
    """Until when a page to pay on is good: Stripe takes thirty minutes to a day, and clocks differ."""
    return min(max(due_at, now + CHECKOUT_LEAST), now + CHECKOUT_MOST).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Split:
    """What becomes of money that came: so much pays what was asked, so much is kept as the client's credit."""

    applied: int
    credited: int


def split(received: Money, left: Money, *, is_wanted: bool) -> Split:
    """`left` is what was asked and has not come yet. What nobody wants, what is too much, and what is in another
    currency is the client's."""
    if not is_wanted or received.currency != left.currency:
        return Split(0, received.amount)
    applied = max(0, min(received.amount, left.amount))
    return Split(applied, received.amount - applied)


class RefusedStep(Exception):
    """A payment or a refund was asked to go where its status cannot lead."""


def check_payment(before: P, after: P) -> None:
    """Raises RefusedStep unless `before` may lead to `after`."""
    if after not in PAYMENT_TRANSITIONS[before]:
        raise RefusedStep(f"a payment cannot go from {before} to {after}")


def check_refund(before: R, after: R) -> None:
    """Raises RefusedStep unless `before` may lead to `after`."""
    if after not in REFUND_TRANSITIONS[before]:
        raise RefusedStep(f"a refund cannot go from {before} to {after}")
