"""A payment provider has called us: each call is taken once, in any order, also before we know what it is about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.payments import Outcome, PaymentMethod, PaymentNews, RefundNews
from conversations.replies import say
from conversations.rules.mpesa import mpesa_number
from conversations.rules.payments import HAS_MONEY
from handlers.circumstances import Circumstances
from handlers.money_returned import refund_heard
from handlers.payment_heard import payment_heard, payment_of
from handlers.pending_request import fresh_view, lock_payment
from handlers.provider_news import dump, load
from handlers.tell_coordinator import tell_coordinator
from models.conversations import lock_conversation
from models.payments import change_payment, payment_by_id, payment_by_transaction, prompts_unanswered
from models.provider_calls import call_handled, calls_waiting, keep_call

LOST_FOR = timedelta(days=1)
"""How long a call may come after its prompt was sent."""


def payment_called(
    session: Session, provider: str, call_id: str, news: PaymentNews, circumstances: Circumstances, *, is_signed: bool
) -> bool:
    """False where it was told before. What is not signed is no proof that money came, nor does it say of an amount that
    is held whether it was taken: the provider is asked first, and what was told waits for its answer."""
    now = circumstances.now
    found = payment_of(session, news) or _whose_answer_was_lost(session, news, now)
    about = news.checkout_id or (str(found.id) if found is not None else "")
    if not keep_call(session, provider, call_id, about, dump(news), now):
        return False
    if news.outcome is Outcome.PAID and (not is_signed or (found is not None and found.is_hold)):
        found = lock_payment(session, found.id) if found is not None else None
        if found is not None and found.status not in HAS_MONEY:
            change_payment(session, found, now, look_at=now)
        elif found is not None:
            heard_of(session, provider, news, circumstances)
    elif payment_heard(session, news, circumstances):
        call_handled(session, provider, call_id, now)
    return True


def _whose_answer_was_lost(session: Session, news: PaymentNews, now: datetime) -> Row[Any] | None:
    """The prompt that this must be about, where the answer to it never came: the only one for so much on that phone
    whose id nobody knows. The provider is asked about it by the id that was told now; None where two could be it."""
    if news.outcome is not Outcome.PAID or news.amount is None or not mpesa_number(news.phone):
        return None
    sent = prompts_unanswered(session, news.amount.amount, news.amount.currency, now - LOST_FOR)
    mine = [row for row in sent if mpesa_number(row.phone) == mpesa_number(news.phone)]
    if len(mine) != 1:
        return None
    row = lock_payment(session, mine[0].id)
    if row.checkout_request_id is not None:
        return None
    change_payment(
        session, row, now, checkout_request_id=news.checkout_id, merchant_request_id=news.merchant_id, look_at=now
    )
    return payment_by_id(session, row.id)


def heard_of(session: Session, provider: str, news: PaymentNews, circumstances: Circumstances) -> bool:
    """What a provider answered, with what it has told of the same payment before: a receipt, an amount."""
    waiting = calls_waiting(session, provider, news.checkout_id) if news.checkout_id else []
    for call in waiting:
        told = load(call.news)
        if told.outcome is news.outcome:
            news = replace(
                news,
                transaction_id=news.transaction_id or told.transaction_id,
                amount=news.amount or told.amount,
                merchant_id=news.merchant_id or told.merchant_id,
            )
    if not payment_heard(session, news, circumstances):
        return False
    if news.outcome is not Outcome.OPEN:
        for call in waiting:
            call_handled(session, provider, call.call_id, circumstances.now)
    return True


def known_by(session: Session, provider: str, payment_id: int, circumstances: Circumstances) -> None:
    """The provider's id of a payment has become known: what it told of it before happens now."""
    row, now = payment_by_id(session, payment_id), circumstances.now
    assert row is not None
    for call in calls_waiting(session, provider, row.checkout_session_id or row.checkout_request_id or ""):
        told = load(call.news)
        if told.outcome is Outcome.PAID and row.method is PaymentMethod.MPESA:
            current = payment_by_id(session, payment_id)
            assert current is not None
            change_payment(session, current, now, look_at=now)
        elif payment_heard(session, told, circumstances):
            call_handled(session, provider, call.call_id, now)


def refund_called(
    session: Session, provider: str, call_id: str, news: RefundNews, circumstances: Circumstances
) -> bool:
    """False where it was told before."""
    said = {"refund": news.provider_refund_id, "outcome": news.outcome.value}
    if not keep_call(session, provider, call_id, news.provider_refund_id, said, circumstances.now):
        return False
    if refund_heard(session, news, circumstances.now):
        call_handled(session, provider, call_id, circumstances.now)
    return True


def dispute_called(
    session: Session, provider: str, call_id: str, transaction_id: str, reason: str, circumstances: Circumstances
) -> bool:
    """A client's bank wants the money back: a person must answer it at the provider. False where it was told before."""
    if not keep_call(session, provider, call_id, transaction_id, {"dispute": reason}, circumstances.now):
        return False
    payment = payment_by_transaction(session, transaction_id)
    if payment is not None and payment.booking_id is not None:
        profile = circumstances.profiles.current(session)
        view = fresh_view(session, payment.booking_id, profile)
        if view.conversation_id:
            reply = say("dispute_notice", id=view.id, client=view.client, reason=reason)
            room = lock_conversation(session, view.conversation_id)
            tell_coordinator(session, reply, room, circumstances, profile, view.id)
    call_handled(session, provider, call_id, circumstances.now)
    return True
