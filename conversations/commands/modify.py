"""MODIFY: another time is held and offered to the client; words alone are passed on, and a time is asked for."""

import re
from datetime import datetime, timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.business import Service, Staff
from conversations.commands.base import Command, Outcome, handled
from conversations.dialogue import Awaiting
from conversations.effects import AskAnotherTime, Propose
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import say
from conversations.rules.availability import WallTime, free_slots, is_taken, nearest, wall_time
from conversations.understanding import Certainty, Context, Understood, understand

_JOINING = re.compile(r"^(?:(?:to|at|on|for|or|and|because|as)\b|[\s,.;:–-])+|[\s,.;:–-]+$", re.IGNORECASE)


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    if found.status is not BookingStatus.PENDING:
        return handled(found)
    if not rest:
        return Outcome(say("command_needs_words", example=COMMAND.example))
    understood = _read(found, rest, facts)
    readings = (understood.date, understood.time)
    if any(reading.certainty in (Certainty.AMBIGUOUS, Certainty.IMPOSSIBLE) for reading in readings):
        return Outcome(say("command_time_unclear", id=found.id))
    day = understood.date.dates[0] if understood.date.dates else None
    at = understood.time.times[0] if understood.time.times else None
    if day is None and at is None:
        reply = say("command_asked", id=found.id, client=found.client)
        return Outcome(reply, (AskAnotherTime(found.id, found.version, rest),))
    zone = facts.business.zone
    day, at = day or found.start.date(), at or found.start.time()
    if wall_time(day, at, zone) is not WallTime.PLAIN:
        return Outcome(say("command_time_gap", id=found.id, at=at))
    words = _without(rest, understood.date.words, understood.time.words)
    return _propose(found, datetime.combine(day, at, zone), words, facts)


def _read(found: BookingView, rest: str, facts: Facts) -> Understood:
    staff = _staff(found, facts)
    awaiting = Awaiting.TIME if rest.strip().isdigit() else Awaiting.NOTHING
    return understand(
        rest,
        Context(
            now=facts.now,
            language=facts.language,
            region=facts.business.region,
            shifts=staff.shifts if staff is not None else (),
            day=found.start.date(),
            awaiting=awaiting,
        ),
    )


def _propose(found: BookingView, start: datetime, words: str, facts: Facts) -> Outcome:
    if start == found.start:
        return Outcome(say("command_time_same", id=found.id, when=start))
    if start <= facts.now:
        return Outcome(say("command_time_past", id=found.id, when=start))
    service = Service(found.service_ids[0], found.service, found.minutes, found.price)
    first, last = start.date() - timedelta(days=1), start.date() + timedelta(days=7)
    calendars = [c for c in facts.calendars(service, first, last, found.id) if c.staff.id == found.staff_id]
    # The coordinator may offer a time outside the usual hours or notice; only time that is taken cannot be offered.
    if any(is_taken(calendar, found.minutes, start) for calendar in calendars):
        near = nearest(free_slots(calendars, found.minutes, first, last, facts.now), start)
        if not near:
            return Outcome(say("command_time_taken_no_near", id=found.id, when=start))
        listed = ", ".join(render(say("near_moment", when=slot.start), facts.language) for slot in near)
        return Outcome(say("command_time_taken", id=found.id, when=start, near=listed))
    reply = say("command_proposed", id=found.id, when=start, client=found.client)
    return Outcome(reply, (Propose(found.id, found.version, start, words),))


def _staff(found: BookingView, facts: Facts) -> Staff | None:
    return next((staff for staff in facts.staff() if staff.id == found.staff_id), None)


def _without(text: str, *spans: str) -> str:
    """The words that are left when the day and the time are taken out: the coordinator's reason."""
    for span in sorted(spans, key=len, reverse=True):
        if words := re.findall(r"\w+", span):
            text = re.sub(r"\W*".join(map(re.escape, words)), " ", text, count=1, flags=re.IGNORECASE)
    return _JOINING.sub("", " ".join(text.split()))


COMMAND = Command("MODIFY", "MODIFY 12 Tuesday 17:00", run, single=True)
