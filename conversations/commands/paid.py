"""PAID and REFUND: money that came, and money that goes back."""

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.effects import GiveBack, RefundsDone, TakePayment
from conversations.facts import Facts
from conversations.money import Money
from conversations.replies import Reply, say
from conversations.series import SeriesItem, SeriesView
from conversations.understanding.sums import Unread, sum_first

_OWES = (
    BookingStatus.APPROVED, BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED,
    BookingStatus.NO_SHOW,
)  # fmt: skip
DONE = "DONE"


def paid(found: BookingView, rest: str, facts: Facts) -> Outcome:
    """What is left to pay, unless they say how much it was; a reference may stand behind it, or alone."""
    if found.status is BookingStatus.PENDING:
        return Outcome(say("command_still_pending", id=found.id))
    if found.status not in _OWES:
        return handled(found)
    amount, words = _amount(rest, found, facts, PAID.example)
    if isinstance(amount, Reply):
        return Outcome(amount)
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
    money, done = facts.money_of(found), _done(rest)
    if done is not None:
        return _given_back([found], done, facts)
    amount, _ = _amount(rest, found, facts, REFUND.example)
    if amount is None and rest.strip():
        amount = say("command_no_amount", example=REFUND.example)
    if isinstance(amount, Reply):
        return Outcome(amount)
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
    done = _done(rest)
    if done is None:
        return Outcome(say("command_series_one", word=REFUND.word, id=series.id, number=items[0].number))
    return _given_back(found, done, facts, series)


def _done(rest: str) -> str | None:
    """What stands behind DONE; None where it is not said."""
    word, _, behind = rest.strip().partition(" ")
    return behind if word.upper() == DONE else None


def _given_back(found: list[BookingView], said: str, facts: Facts, series: SeriesView | None = None) -> Outcome:
    """All that is to be given back of these by hand has been; where an amount is said, only if it is that."""
    given = [(one, back) for one in found if (back := facts.money_of(one).by_hand) is not None]
    if not given:
        return Outcome(say("command_nothing_to_refund", id=found[0].id))
    price = Money(sum(back.amount for _, back in given), given[0][1].currency)
    ref = f"#{found[0].id}" if series is None else f"S{series.id}"
    example = f"{REFUND.word} {ref.lstrip('#')} {DONE}"
    amount, words = _amount(said, found[0], facts, example)
    if amount is None and words:
        amount = say("command_no_amount", example=example)
    if isinstance(amount, Reply):
        return Outcome(amount)
    if amount is not None and amount != price:
        return Outcome(say("command_refund_differs", ref=ref, price=price, said=amount))
    if series is None:
        reply = say("command_refund_done", id=found[0].id, client=found[0].client, price=price)
    else:
        reply = say("command_series_refund_done", id=series.id, client=found[0].client, price=price)
    return Outcome(reply, tuple(RefundsDone(one.id, back) for one, back in given))


def _left(found: BookingView, facts: Facts) -> Money:
    if found.payment is not None:
        return found.payment.left
    return Money(found.price.amount - facts.money_of(found).paid.amount, found.price.currency)


def _amount(rest: str, found: BookingView, facts: Facts, example: str) -> tuple[Money | Reply | None, str]:
    """The amount at the head of these words, where they have one, or why it is not taken; and the words behind it."""
    amount, words = sum_first(rest, found.price.currency, facts.language)
    if amount is Unread.NONE:
        return None, words
    if amount is Unread.OTHER_CURRENCY:
        return say("command_other_currency", id=found.id, currency=found.price.currency), words
    if not isinstance(amount, Money) or amount.amount <= 0:
        return say("command_no_amount", example=example), words
    return amount, words


PAID = Command("PAID", "PAID 12 79.00", paid, single=True)
REFUND = Command("REFUND", "REFUND 12 20.00", refund, refund_series, single=True)
