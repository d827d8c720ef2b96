"""What must hold of series: their occurrences in order, each with the booking that it says it has."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.series import ItemStatus
from models import invariants as found


def broken_in_series(session: Session, _now: datetime) -> Iterator[str]:
    last: Row[Any] | None = None
    for page in found.series_item_pages(session):
        for row in page:
            before = last if last is not None and last.series_id == row.series_id else None
            last = row
            for wrong in (*_place(row, before), *_booking(row)):
                yield f"series S{row.series_id}.{row.occurrence_index}: {wrong}"
    for page in found.series_bookings_astray(session):
        for row in page:
            yield f"booking #{row.id}: it is of series S{row.series_id}, which has no occurrence for it"


def _place(row: Row[Any], before: Row[Any] | None) -> Iterator[str]:
    """They are numbered from 1, without a gap."""
    if row.occurrence_index != (before.occurrence_index if before is not None else 0) + 1:
        yield "the one before it is missing"


def _booking(row: Row[Any]) -> Iterator[str]:
    if row.status is ItemStatus.SKIPPED:
        if row.booking_id is not None or row.start_at is not None:
            yield "it is left out, and yet has a booking or a start"
        if not row.reason:
            yield "it is left out without a reason"
        return
    if row.booking_id is None or row.booking_series is None:
        yield "it has no booking"
    elif row.booking_series != row.series_id or row.booking_client != row.series_client:
        yield f"booking #{row.booking_id} is not of this series and its client"
    elif row.start_at != row.booking_start:
        yield f"booking #{row.booking_id} starts at another time"
