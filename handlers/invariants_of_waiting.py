"""The invariants of waiting lines: what an offer holds is there, nothing is held for anybody else, and every line that
somebody stands in is looked at."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus, WaitlistStatus
from models import invariants as found
from models.claims import Holder, Scarce
from models.waitlist import OPEN

Rows = Sequence[Row[Any]]


def broken_places(session: Session, now: datetime) -> Iterator[str]:
    for page in found.place_pages(session):
        owned = found.stretches_held(session, Holder.OFFER, [row.id for row in page])
        claims = found.claims_of(session, [each.id for some in owned.values() for each in some])
        for row in page:
            for wrong in (*_stands(row), *_offer(row, owned.get(row.id, []), claims, now)):
                yield f"place W{row.id}: {wrong}"


def _stands(row: Row[Any]) -> Iterator[str]:
    if row.status is WaitlistStatus.ACCEPTED and row.booked is None:
        yield "it was accepted, but there is no booking"
    if row.status not in OPEN:
        return
    if not row.class_session_id:
        if row.look_at is None:
            yield "nobody will look whether its time has come free"
    elif row.class_status is not ClassStatus.SCHEDULED:
        yield f"it waits for class #{row.class_session_id}, which is not held"
    elif row.class_look_at is None:
        yield f"nobody will look at the line of class #{row.class_session_id}"


def _offer(row: Row[Any], owned: Rows, claims: Mapping[int, Rows], now: datetime) -> Iterator[str]:
    """One that is offered holds what it says for as long as it says; any other holds nothing."""
    if row.status is not WaitlistStatus.OFFERED:
        if owned:
            yield f"it is {row.status.value} and still holds something"
        return
    if row.offered_at is None or row.offer_expires_at is None:
        yield "it is offered something, but nobody knows since when or until when"
        return
    scarce = Scarce.SEAT if row.class_session_id else Scarce.STAFF
    held = [each for each in owned if each.scarce is scarce]
    if not row.offer_seats:
        if owned:
            yield "it is asked beside others and still holds something"
        return
    if any(each.live_until != row.offer_expires_at for each in owned):
        yield "what it holds does not last as long as the offer"
    if row.offer_expires_at <= now:
        return  # what it held may be somebody else's by now
    if len(held) != 1:
        yield f"its offer holds {len(held)} stretches, not one"
    seats = [claim for each in held for claim in claims.get(each.id, [])]
    if row.class_session_id and len(seats) != row.offer_seats:
        yield f"its offer holds {len(seats)} seats, not {row.offer_seats}"
    if not row.class_session_id and any(each.scarce_id != row.offer_staff_id for each in held):
        yield "its offer holds somebody else's time"
