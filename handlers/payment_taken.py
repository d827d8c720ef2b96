"""The coordinator takes money, gives it back, or has given it back."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conversations.effects import GiveBack, RefundsDone, TakePayment
from conversations.events import Event, GivenBack, ReferenceUsed
from conversations.money import Money
from conversations.payments import BookingMoney, Outcome, PaymentMethod, PaymentNews, PaymentStatus, RefundStatus
from handlers.bookings_changed import lock_as_read
from handlers.circumstances import Circumstances
from handlers.money_moved import keep_as_credit
from handlers.money_received import received
from handlers.money_returned import give_back, refund_done
from handlers.pending_request import fresh_view, lock_booking
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.claims import LostRace
from models.ledger import applied_to
from models.payments import (
    add_payment,
    change_payment,
    living_payments,
    open_request,
    payment_by_id,
    payments_of_booking,
    payments_of_request,
)
from models.refunds import refunds_of_booking


def take_payment(
    session: Session, effect: TakePayment, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> list[tuple[int, Event]]:
    """What the client has shown is true; or money came another way. Raises LostRace where the booking has changed."""
    now, who = circumstances.now, decider(conversation, profile)
    row = lock_as_read(session, effect.booking_id, effect.version)
    request = open_request(session, row.id)
    living = living_payments(payments_of_request(session, request.id)) if request is not None else []
    shown = next((one for one in living if one.status is PaymentStatus.PROOF_SUBMITTED), None)
    savepoint = session.begin_nested()
    if shown is None:
        payment_id = add_payment(
            session, now, request_id=request.id if request is not None else None, booking_id=row.id,
            client_id=row.client_id, method=PaymentMethod.DESK, status=PaymentStatus.PENDING,
            amount=effect.amount.amount, currency=effect.amount.currency, result_desc="",
        )  # fmt: skip
        shown = payment_by_id(session, payment_id)
    assert shown is not None
    try:
        change_payment(session, shown, now, verified_by=who, verified_at=now)
        payment = payment_by_id(session, shown.id)
        assert payment is not None
        news = PaymentNews(Outcome.PAID, payment.id, transaction_id=effect.reference, amount=effect.amount)
        event = received(session, payment, news, who, circumstances)
    except IntegrityError:
        savepoint.rollback()
        return [(conversation.id, ReferenceUsed(fresh_view(session, row.id, profile), effect.reference))]
    savepoint.commit()
    return [(row.conversation_id, event)] if event is not None and row.conversation_id is not None else []


def give_money_back(
    session: Session, effect: GiveBack, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """So much of what pays for a booking goes back. Raises LostRace where it has changed, or less was paid."""
    now, who = circumstances.now, decider(conversation, profile)
    row = lock_as_read(session, effect.booking_id, effect.version)
    left, why = effect.amount.amount, "given back by the business"
    for payment in payments_of_booking(session, row.id):
        part = min(left, payment.credited) if payment.currency == effect.amount.currency else 0
        if part > 0:
            give_back(session, payment.id, part, why, who, now)
            left -= part
    paid = sum(amount for _, amount in applied_to(session, row.id))
    if left > paid:
        raise LostRace
    for payment_id, freed in keep_as_credit(session, row.id, paid - left, who, "refund", now) if left else []:
        give_back(session, payment_id, freed, why, who, now, row.id)
    if row.conversation_id is None:
        return None
    return row.conversation_id, GivenBack(fresh_view(session, row.id, profile), effect.amount)


def refunds_are_done(
    session: Session, effect: RefundsDone, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """A person has given back by hand what there was to give back of a booking. Raises LostRace where that is another
    amount by now."""
    row = lock_booking(session, effect.booking_id)
    owed = [refund for refund in refunds_of_booking(session, row.id) if _is_by_hand(refund)]
    if sum(refund.amount for refund in owed) != effect.amount.amount:
        raise LostRace
    for refund in owed:
        refund_done(session, refund, decider(conversation, profile), circumstances.now)


def money_of(session: Session, booking_id: int, currency: str) -> BookingMoney:
    """The money of a booking, in its own currency."""
    paid = sum(amount for _, amount in applied_to(session, booking_id))
    mine = payments_of_booking(session, booking_id)
    kept = sum(one.credited for one in mine if one.currency == currency)
    shown = [one for one in mine if one.status is PaymentStatus.PROOF_SUBMITTED]
    by_hand = sum(one.amount for one in refunds_of_booking(session, booking_id) if _is_by_hand(one))
    return BookingMoney(
        Money(paid, currency), Money(kept, currency), shown[-1].proof if shown else "",
        Money(by_hand, currency) if by_hand else None,
    )  # fmt: skip


def _is_by_hand(refund: Row[Any]) -> bool:
    return refund.status is RefundStatus.PENDING and refund.look_at is None
