"""What is to be done about engagements, booking by booking: written with the booking, done after its commit."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.orm import Session, aliased

from conversations.booking import BookingStatus
from conversations.engagements.states import WorkState
from models.bookings import KEPT, bookings
from models.business import business
from models.clients import clients
from models.engagements import engagement_work, engagements
from models.insert import changed_rows
from models.prepared import prepared

_of_series = aliased(engagements, name="of_series")


def work_due(session: Session, now: datetime, limit: int) -> list[Row[Any]]:
    """What is due, longest due first: the work with its booking, its client, and the engagement that the booking, or
    its series, has opened. Of a series that has opened none yet, one visit alone: the others are to join it."""
    rows = session.execute(_due(), {"now": now, "most": limit})
    found: dict[tuple[str, int], Row[Any]] = {}
    for row in rows:
        is_first = row.series_id is not None and row.engagement_id is None and row.series_engagement_id is None
        found.setdefault(("series", row.series_id) if is_first else ("booking", row.booking_id), row)
    return list(found.values())


@cache
def _due() -> Select[Any]:
    due = _with_booking().where(engagement_work.c.due_at <= bindparam("now"))
    return prepared(due.order_by(engagement_work.c.due_at, engagement_work.c.booking_id).limit(bindparam("most")))


@cache
def _with_booking() -> Select[Any]:
    return (
        select(
            engagement_work,
            bookings.c.status.label("booking_status"), bookings.c.service_id, bookings.c.staff_id,
            bookings.c.series_id, bookings.c.client_id, bookings.c.client_note, bookings.c.conversation_id,
            clients.c.name.label("client_name"), clients.c.phone.label("client_phone"),
            clients.c.email.label("client_email"),
            _of_series.c.id.label("series_engagement_id"),
            select(business.c.version).where(business.c.id == 1).scalar_subquery().label("business_version"),
        )
        .join(bookings, bookings.c.id == engagement_work.c.booking_id)
        .join(clients, clients.c.id == bookings.c.client_id)
        .outerjoin(_of_series, _of_series.c.series_id == bookings.c.series_id)
    )  # fmt: skip


def work_done(session: Session, read: Row[Any], **values: Any) -> bool:
    """Write down how far it is, if nobody else has since it was `read` due; whether that is so."""
    work = engagement_work.c
    mine = work.booking_id == read.booking_id, work.due_at == read.due_at, work.state == read.state
    return changed_rows(session, update(engagement_work).where(*mine).values(**values)) == 1


def work_failed(session: Session, read: Row[Any], error: str, due_at: datetime | None) -> bool:
    """Once more in vain; `due_at` None: for the last time. False where another has done it meanwhile."""
    state = {} if due_at is not None else {"state": WorkState.FAILED}
    return work_done(session, read, tries=engagement_work.c.tries + 1, error=error[:300], due_at=due_at, **state)


def failed_work(session: Session, limit: int) -> list[Row[Any]]:
    """What was tried in vain, oldest booking first."""
    statement = select(engagement_work, bookings.c.service_id, bookings.c.staff_id)
    statement = statement.join(bookings, bookings.c.id == engagement_work.c.booking_id)
    statement = statement.where(engagement_work.c.state == WorkState.FAILED)
    return list(session.execute(statement.order_by(engagement_work.c.booking_id).limit(limit)))


def others_live(session: Session, engagement_id: int, booking_id: int) -> bool:
    """Whether another booking than this one, of the same engagement, is alive or was had."""
    statement = (
        select(bookings.c.id)
        .join(engagement_work, engagement_work.c.booking_id == bookings.c.id)
        .where(
            engagement_work.c.engagement_id == engagement_id,
            bookings.c.id != booking_id,
            bookings.c.status.in_((BookingStatus.PENDING, *KEPT)),
        )
    )
    return session.execute(statement.limit(1)).first() is not None


def works_of(session: Session, booking_ids: Collection[int]) -> list[Row[Any]]:
    """How far the openings of these bookings are, of those that open anything."""
    if not booking_ids:
        return []
    statement = select(engagement_work).where(engagement_work.c.booking_id.in_(list(booking_ids)))
    return list(session.execute(statement))


def work_of(session: Session, booking_id: int) -> Row[Any] | None:
    """What is to be done, or was, about the engagement of one booking, read as work_due() reads it."""
    statement = _with_booking().where(engagement_work.c.booking_id == booking_id)
    return session.execute(statement).one_or_none()
