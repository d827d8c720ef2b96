"""Two clients who turned out to be one person: what belongs to the one becomes the other's, a statement a table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, func, or_, select, update
from sqlalchemy.orm import Session

from models.agreements import agreements_accepted
from models.api import api_tokens
from models.booking_series import booking_series
from models.bookings import bookings
from models.clients import clients
from models.conversations import conversations
from models.engagements import client_records, engagement_work
from models.insert import changed_rows
from models.ledger import ledger_entries
from models.payments import payment_requests, payments
from models.prepaid import prepaid_packs
from models.refunds import refunds
from models.waitlist import waitlist_entries

AT_ONCE = 500
"""Payments whose entries one statement moves."""
WHOLE: tuple[Table, ...] = (
    conversations, bookings, booking_series, prepaid_packs, payment_requests, payments, refunds, client_records,
    api_tokens,
)  # fmt: skip
"""Of which every row of the one becomes the other's, in the order in which they are moved: a turn that is under way
holds its conversation, and what is changed about a booking holds the booking."""
VERSIONED = {bookings, payment_requests, payments}
"""Whoever has read a row of these before it moved starts again."""
IN_PART: tuple[Table, ...] = (waitlist_entries, agreements_accepted)
"""Of which what both have stays where it is, the one of the client who goes."""
FOLLOWED = ledger_entries
"""Whose rows go with their payments: nothing leads from a client to them."""


def lock_both(session: Session, first: int, second: int) -> dict[int, Row[Any]]:
    """Those of these two clients that there are, LOCKED with their conversations until the transaction ends. The
    conversations come first, as in a turn of their own."""
    both = (first, second)
    theirs = select(conversations.c.id).where(conversations.c.client_id.in_(both)).order_by(conversations.c.id)
    session.execute(theirs.with_for_update(key_share=True)).all()
    statement = select(clients).where(clients.c.id.in_(both)).order_by(clients.c.id).with_for_update()
    return {row.id: row for row in session.execute(statement)}


def point_to(session: Session, goes: int, stays: int) -> None:
    """The one is the other from now on, and so is whoever was the one before: nobody is found by two steps."""
    before = session.execute(select(clients.c.id).where(clients.c.merged_into == goes)).scalars()
    each = clients.c.id.in_([goes, *before])
    session.execute(update(clients).where(each).values(merged_into=stays))


def fill_in(session: Session, stays: Row[Any], goes: Row[Any]) -> None:
    """What is not known of who stays is as it is known of who goes; a number, which can be one client's only, moves."""
    names = "name", "email", "language", "phone"
    values = {name: getattr(goes, name) for name in names if getattr(goes, name) and not getattr(stays, name)}
    if "phone" in values:
        session.execute(update(clients).where(clients.c.id == goes.id).values(phone=None))
    if values:
        session.execute(update(clients).where(clients.c.id == stays.id).values(**values))


def move_rows(session: Session, table: Table, goes: int, stays: int, but: Collection[int] = ()) -> int:
    """Every row of the one in this table is the other's, but these; how many."""
    mine = table.c.client_id == goes
    statement = update(table).where(mine, table.c.id.not_in(list(but))) if but else update(table).where(mine)
    values: dict[str, Any] = {"client_id": stays}
    if table in VERSIONED:
        values["version"] = table.c.version + 1
    return changed_rows(session, statement.values(**values))


def move_entries(session: Session, stays: int) -> None:
    """The ledger's entries of this client's payments are this client's."""
    mine = session.execute(select(payments.c.id).where(payments.c.client_id == stays)).scalars().all()
    for first in range(0, len(mine), AT_ONCE):
        some = ledger_entries.c.payment_id.in_(mine[first : first + AT_ONCE])
        theirs = some, ledger_entries.c.client_id != stays
        session.execute(update(ledger_entries).where(*theirs).values(client_id=stays))


def look_again_at_work(session: Session, stays: int, now: datetime) -> None:
    """Whoever is about to open an engagement for one of this client's bookings reads anew whose it is."""
    theirs = select(bookings.c.id).where(bookings.c.client_id == stays)
    due = engagement_work.c.due_at.is_not(None), engagement_work.c.booking_id.in_(theirs)
    session.execute(update(engagement_work).where(*due).values(due_at=now))


def agreed_twice(session: Session, goes: int, stays: int) -> list[int]:
    """What the one has agreed to, and the other too."""
    one, other = agreements_accepted.alias("one"), agreements_accepted.alias("other")
    same = (one.c.service_id == other.c.service_id) & (one.c.version == other.c.version)
    statement = select(one.c.id).join(other, same).where(one.c.client_id == goes, other.c.client_id == stays)
    return list(session.execute(statement).scalars())


def same_places(session: Session, goes: int, stays: int) -> list[tuple[int, int]]:
    """The places of both in one line, whatever became of them: the number of who goes, and of who stays."""
    one, other = waitlist_entries.alias("one"), waitlist_entries.alias("other")
    of_class = one.c.class_session_id != 0
    same_time = (one.c.service_id == other.c.service_id) & (one.c.staff_id == other.c.staff_id)
    same = (one.c.class_session_id == other.c.class_session_id) & (one.c.wanted == other.c.wanted)
    statement: Select[Any] = select(one.c.id, other.c.id).join(other, same & or_(of_class, same_time))
    found = session.execute(statement.where(one.c.client_id == goes, other.c.client_id == stays).order_by(one.c.id))
    return [(int(theirs), int(ours)) for theirs, ours in found]


def swap_places(session: Session, entry_id: int, with_id: int) -> None:
    """Two clients' places in one line change hands. Nobody ever has two in it: one is in no line meanwhile."""
    c = waitlist_entries.c
    rows = session.execute(select(c.id, c.client_id, c.service_id).where(c.id.in_((entry_id, with_id)))).all()
    found = {row.id: row for row in rows}
    mine, other = found[entry_id], found[with_id]
    for number, values in (
        (entry_id, {"service_id": -entry_id}),
        (with_id, {"client_id": mine.client_id}),
        (entry_id, {"client_id": other.client_id, "service_id": mine.service_id}),
    ):
        session.execute(update(waitlist_entries).where(c.id == number).values(**values))


def both_in_class(session: Session, first: int, second: int) -> list[tuple[int, int, int]]:
    """The classes in which both have a living booking: the class, the booking of the one, that of the other."""
    one, other = bookings.alias("one"), bookings.alias("other")
    statement: Select[Any] = select(one.c.live_class_id, one.c.id, other.c.id).join(
        other, one.c.live_class_id == other.c.live_class_id
    )
    found = session.execute(statement.where(one.c.client_id == first, other.c.client_id == second).order_by(one.c.id))
    return [(int(class_id), int(mine), int(theirs)) for class_id, mine, theirs in found]


def counted(session: Session, client_id: int, tables: Iterable[Table]) -> Mapping[str, int]:
    """How many rows of each of these tables are this client's, by its name."""
    each = [
        select(func.count())
        .select_from(table)
        .where(table.c.client_id == client_id)
        .scalar_subquery()
        .label(table.name)
        for table in tables
    ]
    return dict(session.execute(select(*each)).one()._mapping)


def client_with_phone(session: Session, phone: str) -> int | None:
    """The number of the client of whom this phone was known first, whoever they are by now."""
    return session.execute(select(clients.c.id).where(clients.c.phone == phone)).scalar_one_or_none()


def perhaps_the_same(session: Session, row: Row[Any], limit: int) -> Sequence[Row[Any]]:
    """Other clients with the same email, or the same name in whatever case, oldest first. SQLite folds ASCII letters
    alone: a name is compared in the ways in which it may be written."""
    spelled = {_ascii_lower(one) for one in (row.name, row.name.lower(), row.name.upper(), row.name.title())}
    alike = [
        *((func.lower(clients.c.name).in_(sorted(spelled)),) if row.name.strip() else ()),
        *((func.lower(clients.c.email) == row.email.lower(),) if row.email else ()),
    ]
    if not alike:
        return []
    others = clients.c.id != row.id, clients.c.merged_into.is_(None)
    return session.execute(select(clients).where(*others, or_(*alike)).order_by(clients.c.id).limit(limit)).all()


def _ascii_lower(text: str) -> str:
    return "".join(one.lower() if one.isascii() else one for one in text)
