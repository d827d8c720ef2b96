"""What to do with a text that was not understood: another form, then choices, then a person. Nobody is left stuck."""

from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import CallPerson
from conversations.facts import Facts
from conversations.flows import booking, side_trips, waiting
from conversations.flows.slots import what_is_known
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding.normalise import LONGEST
from conversations.values import replace

_ASKED_ONCE_MORE = frozenset(
    {
        Awaiting.CONFIRMATION, Awaiting.CLASS, Awaiting.FULL, Awaiting.HOW_OFTEN, Awaiting.HOW_MANY, Awaiting.MODE,
        Awaiting.SERIES,
    }
)  # fmt: skip
"""Questions that say all there is to say: in the same words."""


def answer(dialogue: Dialogue, text: str, facts: Facts) -> Turn:
    """The first, second and third miss in a row each get another tactic; a text that is too long to be read whole goes
    to a person at once."""
    dialogue = replace(dialogue, misses=dialogue.misses + 1)
    if dialogue.misses >= 3 or len(text) > LONGEST:
        reply = say("person_called_after_misses", business=facts.business.name)
        return Turn(replace(dialogue, misses=0), (reply,), (CallPerson(text),))
    known = what_is_known(dialogue, facts)
    lead: tuple[Reply, ...] = (say("not_understood"),) if known is None else (say("not_understood"), known)
    if dialogue.misses == 2:
        return side_trips.menu(dialogue, facts, lead)
    place = facts.place(dialogue.offer_id) if dialogue.offer_id is not None else None
    if place is not None and place.is_offered:
        return Turn(dialogue, (say("not_understood"), waiting.offer(place, facts)))
    match dialogue.awaiting:
        case Awaiting.SERVICE:
            return booking.ask_service(dialogue, facts, key="ask_service_again")
        case Awaiting.DATE | Awaiting.DATE_READING if dialogue.service_id is not None:
            return booking.ask_date(dialogue, facts, lead, key="ask_date_again")
        case Awaiting.TIME | Awaiting.TIME_READING if dialogue.service_id is not None and dialogue.day is not None:
            return booking.ask_time(dialogue, facts, lead, key="ask_time_again")
        case Awaiting.TIME if dialogue.service_id is not None and dialogue.options:
            return booking.ask_again(dialogue, facts, lead)
        case each if each in _ASKED_ONCE_MORE and dialogue.service_id is not None:
            return booking.ask_next(dialogue, facts, (say("not_understood"),))
        case Awaiting.PROPOSAL:
            return Turn(dialogue, (say("answer_proposal"),))
        case _:
            return side_trips.menu(dialogue, facts, (say("not_understood"),))
