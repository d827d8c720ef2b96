"""What was about to go out when a database was put back, and may have gone out since: it waits for a person."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from conversations.delivery import Delivery, SendFailure
from conversations.payments import PaymentMethod, RefundStatus
from models.conversations import conversations
from models.insert import changed_rows
from models.operators import operator_links, operator_sessions
from models.outbox import UNSENT, outbox
from models.payments import payments
from models.refunds import refunds

CODE, WORDS = "restored", "held by a restore: it may have been sent since the backup"


def unsent_by(session: Session, now: datetime) -> list[int]:
    """The texts that would be sent now, and those that somebody had in hand."""
    due = or_(outbox.c.due_at <= now, outbox.c.status == Delivery.SENDING)
    statement = select(outbox.c.id).where(outbox.c.status.in_(UNSENT), due)
    return list(session.execute(statement.order_by(outbox.c.id)).scalars())


def hold_texts(session: Session, ids: Collection[int], now: datetime) -> None:
    """On the dead-letter list, from which each can be sent again, and their conversations in need of a person."""
    held = outbox.c.id.in_(list(ids))
    spoken = select(outbox.c.conversation_id).where(held)
    session.execute(
        update(outbox).where(held).values(
            status=Delivery.DEAD, leased_until=None, failure=SendFailure.UNCERTAIN, failure_code=CODE,
            failure_words=WORDS, reported_at=now,
        )
    )  # fmt: skip
    session.execute(update(conversations).where(conversations.c.id.in_(spoken)).values(needs_person=True))


def hold_refunds(session: Session, now: datetime) -> int:
    """Those that no provider had told of: a person looks whether the money has gone back, and says so."""
    begun = refunds.c.status.in_((RefundStatus.PENDING, RefundStatus.PROCESSING))
    open_ones = refunds.c.look_at.is_not(None), refunds.c.provider_refund_id.is_(None), begun
    held = update(refunds).where(*open_ones)
    return changed_rows(
        session, held.values(status=RefundStatus.PENDING, look_at=None, version=refunds.c.version + 1, updated_at=now)
    )


def hold_prompts(session: Session) -> int:
    """Prompts to pay by phone that had not been sent: none is sent twice."""
    waiting = payments.c.look_at.is_not(None), payments.c.begun_at.is_(None)
    held = update(payments).where(payments.c.method == PaymentMethod.MPESA, *waiting)
    return changed_rows(session, held.values(look_at=None))


def end_sign_ins(session: Session) -> None:
    """Whoever was signed out since is not in again, and no link that was used opens once more."""
    session.execute(delete(operator_sessions))
    session.execute(delete(operator_links))
