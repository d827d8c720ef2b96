"""What every turn asks at once, as soon as its conversation is locked: a question each would cost as much as a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, exists, literal_column, select
from sqlalchemy.orm import Session

from conversations.values import made_often
from models.base import Moment
from models.bookings import has_any
from models.business import THE_ONE, business, version_was
from models.clients import clients
from models.messages import Direction, messages, recent_inbound, unanswered
from models.prepared import prepared

NEWEST = 10
"""How many messages are looked at, in and out. So few that PostgreSQL, which does not know how long this conversation
is, goes through the index from its end and sorts nothing."""


@made_often
@dataclass(frozen=True, slots=True)
class FirstLook:
    """`is_known`: the message that came has been stored before. `client_name` is None where nobody asked for it."""

    is_known: bool
    waiting: Sequence[Row[Any]] = ()
    """The inbound messages that no turn has covered, oldest first."""
    lately: Sequence[tuple[datetime, str]] = ()
    """What this person texted since the moment that was asked about, newest first."""
    client_name: str | None = None
    is_booked: bool | None = None
    """They have a booking that stands and is still to come; None where nobody asked."""
    is_stranger: bool = False
    """Nobody wrote to them before, nor they to us."""
    is_anybody_suppressed: bool | None = None
    """None where nobody asked."""


def first_look(
    session: Session, conversation: Row[Any], channel: str, provider_id: str, since: datetime | None, now: datetime
) -> FirstLook:
    """At a conversation that is LOCKED, as a message comes in. `since`: None where nobody asks what they texted lately.

    What it says of the business is kept for all of the transaction."""
    values = {
        "number": THE_ONE, "conversation_id": conversation.id, "client_id": conversation.client_id,
        "channel": channel, "provider_id": provider_id, "now": now,
    }  # fmt: skip
    found = session.execute(_LOOK, values).all()
    if not found:
        return FirstLook(is_known=False)
    first = found[0]
    version_was(session, first)
    texts = sorted((row for row in found if row.id is not None), key=lambda row: row.id)
    lately = _lately(session, conversation.id, texts, since, is_all=not first.is_more) if since is not None else ()
    # A turn covers the oldest first: where none of these waits, none before them does.
    is_quiet = not any(row.waits for row in texts) and bool(texts or not first.is_more)
    waiting = () if is_quiet else unanswered(session, conversation.id)
    is_booked = bool(first.is_booked) if conversation.client_id is not None else None
    return FirstLook(bool(first.is_known), waiting, lately, first.client_name or "", is_booked)


def _lately(
    session: Session, conversation_id: int, texts: Sequence[Row[Any]], since: datetime, *, is_all: bool
) -> Sequence[tuple[datetime, str]]:
    lately: Sequence[Row[Any]] = [row for row in reversed(texts) if row.at >= since]
    if not is_all and len(lately) == len(texts):
        lately = recent_inbound(session, conversation_id, since)
    return [(row.at, row.body) for row in lately]


def first_look_at_stranger(session: Session, channel: str, provider_id: str) -> FirstLook:
    """As a message comes in from an address that has no conversation yet."""
    values = {"number": THE_ONE, "channel": channel, "provider_id": provider_id}
    found = session.execute(_look_at_stranger(), values).one_or_none()
    if found is None:
        return FirstLook(is_known=False, is_stranger=True)
    version_was(session, found)
    return FirstLook(bool(found.is_known), is_stranger=True, is_anybody_suppressed=bool(found.is_anybody_suppressed))


_OF_CONVERSATION = messages.c.conversation_id == bindparam("conversation_id")
_LAST = (
    select(
        messages.c.id, messages.c.direction, messages.c.at, messages.c.body,
        case((and_(messages.c.turn_id.is_(None), messages.c.due_at.is_not(None)), literal_column("1"))).label("waits"),
    )
    .where(_OF_CONVERSATION)
    .order_by(messages.c.id.desc())
    .limit(literal_column(str(NEWEST)))
    .subquery("newest")
)  # fmt: skip
_BEFORE_THEM = select(messages.c.id).where(_OF_CONVERSATION).order_by(messages.c.id.desc())
_IS_KNOWN = (
    exists()
    .where(messages.c.channel == bindparam("channel"), messages.c.provider_id == bindparam("provider_id"))
    .label("is_known")
)
_LOOK: Select[Any] = prepared(
    select(
        business.c.version,
        _IS_KNOWN,
        select(clients.c.name).where(clients.c.id == bindparam("client_id")).scalar_subquery().label("client_name"),
        has_any(bindparam("client_id"), bindparam("now", type_=Moment())).label("is_booked"),
        _BEFORE_THEM.limit(literal_column("1")).offset(literal_column(str(NEWEST))).scalar_subquery().label("is_more"),
        *(column for column in _LAST.c if column.name != "direction"),
    )
    .select_from(business.outerjoin(_LAST, _LAST.c.direction == Direction.IN))
    .where(business.c.id == bindparam("number"))
)


@cache
def _look_at_stranger() -> Select[Any]:
    from models.suppressions import suppressions  # only where somebody is new

    is_anybody = exists().where(suppressions.c.at.is_not(None)).label("is_anybody_suppressed")
    return prepared(select(business.c.version, _IS_KNOWN, is_anybody).where(business.c.id == bindparam("number")))
