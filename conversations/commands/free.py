"""FREE: when somebody can be booked on a day, from the reckoning that makes the offers."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from conversations.business import Service, Staff
from conversations.commands.base import Command, Listing
from conversations.commands.times import without_notice
from conversations.commands.words import named_staff, read
from conversations.facts import Facts
from conversations.flows.reasons import why_none_free
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.rules.availability import Calendar, free_slots
from conversations.understanding import Certainty


def show(rest: str, facts: Facts) -> Listing:
    people = tuple(facts.my_staff())
    named = named_staff(rest, people, facts.language)
    said = read(named.rest, facts, named.staff).date
    day = said.dates[0] if said.certainty is Certainty.CERTAIN else facts.now.date()
    is_clear = said.certainty is Certainty.CERTAIN or (said.certainty is Certainty.NOTHING and not named.rest)
    if not is_clear:
        return Listing(say("command_span_unclear"))
    staff = people if named.staff is None else (named.staff,)
    lines = tuple(line for member in staff if (line := _line(member, day, facts)) is not None)
    return Listing(say("free_head", day=day), lines) if lines else Listing(_why_none(staff, day, facts))


def shortest_of(staff: Staff, facts: Facts) -> Service | None:
    """The shortest service that this staff member gives: what fits nowhere is not free."""
    given = [service for service in facts.services() if staff.id in service.staff_ids]
    return min(given, key=lambda service: service.minutes, default=None)


def _line(staff: Staff, day: date, facts: Facts) -> Reply | None:
    service = shortest_of(staff, facts)
    if service is None:
        return None
    calendars = _calendars(staff, service, day, facts)
    slots = free_slots(calendars, service.minutes, day, day, facts.now)
    spans = _merged([slot.start for slot in slots], service.minutes)
    if not spans:
        return None
    said = [say("free_span", when=start, until=end) for start, end in spans]
    return say("free_line", staff=staff.name, spans=", ".join(render(each, facts.language) for each in said))


def _merged(starts: Sequence[datetime], minutes: int) -> list[tuple[datetime, datetime]]:
    """Starts that follow each other, as stretches of free time."""
    found: list[tuple[datetime, datetime]] = []
    for start in starts:
        end = start + timedelta(minutes=minutes)
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _why_none(staff: Sequence[Staff], day: date, facts: Facts) -> Reply:
    for member in staff:
        service = shortest_of(member, facts)
        if service is not None:
            return why_none_free(_calendars(member, service, day, facts), service, day, facts)
    return say("day_closed", day=day)


def _calendars(staff: Staff, service: Service, day: date, facts: Facts) -> list[Calendar]:
    found = facts.calendars(service, day, day)
    return [without_notice(calendar) for calendar in found if calendar.staff.id == staff.id]


COMMAND = Command("FREE", "FREE Friday", show=show, may_be_an_answer=True)
