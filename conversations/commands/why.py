"""WHY: why a time is not free, and what stands in it, from the reckoning that makes the offers."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from conversations.booking import BookingView
from conversations.business import Service, Staff
from conversations.commands.base import Command, Outcome
from conversations.commands.block import block_line, booking_line
from conversations.commands.free import shortest_of
from conversations.commands.times import Wanted, of_booking, staff_of
from conversations.commands.words import Moment, named_staff, read, read_moment
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.rules.availability import Calendar, Refusal, day_refusals, free_slots, why_busy, why_not
from conversations.rules.transitions import LIVE

ORDER = (
    Refusal.TAKEN, Refusal.BLOCKED, Refusal.ELSEWHERE, Refusal.NO_RESOURCE, Refusal.HELD, Refusal.DAY_CAP,
    Refusal.WEEK_CAP, Refusal.TOO_SOON, Refusal.TOO_FAR, Refusal.PAST, Refusal.HOLIDAY,
)  # fmt: skip
"""Of a whole day, by what tells most first; a day without any start is closed."""


def why(rest: str, facts: Facts) -> Outcome:
    number = rest.strip().rstrip("?.").lstrip("#")
    if number.isascii() and number.isdigit():
        return _of_booking(int(number), facts)
    people = tuple(facts.my_staff())
    named = named_staff(rest, people, facts.language)
    understood = read(named.rest, facts, named.staff)
    moment = read_moment(named.rest, facts, named.staff)
    if moment.unclear or (moment.day is None and moment.at is None):
        return Outcome(say("command_why_which", example=COMMAND.example))
    offered = next((one for one in facts.services() if one.id in understood.service_ids[:1]), None)
    asked = people if named.staff is None else (named.staff,)
    given = [(member, offered or shortest_of(member, facts)) for member in asked]
    gives = [(member, one) for member, one in given if one is not None and member.id in one.staff_ids]
    if not gives:
        return Outcome(say("command_no_staff"))
    if moment.at is None:
        return Outcome(say("lines", lines=tuple(_day(*each, moment.day or facts.now.date(), facts) for each in gives)))
    return _at(gives, moment, facts)


def _of_booking(booking_id: int, facts: Facts) -> Outcome:
    """Why the time of a booking is not to be had, but for itself."""
    found = facts.booking(booking_id)
    staff = staff_of(found, facts) if found is not None else None
    if found is None or staff is None:
        return Outcome(say("command_unknown_id", id=booking_id))
    return Outcome(say("lines", lines=tuple(_lines(of_booking(found, found.start, staff, facts), facts))))


def _at(gives: Iterable[tuple[Staff, Service]], moment: Moment, facts: Facts) -> Outcome:
    start = moment.start(facts.now, facts)
    if start is None:
        return Outcome(say("time_gap", at=moment.at or time(0), day=moment.day or facts.now.date()))
    lines = [line for staff, service in gives for line in _lines(Wanted(service, staff, start), facts)]
    return Outcome(say("lines", lines=tuple(lines)))


def _lines(wanted: Wanted, facts: Facts) -> Iterable[Reply]:
    """The reason, and what stands there."""
    day, minutes = wanted.start.date(), wanted.service.minutes
    for calendar in facts.calendars(wanted.service, day, day, wanted.changing):
        if calendar.staff.id == wanted.staff.id:
            refusal = why_not(calendar, minutes, wanted.start, facts.now)
            if refusal is not Refusal.PAST:  # a coordinator may go beyond hours and notice, never over what stands
                refusal = why_busy(calendar, minutes, wanted.start) or refusal
            reason = say(f"why_{refusal or 'free'}", service=wanted.service.called)
            yield say("why_line", when=wanted.start, staff=wanted.staff.name, reason=reason)
            if refusal in (Refusal.TAKEN, Refusal.BLOCKED):
                yield from _standing(wanted, calendar, facts)


def _standing(wanted: Wanted, calendar: Calendar, facts: Facts) -> Iterable[Reply]:
    """What touches the time, with the time before and after that the policy keeps free."""
    start, end = wanted.start - calendar.terms.before, wanted.end + calendar.terms.after
    for found in facts.bookings_between(start - calendar.terms.after, end + calendar.terms.before):
        if found.staff_id == wanted.staff.id and found.id != wanted.changing and found.status in LIVE:
            yield booking_line(found)
    for block in facts.blocks_between(start, end):
        if block.staff_id == wanted.staff.id:
            yield block_line(block, wanted.staff.name)


def _day(staff: Staff, service: Service, day: date, facts: Facts) -> Reply:
    calendars = [one for one in facts.calendars(service, day, day) if one.staff.id == staff.id]
    when = datetime.combine(day, time(0), facts.business.zone)
    if free_slots(calendars, service.minutes, day, day, facts.now):
        return say("why_day_line", day=day, staff=staff.name, reason=say("why_free", service=service.called))
    reasons = day_refusals(calendars, service.minutes, day, facts.now)
    reason = say(f"why_{next((one for one in ORDER if one in reasons), Refusal.CLOSED)}", service=service.called)
    blocks = facts.blocks_between(when, when + timedelta(days=1))
    stands: list[BookingView] = [
        found
        for found in facts.bookings_between(when, when + timedelta(days=1))
        if found.staff_id == staff.id and found.status in LIVE
    ]
    return say(
        "why_day_whole", head=say("why_day_line", day=day, staff=staff.name, reason=reason),
        lines=(
            *(booking_line(found) for found in stands),
            *(block_line(block, staff.name) for block in blocks if block.staff_id == staff.id),
        ),
    )  # fmt: skip


COMMAND = Command("WHY", "WHY Friday 15:00", act=why, may_be_an_answer=True)
