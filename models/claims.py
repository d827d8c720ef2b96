"""Who owns which piece of time: claims, rows whose primary key is the scarce thing, so that the database itself refuses
a second owner."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Row,
    Select,
    String,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.rules.cells import CELL_SECONDS, cells
from models.base import Key, Moment, key, table, word
from models.class_sessions import class_sessions, lock_class, look_at_class
from models.insert import changed_rows, insert_row
from models.insert_told import insert_free, is_told
from models.prepared import plain_rows, prepared
from models.waitlist import waiting_for
from models.waitlist_looks import is_waited_for, seats_were_booked, time_came_free, time_was_booked


class Scarce(StrEnum):
    """What can be owned piece by piece."""

    STAFF = "staff"
    RESOURCE = "resource"
    SEAT = "seat"
    """Of a class session, whose number is the `scarce_id`; a cell is a seat, counted from 1."""


class Holder(StrEnum):
    """Who can own it."""

    BOOKING = "booking"
    PROPOSAL = "proposal"
    CONVERSATION = "conversation"
    """A client who has been asked for their YES."""
    BLOCK = "block"
    """Time taken out by hand."""
    CLASS = "class"
    """A class session: its teacher's time, and a room's."""
    OFFER = "offer"
    """A place in a waiting line to which something has been offered."""
    CALENDAR = "calendar"
    """What another calendar says is busy: seen, but never claimed, for nobody can keep it from overlapping."""


LONGEST_CELLS = 48 * 3600 // CELL_SECONDS
"""No stretch is longer, so that those that touch a window are found between two ends of one index; what is longer is
several stretches (`occupy`)."""


def _first_cell(context: Any) -> int:
    return _cells_of_row(context).start


def _end_cell(context: Any) -> int:
    return _cells_of_row(context).stop


def _cells_of_row(context: Any) -> range:
    row = context.get_current_parameters()
    return _not_too_long(cells(row["start_at"], row["end_at"]))


def _not_too_long(found: range) -> range:
    if len(found) > LONGEST_CELLS:
        raise ValueError("a stretch of more than 48 hours is written as several: models.claims.occupy")
    return found


class Stretch(SQLModel, table=True):
    """One stretch of time that somebody owns, buffers included. `live_until` NULL means until it is let go. Its cells,
    from `first_cell` to before `end_cell`, follow from its moments: numbers are read by the thousand in no time."""

    __tablename__ = "stretches"
    __table_args__ = (
        Index(None, "scarce", "scarce_id", "first_cell"),
        Index(None, "holder", "holder_id"),
    )
    id: int | None = Field(default=None, sa_column=key())
    scarce: Scarce = Field(sa_column=Column(word(Scarce), nullable=False))
    scarce_id: int = Field(sa_column=Column(Key, nullable=False))
    start_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    end_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    first_cell: int = Field(sa_column=Column(Key, nullable=False, default=_first_cell))
    end_cell: int = Field(sa_column=Column(Key, nullable=False, default=_end_cell))
    holder: Holder = Field(sa_column=Column(word(Holder), nullable=False))
    holder_id: int = Field(sa_column=Column(Key, nullable=False))
    live_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class Claim(SQLModel, table=True):
    """One five-minute cell of a stretch. The primary key is what makes a double booking impossible."""

    __tablename__ = "claims"
    scarce: Scarce = Field(sa_column=Column(word(Scarce), primary_key=True))
    scarce_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    cell: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    stretch_id: int = Field(sa_column=Column(Key, ForeignKey("stretches.id"), nullable=False, index=True))
    live_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


stretches = table(Stretch)
claims = table(Claim)


AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When somebody's waiting list is to be looked at whose place has come free."""


class LostRace(Exception):
    """Somebody else has changed what this turn decided on. Keep nothing, gather the facts again, step again."""


def claim(
    session: Session,
    staff_id: int,
    start: datetime,
    end: datetime,
    holder: Holder,
    holder_id: int,
    now: datetime,
    live_until: datetime | None = None,
    beside: tuple[tuple[Holder, int], ...] = (),
) -> None:
    """Own [start, end) of one staff member's time. Cells that those `beside` it own (its booking) are left to them.

    Raises LostRace when any other cell has a living owner."""
    _claim(session, Scarce.STAFF, staff_id, start, end, holder, holder_id, now, live_until, beside)


def claim_one(
    session: Session,
    resource_ids: Sequence[int],
    start: datetime,
    end: datetime,
    holder: Holder,
    holder_id: int,
    now: datetime,
    live_until: datetime | None = None,
    beside: tuple[tuple[Holder, int], ...] = (),
) -> int:
    """Own [start, end) of the first of these resources that is free then; its number. As in claim().

    Raises LostRace when none is free."""
    window = cells(start, end)
    taken = {number for number, *_ in busy(session, Scarce.RESOURCE, resource_ids, window, now, beside)}
    free = next((one for one in resource_ids if one not in taken), None)
    if free is None:
        raise LostRace
    _claim(session, Scarce.RESOURCE, free, start, end, holder, holder_id, now, live_until, beside)
    return free


def claim_seats(
    session: Session,
    row: Row[Any],
    seats: int,
    holder: Holder,
    holder_id: int,
    now: datetime,
    live_until: datetime | None = None,
) -> None:
    """Own so many seats of a class (its row, LOCKED by the caller), beside those that this holder owns already.

    Raises LostRace where fewer are free."""
    mine = claims.c.scarce == Scarce.SEAT, claims.c.scarce_id == row.id
    session.execute(delete(claims).where(*mine, claims.c.live_until <= now))
    taken = set(session.execute(select(claims.c.cell).where(*mine)).scalars())
    free = [seat for seat in range(1, row.capacity + 1) if seat not in taken]
    if not 0 < seats <= len(free):
        raise LostRace
    owned = {"scarce": Scarce.SEAT, "scarce_id": row.id, "live_until": live_until}
    stretch_id = insert_row(
        session, stretches, start_at=row.start_at, end_at=row.end_at, holder=holder, holder_id=holder_id, **owned
    )
    session.execute(_INSERT, [{**owned, "stretch_id": stretch_id, "cell": seat} for seat in free[:seats]])
    if holder is Holder.BOOKING:
        count_booked_seats(session, [row])
    else:
        _count_seats(session, [row.id])


def seats_held(
    session: Session,
    class_ids: Sequence[int],
    now: datetime,
    but_not: tuple[tuple[Holder, int], ...] = (),
) -> dict[int, int]:
    """How many seats of each of these classes are booked, offered or held, where any are; but those of `but_not`."""
    statement = (
        select(claims.c.scarce_id, func.count())
        .join(stretches, stretches.c.id == claims.c.stretch_id)
        .where(
            claims.c.scarce == Scarce.SEAT,
            claims.c.scarce_id.in_(class_ids),
            or_(claims.c.live_until.is_(None), claims.c.live_until > now),
        )
    )
    for holder, holder_id in but_not:
        statement = statement.where(or_(stretches.c.holder != holder, stretches.c.holder_id != holder_id))
    return {row[0]: row[1] for row in session.execute(statement.group_by(claims.c.scarce_id))}


def seats_held_until(session: Session, class_session_id: int, now: datetime) -> datetime | None:
    """When the first of the seats that are held for a while only comes free; None where none is."""
    statement = select(func.min(claims.c.live_until)).where(
        claims.c.scarce == Scarce.SEAT, claims.c.scarce_id == class_session_id, claims.c.live_until > now
    )
    return session.execute(statement).scalar_one_or_none()


def move_seats(session: Session, class_session_id: int, start: datetime, end: datetime) -> None:
    """The stretches of a class's seats, whoever owns them, are where the class is now."""
    moved = cells(start, end)
    of_class = stretches.c.scarce == Scarce.SEAT, stretches.c.scarce_id == class_session_id
    session.execute(
        update(stretches)
        .where(*of_class)
        .values(start_at=start, end_at=end, first_cell=moved.start, end_cell=moved.stop)
    )


def number_seats_within(session: Session, row: Row[Any], capacity: int, now: datetime) -> None:
    """Let the seats that are owned of a class (its row, LOCKED by the caller) be among the first `capacity`.

    Raises LostRace where more are owned."""
    mine = claims.c.scarce == Scarce.SEAT, claims.c.scarce_id == row.id
    session.execute(delete(claims).where(*mine, claims.c.live_until <= now))
    taken = set(session.execute(select(claims.c.cell).where(*mine)).scalars())
    free = [seat for seat in range(1, capacity + 1) if seat not in taken]
    beyond = sorted(seat for seat in taken if seat > capacity)
    if len(beyond) > len(free):
        raise LostRace
    for before, after in zip(beyond, free, strict=False):
        session.execute(update(claims).where(*mine, claims.c.cell == before).values(cell=after))


def count_booked_seats(session: Session, rows: Sequence[Row[Any]]) -> None:
    """Seats of these classes (their rows, LOCKED by the caller) have been booked: how many are taken, and left."""
    booked = _count_seats(session, [row.id for row in rows])
    waited_for = waiting_for(session, list(booked))
    for row in rows:
        if row.id in waited_for:
            seats_were_booked(session, row.id, row.capacity - booked[row.id])


def _count_seats(session: Session, class_ids: Sequence[int]) -> dict[int, int]:
    """`seats_taken` of classes that are locked: what their bookings own."""
    booked = (
        select(claims.c.scarce_id, func.count())
        .join(stretches, stretches.c.id == claims.c.stretch_id)
        .where(
            claims.c.scarce == Scarce.SEAT,
            claims.c.scarce_id.in_(class_ids),
            stretches.c.holder == Holder.BOOKING,
        )
        .group_by(claims.c.scarce_id)
    )
    found = {row[0]: row[1] for row in session.execute(booked)}
    taken = {class_id: found.get(class_id, 0) for class_id in class_ids}
    one = update(class_sessions).where(class_sessions.c.id == bindparam("of_class"))
    counted = [{"of_class": class_id, "counted": many} for class_id, many in taken.items()]
    session.execute(one.values(seats_taken=bindparam("counted")), counted)
    return taken


def occupy(
    session: Session, scarce: Scarce, scarce_id: int, holder: Holder, times: Iterable[tuple[int, datetime, datetime]]
) -> None:
    """Mark times as busy whatever stands in them, without a claim: who looks for free time sees it. Each is a holder's
    number, a start and an end; days long or weeks long, it becomes stretches of a day."""
    rows = []
    for holder_id, start, end in times:
        while start < end:
            stop = min(end, start + timedelta(days=1))
            rows.append(
                {
                    "scarce": scarce, "scarce_id": scarce_id, "start_at": start, "end_at": stop,
                    "holder": holder, "holder_id": holder_id, "live_until": None,
                }
            )  # fmt: skip
            start = stop
    if rows:
        session.execute(insert(stretches), rows)


def claim_what_is_free(
    session: Session, staff_id: int, start: datetime, end: datetime, holder: Holder, holder_id: int, now: datetime
) -> None:
    """Own what nobody owns of [start, end) of one staff member's time, and mark all of it as busy, in stretches of a
    day. Raises LostRace where some of it is taken at this very moment."""
    while start < end:
        stop = min(end, start + timedelta(days=1))
        window = cells(start, stop)
        owned = select(claims.c.cell).where(
            claims.c.scarce == Scarce.STAFF,
            claims.c.scarce_id == staff_id,
            claims.c.cell.between(window.start, window.stop - 1),
            or_(claims.c.live_until.is_(None), claims.c.live_until > now),
        )
        taken = set(session.execute(owned).scalars())
        _claim(session, Scarce.STAFF, staff_id, start, stop, holder, holder_id, now, None, (), taken)
        start = stop


def _claim(
    session: Session,
    scarce: Scarce,
    scarce_id: int,
    start: datetime,
    end: datetime,
    holder: Holder,
    holder_id: int,
    now: datetime,
    live_until: datetime | None,
    beside: tuple[tuple[Holder, int], ...],
    left: AbstractSet[int] = frozenset(),
) -> None:
    """As claim(); the cells `left` are left to whoever owns them."""
    window = cells(start, end)
    is_early = bool(beside) or not is_told(session)
    if is_early:
        _let_go_expired(session, scarce, scarce_id, window, now)
    wanted = set(window) - left
    for friend in beside:
        wanted -= _cells_of(session, *friend, scarce, scarce_id)
    whole = _not_too_long(window)
    values = {
        "scarce": scarce, "scarce_id": scarce_id, "start_at": start, "end_at": end, "first_cell": whole.start,
        "end_cell": whole.stop, "holder": holder, "holder_id": holder_id, "live_until": live_until,
    }  # fmt: skip
    stretch_id = insert_row(session, stretches, **values)
    owned = {"scarce": scarce, "scarce_id": scarce_id, "stretch_id": stretch_id, "live_until": live_until}
    if not is_early:
        _own(session, wanted, owned, window, now)
    elif wanted:
        try:
            session.execute(_INSERT, [{**owned, "cell": cell} for cell in sorted(wanted)])
        except IntegrityError as error:
            raise LostRace from error
    if holder is Holder.BOOKING and scarce is Scarce.STAFF:
        time_was_booked(session, scarce_id, start, end)


def _own(session: Session, wanted: set[int], owned: dict[str, Any], window: range, now: datetime) -> None:
    """Own these cells. Whose time has run out is looked for only where somebody is in the way."""
    missing = len(wanted) - _owned_anew(session, wanted, owned)
    if missing:
        _let_go_expired(session, owned["scarce"], owned["scarce_id"], window, now)
        missing -= _owned_anew(session, wanted, owned)
    if missing > 0:
        raise LostRace


def _owned_anew(session: Session, wanted: set[int], owned: dict[str, Any]) -> int:
    """How many of these cells nobody owned; in their order, in which everybody takes them."""
    return sum(insert_free(session, claims, "cell", run, owned) for run in _runs(wanted))


def _runs(found: set[int]) -> list[range]:
    """The cells that are behind each other, in their order."""
    starts, ends = (sorted(cell for cell in found if cell + way not in found) for way in (-1, 1))
    return [range(start, end + 1) for start, end in zip(starts, ends, strict=True)]


def _let_go_expired(session: Session, scarce: Scarce, scarce_id: int, window: range, now: datetime) -> None:
    # By key, not by search: a DELETE over a range that finds nothing would lock gaps on MariaDB.
    whose = {"of_scarce": scarce, "number": scarce_id, "now": now}
    dead = session.execute(_DEAD, {**whose, "first": window.start, "last": window.stop - 1}).scalars().all()
    if dead:
        session.execute(_DELETE_DEAD, {**whose, "dead": dead})


def _cells_of(session: Session, holder: Holder, holder_id: int, scarce: Scarce, scarce_id: int) -> set[int]:
    statement = (
        select(claims.c.cell)
        .join(stretches, stretches.c.id == claims.c.stretch_id)
        .where(
            stretches.c.holder == holder,
            stretches.c.holder_id == holder_id,
            claims.c.scarce == scarce,
            claims.c.scarce_id == scarce_id,
        )
    )
    return set(session.execute(statement).scalars())


def let_go(session: Session, holder: Holder, holder_id: int) -> None:
    """Free everything that this holder owns; whoever waits for it is looked at."""
    owned = stretches_of(session, holder, holder_id)
    if not owned:
        return
    classes = _lock_classes(session, owned)
    ids = [row.id for row in owned]
    session.execute(_DELETE_CLAIMS, {"ids": ids})
    session.execute(_DELETE_STRETCHES, {"ids": ids})
    if classes:
        _count_seats(session, classes)
    for class_session_id in classes:
        look_at_class(session, class_session_id, AT_ONCE)
    for row in owned:
        if row.scarce is not Scarce.SEAT and row.is_waited_for:
            whose = row.scarce_id if row.scarce is Scarce.STAFF else None
            time_came_free(session, whose, row.start_at, row.end_at, AT_ONCE)


def stretches_of(session: Session, holder: Holder, holder_id: int) -> Sequence[Row[Any]]:
    """Everything that this holder owns, and whether anybody waits for it."""
    return session.execute(_OF_HOLDER, {"of_holder": holder, "number": holder_id}).all()


def claim_for_good(session: Session, owned: Sequence[Row[Any]], now: datetime) -> bool:
    """Keep all that is owned for a while only from running out, until it is handed over. False where some of it is
    owned no longer: the caller lets go of it, and claims it anew."""
    ids = [row.id for row in owned]
    wanted: int = sum(row.end_cell - row.first_cell for row in owned)
    return changed_rows(session, _KEEP_CLAIMS, {"ids": ids, "now": now}) == wanted


def _lock_classes(session: Session, owned: Iterable[Row[Any]]) -> list[int]:
    """The classes whose seats these stretches are, locked before anybody counts."""
    found = sorted({row.scarce_id for row in owned if row.scarce is Scarce.SEAT})
    for class_session_id in found:
        lock_class(session, class_session_id)
    return found


def time_held_until(session: Session, staff_ids: Sequence[int], window: range, now: datetime) -> datetime | None:
    """When the first of these people's time within a window of cells comes free that is held for a while only; None
    where none is."""
    statement = select(func.min(stretches.c.live_until)).where(
        stretches.c.scarce == Scarce.STAFF,
        stretches.c.scarce_id.in_(staff_ids),
        stretches.c.first_cell > window.start - LONGEST_CELLS,
        stretches.c.first_cell < window.stop,
        stretches.c.end_cell > window.start,
        stretches.c.live_until > now,
    )
    return session.execute(statement).scalar_one_or_none()


def owned_until(session: Session, holder: Holder, holder_id: int, until: datetime) -> None:
    """What this holder owns for a while, it owns until then."""
    mine = stretches.c.holder == holder, stretches.c.holder_id == holder_id
    owned = list(session.execute(select(stretches.c.id).where(*mine)).scalars())
    session.execute(update(stretches).where(stretches.c.id.in_(owned)).values(live_until=until))
    session.execute(update(claims).where(claims.c.stretch_id.in_(owned)).values(live_until=until))


def hand_over(
    session: Session,
    holder: Holder,
    holder_id: int,
    to: Holder,
    to_id: int,
    owned: Sequence[Row[Any]] | None = None,
) -> None:
    """Let another own for good what this holder owns, cells and all. `owned`: what that is, where it is known."""
    owned = stretches_of(session, holder, holder_id) if owned is None else owned
    session.execute(_HAND_OVER, {"ids": [row.id for row in owned], "to_holder": to, "to_number": to_id})
    if to is Holder.BOOKING:
        for row in owned:
            if row.scarce is Scarce.STAFF and row.is_waited_for:
                time_was_booked(session, row.scarce_id, row.start_at, row.end_at)


def held_by(session: Session, holder: Holder, staff_ids: Sequence[int], window: range, now: datetime) -> list[int]:
    """The holders of this kind who own some of these people's time within a window of cells, in order."""
    statement = select(stretches.c.holder_id).where(
        stretches.c.scarce == Scarce.STAFF,
        stretches.c.scarce_id.in_(staff_ids),
        stretches.c.first_cell > window.start - LONGEST_CELLS,
        stretches.c.first_cell < window.stop,
        stretches.c.end_cell > window.start,
        stretches.c.holder == holder,
        or_(stretches.c.live_until.is_(None), stretches.c.live_until > now),
    )
    return sorted(set(session.execute(statement).scalars()))


def busy(
    session: Session,
    scarce: Scarce,
    ids: Sequence[int],
    window: range,
    now: datetime,
    but_not: tuple[tuple[Holder, int], ...] = (),
) -> Sequence[tuple[int, str, int, int]]:
    """The living stretches of these people or things that touch a window of cells, but those of the holders `but_not`:
    (scarce_id, holder, first_cell, end_cell) each, the holder as a plain word."""
    values = {
        "of_scarce": scarce, "ids": ids, "earliest": window.start - LONGEST_CELLS, "start": window.start,
        "stop": window.stop, "now": now,
    }  # fmt: skip
    for number, (holder, holder_id) in enumerate(but_not):
        values |= {f"not_holder_{number}": holder, f"not_number_{number}": holder_id}
    return plain_rows(session.execute(_busy(len(but_not)), values))


@cache
def _busy(others: int) -> Select[Any]:
    """`others`: how many holders are left out."""
    # Plain numbers and words, as the driver gives them: a page of the calendar reads tens of thousands, and rows of
    # SQLAlchemy's own would cost five times as much.
    own, why = stretches.c, type_coerce(stretches.c.holder, String)
    statement = select(own.scarce_id, why, own.first_cell, own.end_cell).where(
        own.scarce == bindparam("of_scarce"),
        own.scarce_id.in_(bindparam("ids", expanding=True)),
        own.first_cell > bindparam("earliest"),
        own.first_cell < bindparam("stop"),
        own.end_cell > bindparam("start"),
        or_(own.live_until.is_(None), own.live_until > bindparam("now")),
    )
    for number in range(others):
        is_other = own.holder != bindparam(f"not_holder_{number}"), own.holder_id != bindparam(f"not_number_{number}")
        statement = statement.where(or_(*is_other))
    return prepared(statement)


_OF_HOLDER = prepared(
    select(
        stretches,
        is_waited_for(
            stretches.c.scarce == Scarce.STAFF, stretches.c.scarce_id, stretches.c.start_at, stretches.c.end_at
        ).label("is_waited_for"),
    )
    .where(stretches.c.holder == bindparam("of_holder"), stretches.c.holder_id == bindparam("number"))
    .order_by(stretches.c.id)
)
_DEAD_OF = (
    claims.c.scarce == bindparam("of_scarce"), claims.c.scarce_id == bindparam("number"),
    claims.c.live_until <= bindparam("now"),
)  # fmt: skip
_DEAD = prepared(select(claims.c.cell).where(*_DEAD_OF, claims.c.cell.between(bindparam("first"), bindparam("last"))))
_DELETE_DEAD = delete(claims).where(*_DEAD_OF, claims.c.cell.in_(bindparam("dead", expanding=True)))
_INSERT = prepared(insert(claims))
_OF_STRETCHES = claims.c.stretch_id.in_(bindparam("ids", expanding=True))
_DELETE_CLAIMS = prepared(delete(claims).where(_OF_STRETCHES))
_KEEP_CLAIMS = prepared(
    update(claims).where(_OF_STRETCHES, claims.c.live_until > bindparam("now")).values(live_until=None)
)
_THESE_STRETCHES = stretches.c.id.in_(bindparam("ids", expanding=True))
_DELETE_STRETCHES = prepared(delete(stretches).where(_THESE_STRETCHES))
_HAND_OVER = prepared(
    update(stretches)
    .where(_THESE_STRETCHES)
    .values(holder=bindparam("to_holder"), holder_id=bindparam("to_number"), live_until=None)
)
