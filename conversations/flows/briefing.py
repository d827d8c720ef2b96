"""What a client is asked for the engagement that their booking opens, once its time is known and before their YES. All
of it may be skipped but its name, told in any order, and corrected until the YES."""

from collections.abc import Sequence
from datetime import date

from conversations.dialogue import Awaiting, Dialogue, Option, Quiet, Subject
from conversations.effects import Book, BookSeats, BookSeries, CallPerson, Effect
from conversations.engagements.kinds import Detail, Kind, Question
from conversations.engagements.mentioned import mentioned
from conversations.engagements.values import shown_value
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import booking, intaking, visits
from conversations.flows.brief_asides import READ, is_other_wish, is_question, is_small_talk, leaves_open, other_time
from conversations.flows.brief_beside import beside, to_be_opened, value_of
from conversations.flows.slots import what_is_known
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Answer, Context, Understood, understand
from conversations.understanding.contacts import read_email
from conversations.understanding.email_typos import suggested
from conversations.values import replace

PATIENT = 2
"""How many answers in a row may say nothing, before a question is left open."""
_EXAMPLE = Detail.VENUE
_ASKED = (Awaiting.CONFIRMATION, Awaiting.SERIES)


def gate(turn: Turn, facts: Facts) -> Turn:
    """The turn; where it asks for the YES and something is not told yet, the question of that instead. What was told
    goes with the booking."""
    kind = _kind(turn.dialogue, facts)
    if kind is None:
        return turn
    turn = replace(turn, effects=tuple(_with_brief(effect, turn.dialogue) for effect in turn.effects))
    if turn.dialogue.awaiting not in _ASKED or turn.dialogue.changing or not turn.replies:
        return turn
    question = _next(turn.dialogue, kind)
    *before, summary = turn.replies
    if question is None:
        told = _told(turn.dialogue, kind)
        return replace(turn, replies=(*before, told, summary) if told is not None else turn.replies)
    lead = () if turn.dialogue.brief_asked else _begins(turn.dialogue, kind, facts)
    if day := dict(turn.dialogue.brief).get(question.detail):
        first = say("dated", day=turn.dialogue.day or facts.now.date())
        lead = (say("value_date_early", day=date.fromisoformat(day), first=first),)
    return replace(_ask(turn.dialogue, question, facts, (*before, *lead)), effects=turn.effects)


def answer(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """What a text leads to while one of the questions, or the YES, is open. None where it is about something else."""
    is_corrected = dialogue.awaiting in (*_ASKED, Awaiting.CHANGE)
    if not (is_corrected or dialogue.awaiting is Awaiting.BRIEF) or dialogue.changing or not event.text.strip():
        return None
    kind = _kind(dialogue, facts)
    if kind is None:
        return None
    dialogue = replace(dialogue, quiet=Quiet.NO)
    if is_corrected:
        if _says_who_they_are(event, facts):
            return None
        dialogue, event = beside(dialogue, None, kind, event, facts)
        return _correct(dialogue, None, kind, event, facts)
    asked = _asked(dialogue, kind)
    if asked is None:
        return None
    if dialogue.options and (turn := _answer_suggestion(dialogue, asked, event, facts)):
        return turn
    if intaking.skips(event, facts) or (asked.detail not in READ and leaves_open(event.text, asked, facts)):
        return _left_open(dialogue, asked, event.text, facts)
    if is_other_wish(event, asked, facts):
        return None
    dialogue, event = beside(dialogue, asked, kind, event, facts)
    return _correct(dialogue, asked, kind, event, facts) or _read(dialogue, asked, event, facts)


def _says_who_they_are(event: Said, facts: Facts) -> bool:
    """ "Yes, my name is Sara": whoever asks for the YES has invited that."""
    said = understand(event.text, Context(now=facts.now, language=facts.language))
    return said.answer is Answer.YES and bool(said.name)


def again(dialogue: Dialogue, facts: Facts) -> Turn | None:
    """The open question once more."""
    kind = _kind(dialogue, facts)
    asked = _asked(dialogue, kind) if kind is not None else None
    return _ask(dialogue, asked, facts) if asked is not None else None


def back(dialogue: Dialogue, facts: Facts) -> Turn | None:
    """To the question before; from one that was to be answered anew, to where that was said. None where there is
    none."""
    kind = _kind(dialogue, facts)
    asked = _asked(dialogue, kind) if kind is not None else None
    if kind is None or asked is None:
        return None
    told = {detail for detail, _ in dialogue.brief}
    if asked.detail in told:
        return booking.ask_next(dialogue.asking(Awaiting.NOTHING), facts)
    before = [one for one in kind.questions[: kind.questions.index(asked)] if one.detail in told]
    return _ask(_without(dialogue, before[-1].detail), before[-1], facts) if before else None


def _kind(dialogue: Dialogue, facts: Facts) -> Kind | None:
    """What the wanted service opens; None for nothing, and where this client has one under way."""
    if dialogue.service_id is None or dialogue.adds_to is not None:
        return None
    service = visits.offered(dialogue.service_ids, facts)
    if service is None or not service.engagement:
        return None
    return to_be_opened(service.engagement, facts)


def _asked(dialogue: Dialogue, kind: Kind) -> Question | None:
    """The question that is open; None where it is asked no more."""
    is_open = dialogue.awaiting is Awaiting.BRIEF
    return next((one for one in kind.questions if is_open and one.detail == dialogue.brief_asked), None)


def _begins(dialogue: Dialogue, kind: Kind, facts: Facts) -> tuple[Reply, ...]:
    known = what_is_known(dialogue, facts)
    begins = say("brief_begins", kind=kind.name(facts.language))
    return (begins,) if known is None else (known, begins)


def _with_brief(effect: Effect, dialogue: Dialogue) -> Effect:
    return replace(effect, brief=dialogue.brief) if isinstance(effect, Book | BookSeats | BookSeries) else effect


def _next(dialogue: Dialogue, kind: Kind) -> Question | None:
    """The first that is not told yet; the event's day too, where the visit is after it now."""
    first = str(dialogue.day or "")
    told = {one for one, value in dialogue.brief if one is not Detail.EVENT_DATE or not value or value >= first}
    return next((question for question in kind.questions if question.detail not in told), None)


def _ask(
    dialogue: Dialogue, question: Question, facts: Facts, lead: Sequence[Reply] = (), options: tuple[Option, ...] = ()
) -> Turn:
    skip = "" if question.is_required else say("intake_may_skip")
    reply = say("ask_intake", text=question.text(facts.language, facts.business.language), skip=skip)
    dialogue = replace(dialogue, brief_asked=question.detail).asking(Awaiting.BRIEF, options)
    return Turn(dialogue, (*lead, reply))


def _told(dialogue: Dialogue, kind: Kind) -> Reply | None:
    """All of it, a line each, and how it is corrected."""
    brief = dict(dialogue.brief)
    told = [(one.detail, brief[one.detail]) for one in kind.questions if brief.get(one.detail)]
    lines = tuple(say("brief_line", what=label(detail), value=shown_value(detail, value)) for detail, value in told)
    asked = {one.detail for one in kind.questions}
    return (
        say("brief_told", lines=lines, example=label(_EXAMPLE if _EXAMPLE in asked else Detail.EMAIL))
        if lines
        else None
    )


def label(detail: Detail) -> Reply:
    """What a detail is called in lists."""
    return say(f"brief_{detail}")


def _correct(dialogue: Dialogue, asked: Question | None, kind: Kind, event: Said, facts: Facts) -> Turn | None:
    """A text that names one of the details: "guests 120", "the venue is Oasis", "change the budget"."""
    found = mentioned(event.text, kind, facts.language)
    if found is None or (found.is_led and asked is not None and asked.detail is Detail.REQUESTS):
        return None
    question, is_asked = found.question, asked is not None and found.question.detail is asked.detail
    if not found.value:
        return None if is_asked else _ask(dialogue, question, facts)
    value = value_of(dialogue, question.detail, found.value, facts)
    if isinstance(value, Reply) or question.detail not in READ:
        if leaves_open(found.value, question, facts):
            return _left_open(dialogue, question, event.text, facts)
        if is_question(event.text):
            return None
    if isinstance(value, Reply):
        is_spoken_of = found.is_led or (asked is not None and not is_asked)
        return None if is_spoken_of or is_asked else _ask(dialogue, question, facts, (value,))
    return _take(dialogue, question.detail, value, facts)


def _read(dialogue: Dialogue, asked: Question, event: Said, facts: Facts) -> Turn:
    value = value_of(dialogue, asked.detail, event.text, facts)
    is_answer = asked.detail in READ and not isinstance(value, Reply)
    if said := other_time(dialogue, event, asked, facts, is_answer=is_answer):
        return _at_other_time(dialogue, said, facts)
    if isinstance(value, Reply):
        if asked.detail in READ and leaves_open(event.text, asked, facts):
            return _left_open(dialogue, asked, event.text, facts)
        return _missed(dialogue, asked, event.text, facts, (value,))
    asks = is_question(event.text) and asked.detail in (Detail.NAME, Detail.VENUE)
    if asked.detail not in READ and (asks or is_small_talk(event.text, facts)):
        return _missed(dialogue, asked, event.text, facts)
    return _take(dialogue, asked.detail, value, facts)


def _missed(dialogue: Dialogue, asked: Question, text: str, facts: Facts, why: tuple[Reply, ...] = ()) -> Turn:
    """A text that says nothing of what was asked. In the end a question is left open, or a person called."""
    misses = dialogue.misses + 1
    if misses <= PATIENT:
        dialogue = replace(dialogue, misses=misses)
        skip = () if asked.is_required else (say("intake_may_skip"),)
        is_asked = asked.detail in READ  # the reason is a question itself
        return Turn(dialogue, (*why, *skip)) if is_asked else _ask(dialogue, asked, facts, why)
    if not asked.is_required:
        return _keep(dialogue, asked.detail, "", facts, (say("brief_later"),))
    called = say("person_called_after_misses", business=facts.business.name)
    return _ask(replace(dialogue, misses=0), asked, facts, (called,)).doing(CallPerson(text))


def _left_open(dialogue: Dialogue, asked: Question, text: str, facts: Facts) -> Turn:
    if asked.is_required:
        return _missed(dialogue, asked, text, facts, (say("intake_needed"),))
    return _keep(dialogue, asked.detail, "", facts)


def _at_other_time(dialogue: Dialogue, said: Understood, facts: Facts) -> Turn:
    """The visit at another time, which is said, for no summary of it follows yet."""
    turn = booking.answer(replace(dialogue, misses=0), said, facts)
    known = what_is_known(turn.dialogue, facts)
    is_had = turn.dialogue.awaiting in _ASKED and known is not None
    turn = gate(turn, facts)
    return turn.led_by(known) if is_had and known is not None and turn.dialogue.awaiting is Awaiting.BRIEF else turn


def _take(dialogue: Dialogue, detail: Detail, value: str, facts: Facts) -> Turn:
    """What was told; an address that looks misspelt is asked about first."""
    meant = suggested(value) if detail is Detail.EMAIL else ""
    if not meant:
        return _keep(dialogue, detail, value, facts)
    options = (Option("YES", Subject.BRIEF, meant, meant), Option("NO", Subject.BRIEF, value, value))
    dialogue = replace(dialogue, brief_asked=detail).asking(Awaiting.BRIEF, options)
    return Turn(dialogue, (say("brief_email_meant", meant=meant, typed=value),))


def _answer_suggestion(dialogue: Dialogue, asked: Question, event: Said, facts: Facts) -> Turn | None:
    """YES to the address that was probably meant, NO to keep what was typed; None for another address."""
    said = understand(event.text, Context(now=facts.now, language=facts.language)).answer
    if said is None or read_email(event.text).email:
        return None
    wanted = dialogue.options[0] if said is Answer.YES else dialogue.options[1]
    return _keep(dialogue, asked.detail, wanted.value, facts)


def _keep(dialogue: Dialogue, detail: Detail, value: str, facts: Facts, lead: tuple[Reply, ...] = ()) -> Turn:
    """What was told is known; the next question, or the YES, is asked."""
    dialogue = replace(_without(dialogue, detail), misses=0)
    dialogue = replace(dialogue, brief=(*dialogue.brief, (detail, value)))
    return gate(booking.ask_next(dialogue.asking(Awaiting.NOTHING), facts, lead), facts)


def _without(dialogue: Dialogue, detail: Detail) -> Dialogue:
    return replace(dialogue, brief=tuple(told for told in dialogue.brief if told[0] != detail))
