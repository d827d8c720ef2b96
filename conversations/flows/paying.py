"""Paying for a booking: how it is asked for, what a client's word about it leads to, and what they read when something
has come of it."""

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Dialogue
from conversations.effects import AskOnPhone, SubmitProof, TellCoordinator
from conversations.events import (
    CardHeld,
    CardLetGo,
    GivenBack,
    PackSold,
    Paid,
    PaymentDue,
    PaymentFailed,
    PaymentLapsed,
    PaymentShown,
    PromptAsked,
    ProofSent,
    ReferenceUsed,
    Said,
)
from conversations.facts import Facts
from conversations.flows import side_trips
from conversations.flows.notices import confirmation, meeting_lines, offer_others, settle
from conversations.flows.pay_words import how_to_hold, how_to_pay, pay_again, what_is_paid
from conversations.flows.series_news import settle_series, told_of
from conversations.payments import PaymentMethod, PaymentView, Receipt
from conversations.replies import Reply, Value, say
from conversations.rules.mpesa import result_of
from conversations.rules.mpesa_texts import read_confirmation
from conversations.rules.payments import methods_for
from conversations.rules.references import reference_in
from conversations.series import SeriesView
from conversations.turn import Turn
from conversations.understanding import Intent, Understood
from conversations.values import replace

_METHODS = {Intent.PAY_BY_CARD: PaymentMethod.CARD, Intent.PAY_BY_PHONE: PaymentMethod.MPESA}


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """A wish to pay, or a proof of it, where something waits to be paid; None for any other text."""
    told = read_confirmation(event.text)
    if not (event.media or told or understood.intent in (Intent.PAY, Intent.PAID, *_METHODS)):
        return None
    found = _to_pay(event, facts)
    if found is None or found.payment is None:
        return None
    if found.payment.is_hold:
        return side_trips.again(dialogue, facts).led_by(how_to_hold(found, found.payment, facts))
    if effect := _proof(found, understood, event):
        return Turn(dialogue, (), (effect,))
    if understood.intent is Intent.PAID:
        return side_trips.again(dialogue, facts).led_by(say("pay_show_proof", id=found.id))
    usual = found.payment.methods[0]
    wanted = _METHODS.get(understood.intent, usual) if understood.intent is not None else usual
    return _pay_by(dialogue, wanted, found, facts)


def proof(understood: Understood, event: Said, facts: Facts) -> SubmitProof | None:
    """What shows that they have paid, where something waits to be paid."""
    found = _to_pay(event, facts)
    is_due = found is not None and found.payment is not None and not found.payment.is_hold
    return _proof(found, understood, event) if found is not None and is_due else None


def proof_sent(dialogue: Dialogue, event: ProofSent, facts: Facts) -> Turn:
    """The same, by a program; nothing where nothing is due."""
    if due_for(event.booking_id, facts) is None:
        return Turn(dialogue)
    return Turn(dialogue, (), (SubmitProof(event.booking_id, event.reference, event.amount, event.link),))


def prompt_asked(dialogue: Dialogue, event: PromptAsked, facts: Facts) -> Turn:
    """Their phone is asked, where this booking can be paid so."""
    asked = due_for(event.booking_id, facts)
    if asked is None or not by_phone(asked, event.phone, facts):
        return Turn(dialogue)
    return Turn(dialogue, (), (AskOnPhone(event.booking_id, event.phone),))


def due_for(booking_id: int, facts: Facts) -> PaymentView | None:
    """What a booking of theirs waits to be paid; None for nothing, or where it is held on a card."""
    asked = next((found.payment for found in facts.my_bookings() if found.id == booking_id), None)
    return asked if asked is not None and not asked.is_hold else None


def by_phone(asked: PaymentView, phone: str, facts: Facts) -> bool:
    """Whether this phone, or "" for their own, can be asked for it."""
    methods = methods_for(asked.left, phone, facts.business) if phone else asked.methods
    return PaymentMethod.MPESA in methods


def _to_pay(event: Said, facts: Facts) -> BookingView | None:
    """The booking whose payment they mean: the one their text is about, else what waits to be paid first."""
    waiting = [found for found in facts.my_bookings() if found.payment is not None]
    waiting.sort(key=lambda found: found.payment is not None and found.payment.is_hold)
    return next((one for one in waiting if one.id == event.about), waiting[0] if waiting else None)


def _proof(found: BookingView, understood: Understood, event: Said) -> SubmitProof | None:
    if told := read_confirmation(event.text):
        return SubmitProof(found.id, told.code, told.amount)
    if event.media:
        return SubmitProof(found.id)
    reference = reference_in(event.text) if understood.intent is Intent.PAID else ""
    return SubmitProof(found.id, reference) if reference else None


def _pay_by(dialogue: Dialogue, wanted: PaymentMethod, found: BookingView, facts: Facts) -> Turn:
    asked = found.payment
    assert asked is not None
    by_this = (wanted, *(method for method in asked.methods if method is not wanted))
    lead: tuple[Reply, ...] = ()
    if wanted not in asked.methods:
        by_this, lead = asked.methods, (say("pay_not_so", id=found.id),)
    effects = (AskOnPhone(found.id),) if by_this[0] is PaymentMethod.MPESA else ()
    reply = say("pay_so", id=found.id, price=asked.left, until=asked.due_at, how=how_to_pay(asked, by_this, facts))
    return Turn(dialogue, (*lead, reply), effects)


def due(dialogue: Dialogue, event: PaymentDue, facts: Facts) -> Turn:
    """A reminder. Nobody's phone is asked without their word."""
    found, asked = event.booking, event.booking.payment
    if asked is None:
        return Turn(dialogue)
    by_phone = asked.methods[0] is PaymentMethod.MPESA
    how = say("pay_by_phone_on_word") if by_phone else how_to_pay(asked, asked.methods, facts)
    reply = say(
        "pay_due",
        id=found.id,
        service=what_is_paid(found),
        when=found.start,
        price=asked.left,
        until=asked.due_at,
        how=how,
    )
    return Turn(dialogue, (reply,))


def paid(dialogue: Dialogue, event: Paid, facts: Facts) -> Turn:
    """A receipt, and what has become of the booking; word to the coordinator."""
    found, receipt = event.booking, event.receipt
    by = say(f"paid_by_{receipt.method}")
    values: dict[str, Value] = {
        "id": found.id,
        "price": receipt.received,
        "service": what_is_paid(found),
        "when": found.start,
    }
    told: dict[str, Value] = {**values, "client": found.client, "by": by}
    extra = say("paid_extra", extra=receipt.credited) if receipt.credited.amount and receipt.applied.amount else ""
    if event.is_twice:
        key = "paid_twice_back" if event.goes_back else "paid_twice"
        return Turn(dialogue, (say(key, **values),), (TellCoordinator(say("paid_twice_notice", **told), found.id),))
    if not receipt.applied.amount:
        status = say(f"status_{found.status}")
        tell = TellCoordinator(say("paid_kept_notice", status=status, **told), found.id)
        reply = say("paid_kept", status=status, **values)
        if found.status is not BookingStatus.EXPIRED:
            return Turn(dialogue, (reply,), (tell,))
        turn = offer_others(dialogue, found, (say("paid_too_late", **values),), facts)
        return replace(turn, effects=(*turn.effects, tell))
    if event.left.amount:
        how = how_to_pay(found.payment, found.payment.methods, facts) if found.payment is not None else ""
        until = found.payment.due_at if found.payment is not None else ""
        reply = say("paid_part", left=event.left, until=until, how=how, **values)
        tell = TellCoordinator(say("paid_part_notice", left=event.left, **told), found.id)
        return Turn(dialogue, (reply,), (tell,))
    if event.series is not None and len(event.confirmed) > 1:
        return _series_paid(dialogue, event.series, event.confirmed, told | {"extra": extra}, receipt)
    notice = "paid_revived_notice" if event.is_revived else "paid_notice"
    reply = say("paid_receipt", extra=extra, receipt=receipt.transaction_id, **values)
    if found.status is not BookingStatus.CONFIRMED:
        return Turn(dialogue, (reply,))
    if found.start > facts.now:
        reply = confirmation("paid", found, price=receipt.received, receipt=receipt.transaction_id, extra=extra)
    return Turn(settle(dialogue, found, settled=True), (reply,), (TellCoordinator(say(notice, **told), found.id),))


def _series_paid(
    dialogue: Dialogue, series: SeriesView, confirmed: tuple[int, ...], values: dict[str, Value], receipt: Receipt
) -> Turn:
    """One text for all visits that are confirmed by it."""
    meeting = meeting_lines(series.bookings[0])
    visits = told_of(series, tuple(series.numbered(number) for number in confirmed))
    reply = say("series_paid", **{**values, **visits, "receipt": receipt.transaction_id, "meeting": meeting})
    tell = say("series_paid_notice", **{**values, **visits, "when": visits["first"]})
    return Turn(settle_series(dialogue, series), (reply,), (TellCoordinator(tell, confirmed[0]),))


def failed(dialogue: Dialogue, event: PaymentFailed) -> Turn:
    """Why, in plain words, and what to do next."""
    found, asked = event.booking, event.booking.payment
    if asked is None:
        return Turn(dialogue)
    if event.method is PaymentMethod.MPESA:
        result = result_of(event.code)
        why = say(result.failure.reply_key) if result.failure is not None else say("mpesa_failed_other")
        again = pay_again(asked, result.again)
    elif event.method is PaymentMethod.MANUAL:
        why, again = say("proof_not_found", words=event.words), pay_again(asked, None)
    else:
        why, again = say("card_failed"), pay_again(asked, None)
    reply = say("pay_failed", id=found.id, service=what_is_paid(found), why=why, until=asked.due_at, again=again)
    return Turn(dialogue, (reply,))


def held(dialogue: Dialogue, event: CardHeld, facts: Facts) -> Turn:
    found = event.booking
    price, business = event.amount, facts.business.name
    tell = say("hold_notice", id=found.id, client=found.client, price=price, service=found.service, when=found.start)
    reply = say("hold_done", id=found.id, price=price, business=business)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id),))


def let_go(dialogue: Dialogue, event: CardLetGo) -> Turn:
    return Turn(dialogue, (say("hold_let_go", id=event.booking.id, price=event.amount),))


def lapsed(dialogue: Dialogue, event: PaymentLapsed, facts: Facts) -> Turn:
    """Other times, and word to the coordinator."""
    found = event.booking
    reply = say("pay_lapsed", id=found.id, service=what_is_paid(found, event.visits), when=found.start)
    turn = offer_others(settle(dialogue, found, settled=False), found, (reply,), facts)
    tell = say("pay_lapsed_notice", id=found.id, client=found.client, when=found.start)
    return replace(turn, effects=(*turn.effects, TellCoordinator(tell, found.id)))


def shown(dialogue: Dialogue, event: PaymentShown, facts: Facts) -> Turn:
    """Thanks, and word to whoever looks at it; the word alone while an operator talks with the client."""
    found, is_silent = event.booking, facts.person.is_with_operator
    if event.is_used and is_silent:
        return Turn(dialogue)
    if event.is_used:
        return side_trips.again(dialogue, facts).led_by(say("proof_used", id=found.id, reference=event.proof))
    asked = found.payment.left if found.payment is not None else found.price
    tell = say(
        "proof_notice", id=found.id, client=found.client, service=found.service, when=found.start, price=asked,
        proof=event.proof,
    )  # fmt: skip
    if is_silent:
        return Turn(dialogue, (), (TellCoordinator(tell, found.id),))
    reply = say("proof_received", id=found.id, business=facts.business.name)
    return side_trips.again(dialogue, facts).led_by(reply).doing(TellCoordinator(tell, found.id))


def given_back(dialogue: Dialogue, event: GivenBack) -> Turn:
    found = event.booking
    reply = say("refund_coming", id=found.id, price=event.amount, service=found.service)
    return Turn(dialogue, (reply,))


def pack_sold(dialogue: Dialogue, event: PackSold, facts: Facts) -> Turn:
    """Who has never written is told who this is, and how to stop it."""
    turn = Turn(dialogue, (say("pack_sold", count=event.pack.left, service=event.pack.service),))
    knows_us = facts.knows_us()
    return turn if knows_us else turn.led_by(say("hello", business=facts.business.name))


def balance(dialogue: Dialogue, facts: Facts) -> Turn:
    """What they have paid ahead, and what is kept for them."""
    lines = [say("balance_pack", count=one.left, service=one.service) for one in facts.my_packs()]
    lines += [say("balance_credit", price=credit) for credit in facts.my_credit()]
    reply = say("lines", lines=tuple(lines)) if lines else say("balance_nothing")
    return side_trips.again(dialogue, facts).led_by(reply)


def reference_used(dialogue: Dialogue, event: ReferenceUsed) -> Turn:
    return Turn(dialogue, (say("command_reference_used", id=event.booking.id, reference=event.reference),))
