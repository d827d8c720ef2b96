"""One step of a conversation: what is known, what happened, what may be known → what to say and do. Pure."""

from dataclasses import replace

from conversations import commands, steps
from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import CallPerson, Effect, OptIn, OptOut, Rename, Speak
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
    WishChanged,
)
from conversations.facts import Facts
from conversations.flows import booking, notices, proposal, repair, side_trips
from conversations.languages import spoken
from conversations.replies import Reply, say
from conversations.rules.crisis import is_crisis
from conversations.rules.opt_out import OptWord, is_carriers_word, opt_word
from conversations.turn import Turn
from conversations.understanding import Answer, Context, Intent, Understood, understand


def step(dialogue: Dialogue, event: Event, facts: Facts) -> Turn:
    """Raises UndeclaredStep where a flow leads where it never said it would: a fault of ours, never of who texts."""
    match event:
        case Said():
            turn = _said(dialogue, event, facts)
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
    return _understand(dialogue, event, facts).fills_nothing


def _said(dialogue: Dialogue, event: Said, facts: Facts) -> Turn:
    if dialogue.service_id is not None and dialogue.service_id not in (service.id for service in facts.services()):
        dialogue = dialogue.without_slots()  # it was taken off the list since
    if turn := _opt(dialogue, event, facts) or commands.answer(dialogue, event, facts):
        return turn
    understood = _understand(dialogue, event, facts)
    effects: tuple[Effect, ...] = ()
    if understood.language not in ("", facts.language) and not facts.language_is_known:
        facts, effects = facts.in_language(understood.language), (Speak(understood.language),)
        understood = _understand(dialogue, event, facts)
    asked = dialogue.awaiting is Awaiting.CONFIRMATION and not understood.name
    if asked and (name := _name_behind_yes(event, facts)):
        understood = Understood(answer=Answer.YES, name=name)
    if understood.name:
        dialogue, effects = replace(dialogue, name=understood.name), (*effects, Rename(understood.name))
    talked = _talk(dialogue, understood, event, facts)
    return replace(talked, effects=(*effects, *talked.effects))


def _talk(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    """A client's text, by what it fits first: the question that is open, a wish beside it, a slot, a greeting."""
    if is_crisis(event.text):
        return Turn(dialogue, (say("crisis", business=facts.business.name),), (CallPerson(event.text),))
    if event.media and not event.text.strip():
        return _with_lead(side_trips.again(dialogue, facts), say("media_received"))
    if dialogue.awaiting is Awaiting.PROPOSAL and (turn := proposal.answer(dialogue, understood, facts)):
        return turn
    if code := _named_language(event.text):
        return side_trips.speak(dialogue, code, facts)
    if dialogue.awaiting is Awaiting.MENU and understood.choice is not None:
        return side_trips.pick(dialogue, understood.choice, event.text, facts)
    if turn := side_trips.answer(replace(dialogue, misses=0), understood, event.text, facts):
        return turn
    if understood.intent is Intent.BOOK and _slotless(understood):
        return booking.ask_next(replace(dialogue, misses=0), facts, _hello(facts))
    answers = dialogue.awaiting is Awaiting.CONFIRMATION and understood.answer is not None
    if answers or not _slotless(understood):
        return _fill(dialogue, understood, event.text, facts)
    if understood.answer is not None:
        return _nothing_to_answer(dialogue, understood.answer, facts)
    if understood.name:
        return _with_lead(side_trips.again(dialogue, facts), say("nice_to_meet", name=understood.name))
    if facts.person.is_coordinator and dialogue.service_id is None:
        key = "hello_coordinator" if understood.intent is Intent.GREETING else "not_understood_coordinator"
        return Turn(dialogue.asking(Awaiting.NOTHING), (say(key),))
    if understood.intent is Intent.GREETING or facts.person.is_new:
        return booking.ask_next(dialogue, facts, _hello(facts) or (say("hello_again", business=facts.business.name),))
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
    turn = booking.answer(dialogue, understood, facts)
    return _with_lead(turn, *_hello(facts)) if facts.person.is_new else turn


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
            return Turn(dialogue, () if silent else (reply,), (OptOut(),))
        case OptWord.IN if facts.person.opted_out:
            return Turn(dialogue, () if silent else (say("opted_in", business=facts.business.name),), (OptIn(),))
        case OptWord.HELP if silent:
            return Turn(dialogue)
        case _:
            return None


def _understand(dialogue: Dialogue, event: Said, facts: Facts) -> Understood:
    staff = tuple(facts.staff())
    gives = next((s.staff_ids for s in facts.services() if s.id == dialogue.service_id), None)
    shifts = tuple(shift for s in staff if gives is None or s.id in gives for shift in s.shifts)
    return understand(
        event.text,
        Context(
            now=facts.now,
            language=facts.language,
            region=facts.business.region,
            services=tuple(facts.services()),
            staff=staff,
            shifts=shifts,
            options=dialogue.options,
            awaiting=dialogue.awaiting,
            day=dialogue.day,
        ),
    )


def _name_behind_yes(event: Said, facts: Facts) -> str:
    """ "Yes, Tom Bell": the summary invites a name, so words with capitals behind a YES are one, be they like a day."""
    words = event.text.replace(",", " ").replace("!", " ").replace(".", " ").split()
    for size in (3, 2, 1):
        said, rest = " ".join(words[:size]), words[size:]
        if not 1 <= len(rest) <= 4 or not all(word[0].isupper() and not word.isupper() for word in rest):
            continue
        context = Context(now=facts.now, language=facts.language)
        yes, named = understand(said, context), understand(" ".join(rest), context)
        is_yes = yes.answer is Answer.YES and not yes.name and _slotless(yes)
        if not is_yes or named.intent is not None or named.answer is not None:
            continue
        read = f"{named.date.words} {named.time.words}".split()
        if _slotless(named) or len(read) < len(rest) or rest == ["Tom"]:
            return " ".join(rest)
    return ""


def _named_language(text: str) -> str:
    """The code of a language whose own name is the whole text ("Español", "english please")."""
    named = text.strip().strip(".!").casefold().removesuffix(" please")
    return next((code for code, name in spoken().items() if name.casefold() == named), "")


def _slotless(understood: Understood) -> bool:
    return replace(understood, intent=None, answer=None, name="").fills_nothing


def _hello(facts: Facts) -> tuple[Reply, ...]:
    return (say("hello", business=facts.business.name),) if facts.person.is_new else ()


def _with_lead(turn: Turn, *lead: Reply) -> Turn:
    return replace(turn, replies=(*lead, *turn.replies))
