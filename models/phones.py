"""What phones on one channel show: who has one, what they said and have received, and whether more is on its way."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from conversations.delivery import Delivery
from models.bookings import bookings
from models.clients import clients
from models.conversations import conversations, turns
from models.messages import Direction, messages
from models.outbox import UNSENT, outbox

RECEIVED = (Delivery.SENT, Delivery.DELIVERED, Delivery.READ)


def client_phones(session: Session, channel: str, limit: int) -> list[str]:
    """The addresses of the clients who wrote or were written to last on this channel, the newest first."""
    own = conversations.c
    statement = select(own.address).where(own.channel == channel, own.client_id.is_not(None))
    return list(session.execute(statement.order_by(own.last_message_at.desc(), own.id.desc()).limit(limit)).scalars())


def phones_at(session: Session, channel: str, addresses: Collection[str]) -> dict[str, Row[Any]]:
    """The conversations of these addresses that there are, with their clients' names and how far they have come."""
    own = conversations.c
    said = select(func.max(messages.c.id)).where(messages.c.conversation_id == own.id).scalar_subquery()
    turned = select(func.max(turns.c.id)).where(turns.c.conversation_id == own.id).scalar_subquery()
    statement: Select[Any] = (
        select(own.id, own.address, own.state, own.dialogue, own.opted_out_at, clients.c.name)
        .add_columns(said.label("newest_message"), turned.label("newest_turn"))
        .outerjoin(clients, clients.c.id == own.client_id)
        .where(own.channel == channel, own.address.in_(list(addresses)))
    )
    return {row.address: row for row in session.execute(statement)}


def on_screen(session: Session, conversation_id: int, limit: int) -> Sequence[Row[Any]]:
    """The last texts that a phone sent or received, oldest first, with the choices under them and how the booking that
    each is about stands. `words` is the text without its choices."""
    statement: Select[Any] = (
        select(
            messages.c.id, messages.c.direction, messages.c.body, messages.c.at, outbox.c.body.label("words"),
            outbox.c.choices, outbox.c.id.label("outbox_id"), outbox.c.provider_id.label("sent_as"),
            outbox.c.booking_id, bookings.c.status.label("booking_status"), bookings.c.series_id,
        )
        .outerjoin(outbox, outbox.c.message_id == messages.c.id)
        .outerjoin(bookings, bookings.c.id == outbox.c.booking_id)
        .where(
            messages.c.conversation_id == conversation_id,
            or_(messages.c.direction == Direction.IN, outbox.c.status.in_(RECEIVED)),
        )
        .order_by(messages.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    return session.execute(statement).all()[::-1]


def on_their_way(session: Session, conversation_ids: Collection[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Of each of these conversations to which texts are due now: how many, and the last of them."""
    statement = select(outbox.c.conversation_id, func.count(), func.max(outbox.c.id)).where(
        outbox.c.status.in_(UNSENT), outbox.c.due_at <= now, outbox.c.conversation_id.in_(list(conversation_ids))
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement.group_by(outbox.c.conversation_id))}
