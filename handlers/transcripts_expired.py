"""What was said longer ago than the business keeps it is emptied, piece by piece; that it was said, and when, stays."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from dateutil.relativedelta import relativedelta
from sqlalchemy import Table
from sqlalchemy.orm import Session

from models.business import kept_for
from models.conversations import conversations
from models.retention import (
    EMPTIED,
    empty_quiet,
    empty_rows,
    end_of_old,
    keep_mark,
    last_of_batch,
    lock_mark,
    marks_due,
    rows_to_empty,
)

BATCH = 500
"""Rows of one transaction: nobody waits for it."""
AGAIN = timedelta(days=1)
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def kept_since(session: Session, now: datetime) -> datetime | None:
    """From when on words are kept; None where they are for ever, or nobody has said how long."""
    months = kept_for(session)
    return now - relativedelta(months=months) if months else None


def transcripts_expired(session: Session, now: datetime) -> int:
    """Empty the next piece of what is too old; in how many rows. A table with nothing left is looked at again in a day.
    Any number of processes may do it at once."""
    if not marks_due(session, now):
        return 0
    before = kept_since(session, now)
    for of in (*EMPTIED, conversations):
        mark = lock_mark(session, of, now)
        if mark.due_at > now:
            continue
        piece = _quiet_piece if of is conversations else partial(_piece, of=of)
        if (many := piece(session, up_to=mark.up_to, before=before, now=now)) is not None:
            return many
        keep_mark(session, of, mark.up_to, now + AGAIN)
    return 0


def would_expire(session: Session, now: datetime) -> Mapping[str, int]:
    """How many rows of each table are older than the business keeps them, and not emptied yet."""
    before = kept_since(session, now)
    if before is None:
        return {}
    return {of.name: rows_to_empty(session, of, before) for of in EMPTIED}


def _piece(session: Session, *, of: Table, up_to: int, before: datetime | None, now: datetime) -> int | None:
    """None where nothing is left."""
    end = end_of_old(session, of, before) if before is not None else 0
    last = last_of_batch(session, of, up_to, end, BATCH)
    if last is None:
        return None
    keep_mark(session, of, last, now)
    return empty_rows(session, of, up_to, last)


def _quiet_piece(session: Session, *, up_to: int, before: datetime | None, now: datetime) -> int | None:
    """The mark of conversations is a moment, in microseconds: they are said in again."""
    after = _FIRST + up_to * _MICROSECOND
    many, last = empty_quiet(session, after, before, BATCH) if before is not None else (0, None)
    if last is None:
        return None
    keep_mark(session, conversations, (last - _FIRST) // _MICROSECOND, now)
    return many
