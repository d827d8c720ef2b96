"""Bookings as operators list them: by start, a page at a time both ways, by where the last page ended and never by
counting rows. No index leads from a start alone to a booking, so each staff member's are walked along theirs."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, ProposalStatus
from models.bookings import BY_CLIENT, LONGEST_VISIT, PENDING, booking_transitions, bookings, proposals
from models.business import services, staff
from models.class_sessions import class_sessions
from models.clients import clients
from models.conversations import conversations
from models.engagements import engagements

FEW_CLIENTS = 200
"""So many who fit a search are looked up one by one; where more do, those who come soonest are found on the way."""
OFTEN = {BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.CANCELLED}
"""What most bookings are; those of any other status are few, and found by the index on the status."""
AT_ONCE = 100
"""Staff whose bookings one statement walks along."""
_IN_ORDER = "force index (ix_bookings_staff_id_start_at)"
"""MariaDB would rather gather all of a status, and sort them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bookings are listed; what is empty narrows nothing. They start in [since, until)."""

    since: datetime | None = None
    until: datetime | None = None
    statuses: tuple[BookingStatus, ...] = ()
    staff_id: int | None = None
    service_id: int | None = None
    class_id: int | None = None
    client_id: int | None = None
    words: str = ""
    """Part of the client's name or number."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which booking a page begins, or before which it ends."""

    at: datetime
    id: int


def listed(session: Session, wanted: Wanted, place: Place | None, limit: int, *, before: bool = False) -> list[int]:
    """The numbers of the bookings behind this place, soonest first; or of those before it, the nearest first."""
    conditions = [*_conditions(wanted), *(() if place is None else (_beyond(place, before=before),))]
    people = _fitting(session, wanted.words) if wanted.words else None
    if people is not None and not people:
        return []
    is_few = wanted.class_id is not None or wanted.client_id is not None
    is_few = is_few or (bool(wanted.statuses) and OFTEN.isdisjoint(wanted.statuses))
    if people is not None and len(people) <= FEW_CLIENTS:
        conditions.append(bookings.c.client_id.in_(people))
        is_few = True
    elif people is not None:
        theirs = clients.c.id == bookings.c.client_id
        conditions.append(select(clients.c.id).where(theirs, _is_called(wanted.words)).exists())
    if is_few:
        walks = [_first_of(conditions, limit, before=before)]
    else:
        walks = [_along(one, conditions, limit, before=before) for one in _staff(session, wanted)]
    found: list[tuple[datetime, int]] = []
    for first in range(0, len(walks), AT_ONCE):
        together = union_all(*walks[first : first + AT_ONCE])
        found += [(row.start_at, row.id) for row in session.execute(together)]
    return [number for _, number in sorted(found, reverse=before)[:limit]]


def touching(session: Session, start: datetime, end: datetime, wanted: Wanted, limit: int) -> list[int]:
    """The numbers of the bookings that touch [start, end), soonest first."""
    own = bookings.c
    statement = select(own.id).where(
        own.staff_id.in_(_staff(session, wanted)), own.start_at > start - LONGEST_VISIT, own.start_at < end,
        own.end_at > start, *_conditions(wanted),
    )  # fmt: skip
    return list(session.execute(statement.order_by(own.start_at, own.id).limit(limit)).scalars())


def lines(session: Session, booking_ids: Collection[int]) -> dict[int, Row[Any]]:
    """These bookings by their numbers, with the names a person needs to read them and the time that is proposed."""
    own = bookings.c
    statement: Select[Any] = (
        select(
            own.id, own.status, own.service_id, own.more_service_ids, own.staff_id, own.client_id, own.conversation_id,
            own.attendee, own.class_session_id, own.series_id, own.seats_reserved, own.start_at, own.end_at,
            own.timezone, own.price, own.currency, own.client_note, own.staff_note, own.decide_by, own.decline_reason,
            own.cancel_reason, own.created_at, own.version,
            services.c.name.label("service_name"), class_sessions.c.title.label("class_title"),
            staff.c.name.label("staff_name"), clients.c.name.label("client_name"),
            clients.c.phone.label("client_phone"), clients.c.email.label("client_email"),
            conversations.c.address.label("client_address"), proposals.c.start_at.label("proposed_at"),
            proposals.c.proposed_by, proposals.c.words.label("wish"), proposals.c.expires_at,
            proposals.c.created_at.label("wished_at"),
        )
        .join(services, services.c.id == own.service_id)
        .join(staff, staff.c.id == own.staff_id)
        .join(clients, clients.c.id == own.client_id)
        .outerjoin(conversations, conversations.c.id == own.conversation_id)
        .outerjoin(class_sessions, class_sessions.c.id == own.class_session_id)
        .outerjoin(proposals, and_(proposals.c.booking_id == own.id, proposals.c.status == ProposalStatus.OPEN))
        .where(own.id.in_(list(booking_ids)))
    )  # fmt: skip
    return {row.id: row for row in session.execute(statement)}


def waiting(
    session: Session, now: datetime, behind: Place | None, limit: int, *, staff_id: int | None = None
) -> Sequence[Row[Any]]:
    """`id` and `since` of what waits for an answer, of this staff member or of all, oldest first: requests, and other
    times that clients wish for."""
    own, wished = bookings.c, proposals.c
    asked = select(own.id, own.created_at.label("since")).where(own.status == PENDING)
    moves = (
        select(own.id, wished.created_at.label("since"))
        .join(proposals, wished.booking_id == own.id)
        .where(
            wished.status == ProposalStatus.OPEN, wished.expires_at > now, wished.proposed_by.startswith(BY_CLIENT),
            own.status.in_((BookingStatus.APPROVED, BookingStatus.CONFIRMED)),
        )
    )  # fmt: skip
    if staff_id is not None:
        asked, moves = asked.where(own.staff_id == staff_id), moves.where(own.staff_id == staff_id)
    both = union_all(asked, moves).subquery()
    statement: Select[Any] = select(both.c.id, both.c.since).order_by(both.c.since, both.c.id).limit(limit)
    if behind is not None:
        at = literal(behind.at, own.created_at.type)
        statement = statement.where(or_(both.c.since > at, and_(both.c.since == at, both.c.id > behind.id)))
    return session.execute(statement).all()


def newest_of_client(session: Session, client_id: int) -> int:
    """The number of the booking that they made last; 0 where they have none."""
    statement = select(func.coalesce(func.max(bookings.c.id), 0)).where(bookings.c.client_id == client_id)
    return int(session.execute(statement).scalar_one())


def engagement_of(session: Session, booking_id: int) -> int | None:
    """The number of the engagement that this booking has opened."""
    return session.execute(select(engagements.c.id).where(engagements.c.booking_id == booking_id)).scalar_one_or_none()


def newest_transition(session: Session) -> int:
    """The number of the last change of any booking's status; 0 where there was none."""
    return int(session.execute(select(func.coalesce(func.max(booking_transitions.c.id), 0))).scalar_one())


def booked_since(session: Session, transition_id: int, who: str) -> int | None:
    """The booking that `who` ("operator:3") has made since this change of any booking's; None where they made none."""
    own = booking_transitions.c
    statement = select(own.booking_id).where(own.id > transition_id, own.who == who, own.before.is_(None))
    return session.execute(statement.order_by(own.id.desc()).limit(1)).scalar_one_or_none()


def _along(staff_id: int, conditions: Collection[ColumnElement[bool]], limit: int, *, before: bool) -> Select[Any]:
    """The first of a staff member's that fit, by the index that has them in order."""
    return _first_of((*conditions, bookings.c.staff_id == staff_id), limit, before=before, hint=_IN_ORDER)


def _first_of(conditions: Collection[ColumnElement[bool]], limit: int, *, before: bool, hint: str = "") -> Select[Any]:
    """The first that fit, in a form that may stand in a union on every database."""
    own = bookings.c
    order = (own.start_at.desc(), own.id.desc()) if before else (own.start_at, own.id)
    inner = select(own.id, own.start_at).where(*conditions).order_by(*order).limit(limit)
    for dialect in ("mysql", "mariadb") if hint else ():
        inner = inner.with_hint(bookings, hint, dialect)
    found = inner.subquery()
    return select(found.c.id, found.c.start_at)


def _beyond(place: Place, *, before: bool) -> ColumnElement[bool]:
    own = bookings.c
    if before:
        later = or_(own.start_at < place.at, and_(own.start_at == place.at, own.id < place.id))
        return and_(own.start_at <= place.at, later)
    return and_(own.start_at >= place.at, or_(own.start_at > place.at, own.id > place.id))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    own = bookings.c
    return [
        *((own.start_at >= wanted.since,) if wanted.since is not None else ()),
        *((own.start_at < wanted.until,) if wanted.until is not None else ()),
        *((own.status.in_(wanted.statuses),) if wanted.statuses else ()),
        *((own.staff_id == wanted.staff_id,) if wanted.staff_id is not None else ()),
        *((own.class_session_id == wanted.class_id,) if wanted.class_id is not None else ()),
        *((own.client_id == wanted.client_id,) if wanted.client_id is not None else ()),
        *((_has_service(wanted.service_id),) if wanted.service_id is not None else ()),
    ]


def _has_service(service_id: int) -> ColumnElement[bool]:
    """It is what was booked, or one of several in one visit."""
    more = cast(bookings.c.more_service_ids, String(1000))
    shapes = f"[{service_id}]", f"[{service_id}, %", f"%, {service_id}]", f"%, {service_id}, %"
    return or_(bookings.c.service_id == service_id, *(more.like(shape) for shape in shapes))


def _staff(session: Session, wanted: Wanted) -> list[int]:
    if wanted.staff_id is not None:
        return [wanted.staff_id]
    return list(session.execute(select(staff.c.id).order_by(staff.c.id)).scalars())


def _fitting(session: Session, words: str) -> list[int]:
    """The clients with this in their name or number, or who they turned out to be; one more than are few, where they
    are many."""
    statement = select(func.coalesce(clients.c.merged_into, clients.c.id)).where(_is_called(words))
    return list(session.execute(statement.limit(FEW_CLIENTS + 1)).scalars())


def _is_called(words: str) -> ColumnElement[bool]:
    digits = re.sub(r"[\s().+-]", "", words)
    named = clients.c.name.icontains(words, autoescape=True)
    return or_(named, clients.c.phone.contains(digits)) if digits.isascii() and digits.isdigit() else named
