"""What a text leaves to memory: "the usual", "same time next week"."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from conversations.dialogue import Dialogue
from conversations.facts import Facts
from conversations.flows import visits
from conversations.flows.slots import moment
from conversations.replies import Reply, say
from conversations.understanding import Certainty, DateReading, Intent, TimeReading, Understood
from conversations.values import replace

WEEK = timedelta(days=7)


class Recalled(NamedTuple):
    """The dialogue and the text with what was left to memory filled in; `lead` says what that was."""

    dialogue: Dialogue
    understood: Understood
    lead: tuple[Reply, ...] = ()


def recall(dialogue: Dialogue, understood: Understood, facts: Facts) -> Recalled:
    """Fill in the service they had last, or the time of day of the booking they speak of. Nothing is booked by it: the
    summary still asks for a YES."""
    if understood.same_time:
        start = _spoken_of(dialogue, facts)
        if start is None:
            return Recalled(dialogue, understood, (say("no_usual"),))
        at = TimeReading(Certainty.CERTAIN, (start.time().replace(tzinfo=None),))
        understood = replace(understood, time=at, date=_same_day(understood.date, start.date(), facts.now.date()))
        if dialogue.service_id is None and not understood.service_ids:
            understood = replace(understood, intent=Intent.USUAL)
    if understood.intent is not Intent.USUAL:
        return Recalled(dialogue, understood)
    usual = facts.usual()
    if usual is None or visits.offered(usual.service_ids, facts) is None:
        return Recalled(dialogue, understood, (say("no_usual"),))
    attendee = understood.attendee or dialogue.attendee or usual.attendee
    dialogue = replace(dialogue, staff_id=usual.staff_id, attendee=attendee)
    dialogue = visits.choose(dialogue, usual.service_ids, facts)
    if dialogue.staff_id is None:
        return Recalled(dialogue, understood, (say("understood_so_far", what=usual.service),))
    return Recalled(dialogue, understood, (say("your_usual", service=usual.service, staff=usual.staff),))


def _spoken_of(dialogue: Dialogue, facts: Facts) -> datetime | None:
    """The start that "same time" means: the one being filled in, the booking under discussion's, or the last one's."""
    if dialogue.day is not None and dialogue.at is not None:
        return moment(dialogue, facts)
    found = facts.booking(dialogue.booking_id) if dialogue.booking_id is not None else None
    found = found or facts.usual()
    return found.start if found is not None else None


def _same_day(reading: DateReading, day: date, today: date) -> DateReading:
    """ "Next week", said with "same time", is the same weekday: a week on, or in that week where the day is over."""
    earliest, latest = reading.earliest, reading.latest
    if earliest is None or latest is None or latest - earliest != timedelta(days=6):
        return reading
    same = day + WEEK if day >= today else earliest + timedelta(days=(day.weekday() - earliest.weekday()) % 7)
    return DateReading(Certainty.CERTAIN, (same,), words=reading.words)
