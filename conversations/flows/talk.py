"""A client's text, whatever it says: which flow answers it."""

from dataclasses import replace

from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import CallPerson
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import booking, notes, pauses, proposal, repair, side_trips
from conversations.flows.recall import recall
from conversations.reading import named_language
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Intent, Understood


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    """A client's text, by what it fits first: the question that is open, a wish beside it, a slot, a greeting."""
    if event.media and not event.text.strip():
        return side_trips.again(dialogue, facts).led_by(say("media_received"))
    if dialogue.awaiting is Awaiting.PROPOSAL and (turn := proposal.answer(dialogue, understood, facts)):
        return turn
    if code := named_language(event.text):
        return side_trips.speak(dialogue, code, facts)
    if dialogue.awaiting is Awaiting.MENU and understood.choice is not None:
        return side_trips.pick(dialogue, understood.choice, event.text, facts)
    if dialogue.awaiting is Awaiting.PICK_UP and (turn := pauses.answer(dialogue, understood, facts)):
        return turn
    if turn := side_trips.answer(replace(dialogue, misses=0), understood, event.text, facts):
        return turn
    dialogue, understood, lead = recall(dialogue, understood, facts)
    if lead or understood.intent is Intent.USUAL:
        return booking.answer(dialogue, understood, facts, lead)
    if understood.intent is Intent.BOOK and understood.is_slotless:
        return booking.ask_next(replace(dialogue, misses=0), facts)
    made = dialogue.service_id is None and dialogue.booking_id is not None
    if made and notes.is_only_for_whom(understood) and (turn := notes.answer(dialogue, understood, facts)):
        return turn
    answers = dialogue.awaiting is Awaiting.CONFIRMATION and understood.answer is not None
    if answers or not understood.is_slotless:
        return _fill(dialogue, understood, event.text, facts)
    if understood.answer is not None:
        return _nothing_to_answer(dialogue, understood.answer, facts)
    if turn := notes.answer(dialogue, understood, facts):
        return turn
    if facts.person.is_coordinator and dialogue.service_id is None:
        key = "hello_coordinator" if understood.intent is Intent.GREETING else "not_understood_coordinator"
        return Turn(dialogue.asking(Awaiting.NOTHING), (say(key),))
    if understood.intent is Intent.GREETING or facts.person.is_new:
        lead = () if facts.person.is_new else (say("hello_again", business=facts.business.name),)
        return booking.ask_next(dialogue, facts, lead)
    return repair.answer(dialogue, event.text, facts)


def _fill(dialogue: Dialogue, understood: Understood, text: str, facts: Facts) -> Turn:
    """Slots: of the funnel that is under way, of a new time for a request that still waits, or of a new booking."""
    fresh = dialogue.service_id is None and not understood.service_ids
    if fresh and dialogue.awaiting is Awaiting.NOTHING and dialogue.booking_id and proposal.names_a_time(understood):
        found = facts.booking(dialogue.booking_id)
        if found is not None and understood.intent is not Intent.BOOK:
            if found.status is BookingStatus.PENDING:
                return proposal.change_wish(dialogue, understood, facts)
            reply = say("change_passed_on", id=found.id, service=found.service, when=found.start)
            return Turn(dialogue, (reply,), (CallPerson(text),))
    return booking.answer(dialogue, understood, facts)


def _nothing_to_answer(dialogue: Dialogue, answer: Answer, facts: Facts) -> Turn:
    """A yes or no that answers no open question: say how things stand. A second YES changes nothing."""
    if dialogue.awaiting in (Awaiting.TIME, Awaiting.TIME_READING, Awaiting.DATE_READING) and dialogue.options:
        return Turn(dialogue, (say("which_of_these", dialogue.options),))
    if dialogue.service_id is not None and answer is Answer.YES:
        return booking.ask_next(dialogue, facts)
    if facts.person.is_coordinator and dialogue.booking_id is None:
        return Turn(dialogue, (say("command_none_pending"),))
    found = facts.booking(dialogue.booking_id) if dialogue.booking_id is not None else None
    if found is None or answer is Answer.NO:
        return Turn(dialogue, (say("nothing_to_confirm"),))
    key = "already_booked" if dialogue.settled else "already_requested"
    return Turn(dialogue, (say(key, id=found.id, service=found.service, when=found.start),))
