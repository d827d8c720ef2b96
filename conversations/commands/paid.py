"""PAID and REFUND: money that came, and money that goes back."""

import re
from decimal import Decimal, InvalidOperation

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.effects import GiveBack, RefundsDone, TakePayment
from conversations.facts import Facts
from conversations.money import Money, minor_units
from conversations.replies import say
from conversations.series import SeriesItem, SeriesView

_AMOUNT = re.compile(r"[0-9]{1,9}([.,][0-9]{1,3})?")
_OWES = (
    BookingStatus.APPROVED, BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED,
    BookingStatus.NO_SHOW,
)  # fmt: skip
DONE = "DONE"


def paid(found: BookingView, rest: str, facts: Facts) -> Outcome:
    """What is left to pay, unless they say how much it was; a reference may stand behind it."""
    if found.status is BookingStatus.PENDING:
        return Outcome(say("command_still_pending", id=found.id))
    if found.status not in _OWES:
        return handled(found)
    amount, words = _amount(rest, found)
    if amount is not None and amount.amount <= 0:
        return Outcome(say("command_no_amount", example=PAID.example))
    left = _left(found, facts)
    if amount is None:
        if left.amount <= 0:
            return Outcome(say("command_paid_already", id=found.id, price=facts.money_of(found).paid))
        amount = left
    reply = say(
        "command_paid_done", id=found.id, client=found.client, price=amount, service=found.service, when=found.start
    )
    return Outcome(reply, (TakePayment(found.id, found.version, amount, words.upper()),))


def refund(found: BookingView, rest: str, facts: Facts) -> Outcome:
    """All that came for it, or so much of it, what is kept for them first; DONE: what was to be given back by hand has
    been."""
    money = facts.money_of(found)
    if rest.strip().upper() == DONE:
        if money.by_hand is None:
            return Outcome(say("command_nothing_to_refund", id=found.id))
        reply = say("command_refund_done", id=found.id, client=found.client, price=money.by_hand)
        return Outcome(reply, (RefundsDone(found.id),))
    amount, _ = _amount(rest, found)
    if amount is None and rest.strip():
        return Outcome(say("command_no_amount", example=REFUND.example))
    amount = amount or money.returnable
    if amount.amount <= 0 or not money.returnable.amount:
        return Outcome(say("command_nothing_to_refund", id=found.id))
    if amount.amount > money.returnable.amount:
        return Outcome(say("command_refund_too_much", id=found.id, price=money.returnable))
    reply = say("command_refunding", id=found.id, client=found.client, price=amount)
    return Outcome(reply, (GiveBack(found.id, found.version, amount),))


def refund_series(series: SeriesView, items: tuple[SeriesItem, ...], rest: str, facts: Facts) -> Outcome:
    """What was to be given back by hand for these visits has been; anything else is for one visit at a time."""
    found = [item.booking for item in items if item.booking is not None]
    if len(found) == 1:
        return refund(found[0], rest, facts)
    if rest.strip().upper() != DONE:
        return Outcome(say("command_series_one", word=REFUND.word, id=series.id, number=items[0].number))
    given = [(one, back) for one in found if (back := facts.money_of(one).by_hand) is not None]
    if not given:
        return Outcome(say("command_nothing_to_refund", id=found[0].id))
    price = Money(sum(back.amount for _, back in given), given[0][1].currency)
    reply = say("command_series_refund_done", id=series.id, client=found[0].client, price=price)
    return Outcome(reply, tuple(RefundsDone(one.id) for one, _ in given))


def _left(found: BookingView, facts: Facts) -> Money:
    if found.payment is not None:
        return found.payment.left
    return Money(found.price.amount - facts.money_of(found).paid.amount, found.price.currency)


def _amount(rest: str, found: BookingView) -> tuple[Money | None, str]:
    """The amount at the head of these words, where they have one, and the words behind it."""
    first, _, behind = rest.strip().partition(" ")
    if not _AMOUNT.fullmatch(first):
        return None, rest.strip()
    try:
        amount = minor_units(Decimal(first.replace(",", ".")), found.price.currency)
    except (InvalidOperation, ValueError):
        amount = 0
    return Money(amount, found.price.currency), behind.strip()


PAID = Command("PAID", "PAID 12 79.00", paid, single=True)
REFUND = Command("REFUND", "REFUND 12 20.00", refund, refund_series, single=True)
