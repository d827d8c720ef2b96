"""Engagements as operators list them: a page at a time, by where the last page ended and never by counting rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from conversations.engagements.states import EngagementStatus
from models.clients import clients
from models.engagements import client_records, engagements


class Standing(StrEnum):
    """Which engagements are listed."""

    UNDER_WAY = ""
    """Something is to be done, or all is done and the event lies ahead."""
    PLANNING = "planning"
    COMPLETED = "completed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which engagement a page begins."""

    day: date | None
    id: int


def engagements_listed(
    session: Session, standing: Standing, kind: str, behind: Place | None, today: date, limit: int
) -> Sequence[Row[Any]]:
    """The soonest event first, those without a day last; what is closed, the newest first. `kind` in all its variants;
    "" for every one."""
    own, day = engagements.c, engagements.c.event_date
    page: Select[Any] = select(own.id).where(_standing(standing, today))
    if kind:
        page = page.where(or_(own.kind == kind, own.kind.startswith(f"{kind}:", autoescape=True)))
    order = (own.id.desc(),) if standing is Standing.CLOSED else (day.is_(None), day, own.id)
    if behind is not None:
        page = page.where(own.id < behind.id if standing is Standing.CLOSED else _later(behind))
    found = page.order_by(*order).limit(limit).subquery()
    statement: Select[Any] = (
        select(
            engagements, client_records.c.email, client_records.c.phone, client_records.c.client_id,
            clients.c.name.label("client_name"),
        )
        .join(found, found.c.id == own.id)
        .join(client_records, client_records.c.id == own.record_id)
        .outerjoin(clients, clients.c.id == client_records.c.client_id)
    )  # fmt: skip
    return session.execute(statement.order_by(*order)).all()


def _later(behind: Place) -> ColumnElement[bool]:
    own, day = engagements.c, engagements.c.event_date
    if behind.day is None:
        return and_(day.is_(None), own.id > behind.id)
    return or_(day > behind.day, and_(day == behind.day, own.id > behind.id), day.is_(None))


def _standing(standing: Standing, today: date) -> ColumnElement[bool]:
    own, day = engagements.c, engagements.c.event_date
    if standing is not Standing.UNDER_WAY:
        return own.status == EngagementStatus(standing)
    is_ahead = and_(own.status == EngagementStatus.COMPLETED, or_(day >= today, day.is_(None)))
    return or_(own.status == EngagementStatus.PLANNING, is_ahead)
