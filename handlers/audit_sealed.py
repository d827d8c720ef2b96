"""The audit log was sealed: what it says by now cannot be changed any more without a trace (decision 18)."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from models.audit_seals import add_seals, last_seal, newest_to_seal, unsealed

SETTLES = timedelta(minutes=1)
"""So long an entry is left alone: those that are being written meanwhile come before it."""
AT_ONCE = 2000
FIRST = "0" * 64
"""What the first seal hangs on."""


def audit_sealed(session: Session, now: datetime) -> Row[Any] | None:
    """Seal what has settled, as much as one transaction carries; the last seal by now, None where nothing was due or
    another was faster."""
    newest = newest_to_seal(session, now - SETTLES)
    if newest is None:
        return None
    last = last_seal(session)
    at = now if last is None else max(now, last.sealed_at)
    rows = list(_seals(last, unsealed(session, last, newest, AT_ONCE), at))
    return last_seal(session) if rows and add_seals(session, rows) else None


def _seals(last: Row[Any] | None, entries: Sequence[Row[Any]], at: datetime) -> Iterator[dict[str, Any]]:
    number, before = (last.id, last.hash) if last is not None else (0, FIRST)
    for entry in entries:
        number += 1
        before = sealed_hash(before, number, at, entry.id, entry)
        yield {"id": number, "entry_id": entry.id, "hash": before, "sealed_at": at}


def sealed_hash(before: str, number: int, sealed_at: datetime, entry_id: int, entry: Row[Any]) -> str:
    """SHA-256 over the seal before and one line of JSON in ASCII, which is the same on every database: the seal's
    number and moment, then all of the entry in this order. Moments are in UTC, to the microsecond."""
    said = [
        number, _moment(sealed_at), entry_id, _moment(entry.at), entry.operator_id, entry.who, entry.action,
        entry.subject, entry.words, entry.source,
    ]  # fmt: skip
    line = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
    return sha256(f"{before}\n{line}".encode("ascii")).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
