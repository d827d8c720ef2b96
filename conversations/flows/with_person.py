"""Somebody of the business talks with the client: we say so when they begin and end, and are silent between."""

from conversations.dialogue import Awaiting, Dialogue
from conversations.events import HandedBack, OperatorWrote, Said, TakenOver
from conversations.facts import Facts
from conversations.flows import paying, side_trips
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Understood
from conversations.values import replace


def taken_over(dialogue: Dialogue, event: TakenOver, facts: Facts) -> Turn:
    reply = say("person_here", name=event.name, business=facts.business.name)
    return Turn(replace(dialogue, misses=0), (reply,))


def handed_back(dialogue: Dialogue, _event: HandedBack, facts: Facts) -> Turn:
    """Where they were in the middle of a booking, they are asked again for what is missing."""
    reply = say("person_gone", business=facts.business.name)
    if dialogue.service_id is None:
        return Turn(dialogue.asking(Awaiting.NOTHING), (reply,))
    return side_trips.again(dialogue, facts).led_by(reply)


def wrote(dialogue: Dialogue, event: OperatorWrote) -> Turn:
    return Turn(dialogue, (say("person_words", text=event.text),))


def listen(dialogue: Dialogue, event: Said, understood: Understood, facts: Facts) -> Turn:
    """The text is kept for whoever talks with them; what shows that they have paid counts as ever."""
    effect = paying.proof(understood, event, facts)
    return Turn(dialogue, (), (effect,) if effect is not None else ())
