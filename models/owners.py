"""Who owns a piece of somebody's time, or of a thing's: what stands in the way of whoever wants it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from conversations.rules.cells import cells
from models.claims import Scarce, claims, stretches


def owners_between(
    session: Session,
    scarce: Scarce,
    ids: Sequence[int],
    start: datetime,
    end: datetime,
    now: datetime,
) -> list[Row[Any]]:
    """The stretches by which any of [start, end) of these people or things is owned now, soonest first. What is busy
    without a claim (another calendar) is in nobody's way."""
    window = cells(start, end)
    owned = (
        select(claims.c.stretch_id)
        .where(
            claims.c.scarce == scarce,
            claims.c.scarce_id.in_(ids),
            claims.c.cell.between(window.start, window.stop - 1),
            or_(claims.c.live_until.is_(None), claims.c.live_until > now),
        )
        .distinct()
    )
    statement = select(stretches).where(stretches.c.id.in_(owned)).order_by(stretches.c.start_at, stretches.c.id)
    return list(session.execute(statement))
