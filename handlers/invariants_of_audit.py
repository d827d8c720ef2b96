"""The audit log was walked along its seals: a line for each entry that is not as it was sealed, or is gone, or came in
between, and for each seal that was changed or removed."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, pairwise
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.audit_sealed import FIRST, sealed_hash
from models.audit_seals import seal_by_number, seal_pages, stray_entry_pages


def broken_audit(session: Session, _now: datetime) -> Iterator[str]:
    yield from _chain(session)
    for page in stray_entry_pages(session):
        for row in page:
            yield f"audit entry #{row.id}: it came in between long after all beside it, and is under no seal"


def sealed_otherwise(session: Session, number: int, known: str) -> str | None:
    """What is wrong with a seal that somebody has written down; None where it stands as it was. Whoever takes away the
    newest seals with their entries leaves nothing behind that shows it, but this."""
    row = seal_by_number(session, number)
    if row is None:
        return f"audit seal {number}: it is gone"
    return None if row.hash == known.casefold() else f"audit seal {number}: it is another one than was known"


def _chain(session: Session) -> Iterator[str]:
    number, before = 0, FIRST
    seals = (row for page in seal_pages(session) for row in page)
    for row, after in pairwise(chain(seals, (None,))):
        assert row is not None
        fitting = stored = row.hash
        if row.id != number + 1:  # what it hung on is not known
            yield f"audit seals {number + 1} to {row.id - 1}: they are gone"
        elif row.at is None:
            yield f"audit entry #{row.entry_id}: it was sealed, and is gone"
        else:
            fitting = _hash(before, row)
        if fitting != stored:
            is_seal = after is not None and after.at is not None and _hash(fitting, after) == after.hash
            entry = f"audit entry #{row.entry_id}: it is not as it was when seal {row.id} was put on it"
            yield f"audit seal {row.id}: it was changed" if is_seal else entry
            stored = fitting if is_seal else stored
        number, before = row.id, stored


def _hash(before: str, row: Row[Any]) -> str:
    return sealed_hash(before, row.id, row.sealed_at, row.entry_id, row)
