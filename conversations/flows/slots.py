"""Fill the slots that a text gives, in any order; what it leaves unclear becomes a question."""

from dataclasses import dataclass
from datetime import date, datetime

from conversations.business import Service
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.facts import Facts
from conversations.flows import visits
from conversations.flows.options import moments, numbered
from conversations.languages.render import name_text, render
from conversations.replies import Reply, say
from conversations.rules.availability import Slot
from conversations.stored import time_from, time_text
from conversations.turn import Turn
from conversations.understanding import Certainty, DateReading, TimeReading, Understood
from conversations.values import made_often, replace

LONGEST_NOTE = 500


@made_often
@dataclass(frozen=True, slots=True)
class Filled:
    """The dialogue with what was sure, and the question that the rest makes necessary."""

    dialogue: Dialogue
    question: Turn | None = None
    time_is_sure: bool = False
    """The client picked this very time from a list: do not ask which of two equal hours."""


def fill(dialogue: Dialogue, understood: Understood, facts: Facts) -> Filled:
    """Put every sure slot in, then ask about the first unsure one: service, day, time."""
    dialogue = dialogue.without_misses()
    sure = False
    choice = understood.choice or _offered_at(dialogue, understood)
    if choice is not None:
        dialogue = _choose(dialogue, choice)
        sure = choice.subject in (Subject.TIME, Subject.MOMENT)
    if understood.seats is not None or understood.for_self:
        dialogue = replace(dialogue, seats=understood.seats, party=understood.words.get("seats", ""))
    if understood.staff_id is not None:
        dialogue = replace(dialogue, staff_id=understood.staff_id)
    dialogue = _with_asides(dialogue, understood)
    if not dialogue.changing and (wanted := visits.changed(dialogue, understood, _surely_named(understood))):
        dialogue = visits.choose(dialogue, wanted, facts)
    if understood.date.certainty is Certainty.CERTAIN:
        dialogue = replace(dialogue, day=understood.date.dates[0])
    if understood.time.certainty is Certainty.CERTAIN and choice is None:
        dialogue = _set_time(dialogue, understood.time)
    question = (
        _ask_which_service(dialogue, understood, facts)
        or _ask_which_first(dialogue, facts)
        or _ask_which_moment(dialogue, understood, facts)
        or _ask_about_date(dialogue, understood.date, facts)
        or _ask_about_time(dialogue, understood.time, facts)
    )
    return Filled(dialogue, question, sure)


def _offered_at(dialogue: Dialogue, understood: Understood) -> Option | None:
    """The one offered moment that a bare hour means: "5pm" after "A. Sat 16:45, B. Sat 17:00"."""
    if understood.date.certainty is not Certainty.NOTHING or len(understood.time.times) != 1:
        return None
    ending = f"T{time_text(understood.time.times[0])}"
    offered = [o for o in dialogue.options if o.subject is Subject.MOMENT and o.value.endswith(ending)]
    return offered[0] if len(offered) == 1 else None


def _choose(dialogue: Dialogue, option: Option) -> Dialogue:
    match option.subject:
        case Subject.SERVICE:
            later = [line for line in dialogue.next_wish.split("\n") if line != option.label]
            return replace(dialogue, service_id=int(option.value), next_wish="\n".join(later))
        case Subject.DATE:
            return replace(dialogue, day=date.fromisoformat(option.value))
        case Subject.TIME:
            return replace(dialogue, at=time_from(option.value), earliest=None, latest=None)
        case Subject.MOMENT:
            day, _, at = option.value.partition("T")
            return replace(dialogue, day=date.fromisoformat(day), at=time_from(at), earliest=None, latest=None)
        case Subject.CLASS:
            return replace(dialogue, class_id=int(option.value), day=None, at=None, earliest=None, latest=None)
        case Subject.SEATS:
            return replace(dialogue, seats=int(option.value))
        case _:
            return dialogue


def _with_asides(dialogue: Dialogue, understood: Understood) -> Dialogue:
    note = understood.note
    if note and note not in dialogue.note:
        dialogue = replace(dialogue, note=f"{dialogue.note}; {note}"[:LONGEST_NOTE] if dialogue.note else note)
    attendee = "" if understood.for_self else understood.attendee or dialogue.attendee
    if attendee != dialogue.attendee or understood.further:
        dialogue = replace(dialogue, attendee=attendee, next_wish=understood.further or dialogue.next_wish)
    return dialogue


def _surely_named(understood: Understood) -> tuple[int, ...]:
    """The one service that was named, or those of one visit that fit one each; the first unsure one is asked about."""
    if understood.visit:
        return tuple(fitting[0] for fitting in understood.visit if len(fitting) == 1)
    return understood.service_ids if len(understood.service_ids) == 1 else ()


def _set_time(dialogue: Dialogue, reading: TimeReading) -> Dialogue:
    if reading.times:
        return replace(dialogue, at=reading.times[0], earliest=None, latest=None)
    return replace(dialogue, at=None, earliest=reading.earliest, latest=reading.latest)


def _ask_which_service(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    fitting = understood.service_ids
    if understood.visit:
        fitting = next((unsure for unsure in understood.visit if len(unsure) > 1), ())
    if len(fitting) < 2 or dialogue.changing:
        return None
    by_id = {service.id: service for service in facts.services()}
    found = [by_id[service_id] for service_id in fitting if service_id in by_id]
    are_types = len({service.main_id for service in found}) == 1
    labels = [(str(service.id), _label(service, facts, are_types=are_types)) for service in found]
    options = numbered(Subject.SERVICE, labels)
    if understood.visit:  # what was named beside it stays
        dialogue = replace(dialogue, service_id=None, more_service_ids=dialogue.service_ids)
    return Turn(dialogue.asking(Awaiting.SERVICE, options), (say("ask_which_service", options),))


def _label(service: Service, facts: Facts, *, are_types: bool) -> str:
    """Its name; among the session types of one service also what tells them apart."""
    if not are_types:
        return name_text(service.called, facts.language)
    option = say("session_option", service=service.called, minutes=service.minutes, price=service.price)
    return render(option, facts.language)


def _ask_which_first(dialogue: Dialogue, facts: Facts) -> Turn | None:
    if dialogue.service_id is None or visits.offered(dialogue.service_ids, facts) is not None:
        return None
    return visits.ask_which_first(dialogue, dialogue.service_ids, facts)


def _ask_which_moment(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """ "Mon 3pm or tue 4pm": each day with its own hour, to pick from."""
    zone = facts.business.zone
    named = [datetime.combine(day, at, zone) for day, at in understood.moments if day is not None and at is not None]
    if len(named) < 2:
        return None
    options = moments([Slot(start) for start in sorted(named)], facts.language)
    return Turn(dialogue.asking(Awaiting.TIME, options), (say("ask_date_reading", options),))


def _ask_about_date(dialogue: Dialogue, reading: DateReading, facts: Facts) -> Turn | None:
    if reading.certainty in (Certainty.NOTHING, Certainty.CERTAIN):
        return None
    dialogue = replace(dialogue, day=None)
    labels = [(day.isoformat(), render(say("day_option", day=day), facts.language)) for day in reading.dates]
    options = numbered(Subject.DATE, labels)
    if reading.certainty is Certainty.AMBIGUOUS:
        key = "ask_date_reading" if len(options) <= 3 else "ask_which_day"
        return Turn(dialogue.asking(Awaiting.DATE_READING, options), (say(key, options),))
    match reading.reason:
        case "weekday_conflict" if reading.dates:
            reply = say("weekday_conflict", options, day=reading.dates[0])
            return Turn(dialogue.asking(Awaiting.DATE_READING, options), (reply,))
        case "past":
            return Turn(dialogue.asking(Awaiting.DATE), (say("date_past", words=reading.words),))
        case _:
            return Turn(dialogue.asking(Awaiting.DATE), (say("no_such_date", words=reading.words),))


def _ask_about_time(dialogue: Dialogue, reading: TimeReading, facts: Facts) -> Turn | None:
    if reading.certainty in (Certainty.NOTHING, Certainty.CERTAIN):
        return None
    dialogue = replace(dialogue, at=None)
    if reading.certainty is Certainty.IMPOSSIBLE:
        reply = say("no_such_time", words=reading.words)
        if reading.reason == "skipped" and dialogue.day is not None:
            reply = say("time_gap", at=reading.times[0], day=dialogue.day)
        return Turn(dialogue.asking(Awaiting.TIME), (reply,))
    labels = [(time_text(at), render(say("time_option", at=at), facts.language)) for at in reading.times]
    options = numbered(Subject.TIME, labels)
    return Turn(dialogue.asking(Awaiting.TIME_READING, options), (say("ask_time_reading", options),))


def what_is_known(dialogue: Dialogue, facts: Facts) -> Reply | None:
    """The slots that are filled, in words, or None."""
    service = visits.offered(dialogue.service_ids, facts)
    parts = [name_text(service.called, facts.language)] if service is not None else []
    if dialogue.day is not None:
        parts.append(render(say("day_option", day=dialogue.day), facts.language))
    if dialogue.at is not None:
        parts.append(render(say("time_option", at=dialogue.at), facts.language))
    return say("understood_so_far", what=", ".join(parts)) if parts else None


def moment(dialogue: Dialogue, facts: Facts) -> datetime:
    """The wanted start, aware, in the business's zone. Needs day and time."""
    assert dialogue.day is not None and dialogue.at is not None
    return datetime.combine(dialogue.day, dialogue.at, facts.business.zone)
