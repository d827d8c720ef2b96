"""Why a time cannot be had, answered from the reckoning that makes the offers."""

from datetime import date

from conversations.dialogue import Awaiting, Dialogue
from conversations.facts import Facts
from conversations.flows import booking
from conversations.flows.reasons import why_none_free
from conversations.flows.slots import fill, moment
from conversations.replies import say
from conversations.rules.availability import free_slots
from conversations.turn import Turn
from conversations.understanding import Understood
from conversations.values import replace


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn:
    """ "Why not friday?": the reason, and what is free instead; or that it is free."""
    filled = fill(dialogue, understood, facts)
    dialogue = filled.dialogue
    if filled.question is not None:
        return filled.question
    if dialogue.day is None:
        return Turn(dialogue, (say("why_not_which"),))
    if dialogue.service_id is None:
        return _whether_open(dialogue, dialogue.day, facts)
    turn = booking.ask_next(dialogue, facts)
    if turn.dialogue.awaiting is Awaiting.CONFIRMATION:
        return turn.led_by(say("time_is_free", when=moment(dialogue, facts)))
    return turn


def _whether_open(dialogue: Dialogue, day: date, facts: Facts) -> Turn:
    """Before a service is known: what holds for the shortest one."""
    shortest = min(facts.services(), key=lambda service: service.minutes, default=None)
    if shortest is None:
        return booking.ask_service(dialogue, facts)
    calendars = facts.calendars(shortest, day, day)
    if free_slots(calendars, shortest.minutes, day, day, facts.now):
        return booking.ask_service(dialogue, facts, (say("day_is_free", day=day),))
    reason = why_none_free(calendars, shortest, day, facts)
    return booking.ask_service(replace(dialogue, day=None, at=None), facts, (reason,))
