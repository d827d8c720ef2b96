"""A database that has been in use: bookings, the time they own, and everything that was said, as many as wanted.
`python -m benchmarks.growth.filled URL BOOKINGS`."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.conversations.dialogue import SERVICES, coordinator_of
from benchmarks.growth.history import CHANNEL, Visit, booked, clients_of, phone_of, told, visits
from benchmarks.growth.written import write
from bot.database import Database
from bot.engines import open_engine
from conversations.booking import BookingStatus
from conversations.dialogue import State
from conversations.rules.cells import cells
from models.bookings import booking_transitions
from models.business import service_staff, services
from models.claims import Holder
from models.clients import clients
from models.conversations import conversations, turns
from models.in_bulk import OwnTime, add_bookings, own_times
from models.many_rows import make_room
from models.messages import messages
from models.outbox import outbox
from models.scheduled_notices import NoticeKind, scheduled_notices

CHUNK = 1000
_COUNTED = (clients, conversations, turns, messages, outbox)
"""Tables whose rows are given their numbers here: PostgreSQL counts on from the last one."""


def fill(database: Database, bookings: int, now: datetime) -> None:
    """The database holds a business (benchmarks/conversations/business.py) and nobody has texted yet."""
    people, first_of_coordinators = clients_of(bookings), clients_of(bookings) + 1
    theirs = range(first_of_coordinators, first_of_coordinators + len(SERVICES))
    coming = visits(bookings, now.date())
    last: dict[int, Visit] = {visit.client: visit for visit in visits(bookings, now.date())}
    with Session(database.engine) as session, session.begin():  # as the tables' owner: row security takes no COPY
        _know(session, people, theirs, last, now)
    while chunk := list(islice(coming, CHUNK)):
        with Session(database.engine) as session, session.begin():
            _keep(session, chunk, theirs, now)
    _count_on(database.engine.url.render_as_string(hide_password=False))


def _count_on(url: str) -> None:
    """PostgreSQL's numbers go on behind those that were given here, and its planner knows the tables as they are: over
    a connection of its own, for that takes longer than the product waits for any answer."""
    engine = open_engine(url, 1, hurried=False)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for table in _COUNTED:
                last_number = f"(select coalesce(max(id), 1) from {table.name})"
                connection.execute(text(f"select setval(pg_get_serial_sequence('{table.name}', 'id'), {last_number})"))
            connection.execute(text("vacuum analyze"))
    engine.dispose()


def _know(session: Session, people: int, theirs: Sequence[int], last: dict[int, Visit], now: datetime) -> None:
    """The clients and conversations of everybody."""
    make_room(session)
    long_ago = now - timedelta(days=600)
    write(
        session,
        clients,
        [
            {"id": n + 1, "phone": phone_of(n), "name": f"Client {n}", "email": "", "language": "",
             "created_at": last[n].made_at}
            for n in range(people)
        ],
    )  # fmt: skip
    talks = [
        (n + 1, phone_of(n), n + 1, State.COMPLETED, {"version": 1, "booking_id": last[n].number, "settled": True},
         last[n].made_at)
        for n in range(people)
    ]  # fmt: skip
    desks = [(number, coordinator_of(n), None, State.INITIAL, {"version": 1}, now) for n, number in enumerate(theirs)]
    write(
        session,
        conversations,
        [
            {
                "id": number, "channel": CHANNEL, "address": address, "client_id": client, "state": state,
                "dialogue": dialogue, "language": "", "needs_person": False, "intake_draft": {}, "last_inbound_at": at,
                "last_message_at": at, "is_unread": number % 9 == 0, "is_blocked": False, "created_at": long_ago,
            }
            for number, address, client, state, dialogue, at in (*talks, *desks)
        ],
    )  # fmt: skip


def _keep(session: Session, chunk: Sequence[Visit], theirs: Sequence[int], now: datetime) -> None:
    make_room(session)
    in_file = select(services.c.name, services.c.id, service_staff.c.staff_id).where(services.c.name.in_(SERVICES))
    found = session.execute(in_file.join(service_staff, service_staff.c.service_id == services.c.id))
    offered = {name: (service_id, staff_id) for name, service_id, staff_id in found}
    rows = [booked(each, *offered[SERVICES[each.service]], each.client + 1) for each in chunk]
    ids = add_bookings(session, "client", [""] * len(rows), now, rows)
    assert ids == [each.number for each in chunk], "somebody had booked before"
    _move_on(session, chunk)
    times = [
        OwnTime(row["staff_id"], each.start, each.end, cells(each.start, each.end), each.number)
        for row, each in zip(rows, chunk, strict=True)
        if each.owns_time
    ]
    own_times(session, Holder.BOOKING, times)
    _remind(session, chunk)
    _tell(session, chunk, theirs)


def _move_on(session: Session, chunk: Iterable[Visit]) -> None:
    """add_bookings() wrote down how each stands; here is how it came to that."""
    session.execute(booking_transitions.delete().where(booking_transitions.c.booking_id.in_([v.number for v in chunk])))
    ways = {
        status: ((None, pending), (pending, confirmed), *(((confirmed, status),) if status is not confirmed else ()))
        for pending, confirmed in ((BookingStatus.PENDING, BookingStatus.CONFIRMED),)
        for status in (confirmed, BookingStatus.COMPLETED, BookingStatus.CANCELLED)
    }
    write(
        session,
        booking_transitions,
        [
            {"booking_id": each.number, "before": before, "after": after, "who": "coordinator:1", "why": "",
             "at": each.made_at}
            for each in chunk
            for before, after in ways[each.status]
        ],
    )  # fmt: skip


def _remind(session: Session, chunk: Iterable[Visit]) -> None:
    """What was to be said before each: done, where its time has come."""
    ahead = BookingStatus.CONFIRMED
    write(
        session,
        scheduled_notices,
        [
            {"kind": kind, "booking_id": each.number, "coordinator_id": 0, "about": each.start,
             "due_at": each.start - timedelta(hours=hours), "done_at": None if each.status is ahead else each.start}
            for each in chunk
            for kind, hours in ((NoticeKind.UPCOMING, 24), (NoticeKind.UPCOMING, 2), (NoticeKind.UNCONFIRMED, 4))
        ],
    )  # fmt: skip


def _tell(session: Session, chunk: Iterable[Visit], theirs: Sequence[int]) -> None:
    found = [told(each, each.client + 1, theirs) for each in chunk]
    for table in (turns, messages, outbox):
        write(session, table, [row for rows in found for row in rows[table.name]])


def main() -> None:
    url, bookings = sys.argv[1:]
    database = Database(url, pool=1)
    fill(database, int(bookings), datetime.now(UTC))  # noqa: TID251 -- the run's, not the product's
    database.dispose()


if __name__ == "__main__":
    main()
