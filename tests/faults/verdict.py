"""What must hold when all is quiet, whatever was killed: a line for each thing that does not."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from datetime import time as wall_time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select

from bot.channels.twilio_codes import STATUSES
from bot.database import Database
from bot.journal import Journal
from conversations.booking import BookingStatus
from conversations.delivery import Delivery as Status
from conversations.delivery import SendFailure
from conversations.rules.transitions import LIVE
from handlers.outbox import SENT_WHILE_OPTED_OUT
from models.bookings import booking_transitions, bookings
from models.claims import Holder, stretches
from models.clients import clients
from models.conversations import turns
from models.messages import Direction, messages
from models.outbox import UNSENT, outbox
from tests.faults.deaths import Settled
from tests.faults.people import Delivery
from tests.faults.provider import LyingTwilio, Received
from tests.faults.script import REFUSED_NUMBERS, Decision, Person, Script, Then

DOHA = ZoneInfo("Asia/Qatar")
SOON = timedelta(minutes=10)
"""What is due later is held back on purpose, for the morning."""
ON_ITS_WAY = 15.0
"""Seconds that a text which was handed to Twilio before a STOP may take to get there, on a busy machine."""
CARRIERS = ("STOP", "START")
"""Texts that the carrier answers, and nobody else."""
DECIDED = {
    Decision.NONE: BookingStatus.EXPIRED,
    Decision.APPROVE: BookingStatus.CONFIRMED,
    Decision.DECLINE: BookingStatus.DECLINED,
    Decision.MODIFY: BookingStatus.CONFIRMED,
}
AGREED = (Decision.APPROVE, Decision.MODIFY)
_APPROVED, _CONFIRMED = BookingStatus.APPROVED, BookingStatus.CONFIRMED
_EXPIRED, _CANCELLED = BookingStatus.EXPIRED, BookingStatus.CANCELLED
TO_BE_PAID = (
    (_APPROVED, _CONFIRMED), (_APPROVED, _EXPIRED), (_APPROVED, _EXPIRED, _CONFIRMED), (_APPROVED, _CANCELLED),
    (_APPROVED, _CONFIRMED, _CANCELLED), (_APPROVED, _EXPIRED, _CONFIRMED, _CANCELLED),
)  # fmt: skip
"""What may become of a booking that is agreed on, and is to be paid: when its money comes, if it does, is chance."""
Rows = Sequence[Row[Any]]


def rows(database: Database, statement: Any) -> Rows:
    return database.read(lambda session: session.execute(statement).all())


def newest(database: Database) -> tuple[int, int]:
    """The numbers of the newest message and of the newest text to be sent."""
    message, sent = (rows(database, select(func.max(column)))[0][0] for column in (messages.c.id, outbox.c.id))
    return message or 0, sent or 0


def unfinished(database: Database, now: datetime, up_to: tuple[int, int] | None = None) -> list[str]:
    """The texts whose turn is due, and the answers that are due soon or in somebody's hands."""
    message, sent = up_to or newest(database)
    waiting = messages.c.due_at.is_not(None) & (messages.c.id <= message)
    due = outbox.c.status.in_(UNSENT) & ((outbox.c.due_at <= now + SOON) | outbox.c.uncertain) & (outbox.c.id <= sent)
    unsent = rows(database, select(outbox.c.id, outbox.c.status, outbox.c.attempts).where(due))
    return [f"message #{row.id}" for row in rows(database, select(messages.c.id).where(waiting))] + [
        f"outbox {row.id} {row.status} {row.attempts}" for row in unsent
    ]


def without_exactly_one_turn(database: Database, delivered: Sequence[Delivery]) -> Iterator[str]:
    """What was answered with 200 and is not there once, with the one turn that answered it."""
    statement = (
        select(messages.c.provider_id, messages.c.body, turns.c.id, turns.c.cause, turns.c.fault)
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .where(messages.c.direction == Direction.IN)
    )
    stored = rows(database, statement)
    found = defaultdict(list)
    for row in stored:
        found[row.provider_id].append(row)
    for delivery in delivered:
        answered = [row for row in found[delivery.sid] if row.id is not None]
        if delivery.accepted and len(answered) != 1:
            lost = "lost" if not found[delivery.sid] else f"answered by {len(answered)} turns"
            yield f"{lost}: {delivery.words!r} of {delivery.phone} ({delivery.sid})"
    for row in stored:
        if row.id is not None and (row.fault or row.cause != "Said"):
            yield f"broke: the turn of {row.body!r}: {row.cause} {row.fault}"
    covering = {row.id for row in stored}
    said = rows(database, select(turns.c.id, turns.c.conversation_id).where(turns.c.cause == "Said"))
    yield from (f"twice: turn {row.id} answered no text" for row in said if row.id not in covering)


def swapped(database: Database, delivered: Sequence[Delivery]) -> Iterator[str]:
    """Texts of one person that were stored in another order than they came: each was posted when the one before had
    been answered with 200."""
    inbound = select(messages.c.provider_id, messages.c.id).where(messages.c.direction == Direction.IN)
    number = {row.provider_id: row.id for row in rows(database, inbound)}
    before: dict[str, Delivery] = {}
    for delivery in sorted(delivered, key=lambda one: one.posted):
        if not delivery.accepted or delivery.sid not in number:
            continue
        last = before.get(delivery.phone)
        if last is not None and last.accepted <= delivery.posted and number[last.sid] > number[delivery.sid]:
            yield f"swapped: {delivery.words!r} of {delivery.phone} was stored before {last.words!r}"
        before[delivery.phone] = delivery


def left_in_the_journal(journal: Journal) -> Iterator[str]:
    if journal.size():
        yield f"left: {journal.size()} entries are still in the journal"
    if journal.quarantined():
        yield f"left: {journal.quarantined()} entries were set aside"


def turns_without_answer(database: Database) -> Iterator[str]:
    answered = {row[0] for row in rows(database, select(messages.c.turn_id).where(messages.c.direction == "out"))}
    inbound = select(messages.c.turn_id, messages.c.body).where(messages.c.direction == "in")
    for row in rows(database, inbound.where(messages.c.turn_id.is_not(None))):
        if row.turn_id not in answered and row.body not in CARRIERS:
            yield f"silent: turn {row.turn_id} has no answer to {row.body!r}"


def not_received_once(database: Database, received: Sequence[Received]) -> Iterator[str]:
    """The texts that the provider has taken more or less often than once, or not as they were, or out of order."""
    ours = {row.id: row for row in rows(database, select(outbox))}
    theirs: dict[int, list[Received]] = defaultdict(list)
    for one in received:
        theirs[one.tag].append(one)
    for tag, row in ours.items():
        got, wanted = theirs.pop(tag, []), row.status is not Status.DEAD
        if len(got) > 1:
            yield f"doubled: outbox {tag} ({row.kind}) was received {len(got)} times by {row.address}"
        if wanted and not got and row.status not in UNSENT:
            yield f"lost: outbox {tag} ({row.kind}) is {row.status} and was never received by {row.address}"
        if any((one.to, one.body) != (row.address, row.body) for one in got):
            yield f"mixed up: outbox {tag} reached {got[0].to}: {got[0].body[:60]!r}"
        if wanted and got and row.provider_id not in {one.sid for one in got}:
            yield f"unknown: outbox {tag} ({row.kind}) is {row.provider_id} to us, {got[0].sid} to the provider"
        if not wanted and row.failure is not SendFailure.OPTED_OUT and row.address not in REFUSED_NUMBERS:
            yield f"given up: outbox {tag} ({row.kind}) to {row.address}: {row.failure} {row.failure_words}"
    yield from (f"invented: the provider received a text tagged {tag}" for tag in theirs)
    last: dict[str, int] = {}
    for one in received:
        if one.tag in ours:
            lane = ours[one.tag].lane
            if one.tag < last.get(lane, 0):
                yield f"out of order: outbox {one.tag} reached {one.to} behind {last[lane]}"
            last[lane] = max(one.tag, last.get(lane, 0))


def reports_forgotten(database: Database, twilio: LyingTwilio) -> Iterator[str]:
    """Texts that are known for less than a report we have taken said."""
    known = {row.provider_id: Status(row.status) for row in rows(database, select(outbox))}
    for sid, words in twilio.taken_reports.items():
        best = max((STATUSES[word] for word in words), key=lambda status: status.rank)
        if sid in known and known[sid].rank < best.rank:
            yield f"forgotten: {sid} is {known[sid]}, and was reported as {best}"


def sent_after_stop(database: Database, twilio: LyingTwilio, delivered: Sequence[Delivery]) -> Iterator[str]:
    """Nothing but the one confirmation goes to who has said STOP, until they say START. A text that was on its way at
    that very moment may still arrive, within ON_ITS_WAY."""
    kinds = {row.id: (row.kind, row.tried_at) for row in rows(database, select(outbox))}
    for phone in {delivery.phone for delivery in delivered}:
        own = [delivery for delivery in delivered if delivery.phone == phone]
        for stop in [one for one in own if one.words.lower().startswith("stop") and one.accepted]:
            starts = [one.posted for one in own if one.words == "START" and one.posted > stop.accepted]
            until = min(starts, default=float("inf"))
            for text in twilio.texts_to(phone):
                kind, tried_at = kinds.get(text.tag, ("", None))
                in_flight = tried_at and tried_at.timestamp() < stop.accepted and text.at < stop.accepted + ON_ITS_WAY
                if stop.accepted < text.at < until and kind not in SENT_WHILE_OPTED_OUT and not in_flight:
                    late = text.at - stop.accepted
                    yield f"after STOP: outbox {text.tag} ({kind}) reached {phone} {late:.2f} s later"


def silenced_after_start(database: Database, delivered: Sequence[Delivery]) -> Iterator[str]:
    """What was written for somebody who had said START, and not sent because of an earlier STOP, not even anew."""
    opted_out = (outbox.c.status == Status.DEAD) & (outbox.c.failure == SendFailure.OPTED_OUT)
    opted_out &= outbox.c.resent_as.is_(None)
    given_up = rows(database, select(outbox).where(opted_out, outbox.c.address.not_in(REFUSED_NUMBERS)))
    for start in [delivery for delivery in delivered if delivery.words == "START"]:
        for row in given_up:
            if row.address == start.phone and row.created_at.timestamp() > start.accepted:
                yield f"silenced: outbox {row.id} ({row.kind}) was not sent to {row.address} in spite of START"


def bookings_wrong(
    database: Database, played: Sequence[Person], script: Script, silent: set[str], *, expired: bool
) -> Iterator[str]:
    """Whose booking is not there once, at their hour, having gone through its statuses once. The `silent` have not
    played to the end. `expired`: days have passed, and no request waits any more."""
    named = select(bookings.c.id, bookings.c.start_at, bookings.c.status, clients.c.phone)
    by_phone = defaultdict(list)
    for row in rows(database, named.join(clients, clients.c.id == bookings.c.client_id)):
        by_phone[row.phone].append(row)
    moves = defaultdict(list)
    for move in rows(database, select(booking_transitions).order_by(booking_transitions.c.id)):
        moves[move.booking_id].append((move.before, move.after))
    for person in played:
        made = by_phone[person.phone]
        if len(made) > 1 or (person.slot is not None and not made and person.phone not in silent):
            yield f"booked {len(made)} times: {person.phone}"
        if person.slot is None or len(made) != 1 or person.phone in silent:
            continue
        slot = person.other if person.decision is Decision.MODIFY else person.slot
        assert slot is not None
        when = datetime.combine(slot.day(script.today), wall_time(slot.hour), DOHA)
        if made[0].start_at != when:
            yield f"booked at another time: {person.phone} at {made[0].start_at}, not {when}"
        went = [after for _, after in moves[made[0].id]]
        is_chain = [before for before, _ in moves[made[0].id]] == [None, *went[:-1]]
        if not is_chain or tuple(went) not in _ways(person, expired=expired):
            yield f"decided wrongly: #{made[0].id} of {person.phone}, {person.decision}: {moves[made[0].id]}"


def _ways(person: Person, *, expired: bool) -> list[tuple[BookingStatus, ...]]:
    """What may become of their booking."""
    if person.pay is not None and person.decision in AGREED:
        may_end = person.then in (Then.CANCELLED, Then.CALLED_OFF)
        return [(BookingStatus.PENDING, *way) for way in TO_BE_PAID if may_end or _CANCELLED not in way]
    is_decided = expired or person.decision is not Decision.NONE
    return [(BookingStatus.PENDING, DECIDED[person.decision]) if is_decided else (BookingStatus.PENDING,)]


def overlaps(database: Database) -> Iterator[str]:
    """Living bookings, or the times that bookings own, which share a piece of one staff member's time."""
    living = rows(database, select(bookings).where(bookings.c.status.in_(list(LIVE))))
    owned = rows(database, select(stretches).where(stretches.c.holder == Holder.BOOKING))
    yield from _clashes((row.staff_id, row.start_at, row.end_at, f"booking #{row.id}") for row in living)
    yield from _clashes((row.scarce_id, row.start_at, row.end_at, f"time of #{row.holder_id}") for row in owned)


def _clashes(taken: Iterable[tuple[int, datetime, datetime, str]]) -> Iterator[str]:
    last: dict[int, tuple[datetime, str]] = {}
    for staff, starts, ends, what in sorted(taken):
        until, other = last.get(staff, (starts, ""))
        if starts < until:
            yield f"overlap: {what} and {other}"
        if staff not in last or ends > until:
            last[staff] = ends, what


def broken_in_the_log(log: str) -> Iterator[str]:
    """Faults of ours that the program has caught."""
    found = Counter(
        re.findall(
            r"\b(send_broke|turn_failed|due_\w+_failed|request_broke|webhook_unreadable|drain_broke|journal_entry_broke|"
            r"payments_broke|payment_work_broke|milestones_broke)\b",
            log,
        )
    )
    yield from (f"logged: {event}, {count} times" for event, count in found.items())


def under_way(database: Database, twilio: LyingTwilio) -> list[Settled]:
    """Every text in and out with the moments between which it was under way; not those that the provider disturbed."""
    settled = []
    for row in rows(database, select(outbox).where(outbox.c.sent_at.is_not(None))):
        one = Settled(row.created_at.timestamp(), row.sent_at.timestamp(), f"outbox {row.id}")
        if not any(to == row.address and one.since <= at <= one.until for to, at in twilio.disturbed):
            settled.append(one)
    statement = select(messages.c.id, messages.c.at.label("since"), turns.c.at.label("until"))
    answered = statement.join(turns, turns.c.id == messages.c.turn_id).where(messages.c.direction == Direction.IN)
    return settled + [
        Settled(row.since.timestamp(), row.until.timestamp(), f"message #{row.id}") for row in rows(database, answered)
    ]
