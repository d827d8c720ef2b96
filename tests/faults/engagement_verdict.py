"""What must hold of engagements when all is quiet, whatever was killed: a line for each thing that does not."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from bot.database import Database
from conversations.booking import BookingStatus
from conversations.engagements import kind_named
from conversations.engagements.states import CREATED, Deed, EngagementStatus, RecordStatus, WorkState
from conversations.rules.milestones import due_day
from models.bookings import bookings
from models.clients import clients
from models.engagements import activity_log, client_records, engagement_work, engagements, milestones
from models.outbox import outbox
from tests.faults.courses import KIND
from tests.faults.deaths import Settled
from tests.faults.script import Person
from tests.faults.verdict import rows

TOLD_KINDS = ("engagement_opened", "engagement_joined")
TOLD_OF = re.compile(r"(?:From b|^B)ooking #(\d+)")
CAME_TO_NOTHING = (BookingStatus.DECLINED, BookingStatus.EXPIRED)
OVER = (*CAME_TO_NOTHING, BookingStatus.CANCELLED)
OPENED = CREATED.format(kind=KIND)


@dataclass(frozen=True, slots=True)
class Opening:
    """One booking with what it was to open: its work, its engagement and record, if they are there, what the log says
    of it, and how many texts told its coordinator."""

    booking: Row[Any]
    work: Row[Any] | None
    found: Row[Any] | None
    record: Row[Any] | None
    steps: Sequence[Row[Any]]
    deeds: Counter[str]
    texts: int

    @property
    def is_joined(self) -> bool:
        return self.found is not None and self.found.booking_id != self.booking.id


def unfinished(database: Database) -> list[str]:
    """The bookings of which something is still to be made or told, whenever that is due."""
    waiting = select(engagement_work.c.booking_id, engagement_work.c.state).where(engagement_work.c.due_at.is_not(None))
    return [f"engagement of #{row.booking_id} is {row.state}" for row in rows(database, waiting)]


def first_tries(database: Database, log: str) -> tuple[int, int]:
    """How many bookings have opened or joined an engagement, and how many of them at the first try. A decision about a
    booking sets the count of its tries back, so the log has its say. What a kill ended was no try."""
    failed = failures(log)
    made = rows(database, select(engagement_work).where(engagement_work.c.engagement_id.is_not(None)))
    return len(made), sum(row.tries == 0 and row.booking_id not in failed for row in made)


def failures(log: str) -> set[int]:
    """The bookings of which a try has failed."""
    lines = [line for line in log.splitlines() if '"engagement_failed"' in line and line.startswith("{")]
    return {int(json.loads(line)["booking"]) for line in lines}


def under_way(database: Database) -> list[Settled]:
    """Every engagement with the moments of its booking and of its opening."""
    made = select(bookings.c.id, bookings.c.created_at.label("since"), engagements.c.created_at.label("until"))
    made = made.join(bookings, bookings.c.id == engagements.c.booking_id)
    return [
        Settled(row.since.timestamp(), row.until.timestamp(), f"engagement of #{row.id}")
        for row in rows(database, made)
    ]


def judge(database: Database, played: Sequence[Person]) -> Iterator[str]:
    told = {person.phone: person for person in played if person.course is not None}
    openings = list(_openings(database, set(told)))
    for one in openings:
        yield from _opened_wrongly(one, told[one.booking.phone])
    ours = {one.booking.id for one in openings}
    for row in rows(database, select(engagements.c.id, engagements.c.booking_id)):
        if row.booking_id not in ours:
            yield f"invented: engagement {row.id} of booking #{row.booking_id}"
    used = {row.record_id for row in rows(database, select(engagements.c.record_id))}
    for row in rows(database, select(client_records.c.id)):
        if row.id not in used:
            yield f"invented: client record {row.id} has no engagement"
    yield from _records_wrong(database)


def _openings(database: Database, phones: set[str]) -> Iterator[Opening]:
    made = select(bookings.c.id, bookings.c.status, clients.c.phone).join(clients, clients.c.id == bookings.c.client_id)
    work = {row.booking_id: row for row in rows(database, select(engagement_work))}
    found = {row.id: row for row in rows(database, select(engagements))}
    records = {row.id: row for row in rows(database, select(client_records))}
    steps: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    deeds: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in rows(database, select(milestones).order_by(milestones.c.position)):
        steps[row.engagement_id].append(row)
    for row in rows(database, select(activity_log)):
        deeds[row.booking_id][row.action] += 1
    texts = Counter(
        int(named[1])
        for row in rows(database, select(outbox.c.body).where(outbox.c.kind.in_(TOLD_KINDS)))
        for named in TOLD_OF.finditer(row.body)
    )
    for booking in rows(database, made):
        if booking.phone in phones:
            own = work.get(booking.id)
            engagement = found.get(own.engagement_id) if own is not None else None
            yield Opening(
                booking, own, engagement, records.get(engagement.record_id) if engagement is not None else None,
                steps[engagement.id] if engagement is not None else (), deeds[booking.id], texts[booking.id],
            )  # fmt: skip


def _opened_wrongly(one: Opening, person: Person) -> Iterator[str]:
    what = f"engagement of #{one.booking.id} of {person.phone} ({one.booking.status})"
    if one.work is None:
        yield f"lost: {what} was never asked for"
        return
    if one.work.state is not WorkState.DONE or one.work.due_at is not None:
        yield f"unfinished: {what} is {one.work.state}, due at {one.work.due_at}: {one.work.error}"
    if one.found is None or one.record is None:
        if one.booking.status not in OVER or one.work.engagement_id is not None:
            yield f"lost: {what} was not opened"
        if one.deeds or one.texts:
            yield f"half opened: {what}: {dict(one.deeds)}, told {one.texts} times"
        return
    times = 0 if one.work.told_at is None and one.booking.status in OVER else 1
    if one.texts != times:
        yield f"told {one.texts} times: {what}"
    if (one.work.told_at is None) != (times == 0):
        yield f"not recorded: {what} was told at {one.work.told_at}"
    yield from (f"{what}: {line}" for line in _logged_wrongly(one))
    if not one.is_joined:
        yield from (f"{what}: {line}" for line in _kept_wrongly(one, person))


def _logged_wrongly(one: Opening) -> Iterator[str]:
    """What the log does not have just once."""
    deeds = one.deeds
    if deeds[Deed.CLIENT_CREATED] + deeds[Deed.CLIENT_REUSED] != 1:
        yield f"logged wrongly: its client record, {dict(deeds)}"
    expected = {OPENED: 0, Deed.CLIENT_LINKED: 0, Deed.BOOKING_JOINED: 1} if one.is_joined else {
        OPENED: 1, Deed.CLIENT_LINKED: 1, Deed.BOOKING_JOINED: 0,
        Deed.CLOSED: int(one.booking.status in CAME_TO_NOTHING), Deed.REOPENED: 0,
    }  # fmt: skip
    for deed, count in expected.items():
        if deeds[deed] != count:
            yield f"logged {deeds[deed]} times, not {count}: {deed}"


def _kept_wrongly(one: Opening, person: Person) -> Iterator[str]:
    """What the engagement itself, its record or its milestones have otherwise than it was told."""
    found, record, course, kind = one.found, one.record, person.course, kind_named(KIND)
    assert found is not None
    assert record is not None
    assert course is not None
    assert kind is not None
    is_closed = one.booking.status in CAME_TO_NOTHING
    if found.status != (EngagementStatus.CLOSED if is_closed else EngagementStatus.PLANNING):
        yield f"it is {found.status}"
    if (found.name, found.event_date) != (course.name, course.event):
        yield f"mixed up: {found.name}, {found.event_date}, not {course.name}, {course.event}"
    if record.phone != person.phone and (not course.email or record.email != course.email):
        yield f"mixed up: its record is {record.phone}, {record.email!r}"
    if one.deeds[Deed.CLIENT_CREATED] and (record.phone, record.email) != (person.phone, course.email):
        yield f"mixed up: its own record is {record.phone}, {record.email!r}"
    today = found.created_at.date()
    wanted = [(step.key, due_day(course.event, step.days, today)[0], False) for step in kind.milestones]
    kept = [(step.key, step.due_date, step.completed) for step in one.steps]
    if kept != wanted:
        yield f"its milestones are {kept}, not {wanted}"
    if any((step.tell_at is None) is not is_closed for step in one.steps):
        yield "its milestones are told of although it is closed, or not told of although it goes on"


def _records_wrong(database: Database) -> Iterator[str]:
    """Records that are somebody's client's although nothing goes on, or the other way round."""
    open_of = select(engagements.c.record_id).where(engagements.c.status != EngagementStatus.CLOSED)
    going_on = {row.record_id for row in rows(database, open_of)}
    for row in rows(database, select(client_records.c.id, client_records.c.status)):
        if (row.status is RecordStatus.ACTIVE) is not (row.id in going_on):
            yield f"client record {row.id} is {row.status}, {'with' if row.id in going_on else 'without'} an engagement"
