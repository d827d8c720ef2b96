"""Everything that is of one client: the numbers of their rows in each table, and by what they are recognised."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Table, func, or_, select
from sqlalchemy.orm import Session

from conversations.engagements.states import EngagementStatus
from conversations.payments import RefundStatus, RequestStatus
from conversations.rules.marks import Marks, marks
from conversations.rules.payments import LIVING
from conversations.rules.transitions import LIVE
from models.booking_series import booking_series
from models.bookings import PENDING, bookings, proposals
from models.business import coordinators, staff
from models.clients import clients
from models.conversations import conversations
from models.engagements import activity_log, client_records, engagement_work, engagements
from models.operators import operators
from models.payments import payment_requests, payments
from models.refunds import refunds
from models.waitlist import OPEN, waitlist_entries

AT_ONCE = 500
"""Numbers that one statement names."""
_MAIL = "email"
_NOTES = ("client_note", "staff_note", "session_notes", "decline_reason", "cancel_reason")


@dataclass(frozen=True, slots=True)
class Belongings:
    """`clients` are they themselves and who was merged into them."""

    clients: tuple[int, ...]
    conversations: tuple[int, ...]
    bookings: tuple[int, ...]
    series: tuple[int, ...]
    records: tuple[int, ...]
    engagements: tuple[int, ...]
    requests: tuple[int, ...]
    payments: tuple[int, ...]
    refunds: tuple[int, ...]
    activities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InTheWay:
    """What is not over yet: numbers of bookings, engagements, payments and refunds; places in waiting lines; credit as
    (currency, amount)."""

    bookings: tuple[int, ...] = ()
    engagements: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    payments: tuple[int, ...] = ()
    refunds: tuple[int, ...] = ()
    credit: tuple[tuple[str, int], ...] = ()


def parts(numbers: Collection[Any]) -> Iterator[list[Any]]:
    """As many at a time as one statement names."""
    every = list(numbers)
    for first in range(0, len(every), AT_ONCE):
        yield every[first : first + AT_ONCE]


def numbers_where(session: Session, of: Table, *where: ColumnElement[bool]) -> tuple[int, ...]:
    own = of.c.id
    return tuple(session.execute(select(own).where(*where).order_by(own)).scalars())


def numbers_in(session: Session, column: Column[Any], of: Collection[Any]) -> tuple[int, ...]:
    """The numbers of the rows in which this column is one of these."""
    found = [number for some in parts(of) for number in numbers_where(session, column.table, column.in_(some))]
    return tuple(dict.fromkeys(found))


def belongings(session: Session, client_id: int) -> Belongings:
    """Of who a client is; whoever was merged into them is they."""
    own = clients.c
    people = session.execute(select(clients).where(or_(own.id == client_id, own.merged_into == client_id))).all()
    client_ids = tuple(sorted(row.id for row in people))
    booked = numbers_in(session, bookings.c.client_id, client_ids)
    phones = [row.phone for row in people if row.phone]
    own = client_records.c
    records = set(numbers_in(session, own.client_id, client_ids))
    if phones:
        records |= set(numbers_where(session, client_records, own.client_id.is_(None), own.phone.in_(phones)))
    jobs = {
        *numbers_in(session, engagements.c.record_id, records), *numbers_in(session, engagements.c.booking_id, booked),
    }  # fmt: skip
    return Belongings(
        clients=client_ids, conversations=_conversations(session, client_ids, phones, people), bookings=booked,
        series=numbers_in(session, booking_series.c.client_id, client_ids), records=tuple(sorted(records)),
        engagements=tuple(sorted(jobs)), requests=numbers_in(session, payment_requests.c.client_id, client_ids),
        payments=numbers_in(session, payments.c.client_id, client_ids),
        refunds=numbers_in(session, refunds.c.client_id, client_ids),
        activities=_activities(session, booked, sorted(jobs), sorted(records)),
    )  # fmt: skip


def _conversations(
    session: Session, client_ids: Sequence[int], phones: Sequence[str], people: Sequence[Row[Any]]
) -> tuple[int, ...]:
    """Where they write or are written to, also by mail: those in which nobody is known, too."""
    own = conversations.c
    mails = [row.email.lower() for row in people if row.email]
    theirs = numbers_in(session, own.client_id, client_ids)
    unknown = (
        own.client_id.is_(None),
        or_(own.address.in_(phones), (own.channel == _MAIL) & func.lower(own.address).in_(mails)),
    )
    return tuple(sorted({*theirs, *numbers_where(session, conversations, *unknown)}))


def _activities(
    session: Session, booked: Sequence[int], jobs: Sequence[int], records: Sequence[int]
) -> tuple[int, ...]:
    own = activity_log.c
    found = {
        number
        for column, of in ((own.booking_id, booked), (own.engagement_id, jobs), (own.record_id, records))
        for number in numbers_in(session, column, of)
    }
    return tuple(sorted(found))


def marks_of(session: Session, of: Belongings) -> Marks:
    """By what they are recognised in what others have written."""
    numbers: set[str] = set()
    emails: set[str] = set()
    names: set[str] = set()
    words: set[str] = set()
    for row in _rows(session, clients, of.clients):
        numbers.add(row.phone or "")
        emails.add(row.email)
        names.add(row.name)
    for row in _rows(session, conversations, of.conversations):
        (emails if row.channel == _MAIL else numbers).add(row.address)
    for row in _rows(session, bookings, of.bookings):
        names.add(row.attendee)
        words |= {getattr(row, name) for name in _NOTES}
    for row in _rows(session, booking_series, of.series):
        names.add(row.attendee)
        words.add(row.client_note)
    for row in _rows(session, client_records, of.records):
        numbers.add(row.phone or "")
        emails.add(row.email)
        names.add(row.name)
        words.add(row.notes)
    for row in _rows(session, engagements, of.engagements):
        names.add(row.name)
        words |= {row.venue, row.requests}
    for row in _rows(session, payments, of.payments):
        numbers.add(row.phone)
        words.add(row.proof)
    for row in _rows(session, refunds, of.refunds):
        words.add(row.reason)
    for some in parts(of.bookings):
        words |= set(session.execute(select(proposals.c.words).where(proposals.c.booking_id.in_(some))).scalars())
        briefs = session.execute(
            select(engagement_work.c.brief).where(engagement_work.c.booking_id.in_(some))
        ).scalars()
        words |= {str(told) for brief in briefs for told in brief.values()}
    return marks(numbers, emails, names, words)


def _rows(session: Session, of: Table, numbers: Sequence[int]) -> Iterator[Row[Any]]:
    for some in parts(numbers):
        yield from session.execute(select(of).where(of.c.id.in_(some)))


def in_the_way(session: Session, of: Belongings, now: datetime) -> InTheWay:
    """What still has its time, work or money before it."""
    live = bookings.c.status.in_(sorted(LIVE)), or_(bookings.c.end_at > now, bookings.c.status == PENDING)
    owing = refunds.c.status.in_((RefundStatus.PENDING, RefundStatus.PROCESSING))
    coming = payments.c.status.in_(LIVING), payments.c.received == 0
    credit: dict[str, int] = {}
    for row in _rows(session, payments, of.payments):
        if row.credited:
            credit[row.currency] = credit.get(row.currency, 0) + row.credited
    return InTheWay(
        bookings=_of(session, bookings.c.client_id, of.clients, *live),
        engagements=_of(session, engagements.c.id, of.engagements, engagements.c.status == EngagementStatus.PLANNING),
        places=_of(session, waitlist_entries.c.client_id, of.clients, waitlist_entries.c.status.in_(OPEN)),
        payments=_of(session, payments.c.client_id, of.clients, *coming),
        refunds=_of(session, refunds.c.client_id, of.clients, owing),
        credit=tuple(sorted(credit.items())),
    )


def _of(session: Session, column: Column[Any], of: Collection[int], *where: ColumnElement[bool]) -> tuple[int, ...]:
    return tuple(
        number for some in parts(of) for number in numbers_where(session, column.table, column.in_(some), *where)
    )


def open_requests(session: Session, of: Belongings) -> tuple[int, ...]:
    """What is asked of them and not paid."""
    return _of(session, payment_requests.c.client_id, of.clients, payment_requests.c.status == RequestStatus.OPEN)


def works_here(session: Session, of: Belongings) -> bool:
    """Whether one of their numbers or addresses is that of somebody who works for the business: who is to go as a
    client would go as a colleague."""
    rows = list(_rows(session, clients, of.clients))
    rooms = list(_rows(session, conversations, of.conversations))
    reached = {row.phone for row in rows if row.phone} | {row.address for row in rooms}
    mails = {row.email.lower() for row in rows if row.email}
    for people in (coordinators, operators):
        own = people.c
        found = select(own.id).where(or_(own.phone.in_(reached), func.lower(own.email).in_(mails)))
        if session.execute(found.limit(1)).first() is not None:
            return True
    by_mail = select(staff.c.id).where(func.lower(staff.c.email).in_(mails)).limit(1)
    return bool(mails) and session.execute(by_mail).first() is not None
