"""What `check` reads: every row that an invariant is about, page by page, so that any database fits in memory."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from conversations.booking import BookingType, ProposalStatus
from conversations.rules.transitions import LIVE
from models.blocks import blocks
from models.booking_series import booking_series, booking_series_items
from models.bookings import booking_transitions, bookings, proposals
from models.calendars import busy_times
from models.claims import Holder, Scarce, claims, stretches
from models.class_sessions import class_sessions
from models.conversations import conversations, turns
from models.messages import Direction, messages
from models.outbox import outbox
from models.waitlist import waitlist_entries

PAGE = 500
Page = Sequence[Row[Any]]


def pages(session: Session, statement: Select[Any], *keys: Column[Any]) -> Iterator[Page]:
    """The rows of a statement in the order of `keys`, which it must select and which together are unique."""
    last: tuple[Any, ...] | None = None
    while True:
        wanted = statement if last is None else statement.where(_behind(keys, last))
        page = session.execute(wanted.order_by(*keys).limit(PAGE)).all()
        if page:
            yield page
        if len(page) < PAGE:
            return
        last = tuple(getattr(page[-1], key.name) for key in keys)


def booking_pages(session: Session) -> Iterator[Page]:
    return pages(session, select(bookings), bookings.c.id)


def living_pages(session: Session) -> Iterator[Page]:
    """The one-on-one bookings that own their time, in the order of each person's day."""
    living = bookings.c.status.in_(sorted(LIVE)) & (bookings.c.booking_type == BookingType.ONE_ON_ONE)
    statement = select(bookings.c.id, bookings.c.staff_id, bookings.c.start_at, bookings.c.end_at).where(living)
    return pages(session, statement, bookings.c.staff_id, bookings.c.start_at, bookings.c.id)


def bookings_without_class(session: Session) -> Iterator[Page]:
    """Bookings of seats whose class is not there."""
    statement = select(bookings.c.id, bookings.c.class_session_id).outerjoin(
        class_sessions, class_sessions.c.id == bookings.c.class_session_id
    )
    group = bookings.c.booking_type == BookingType.GROUP_SESSION
    return pages(session, statement.where(group, class_sessions.c.id.is_(None)), bookings.c.id)


def class_pages(session: Session) -> Iterator[Page]:
    return pages(session, select(class_sessions), class_sessions.c.id)


def place_pages(session: Session) -> Iterator[Page]:
    """The places in waiting lines, each with what its class and its booking say."""
    more = (
        class_sessions.c.status.label("class_status"),
        class_sessions.c.look_at.label("class_look_at"),
        bookings.c.id.label("booked"),
    )
    statement = (
        select(waitlist_entries, *more)
        .outerjoin(class_sessions, class_sessions.c.id == waitlist_entries.c.class_session_id)
        .outerjoin(bookings, bookings.c.id == waitlist_entries.c.booking_id)
    )
    return pages(session, statement, waitlist_entries.c.id)


def series_item_pages(session: Session) -> Iterator[Page]:
    """The occurrences of every series in order, each with what its booking says."""
    more = (
        bookings.c.series_id.label("booking_series"),
        bookings.c.start_at.label("booking_start"),
        bookings.c.client_id.label("booking_client"),
        booking_series.c.client_id.label("series_client"),
    )
    statement = (
        select(booking_series_items, *more)
        .join(booking_series, booking_series.c.id == booking_series_items.c.series_id)
        .outerjoin(bookings, bookings.c.id == booking_series_items.c.booking_id)
    )
    return pages(session, statement, booking_series_items.c.series_id, booking_series_items.c.occurrence_index)


def series_bookings_astray(session: Session) -> Iterator[Page]:
    """Bookings that say they belong to a series, which has no occurrence for them."""
    statement = (
        select(bookings.c.id, bookings.c.series_id)
        .outerjoin(booking_series_items, booking_series_items.c.booking_id == bookings.c.id)
        .where(bookings.c.series_id.is_not(None), booking_series_items.c.id.is_(None))
    )
    return pages(session, statement, bookings.c.id)


def stretch_pages(session: Session) -> Iterator[Page]:
    return pages(session, select(stretches), stretches.c.id)


def proposal_pages(session: Session) -> Iterator[Page]:
    """The proposals, each with the status of its booking, and the staff member whose time it is."""
    with_staff = func.coalesce(proposals.c.staff_id, bookings.c.staff_id).label("with_staff")
    more = (bookings.c.status.label("booking_status"), with_staff)
    statement = select(proposals, *more).outerjoin(bookings, bookings.c.id == proposals.c.booking_id)
    return pages(session, statement, proposals.c.id)


def conversation_pages(session: Session) -> Iterator[Page]:
    columns = conversations.c.id, conversations.c.state, conversations.c.dialogue
    return pages(session, select(*columns), conversations.c.id)


def mislaid_inbound(session: Session) -> Iterator[Page]:
    """Inbound messages that have no turn and are not due, or have one and are due again, or have another person's."""
    no_turn, not_due = messages.c.turn_id.is_(None), messages.c.due_at.is_(None)
    wrong = or_(
        and_(no_turn, not_due),
        and_(~no_turn, ~not_due),
        and_(~no_turn, turns.c.id.is_(None)),
        turns.c.conversation_id != messages.c.conversation_id,
    )
    statement = select(messages.c.id, messages.c.turn_id, messages.c.due_at).outerjoin(
        turns, turns.c.id == messages.c.turn_id
    )
    return pages(session, statement.where(messages.c.direction == Direction.IN, wrong), messages.c.id)


def mislaid_outbox(session: Session) -> Iterator[Page]:
    """Outbox rows without an outgoing message of the same conversation."""
    wrong = or_(
        messages.c.id.is_(None),
        messages.c.direction != Direction.OUT,
        messages.c.conversation_id != outbox.c.conversation_id,
    )
    statement = select(outbox.c.id, outbox.c.message_id).outerjoin(messages, messages.c.id == outbox.c.message_id)
    return pages(session, statement.where(wrong), outbox.c.id)


def stray_claims(session: Session) -> Iterator[Page]:
    """Claims whose stretch is gone."""
    statement = select(claims.c.scarce_id, claims.c.cell, claims.c.stretch_id).outerjoin(
        stretches, stretches.c.id == claims.c.stretch_id
    )
    return pages(session, statement.where(stretches.c.id.is_(None)), claims.c.scarce_id, claims.c.cell)


def several_open_proposals(session: Session) -> Iterator[Page]:
    """Bookings with more than one open proposal, and how many each has."""
    statement = select(proposals.c.booking_id, func.count().label("many")).where(
        proposals.c.status == ProposalStatus.OPEN
    )
    return pages(session, statement.group_by(proposals.c.booking_id).having(func.count() > 1), proposals.c.booking_id)


def stretches_held(session: Session, holder: Holder, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The stretches of these holders, by holder."""
    statement = select(stretches).where(stretches.c.holder == holder, stretches.c.holder_id.in_(ids))
    return _grouped(session, statement, "holder_id")


def claims_of(session: Session, stretch_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The claims of these stretches, by stretch."""
    return _grouped(session, select(claims).where(claims.c.stretch_id.in_(stretch_ids)), "stretch_id")


def seats_of(session: Session, class_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The seats of these classes that are owned, each with its holder, by class."""
    statement = (
        select(
            claims.c.scarce_id, claims.c.cell, claims.c.live_until, stretches.c.holder, stretches.c.holder_id,
            stretches.c.start_at, stretches.c.end_at,
        )
        .join(stretches, stretches.c.id == claims.c.stretch_id)
        .where(claims.c.scarce == Scarce.SEAT, claims.c.scarce_id.in_(class_ids))
    )  # fmt: skip
    return _grouped(session, statement, "scarce_id")


def bookings_in_classes(session: Session, class_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The bookings in these classes, by class."""
    columns = (
        bookings.c.id, bookings.c.class_session_id, bookings.c.live_class_id, bookings.c.status, bookings.c.start_at,
        bookings.c.end_at, bookings.c.seats_reserved,
    )  # fmt: skip
    statement = select(*columns).where(bookings.c.class_session_id.in_(class_ids)).order_by(bookings.c.id)
    return _grouped(session, statement, "class_session_id")


def transitions_by_booking(session: Session, booking_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """The changes of status of these bookings, in order."""
    statement = select(booking_transitions).where(booking_transitions.c.booking_id.in_(booking_ids))
    return _grouped(session, statement.order_by(booking_transitions.c.id), "booking_id")


def present(session: Session, holder: Holder, ids: Sequence[int]) -> set[int]:
    """Those of these numbers that are rows of the holder's table."""
    table = {
        Holder.BOOKING: bookings,
        Holder.PROPOSAL: proposals,
        Holder.CONVERSATION: conversations,
        Holder.BLOCK: blocks,
        Holder.CLASS: class_sessions,
        Holder.OFFER: waitlist_entries,
        Holder.CALENDAR: busy_times,
    }[holder]
    return set(session.execute(select(table.c.id).where(table.c.id.in_(ids))).scalars())


def _grouped(session: Session, statement: Select[Any], name: str) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(statement):
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _behind(keys: Sequence[Column[Any]], last: Sequence[Any]) -> ColumnElement[bool]:
    """keys > last, written out: MariaDB uses no index for a comparison of rows."""
    key, value = keys[0], last[0]
    further: ColumnElement[bool] = key > value
    return or_(further, and_(key == value, _behind(keys[1:], last[1:]))) if len(keys) > 1 else further
