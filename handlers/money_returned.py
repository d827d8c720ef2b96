"""Money that goes back: what a booking that was called off leaves, refunds, and what becomes of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.payments import Outcome, PaymentMethod, RefundNews, RefundStatus, RequestStatus
from conversations.rules.payment_steps import LEASE
from conversations.rules.payments import GIVES_BACK
from handlers.money_moved import ask_no_more, did_not_go_back, keep_as_credit, promise_back, take_off
from handlers.pending_request import lock_payment
from models.payments import open_request, payment_by_id, payment_by_transaction
from models.prepaid import give_back_pack
from models.refunds import add_refund, change_refund, refund_by_id, refund_by_provider


def money_let_go(
    session: Session, booking_id: int, keep: int, status: RequestStatus, who: str, why: str, now: datetime
) -> int:
    """A booking that stands no more owes nothing and keeps nothing, but `keep` of what was paid: the rest goes back to
    the client the way it came. How much does. A session out of a pack is theirs again where nothing is kept."""
    request = open_request(session, booking_id)
    if request is not None:
        ask_no_more(session, request, status, now, paid=0)
    if not keep:
        give_back_pack(session, booking_id, now)
    went = 0
    for payment_id, freed in keep_as_credit(session, booking_id, keep, who, why, now):
        went += freed
        give_back(session, payment_id, freed, why, who, now, booking_id)
    return went


def give_back(
    session: Session, payment_id: int, amount: int, why: str, who: str, now: datetime, booking_id: int | None = None
) -> int:
    """So much of the credit that a payment has left goes back, of what paid for that booking (by default the one it
    came for): by card we see to it ourselves, any other way is a task for a person. The refund's number."""
    payment = payment_by_id(session, payment_id)
    assert payment is not None
    by_card = payment.method is PaymentMethod.CARD
    refund_id = add_refund(
        session, now, payment_id=payment.id, client_id=payment.client_id,
        booking_id=booking_id or payment.booking_id, method=payment.method, amount=amount,
        currency=payment.currency, reason=why[:500], asked_by=who,
        idempotency_key=f"refund-{payment.version}-{payment.transaction_id or payment.id}"[:80],
        look_at=now if by_card else None, result_desc="",
    )  # fmt: skip
    promise_back(session, payment, refund_id, amount, who, now)
    return refund_id


def refund_due(session: Session, refund_id: int, now: datetime) -> Row[Any] | None:
    """A refund that is to be carried out or looked at now, which nobody else does meanwhile; None for nothing."""
    row = refund_by_id(session, refund_id)
    if row is not None:
        lock_payment(session, row.payment_id)
        row = refund_by_id(session, refund_id)
    if row is None or row.look_at is None or row.look_at > now or row.status not in GIVES_BACK:
        return None
    status = RefundStatus.PROCESSING if row.status is RefundStatus.PENDING else row.status
    change_refund(session, row, now, status=status, look_at=now + LEASE, looks=row.looks + 1)
    return row


def refund_heard(session: Session, news: RefundNews, now: datetime) -> bool:
    """What a provider says has become of a refund. One that was made by hand in its console is written down as well.
    False where we know neither it nor what it is of."""
    row = refund_by_provider(session, news.provider_refund_id)
    if row is None and news.refund_id is not None:
        row = refund_by_id(session, news.refund_id)
    if row is not None:
        lock_payment(session, row.payment_id)
        row = refund_by_id(session, row.id)
    if row is not None and row.status is RefundStatus.FAILED and not row.provider_refund_id:
        row = None  # it was refused, and has been made all the same
    if row is None:
        row = _made_elsewhere(session, news, now)
    if row is None:
        return False
    values: dict[str, Any] = {"result_code": news.code[:40], "result_desc": news.words[:500]}
    if news.provider_refund_id:
        values["provider_refund_id"] = news.provider_refund_id
    match news.outcome:
        case Outcome.PAID:
            if row.status in (RefundStatus.PENDING, RefundStatus.PROCESSING):
                change_refund(session, row, now, status=RefundStatus.SUCCEEDED, done_at=now, look_at=None, **values)
        case Outcome.FAILED | Outcome.EXPIRED:
            refund_failed(session, row, now, **values)
        case _:
            if row.status in (RefundStatus.PENDING, RefundStatus.PROCESSING):
                later = now + LEASE * (2 ** min(row.looks, 10))
                change_refund(session, row, now, status=RefundStatus.PROCESSING, look_at=later, **values)
    return True


def refund_failed(session: Session, row: Row[Any], now: datetime, **values: Any) -> None:
    """It came to nothing, perhaps after it seemed done: what it was of is the client's credit again."""
    if row.status not in GIVES_BACK:
        return
    change_refund(session, row, now, status=RefundStatus.FAILED, look_at=None, **values)
    payment = payment_by_id(session, row.payment_id)
    assert payment is not None
    did_not_go_back(session, payment, row.id, row.amount, "system", now)


def refund_put_off(session: Session, refund_id: int, later: datetime, now: datetime) -> None:
    """The provider is away, or its answer was lost: with the same key it is asked again."""
    row = refund_by_id(session, refund_id)
    if row is not None and row.status in (RefundStatus.PENDING, RefundStatus.PROCESSING):
        change_refund(session, row, now, look_at=later)


def refund_done(session: Session, row: Row[Any], who: str, now: datetime) -> None:
    """A person has given the money back."""
    change_refund(session, row, now, status=RefundStatus.SUCCEEDED, done_by=who, done_at=now, look_at=None)


def _made_elsewhere(session: Session, news: RefundNews, now: datetime) -> Row[Any] | None:
    """A refund made at the provider by hand: out of the client's credit, else out of what pays for the booking."""
    payment = payment_by_transaction(session, news.transaction_id)
    if payment is None or news.amount is None or news.amount.currency != payment.currency:
        return None
    payment = lock_payment(session, payment.id)
    take_off(session, payment.id, news.amount.amount - payment.credited, "system", "refunded", now)
    payment = payment_by_id(session, payment.id)
    assert payment is not None
    amount = min(news.amount.amount, payment.credited)
    if amount <= 0:
        return None
    refund_id = add_refund(
        session, now, payment_id=payment.id, client_id=payment.client_id, booking_id=payment.booking_id,
        method=payment.method, amount=amount, currency=payment.currency, reason="made at the provider",
        asked_by="provider", idempotency_key="", look_at=None, result_desc="",
        provider_refund_id=news.provider_refund_id or None,
    )  # fmt: skip
    promise_back(session, payment, refund_id, amount, "system", now)
    return refund_by_id(session, refund_id)
