"""Texts of the outbox in a worker's hands: taken, kept under a lease, and written down as sent, many at once."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Row, any_, bindparam, false, literal_column, null, select, update
from sqlalchemy.orm import Session

from conversations.delivery import Delivery
from models.base import Key
from models.outbox import STILL_OURS, UNSENT_IN_SQL, outbox
from models.prepared import prepared

_CHANGE = prepared(update(outbox).where(*STILL_OURS))
_EMPTY: ColumnElement[str] = literal_column("''")
_RECORD = prepared(
    update(outbox)
    .where(*STILL_OURS)
    .values(
        status=literal_column(f"'{Delivery.SENT.value}'"), leased_until=null(), uncertain=false(),
        failure=null(), failure_code=_EMPTY, failure_words=_EMPTY,
        provider_id=bindparam("given_id"), sent_at=bindparam("at", type_=outbox.c.sent_at.type),
    )
)  # fmt: skip
_TAKE_ALL = prepared(
    update(outbox)
    .where(outbox.c.id == any_(bindparam("numbers", type_=ARRAY(Key))))
    .values(status=literal_column(f"'{Delivery.SENDING.value}'"), attempts=outbox.c.attempts + literal_column("1"))
)
"""For PostgreSQL, to which a list is one value: it plans once for any length."""


def take(session: Session, rows: Iterable[Row[Any]], **values: Any) -> None:
    """These rows, which are locked, are in a worker's hands now."""
    if session.get_bind().dialect.name == "postgresql":
        if numbers := [row.id for row in rows]:
            session.execute(_TAKE_ALL, {"numbers": numbers, **values})
        return
    taken = {**values, "status": Delivery.SENDING}
    _change(session, [{**taken, **_fence(row.id, row.attempts), "attempts": row.attempts + 1} for row in rows])


def record_sent(session: Session, sent: Iterable[tuple[int, int, str, datetime]]) -> None:
    """Write down of each row (number, fence) the provider's id and when it was sent, where it is still unsent and
    nobody has claimed it since."""
    rows = [
        {"outbox_id": number, "fence": fence, "given_id": given_id or None, "at": at}
        for number, fence, given_id, at in sorted(sent)
    ]
    if rows:
        session.execute(_RECORD, rows)


def renew(session: Session, fences: Mapping[int, int], until: datetime) -> set[int]:
    """Give these rows, each with its fence, a new lease: which of them are still the asker's, and locked by nobody."""
    own = select(outbox.c.id, outbox.c.attempts).where(outbox.c.id.in_(list(fences)))
    free = own.where(outbox.c.status.in_(UNSENT_IN_SQL)).order_by(outbox.c.id).with_for_update(skip_locked=True)
    renewed = {row.id for row in session.execute(free) if row.attempts == fences[row.id]}
    _change(session, [{**_fence(number, fences[number]), "leased_until": until} for number in renewed])
    return renewed


def kept_by_others(session: Session, numbers: Collection[int]) -> set[int]:
    """Those of these rows that others have locked; the rest are LOCKED until the transaction ends."""
    there = select(outbox.c.id).where(outbox.c.id.in_(list(numbers)))
    free = set(session.execute(there.order_by(outbox.c.id).with_for_update(skip_locked=True)).scalars())
    if len(free) == len(numbers):
        return set()
    return set(session.execute(there).scalars()) - free


def _change(session: Session, rows: list[dict[str, Any]]) -> None:
    """In the order of their numbers, which is that of every worker."""
    if rows:
        session.execute(_CHANGE, sorted(rows, key=lambda row: int(row["outbox_id"])))


def _fence(number: int, attempts: int) -> dict[str, int]:
    return {"outbox_id": number, "fence": attempts}
