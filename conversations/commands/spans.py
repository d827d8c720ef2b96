"""A stretch of time as a coordinator names it and reads it: hours of a day, a whole day, or several."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from conversations.business import Staff
from conversations.commands.words import named_staff, read, without
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.understanding import Certainty, DateReading, TimeReading

MOST_DAYS = 92
"""The longest stretch that is taken out at once; who is away longer changes their hours."""
ONE_DAY = timedelta(days=1)
_CLOCK = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)(?![\d:])")
"""Hours by the clock, which mean what they say whoever works then."""


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) of these people's time, in the business's zone, and the words that are left."""

    staff: tuple[Staff, ...]
    start: datetime
    end: datetime
    words: str
    is_named: bool = False
    """One staff member was named."""

    @property
    def staff_ids(self) -> tuple[int, ...]:
        return tuple(member.id for member in self.staff)

    @property
    def names(self) -> str:
        return ", ".join(member.name for member in self.staff)

    @property
    def said(self) -> Reply:
        return span(self.start, self.end)


def read_span(text: str, facts: Facts, *, whole_day: bool = False) -> Span | Reply:
    """The stretch that a text names, of one staff member or of all for whom this coordinator answers; or what the
    coordinator reads where it names none, or whose time is not theirs. `whole_day`: hours are only words."""
    people = tuple(facts.my_staff())
    if not people:
        return say("command_no_staff")
    named = named_staff(text, people, facts.language)
    staff = tuple(facts.my_own_staff()) if named.staff is None else (named.staff,)
    clock = None if whole_day else _CLOCK.search(named.rest)
    rest = named.rest if clock is None else f"{named.rest[: clock.start()]} {named.rest[clock.end() :]}"
    understood = read(rest, facts, named.staff)
    hours = understood.time if clock is None else _by_the_clock(clock)
    if understood.date.certainty is Certainty.IMPOSSIBLE and understood.date.reason == "past":
        return say("command_span_past", span=understood.date.words)
    if whole_day:
        days, words = _days(understood.date), without(rest, understood.date.words)
        earliest = latest = None
    else:
        days = _days(understood.date) or _today(understood.date, hours.earliest or hours.latest, facts)
        words = without(rest, understood.date.words, hours.words)
        earliest, latest = hours.earliest, hours.latest
        if hours.times or (hours.certainty in (Certainty.AMBIGUOUS, Certainty.IMPOSSIBLE)):
            return say("command_span_unclear")
    if days is None or (days[0] != days[1] and (earliest or latest)):
        return say("command_span_unclear")
    found = replace(_span(staff, days, earliest, latest, words, facts), is_named=named.staff is not None)
    if not found.is_named and (other := named_staff(words, tuple(facts.staff()), facts.language).staff) is not None:
        return say("command_not_yours", staff=other.name)
    if found.end <= found.start or found.end <= facts.now:
        return say("command_span_past", span=found.said)
    if found.end - found.start > timedelta(days=MOST_DAYS):
        return say("command_span_too_long", count=MOST_DAYS)
    return found


def span(start: datetime, end: datetime) -> Reply:
    """A stretch as people say it."""
    last = (end - timedelta(minutes=1)).date()
    if start.time() != time(0) or end.time() != time(0):
        if last != start.date():
            return say("span_moments", when=start, until=end)
        return say("span_hours" if end.time() != time(0) else "span_to_midnight", when=start, until=end)
    return say("span_day", day=last) if last == start.date() else say("span_days", day=start.date(), last=last)


def _span(
    staff: tuple[Staff, ...],
    days: tuple[date, date],
    earliest: time | None,
    latest: time | None,
    words: str,
    facts: Facts,
) -> Span:
    zone, (first, last) = facts.business.zone, days
    start = datetime.combine(first, earliest or time(0), zone)
    end = datetime.combine(last, latest, zone) if latest else datetime.combine(last + ONE_DAY, time(0), zone)
    if earliest is not None and latest is not None and latest <= earliest:
        end = datetime.combine(last + ONE_DAY, latest, zone)
    return Span(staff, start, end, words)


def _by_the_clock(said: re.Match[str]) -> TimeReading:
    hours = [int(number or 0) for number in said.groups()]
    return TimeReading(Certainty.CERTAIN, (), time(hours[0], hours[1]), time(hours[2], hours[3]))


def _days(said: DateReading) -> tuple[date, date] | None:
    """The first and the last day that are named; None where none is, or it has several readings."""
    if said.certainty is Certainty.CERTAIN and len(said.dates) == 1:
        return said.dates[0], said.dates[0]
    if said.certainty is Certainty.AMBIGUOUS and said.earliest is not None and said.latest is not None:
        return said.earliest, said.latest
    return None


def _today(said: DateReading, hour: time | None, facts: Facts) -> tuple[date, date] | None:
    """Hours without a day are those of today."""
    if said.certainty is not Certainty.NOTHING or hour is None:
        return None
    return facts.now.date(), facts.now.date()
