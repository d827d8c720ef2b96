"""Whether a coordinator can have a time: outside the usual hours and notice they may, over something else never."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from conversations.booking import BookingView
from conversations.business import Service, Staff
from conversations.classes import ClassStatus
from conversations.commands.base import Outcome
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.rules.availability import Calendar, Refusal, free_slots, why_busy
from conversations.rules.choosing import nearest
from conversations.rules.opening import is_open

LOOK_AHEAD = timedelta(days=7)
ALREADY_HERE = timedelta(minutes=15)
"""Somebody who sits in the chair already is written down for so long after they came."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A start for a service with somebody. `changing`: the booking whose own time may be overlapped."""

    service: Service
    staff: Staff
    start: datetime
    changing: int | None = None
    besides: datetime | None = None
    """A start that is no news: the one the booking has."""

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.service.minutes)

    def is_taken(self, facts: Facts) -> bool:
        return self.refusal(facts) is not None

    def refusal(self, facts: Facts) -> Refusal | None:
        """What stands in the way, whatever the hours and the notice."""
        day, minutes = self.start.date(), self.service.minutes
        found = (why_busy(calendar, minutes, self.start) for calendar in self._calendars(day, day, facts))
        return next((refusal for refusal in found if refusal is not None), None)

    def why(self, facts: Facts) -> Reply:
        """The same in a word or two, for the coordinator."""
        return say(f"why_{self.refusal(facts) or 'free'}", service=self.service.called)

    @property
    def warning(self) -> Reply | str:
        """A line where nobody works at that time; "" where they do."""
        if is_open(self.staff, self.start, self.end):
            return ""
        return say("command_outside_hours", staff=self.staff.name)

    def near(self, facts: Facts) -> str:
        """The nearest free starts, in one line; "" where there is none."""
        first, last = self.start.date() - timedelta(days=1), (self.start + LOOK_AHEAD).date()
        calendars = [without_notice(calendar) for calendar in self._calendars(first, last, facts)]
        free = free_slots(calendars, self.service.minutes, first, last, facts.now)
        slots = nearest((slot for slot in free if slot.start != self.besides), self.start)
        return ", ".join(render(say("near_moment", when=slot.start), facts.language) for slot in slots)

    def _calendars(self, first: date, last: date, facts: Facts) -> Sequence[Calendar]:
        found = facts.calendars(self.service, first, last, self.changing)
        return [calendar for calendar in found if calendar.staff.id == self.staff.id]


def not_to_be_had(staff: Staff, services: Sequence[Service], facts: Facts) -> Outcome | None:
    """Why this coordinator cannot have these services done by this staff member; None where they can."""
    for service in services:
        if staff.id not in service.staff_ids:
            return Outcome(say("command_not_given", staff=staff.name, service=service.called))
        if all(staff.id != mine.id for mine in facts.my_staff(service.id)):
            return Outcome(say("command_not_yours", staff=staff.name))
    return None


def of_booking(found: BookingView, start: datetime, staff: Staff, facts: Facts) -> Wanted:
    """Another start for what was booked, with this staff member; its own time may be overlapped."""
    offered = next((service for service in facts.services() if service.id == found.service_ids[0]), None)
    service = Service(found.service_ids[0], "", found.minutes, found.price, visited=found.service)
    if offered is not None:
        service = replace(service, resource_kinds=offered.resource_kinds)
    return Wanted(service, staff, start, found.id, found.start if staff.id == found.staff_id else None)


def seats_are_gone(class_id: int, seats: int, start: datetime, facts: Facts) -> bool:
    """Whether so many seats of a class that was to begin at `start` cannot be had again."""
    held = facts.class_session(class_id)
    return held is None or held.status is not ClassStatus.SCHEDULED or held.start != start or held.free < seats


def taken(found: BookingView, wanted: Wanted, facts: Facts) -> Outcome:
    """A booking cannot have that time: the nearest that are free."""
    near, reason = wanted.near(facts), wanted.why(facts)
    if not near:
        return Outcome(say("command_time_taken_no_near", id=found.id, when=wanted.start, reason=reason))
    return Outcome(say("command_time_taken", id=found.id, when=wanted.start, reason=reason, near=near))


def staff_of(found: BookingView, facts: Facts) -> Staff | None:
    return next((staff for staff in facts.staff() if staff.id == found.staff_id), None)


def without_notice(calendar: Calendar) -> Calendar:
    """The same time, for whoever needs to give no notice."""
    return replace(calendar, terms=replace(calendar.terms, notice_minutes=0))
