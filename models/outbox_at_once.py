"""Whether anything stands against sending a text at once, in the transaction that writes it: one cheap question."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, literal_column, not_, or_, select
from sqlalchemy.orm import Session

from models.base import Moment
from models.conversations import conversations
from models.messages import Direction, messages
from models.outbox import UNSENT_IN_SQL, outbox
from models.prepared import prepared
from models.send_budgets import send_budgets

_LANE_IS_BUSY = exists().where(outbox.c.status.in_(UNSENT_IN_SQL), outbox.c.lane == bindparam("lane"))
_IS_SHUT = exists().where(
    send_budgets.c.channel == bindparam("channel"),
    or_(send_budgets.c.address == literal_column("''"), send_budgets.c.address == bindparam("address")),
    send_budgets.c.opens_at > bindparam("now", type_=Moment()),
)
_COMES_IN: ColumnElement[str] = literal_column(f"'{Direction.IN.value}'")
_heard, _last = messages.alias("heard"), messages.alias("last")
_LAST_HEARD = (
    select(_last.c.id)
    .where(_last.c.conversation_id == conversations.c.id, _last.c.direction == _COMES_IN)
    .order_by(_last.c.id.desc())
    .limit(1)
)
_ASKED_AT = (
    select(_heard.c.at)
    .where(_heard.c.id == _LAST_HEARD.correlate(conversations).scalar_subquery())
    .where(_heard.c.turn_id == bindparam("turn_id", type_=messages.c.turn_id.type))
)
_IF_FREE: Select[Any] = prepared(
    select(
        conversations.c.opted_out_at,
        conversations.c.last_inbound_at.label("heard_at"),
        _ASKED_AT.correlate(conversations).scalar_subquery().label("asked_at"),
    ).where(conversations.c.id == bindparam("conversation_id"), not_(_LANE_IS_BUSY), not_(_IS_SHUT))
)


def if_free(
    session: Session, conversation_id: int, turn_id: int | None, lane: str, channel: str, address: str, now: datetime
) -> Row[Any] | None:
    """`opted_out_at` and `heard_at` of the conversation, and `asked_at`, when the message came that this turn answers:
    as claimable() tells them. None where an unsent text is before it in its lane, or a sending budget is shut."""
    values = {"conversation_id": conversation_id, "turn_id": turn_id, "lane": lane}
    return session.execute(_IF_FREE, {**values, "channel": channel, "address": address, "now": now}).one_or_none()
