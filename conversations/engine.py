"""One step of a conversation: what is known, what happened, what may be known → what to say and do. Pure."""

from dataclasses import replace

from conversations import commands, steps
from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting, Dialogue, Quiet
from conversations.effects import AddNote, CallPerson, Effect, KeepEmail, OptIn, OptOut, Rename, Speak
from conversations.events import (
    AnotherTimeAsked,
    Approved,
    Booked,
    Declined,
    Event,
    ProposalAccepted,
    ProposalRefused,
    RequestExpired,
    Said,
    TimeProposed,
    WentQuiet,
    WishChanged,
)
from conversations.facts import Facts
from conversations.flows import booking, notices, pauses, proposal, repair, side_trips, visits
from conversations.flows.recall import recall
from conversations.reading import context_of, name_behind_yes, named_language, read
from conversations.replies import Reply, say
from conversations.rules.crisis import is_crisis
from conversations.rules.opt_out import OptWord, is_carriers_word, opt_word
from conversations.turn import Turn
from conversations.understanding import Answer, Intent, Understood, understand
from conversations.understanding.suggestion import LONGEST_TEXT, with_suggestion

FEWEST_LETTERS = 4
"""Of a text that may mean something nobody has taught us."""


def step(dialogue: Dialogue, event: Event, facts: Facts) -> Turn:
    """Raises UndeclaredStep where a flow leads where it never said it would: a fault of ours, never of who texts."""
    match event:
        case Said():
            turn = _said(dialogue, event, facts)
        case WentQuiet():
            turn = pauses.went_quiet(dialogue, facts)
        case Booked():
            turn = notices.booked(dialogue, event)
        case WishChanged():
            turn = notices.wish_changed(dialogue, event)
        case ProposalAccepted():
            turn = notices.proposal_accepted(dialogue, event)
        case ProposalRefused():
            turn = notices.proposal_refused(dialogue, event)
        case Approved():
            turn = notices.approved(dialogue, event)
        case Declined():
            turn = notices.declined(dialogue, event, facts)
        case TimeProposed():
            turn = notices.time_proposed(dialogue, event)
        case AnotherTimeAsked():
            turn = notices.another_time_asked(dialogue, event)
        case RequestExpired():
            turn = notices.expired(dialogue, event, facts)
    steps.check(dialogue, turn.dialogue, by_text=isinstance(event, Said))
    return turn


def says_nothing_yet(dialogue: Dialogue, event: Said, facts: Facts) -> bool:
    """Whether a text fills nothing ("Hi", "I want"), so that it is worth a moment's wait for the next one."""
    if event.media or event.carrier_answered or not event.text.strip() or is_crisis(event.text):
        return False
    if opt_word(event.text, bare_cancel=facts.channel.bare_cancel_opts_out) or commands.is_command(event.text, facts):
        return False
    return understand(event.text, context_of(dialogue, facts)).fills_nothing


def leaves_open(dialogue: Dialogue, event: Said, facts: Facts) -> bool:
    """Whether a client's text of some words says nothing that we understand, not even a greeting: what it may mean is
    worth asking of somebody who reads better."""
    text = event.text.strip()
    if facts.person.is_coordinator or facts.person.opted_out or not says_nothing_yet(dialogue, event, facts):
        return False
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS or len(text) > LONGEST_TEXT or named_language(text):
        return False
    understood, _ = read(dialogue, event, facts)
    return understood.intent is None and understood.fills_nothing


def _said(dialogue: Dialogue, event: Said, facts: Facts) -> Turn:
    if dialogue.service_id is not None and visits.offered(dialogue.service_ids, facts) is None:
        dialogue = dialogue.without_slots()  # it was taken off the list since
    if turn := _opt(dialogue, event, facts) or commands.answer(dialogue, event, facts):
        return turn
    if is_crisis(event.text):
        return Turn(dialogue, (say("crisis", business=facts.business.name),), (CallPerson(event.text),))
    known = facts.language
    understood, facts = read(dialogue, event, facts)
    effects: tuple[Effect, ...] = () if facts.language == known else (Speak(facts.language),)
    understood = with_suggestion(understood, event.suggested)
    asked = dialogue.awaiting is Awaiting.CONFIRMATION and not understood.name
    if asked and (name := name_behind_yes(event, facts)):
        understood = Understood(answer=Answer.YES, name=name)
    if understood.name:
        dialogue, effects = replace(dialogue, name=understood.name), (*effects, Rename(understood.name))
    if understood.email:
        effects = (*effects, KeepEmail(understood.email))
    if dialogue.quiet is Quiet.PUT_BY:
        if understood.is_slotless and understood.intent in (None, Intent.GREETING, Intent.BOOK):
            return _with_effects(pauses.offer_again(dialogue, facts), effects)
        dialogue = pauses.start_afresh(dialogue, understood)
    turn = _talk(replace(dialogue, quiet=Quiet.NO), understood, event, facts)
    return _with_effects(_greeting_first(turn, facts), effects)


def _talk(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    """A client's text, by what it fits first: the question that is open, a wish beside it, a slot, a greeting."""
    if event.media and not event.text.strip():
        return _with_lead(side_trips.again(dialogue, facts), say("media_received"))
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
    if dialogue.service_id is None and dialogue.booking_id is not None and _is_only_for_whom(understood):
        return _take_note(dialogue, understood, _told(understood), facts)
    answers = dialogue.awaiting is Awaiting.CONFIRMATION and understood.answer is not None
    if answers or not understood.is_slotless:
        return _fill(dialogue, understood, event.text, facts)
    if understood.answer is not None:
        return _nothing_to_answer(dialogue, understood.answer, facts)
    if told := _told(understood):
        return _take_note(dialogue, understood, told, facts)
    if facts.person.is_coordinator and dialogue.service_id is None:
        key = "hello_coordinator" if understood.intent is Intent.GREETING else "not_understood_coordinator"
        return Turn(dialogue.asking(Awaiting.NOTHING), (say(key),))
    if understood.intent is Intent.GREETING or facts.person.is_new:
        lead = () if facts.person.is_new else (say("hello_again", business=facts.business.name),)
        return booking.ask_next(dialogue, facts, lead)
    return repair.answer(dialogue, event.text, facts)


def _told(understood: Understood) -> tuple[Reply, ...]:
    """Thanks for what a text tells beside any booking."""
    named = (say("nice_to_meet", name=understood.name),) if understood.name else ()
    mailed = (say("email_kept", email=understood.email),) if understood.email else ()
    noted = (say("noted"),) if understood.note or understood.attendee else ()
    return (*named, *mailed, *noted)


def _take_note(dialogue: Dialogue, understood: Understood, told: tuple[Reply, ...], facts: Facts) -> Turn:
    """A note goes to the booking that is being made, else to the one made last, else to the next."""
    note = "; ".join(part for part in (understood.note, understood.attendee) if part)
    if not note:
        return _with_lead(side_trips.again(dialogue, facts), *told)
    if dialogue.service_id is None and dialogue.booking_id is not None:
        return Turn(dialogue, told, (AddNote(dialogue.booking_id, note),))
    return booking.answer(replace(dialogue, misses=0), understood, facts, told)


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


def _opt(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """STOP, START and HELP, before anything else. Where the carrier answers them itself we record and stay silent."""
    word = opt_word(event.text, bare_cancel=facts.channel.bare_cancel_opts_out)
    silent = event.carrier_answered or (facts.channel.carrier_answers_stop and is_carriers_word(event.text))
    match word:
        case OptWord.OUT:
            reply = say("opted_out", business=facts.business.name)
            return Turn(dialogue, () if silent else (reply,), (OptOut(event.text, event.carrier_answered),))
        case OptWord.IN if facts.person.opted_out:
            return Turn(
                dialogue,
                () if silent else (say("opted_in", business=facts.business.name),),
                (OptIn(event.text, event.carrier_answered),),
            )
        case OptWord.HELP if silent:
            return Turn(dialogue)
        case _:
            return None


def _greeting_first(turn: Turn, facts: Facts) -> Turn:
    """Who writes here, and how to stop it: before the first thing a client ever reads from us."""
    if not turn.replies or not facts.person.is_new or facts.person.is_coordinator:
        return turn
    return _with_lead(turn, say("hello", business=facts.business.name))


def _is_only_for_whom(understood: Understood) -> bool:
    return bool(understood.attendee) and replace(understood, attendee="").is_slotless


def _with_effects(turn: Turn, effects: tuple[Effect, ...]) -> Turn:
    return replace(turn, effects=(*effects, *turn.effects))


def _with_lead(turn: Turn, *lead: Reply) -> Turn:
    return replace(turn, replies=(*lead, *turn.replies))
