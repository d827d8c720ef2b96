"""A client wishes to wait for what is full, or to wait no longer."""

from collections.abc import Sequence

from conversations.classes import ClassStatus, Place
from conversations.dialogue import Awaiting, Dialogue, Subject
from conversations.effects import LeaveWaitlist, LetGo
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import (
    booking,
    classes,
    offers,
    options,
    series_added,
    series_waiting,
    side_trips,
    visits,
    waiting,
)
from conversations.flows.slots import fill
from conversations.languages.render import render
from conversations.replies import say
from conversations.stored import time_text
from conversations.turn import Turn
from conversations.understanding import Answer, Intent, Understood
from conversations.values import replace

_HAS_ROOM = ("confirm_class", "confirm", "confirm_unnamed", "ask_time")
"""What is asked last where there is something to be had."""


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """An answer to an offer, or a wish of this kind; None for any other text."""
    if turn := offers.answer(dialogue, understood, event.place_id, facts):
        return turn
    picked = understood.choice
    if picked is not None and picked.subject is Subject.WAIT:
        return _wait_for(dialogue, picked.value, facts)
    if picked is not None and picked.subject is Subject.PLACE:
        wanted = picked.value.split()
        return _leave(dialogue, [place for place in facts.my_places() if str(place.id) in wanted], facts)
    if dialogue.awaiting is Awaiting.FULL and offers.is_bare(understood):
        return _answer_to_full(dialogue, understood.answer, facts)
    if dialogue.awaiting is Awaiting.LEAVE and understood.answer is Answer.NO and understood.is_slotless:
        return side_trips.again(dialogue.asking(Awaiting.NOTHING), facts).led_by(*waiting.my_places(facts))
    match understood.intent:
        case Intent.WAIT:
            return _begin(dialogue, understood, facts)
        case Intent.LEAVE:
            return _which_to_leave(dialogue, understood, facts)
        case _:
            return None


def _answer_to_full(dialogue: Dialogue, answer: Answer | None, facts: Facts) -> Turn | None:
    """A YES to a class that has no seat left means its waiting list, a NO nothing at all."""
    if answer is Answer.NO:
        return side_trips.never_mind(dialogue, facts)
    has_seats = any(option.subject is Subject.SEATS for option in dialogue.options)
    option = "" if has_seats or dialogue.changing else _wait_option(dialogue)
    return _wait_for(dialogue, option, facts) if option and answer is Answer.YES else None


def _begin(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn:
    """What was just offered to be waited for, else what the text names: where there is room, it can be had at once."""
    if understood.is_slotless:
        if option := _wait_option(dialogue):
            return _wait_for(dialogue, option, facts)
        if dialogue.service_id is None:
            return _begin_again(dialogue, facts)
    filled = fill(dialogue, understood, facts)
    if filled.question is not None:
        return filled.question
    turn = booking.ask_next(filled.dialogue, facts, sure=filled.time_is_sure)
    mine = next((place for place in facts.my_places() if place.class_id == turn.dialogue.class_id), None)
    if mine is not None and turn.dialogue.awaiting is Awaiting.FULL:
        return Turn(dialogue.without_slots(), (waiting.already(mine),), (LetGo(),))
    if option := _wait_option(turn.dialogue):
        return _wait_for(turn.dialogue, option, facts)
    has_room = turn.replies and turn.replies[-1].key in _HAS_ROOM
    return turn.led_by(say("wait_not_needed")) if has_room else turn


def _begin_again(dialogue: Dialogue, facts: Facts) -> Turn:
    """Wait for what? For what they were offered last, where they wait for it no more; else for what their series left
    out."""
    place = facts.place(dialogue.offer_id) if dialogue.offer_id is not None else None
    if place is not None and place.status not in offers.WAITS:
        return _back_in_line(dialogue, place, facts)
    series = series_added.of_client(facts)
    if series is not None and (turn := series_waiting.wait(dialogue, series, facts)):
        return turn
    if mine := waiting.my_places(facts):
        return side_trips.again(dialogue, facts).led_by(*mine)
    example = facts.services()[0].called if facts.services() else ""
    return Turn(dialogue, (say("wait_which", service=example),))


def _back_in_line(dialogue: Dialogue, place: Place, facts: Facts) -> Turn:
    if place.class_id is not None:
        return _wait_for(replace(dialogue, seats=place.seats), str(place.class_id), facts)
    if visits.offered((place.service_id,), facts) is None or place.when <= facts.now:
        return Turn(dialogue, (say("offer_over", what=waiting.what(place)),))
    at = "" if place.is_day else f"T{time_text(place.when.timetz().replace(tzinfo=None))}"
    dialogue = replace(dialogue.without_slots(), service_id=place.service_id)
    return _wait_for(dialogue, f"{place.when.date().isoformat()}{at}", facts)


def _wait_option(dialogue: Dialogue) -> str:
    return next((option.value for option in dialogue.options if option.subject is Subject.WAIT), "")


def _wait_for(dialogue: Dialogue, wanted: str, facts: Facts) -> Turn:
    """A class by its number, a day or moment, or what a series left out. What has room by now is to be had at once."""
    if (series := series_waiting.named(wanted, facts)) is not None:
        return series_waiting.wait(dialogue, series, facts) or _begin_again(replace(dialogue, options=()), facts)
    if not wanted.isdecimal():
        return waiting.wait_for_time(dialogue, visits.wanted(dialogue, facts), wanted, facts)
    found = facts.class_session(int(wanted))
    if found is None or found.status is not ClassStatus.SCHEDULED or found.start <= facts.now:
        return side_trips.again(dialogue.without_slots(), facts).led_by(say("class_gone"))
    dialogue = replace(dialogue, service_id=found.service_id, more_service_ids=())
    seats = dialogue.seats or 1
    if found.free >= seats or seats > found.capacity:
        return classes.ask_yes(dialogue, found, facts, (say("wait_not_needed"),) if found.free >= seats else ())
    return waiting.join(dialogue, found, facts)


def _which_to_leave(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn:
    places = facts.my_places()
    if not places:
        return side_trips.again(dialogue, facts).led_by(say("wait_none"))
    named, days = set(understood.service_ids), understood.date.dates
    fitting = [place for place in places if place.service_id in named] or list(places)
    fitting = [place for place in fitting if place.when.date() in days] or fitting
    if len(fitting) == 1:
        return _leave(dialogue, fitting, facts)
    labels = [(str(place.id), render(waiting.what(place), facts.language)) for place in fitting]
    everything = " ".join(str(place.id) for place in fitting), render(say("wait_leave_all"), facts.language)
    choices = options.numbered(Subject.PLACE, [*labels, everything])
    return Turn(dialogue.asking(Awaiting.LEAVE, choices), (say("wait_leave_which", choices),))


def _leave(dialogue: Dialogue, places: Sequence[Place], facts: Facts) -> Turn:
    if dialogue.awaiting is Awaiting.LEAVE:
        dialogue = dialogue.asking(Awaiting.NOTHING)
    turn = side_trips.again(replace(dialogue, offer_id=None), facts)
    if not places:
        return turn.led_by(say("wait_none"))
    reply = say("wait_left", lines=tuple(waiting.what(place) for place in places))
    return turn.led_by(reply).doing(LeaveWaitlist(tuple(place.id for place in places)))
