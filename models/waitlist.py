"""Who waits for a place that is full: in a class, or in somebody's day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, Select, String, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.business import ANY
from conversations.classes import WaitlistStatus
from models.base import Key, Moment, key, link, table, word
from models.class_sessions import class_sessions, lock_class
from models.clients import clients
from models.conversations import conversations, lock_conversation
from models.insert import changed_rows, insert_numbered_unless_there
from models.prepared import prepared


class WaitlistEntry(SQLModel, table=True):
    """One client's place in one line. For a class: `class_session_id`; `wanted` is "". For a time that is full:
    `class_session_id` 0, the service, `staff_id` (0 for anybody), and `wanted`, a local day ("2026-03-12") or a start
    on it ("2026-03-12T15:00"); `wanted_from` and `wanted_until` are the moments between which the visit would lie.
    `created_at` is when they joined, or joined again. What is offered: `offer_start_at` with `offer_staff_id` (a time),
    else seats of the class; until `offer_expires_at`. `look_at` as of class sessions, for times only."""

    __tablename__ = "waitlist_entries"
    __table_args__ = (
        UniqueConstraint(
            "client_id", "class_session_id", "service_id", "staff_id", "wanted", name="uq_waitlist_entries_place"
        ),
        Index(None, "class_session_id", "status"),
        Index(None, "status", "wanted_from"),
        Index(None, "look_at"),
        Index(None, "conversation_id", "status"),
        Index(None, "offer_outbox_id"),
    )
    id: int | None = Field(default=None, sa_column=key())
    client_id: int = Field(sa_column=link("clients.id"))
    conversation_id: int | None = Field(default=None, sa_column=link("conversations.id", nullable=True))
    class_session_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    service_id: int = Field(sa_column=Column(Key, nullable=False))
    staff_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    wanted: str = Field(default="", sa_column=Column(String(16), nullable=False))
    wanted_from: datetime = Field(sa_column=Column(Moment, nullable=False))
    wanted_until: datetime = Field(sa_column=Column(Moment, nullable=False))
    status: WaitlistStatus = Field(sa_column=Column(word(WaitlistStatus), nullable=False))
    seats: int = Field(default=1)
    priority: int = Field(default=0)
    """Higher goes first."""
    misses: int = Field(default=0)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    offered_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    offer_expires_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    offer_start_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    offer_staff_id: int = Field(default=0, sa_column=Column(Key, nullable=False))
    offer_seats: int = Field(default=0)
    """How many seats it holds, 1 for a time; 0 where several are asked at once and the first YES wins."""
    offer_outbox_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """The text that tells of it. `told_at`: when that arrived, where its channel says so."""
    told_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    passed: int = Field(default=0)
    """How many seats of those that nobody has booked they have let pass."""
    passed_starts: str = Field(default="", sa_column=Column(String(400), nullable=False, default=""))
    """The starts that nobody has booked since they let them pass: UTC, "2026-03-12T15:00", a space between two."""
    accepted_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    expired_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """What came of it."""
    look_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


waitlist_entries = table(WaitlistEntry)
OPEN = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)
_c = waitlist_entries.c
_IN_ORDER = _c.priority.desc(), _c.created_at, _c.id


def _with_names() -> Select[Any]:
    """Entries with who waits, for whom, and whether our texts may reach them, in the order of their lines."""
    return (
        select(
            waitlist_entries,
            clients.c.name.label("client_name"),
            clients.c.phone.label("client_phone"),
            conversations.c.address.label("client_address"),
            conversations.c.opted_out_at.label("opted_out_at"),
            func.coalesce(class_sessions.c.staff_id, _c.staff_id).label("with_staff_id"),
        )
        .join(clients, clients.c.id == _c.client_id)
        .outerjoin(class_sessions, class_sessions.c.id == _c.class_session_id)
        .outerjoin(conversations, conversations.c.id == _c.conversation_id)
        .order_by(*_IN_ORDER)
    )


def entry_by_id(session: Session, entry_id: int) -> Row[Any] | None:
    return session.execute(_with_names().where(_c.id == entry_id)).one_or_none()


def lock_entry(session: Session, entry_id: int) -> None:
    """It stays as it is until the transaction ends. Its conversation and its class are locked first, as whoever answers
    an offer locks them, so that nobody waits for each other."""
    mine = select(_c.conversation_id, _c.class_session_id).where(_c.id == entry_id)
    row = session.execute(mine).one_or_none()
    if row is None:
        return
    if row.conversation_id is not None:
        lock_conversation(session, row.conversation_id)
    if row.class_session_id:
        lock_class(session, row.class_session_id)
    session.execute(select(_c.id).where(_c.id == entry_id).with_for_update(key_share=True))


def entry_at(
    session: Session, client_id: int, class_session_id: int, service_id: int, staff_id: int = ANY, wanted: str = ""
) -> Row[Any] | None:
    """A client's entry in one line, whatever became of it. For a class, `service_id` and what follows is its own."""
    mine = _with_names().where(_c.client_id == client_id, _c.class_session_id == class_session_id, _c.wanted == wanted)
    if not class_session_id:
        mine = mine.where(_c.service_id == service_id, _c.staff_id == staff_id)
    return session.execute(mine).one_or_none()


def add_entry(session: Session, **values: Any) -> int | None:
    """The number of a new place in a line; None where this client has one in it."""
    return insert_numbered_unless_there(session, waitlist_entries, values)


def entries_of_class(session: Session, class_session_id: int) -> list[Row[Any]]:
    """Those who wait for a class or have been offered a seat of it, in the order of the line."""
    return list(session.execute(_with_names().where(_c.class_session_id == class_session_id, _c.status.in_(OPEN))))


def waiting_for(session: Session, class_ids: Sequence[int]) -> dict[int, int]:
    """How many wait for each of these classes, or have been offered a seat of it, where any do."""
    waits = _c.class_session_id.in_(class_ids), _c.status.in_(OPEN)
    statement = select(_c.class_session_id, func.count()).where(*waits).group_by(_c.class_session_id)
    return {row[0]: row[1] for row in session.execute(statement)}


def entries_for_time(session: Session, start: datetime, end: datetime) -> list[Row[Any]]:
    """Those who wait for a visit in [start, end) or have been offered one, whoever it is with, in the order of the
    line."""
    waits = _c.class_session_id == 0, _c.status.in_(OPEN), _c.wanted_from < end, _c.wanted_until > start
    return list(session.execute(_with_names().where(*waits)))


def entries_of_client(session: Session, client_id: int) -> list[Row[Any]]:
    """A client's open entries, those that were offered something last first."""
    statement = _with_names().where(_c.client_id == client_id, _c.status.in_(OPEN))
    order = _c.offered_at.is_(None), _c.offered_at.desc(), _c.id
    return list(session.execute(statement.order_by(None).order_by(*order)))


def open_entries(session: Session, limit: int) -> list[Row[Any]]:
    """Everybody who waits, what is soonest first, each line in its order."""
    statement = _with_names().where(_c.status.in_(OPEN))
    return list(session.execute(statement.order_by(None).order_by(_c.wanted_from, *_IN_ORDER).limit(limit)))


def entries_page(
    session: Session, behind: int, limit: int, *, client_id: int | None = None, staff_id: int | None = None,
    class_id: int | None = None,
) -> list[Row[Any]]:  # fmt: skip
    """Open entries in order of their numbers, those behind this one; of one client, one staff member, one class."""
    statement = _with_names().where(_c.status.in_(OPEN), _c.id > behind)
    if client_id is not None:
        statement = statement.where(_c.client_id == client_id)
    if staff_id is not None:
        statement = statement.where(func.coalesce(class_sessions.c.staff_id, _c.staff_id) == staff_id)
    if class_id is not None:
        statement = statement.where(_c.class_session_id == class_id)
    return list(session.execute(statement.order_by(None).order_by(_c.id).limit(limit)))


def lines_of_classes(session: Session, class_ids: Sequence[int]) -> list[Row[Any]]:
    """The numbers of everybody who waits for these classes, each with its class, in the order of the lines."""
    waits = _c.class_session_id.in_(class_ids), _c.status.in_(OPEN)
    return list(session.execute(select(_c.id, _c.class_session_id).where(*waits).order_by(*_IN_ORDER)))


def entries_to_look_at(session: Session, now: datetime, limit: int) -> list[int]:
    """The entries for a time that may have come free."""
    return list(session.execute(_TO_LOOK_AT, {"now": now, "most": limit}).scalars())


_TO_LOOK_AT = prepared(
    select(_c.id).where(_c.look_at <= bindparam("now")).order_by(*_IN_ORDER).limit(bindparam("most"))
)


def classes_others_wait_for(session: Session, class_ids: Sequence[int], client_id: int | None) -> set[int]:
    """Those of these classes for which somebody else waits."""
    waits = _c.class_session_id.in_(class_ids), _c.status == WaitlistStatus.WAITING
    others = () if client_id is None else (_c.client_id != client_id,)
    return set(session.execute(select(_c.class_session_id).where(*waits, *others).distinct()).scalars())


def place_told_of(session: Session, outbox_id: int) -> int | None:
    """The place to which this text offers something; None where it offers nothing, or another offer has followed it."""
    return session.execute(select(_c.id).where(_c.offer_outbox_id == outbox_id)).scalar_one_or_none()


def change_entry(session: Session, entry_id: int, was: Sequence[WaitlistStatus], **values: Any) -> bool:
    """Change an entry whose status is still one of these; whether it was."""
    mine = _c.id == entry_id, _c.status.in_(was)
    return changed_rows(session, update(waitlist_entries).where(*mine).values(**values)) == 1


def was_accepted(session: Session, entry_id: int, booking_id: int, now: datetime) -> None:
    """What was waited for is booked."""
    values = {"status": WaitlistStatus.ACCEPTED, "accepted_at": now, "booking_id": booking_id, "look_at": None}
    change_entry(session, entry_id, tuple(WaitlistStatus), **values)


def seats_taken_otherwise(
    session: Session, client_id: int, class_session_id: int, booking_id: int, now: datetime
) -> int | None:
    """Somebody has booked in a class for which they waited: the number of their place, where they wait no longer."""
    mine = _c.client_id == client_id, _c.class_session_id == class_session_id, _c.status.in_(OPEN)
    entry_id = session.execute(select(_c.id).where(*mine)).scalar_one_or_none()
    if entry_id is not None:
        was_accepted(session, entry_id, booking_id, now)
    return entry_id
