"""Series as operators list them: a page at a time, by where the last page ended and never by counting rows."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from models.booking_series import booking_series, booking_series_items
from models.bookings import bookings
from models.business import services, staff
from models.clients import clients


def series_listed(
    session: Session, before: int | None, limit: int, *, waiting: bool, client_id: int | None = None,
    staff_id: int | None = None,
) -> Sequence[Row[Any]]:  # fmt: skip
    """Newest first, from before this one on, each with its client, service and staff member; `waiting`: those alone of
    which a visit still waits for an answer. Of one client, or of one staff member, where they are named."""
    page: Select[Any] = select(booking_series.c.id)
    if client_id is not None:
        page = page.where(booking_series.c.client_id == client_id)
    if staff_id is not None:
        page = page.where(booking_series.c.staff_id == staff_id)
    if waiting:
        asked = select(bookings.c.series_id).where(
            bookings.c.status == BookingStatus.PENDING, bookings.c.series_id.is_not(None)
        )
        page = page.where(booking_series.c.id.in_(asked))
    if before is not None:
        page = page.where(booking_series.c.id < before)
    found = page.order_by(booking_series.c.id.desc()).limit(limit).subquery()
    statement = _with_names().join(found, found.c.id == booking_series.c.id)
    return session.execute(statement.order_by(booking_series.c.id.desc())).all()


def one_listed(session: Session, series_id: int) -> Row[Any] | None:
    """One of them, as it is listed."""
    return session.execute(_with_names().where(booking_series.c.id == series_id)).one_or_none()


def newest_series_of(session: Session, client_id: int) -> int:
    """The number of the series that they made last; 0 where they have none."""
    statement = select(func.coalesce(func.max(booking_series.c.id), 0)).where(booking_series.c.client_id == client_id)
    return int(session.execute(statement).scalar_one())


def lock_visits(session: Session, series_id: int) -> None:
    """All that is booked of it stays as it is until the transaction ends."""
    wanted = select(bookings.c.id).where(bookings.c.series_id == series_id).order_by(bookings.c.id)
    session.execute(wanted.with_for_update())


def _with_names() -> Select[Any]:
    """Outer joins, though every row has its partner: so no database begins with the few services."""
    return (
        select(
            booking_series, clients.c.name.label("client_name"), clients.c.phone.label("client_phone"),
            services.c.name.label("service_name"), staff.c.name.label("staff_name"),
        )
        .outerjoin(clients, clients.c.id == booking_series.c.client_id)
        .outerjoin(services, services.c.id == booking_series.c.service_id)
        .outerjoin(staff, staff.c.id == booking_series.c.staff_id)
    )  # fmt: skip


def visits_counted(session: Session, series_ids: Collection[int]) -> Sequence[Row[Any]]:
    """How many visits of these series are in which status (None: left out), with their first and last start."""
    items = booking_series_items.c
    statement: Select[Any] = (
        select(
            items.series_id, bookings.c.status, func.count().label("visits"),
            func.min(bookings.c.start_at).label("first_at"), func.max(bookings.c.start_at).label("last_at"),
        )
        .outerjoin(bookings, bookings.c.id == items.booking_id)
        .where(items.series_id.in_(list(series_ids)))
        .group_by(items.series_id, bookings.c.status)
    )  # fmt: skip
    return session.execute(statement).all()
