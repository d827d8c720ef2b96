"""The figures of a stretch of days, as operators see them drawn: each one statement, and none that reads what lies
before the days where a table grows for ever."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, case, func, select
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.classes import WaitlistStatus
from conversations.dialogue import State
from models.bookings import bookings
from models.conversations import conversations, turns
from models.ledger import Account, ledger_entries
from models.outbox import outbox
from models.waitlist import waitlist_entries


def first_since(session: Session, table: Table, written: ColumnElement[datetime], since: datetime) -> int:
    """The number of the first row that was written since then, in a table whose rows are numbered as they are written:
    halved to it by their numbers, for only those are in an index."""
    low = int(session.execute(select(func.min(table.c.id))).scalar_one() or 0)
    high = int(session.execute(select(func.max(table.c.id))).scalar_one() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        statement = select(table.c.id, written.label("at")).where(table.c.id >= middle).order_by(table.c.id).limit(1)
        row = session.execute(statement).one_or_none()
        if row is None or row.at >= since:
            high = middle
        else:
            low = int(row.id) + 1
    return low


def furthest(session: Session, since: datetime, steps: Sequence[State]) -> dict[int, int]:
    """How many conversations of clients, spam aside, came as far as each of these steps, and no further, by its place
    among them."""
    first, own = first_since(session, turns, turns.c.at, since), conversations.c
    place = case({step: number for number, step in enumerate(steps)}, value=turns.c.state_after, else_=-1)
    each = (
        select(func.max(place).label("place"))
        .join(conversations, own.id == turns.c.conversation_id)
        .where(turns.c.id >= first, own.client_id.is_not(None), own.is_blocked.is_(False))
        .group_by(turns.c.conversation_id)
        .subquery()
    )
    statement = select(each.c.place, func.count().label("people")).group_by(each.c.place)
    return {int(row.place): int(row.people) for row in session.execute(statement)}


def decided(session: Session, since: datetime) -> Sequence[Row[Any]]:
    """When each request that was answered by somebody had been made, and when it was answered."""
    first = first_since(session, bookings, bookings.c.created_at, since)
    statement: Select[Any] = select(bookings.c.created_at, bookings.c.decision_at, bookings.c.status).where(
        bookings.c.id >= first, bookings.c.requires_approval.is_(True)
    )
    return session.execute(statement).all()


def visits(session: Session, since: datetime, until: datetime) -> dict[BookingStatus, int]:
    """What became of the visits whose start lay between."""
    statement = (
        select(bookings.c.status, func.count().label("visits"))
        .where(bookings.c.start_at >= since, bookings.c.start_at < until)
        .group_by(bookings.c.status)
    )
    return {BookingStatus(row.status): int(row.visits) for row in session.execute(statement)}


def taken(session: Session, since: datetime) -> Sequence[Row[Any]]:
    """Every movement of money that clients paid, or got back."""
    statement: Select[Any] = select(
        ledger_entries.c.at, ledger_entries.c.account, ledger_entries.c.amount, ledger_entries.c.currency
    ).where(ledger_entries.c.at >= since, ledger_entries.c.account.in_((Account.RECEIVED, Account.REFUNDED)))
    return session.execute(statement).all()


def refilled(session: Session, since: datetime) -> dict[str, int]:
    """What became of those who waited and were offered something."""
    own = waitlist_entries.c
    statement = select(own.status, func.count().label("places")).where(own.offered_at >= since).group_by(own.status)
    found = {str(row.status): int(row.places) for row in session.execute(statement)}
    return {word: found.get(word, 0) for word in (WaitlistStatus.ACCEPTED, WaitlistStatus.EXPIRED, WaitlistStatus.LEFT)}


def carried(session: Session, since: datetime) -> Sequence[Row[Any]]:
    """How many texts went by each channel, what they cost in SMS segments, and how many did not arrive."""
    first = first_since(session, outbox, outbox.c.created_at, since)
    own, texts = outbox.c, func.count().label("texts")
    statement: Select[Any] = select(own.channel, own.status, texts, func.sum(own.segments).label("segments"))
    return session.execute(statement.where(own.id >= first).group_by(own.channel, own.status)).all()
