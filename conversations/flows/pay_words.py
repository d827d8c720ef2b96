"""How something is paid, in the words that a client reads."""

from collections.abc import Sequence

from conversations.booking import BookingView
from conversations.facts import Facts
from conversations.payments import PaymentMethod, PaymentView
from conversations.replies import Reply, Value, say
from conversations.rules.mpesa import Again

_OTHER = {PaymentMethod.CARD: "or_by_card", PaymentMethod.MPESA: "or_by_phone"}


def what_is_paid(found: BookingView, visits: int = 0) -> Value:
    """The service, and how many visits where that is more than one; by default those that its payment is asked for."""
    count = visits or (found.payment.visits if found.payment is not None else 1)
    if count == 1:
        return found.service
    return say("service_visits", service=found.service, visits=say("series_all_visits", count=count))


def how_to_pay(asked: PaymentView, methods: Sequence[PaymentMethod], facts: Facts) -> Reply:
    """By the first of these; the word that leads to another."""
    first, *others = methods
    other = next((say(_OTHER[method]) for method in others if method in _OTHER), "")
    match first:
        case PaymentMethod.MPESA:
            return say("pay_by_phone", other=other)
        case PaymentMethod.CARD if asked.link:
            return say("pay_by_card", link=asked.link, other=other)
        case _ if asked.instructions:
            return say("pay_by_transfer", instructions=asked.instructions, other=other)
        case _:
            return say("pay_by_hand", business=facts.business.name)


def how_to_hold(found: BookingView, asked: PaymentView, facts: Facts) -> Reply:
    """Where the amount is held on the client's card, or that it is."""
    business = facts.business.name
    if asked.is_held:
        return say("hold_done", id=found.id, price=asked.left, business=business)
    return say("hold_so", id=found.id, price=asked.left, link=asked.link, business=business)


def pay_again(asked: PaymentView, again: Again | None) -> Reply:
    """What to do after an attempt that came to nothing. `again`: when the phone may be asked again; None where it was
    not that."""
    other = next((say(_OTHER[method]) for method in asked.methods if method is PaymentMethod.CARD), "")
    match again:
        case Again.NOW | None:
            return say("pay_again", other=other)
        case Again.SOON:
            return say("pay_again_soon", other=other)
        case Again.LATER:
            return say("pay_again_later", other=other)
        case _ if PaymentMethod.CARD in asked.methods:
            return say("pay_by_card_instead")
        case _:
            return say("pay_otherwise")


def waits(found: BookingView, lead: Reply | str, facts: Facts, note: str = "") -> Reply:
    """What a client reads of a booking that is theirs once they have paid."""
    asked = found.payment
    assert asked is not None
    if asked.is_held:
        return say("approved_taking", id=found.id, price=asked.left, note=note)
    return say(
        "to_pay", lead=lead, id=found.id, service=what_is_paid(found), when=found.start, price=asked.left,
        until=asked.due_at, how=how_to_pay(asked, asked.methods, facts), note=note,
    )  # fmt: skip
