"""What the coordinator wrote about a request, and what its client answers: words go to them, a time to the funnel."""

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import TellCoordinator
from conversations.events import AnotherTimeAsked, Said
from conversations.facts import Facts
from conversations.flows import booking, proposal, rescheduling
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Certainty, Understood
from conversations.values import replace

LONGEST = 500


def passed(dialogue: Dialogue, event: AnotherTimeAsked) -> Turn:
    """The client reads them. Another booking's move that they were about to make is dropped."""
    found = event.booking
    reply = say("another_time_asked", id=found.id, service=found.service, when=found.start, words=event.words)
    dialogue = dialogue.without_slots() if dialogue.changing else dialogue
    dialogue = replace(dialogue, booking_id=found.id, settled=False)
    return Turn(dialogue.asking(Awaiting.WORDS, about=found.id), (reply,))


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """Any words of theirs, until the request is decided; None for a wish of another kind."""
    found = facts.booking(dialogue.asked_about) if dialogue.asked_about is not None else None
    if found is None or found.status is not BookingStatus.PENDING or not event.text.strip():
        return None
    is_another = bool(understood.service_ids) and set(understood.service_ids).isdisjoint(found.service_ids)
    if is_another or (understood.intent is not None and understood.answer is None):
        return None
    if _names_a_time(understood):
        return _other_time(dialogue, found, understood, facts)
    tell = say("words_answered", id=found.id, client=found.client, words=event.text.strip()[:LONGEST])
    reply = say("passed_on", business=facts.business.name)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id),))


def _names_a_time(understood: Understood) -> bool:
    """Whether a text says a day or a time that can be: "I washed it yesterday" is an answer in words."""
    cannot_be = Certainty.IMPOSSIBLE in (understood.date.certainty, understood.time.certainty)
    return proposal.names_a_time(understood) and not cannot_be


def _other_time(dialogue: Dialogue, found: BookingView, understood: Understood, facts: Facts) -> Turn:
    """The funnel for it; a bare hour is on its own day."""
    dialogue = rescheduling.moving(replace(dialogue, booking_id=found.id, settled=False), found)
    if understood.date.certainty is Certainty.NOTHING and found.class_id is None:
        dialogue = replace(dialogue, day=found.start.date())
    return booking.answer(dialogue, replace(understood, answer=None), facts)
