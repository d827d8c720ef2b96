"""A client's text, whatever it says: which flow answers it."""

from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import (
    answers,
    before_booking,
    booking,
    cancelling,
    notes,
    offers,
    pauses,
    paying,
    proposal,
    reminding,
    repair,
    rescheduling,
    series_added,
    series_cancelled,
    side_trips,
    waitlist,
    words,
)
from conversations.flows.recall import recall
from conversations.flows.standing import is_open
from conversations.reading import context_of, named_language
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Intent, Understood, understand
from conversations.values import replace


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    """A client's text, by what it fits first: the question that is open, a wish beside it, a slot, a greeting. A
    frequent question in it is answered first."""
    told = answers.answer(understood, event.text, facts)
    if told and understood.is_slotless:
        return side_trips.again(dialogue.without_misses(), facts).led_by(*told)
    return _answer(dialogue, understood, event, facts).led_by(*told)


def _answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    if event.about is None and dialogue.asked_about is not None:
        event = replace(event, about=dialogue.asked_about)
    heard = dialogue.without_misses()
    if understood.intent is Intent.BALANCE:
        return paying.balance(heard, facts)
    if turn := paying.answer(heard, understood, event, facts):
        return turn
    if event.media and not event.text.strip():
        return side_trips.again(dialogue, facts).led_by(say("media_received"))
    if turn := waitlist.answer(heard, understood, event, facts):
        return turn
    if turn := proposal.answer_numbered(heard, understood, event, facts):
        return turn
    if dialogue.awaiting is Awaiting.PROPOSAL and (turn := proposal.answer(dialogue, understood, facts)):
        return turn
    is_worded = dialogue.awaiting is Awaiting.WORDS
    if is_worded and (turn := words.answer(heard, understood, event, facts)):
        return turn
    if turn := _answer_about_booking(dialogue, understood, event, facts):
        return turn
    if code := named_language(event.text):
        return side_trips.speak(dialogue, code, facts)
    agreement_asked = dialogue.awaiting is Awaiting.AGREEMENT
    if agreement_asked and (turn := before_booking.answer(heard, understood, event, facts)):
        return turn
    if dialogue.awaiting is Awaiting.MENU and understood.choice is not None:
        return side_trips.pick(dialogue, understood.choice, event, facts)
    if dialogue.awaiting is Awaiting.PICK_UP and (turn := pauses.answer(dialogue, understood, facts)):
        return turn
    if turn := side_trips.answer(heard, understood, event, facts):
        return turn
    if understood.to_series and (turn := series_added.begin(dialogue, understood, facts)):
        return turn
    dialogue, understood, lead = recall(dialogue, understood, facts)
    if lead or understood.intent is Intent.USUAL:
        return booking.answer(dialogue, understood, facts, lead)
    if understood.intent is Intent.BOOK and understood.is_slotless:
        return booking.ask_next(dialogue.without_misses(), facts)
    made = dialogue.service_id is None and dialogue.booking_id is not None
    if made and notes.is_only_for_whom(understood) and (turn := notes.answer(dialogue, understood, facts)):
        return turn
    confirms = dialogue.awaiting in (Awaiting.CONFIRMATION, Awaiting.SERIES) and understood.answer is not None
    if confirms or not understood.is_slotless:
        return _fill(dialogue, understood, event.text, facts)
    if turn := offers.answer_late(dialogue, understood, facts):
        return turn
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


def _answer_about_booking(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """The answer to a question about a booking that was made before; None where none is open, or this is no answer."""
    match dialogue.awaiting:
        case Awaiting.CANCEL | Awaiting.CANCEL_FOR_FEE:
            return cancelling.answer(dialogue, understood, facts)
        case Awaiting.CANCEL_LATER | Awaiting.CANCEL_LATER_FOR_FEE:
            return series_cancelled.answer(dialogue, understood, facts)
        case Awaiting.REMINDER:
            return reminding.answer(dialogue, understood, event, facts)
        case Awaiting.WHICH_BOOKING if picked := _picked(dialogue, understood):
            return _wish_about(dialogue.asking(Awaiting.NOTHING), picked.value, facts)
        case _:
            return None


def _picked(dialogue: Dialogue, understood: Understood) -> Option | None:
    """The option that was picked; a YES picks the only one."""
    is_yes = understood.answer is Answer.YES and len(dialogue.options) == 1
    picked = dialogue.options[0] if is_yes else understood.choice
    return picked if picked is not None and picked.subject is Subject.BOOKING else None


def _wish_about(dialogue: Dialogue, wish: str, facts: Facts) -> Turn:
    """ "move 12 to friday": the wish, now that its booking is known."""
    what, number, words = wish.split(" ", 2)
    found = facts.booking(int(number))
    if found is None or not is_open(found, facts):
        return Turn(dialogue, (cancelling.is_now(int(number), found),))
    what, _, part = what.partition("_")
    if not part and (turn := series_cancelled.ask_part(dialogue, what, found, words, facts)):
        return turn
    if what == cancelling.WISH:
        if part == series_cancelled.LATER:
            return series_cancelled.ask(dialogue, found, facts)
        return cancelling.ask(dialogue, found, facts)
    if part == series_cancelled.LATER:
        understood = understand(words, context_of(dialogue, facts))
        return rescheduling.start_later(dialogue, found, understood, facts)
    return rescheduling.start(dialogue, found, understand(words, context_of(dialogue, facts)), words, facts)


def _fill(dialogue: Dialogue, understood: Understood, text: str, facts: Facts) -> Turn:
    """Slots: of the funnel that is under way, of a new time for the booking under discussion, or of a new booking."""
    spoken_of = dialogue.booking_id if dialogue.awaiting is Awaiting.NOTHING else dialogue.asked_about
    fresh = dialogue.service_id is None and not understood.service_ids and understood.intent is not Intent.BOOK
    fresh = fresh and understood.recurrence is None
    if fresh and spoken_of is not None and proposal.names_a_time(understood):
        found = facts.booking(spoken_of)
        if found is not None and is_open(found, facts):
            return rescheduling.start(dialogue, found, understood, text, facts)
    return booking.answer(dialogue, understood, facts)


def _nothing_to_answer(dialogue: Dialogue, answer: Answer, facts: Facts) -> Turn:
    """A yes or no that answers no open question: say how things stand. A second YES changes nothing."""
    by_yes = (Awaiting.SERVICE, Awaiting.WHICH_BOOKING, Awaiting.LEAVE)
    asks_which = dialogue.awaiting in by_yes and answer is Answer.YES
    asks_which = asks_which or dialogue.awaiting in (Awaiting.TIME, Awaiting.TIME_READING, Awaiting.DATE_READING)
    if asks_which and dialogue.options:
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
