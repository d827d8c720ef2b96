"""Class sessions as programs list them: those that fit, soonest first, a page at a time by where the last one ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus
from models.class_listing import Place
from models.class_sessions import class_sessions, with_names

_c = class_sessions.c


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which ones; what is empty narrows nothing. They start in [since, until); `ahead`: only those that are scheduled
    and end later than this."""

    service_id: int | None = None
    staff_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    ahead: datetime | None = None


def classes_fitting(session: Session, wanted: Wanted, behind: Place | None, limit: int) -> Sequence[Row[Any]]:
    statement = with_names()
    if wanted.service_id is not None:
        statement = statement.where(_c.service_id == wanted.service_id)
    if wanted.staff_id is not None:
        statement = statement.where(_c.staff_id == wanted.staff_id)
    if wanted.since is not None:
        statement = statement.where(_c.start_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(_c.start_at < wanted.until)
    if wanted.ahead is not None:
        statement = statement.where(_c.status == ClassStatus.SCHEDULED, _c.end_at > wanted.ahead)
    if behind is not None:
        later = or_(_c.start_at > behind.start_at, and_(_c.start_at == behind.start_at, _c.id > behind.id))
        statement = statement.where(_c.start_at >= behind.start_at, later)
    return session.execute(statement.order_by(_c.start_at, _c.id).limit(limit)).all()


def staff_of_class(session: Session, class_id: int) -> int | None:
    """Whose it is; None where there is no such class."""
    return session.execute(select(_c.staff_id).where(_c.id == class_id)).scalar_one_or_none()


def classes_numbered(session: Session, class_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """These, by their numbers."""
    return {row.id: row for row in session.execute(with_names().where(_c.id.in_(class_ids)))} if class_ids else {}
