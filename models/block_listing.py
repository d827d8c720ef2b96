"""Time taken out of calendars as programs list it: what fits, soonest first, a page at a time by where the last one
ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from models.blocks import blocks

_c = blocks.c


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which block a page begins."""

    start_at: datetime
    id: int


def blocks_fitting(
    session: Session, staff_ids: Sequence[int], since: datetime | None, until: datetime | None, behind: Place | None,
    limit: int,
) -> Sequence[Row[Any]]:  # fmt: skip
    """Of these people, that end after `since` and begin before `until`."""
    statement = select(blocks).where(_c.staff_id.in_(staff_ids))
    if since is not None:
        statement = statement.where(_c.end_at > since)
    if until is not None:
        statement = statement.where(_c.start_at < until)
    if behind is not None:
        later = or_(_c.start_at > behind.start_at, and_(_c.start_at == behind.start_at, _c.id > behind.id))
        statement = statement.where(_c.start_at >= behind.start_at, later)
    return session.execute(statement.order_by(_c.start_at, _c.id).limit(limit)).all()
