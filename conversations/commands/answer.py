"""What a coordinator's text does: each command of it, each id of each command, reported one by one."""

import re
from dataclasses import replace
from functools import lru_cache
from typing import TypeGuard

from conversations.booking import BookingStatus
from conversations.commands.base import Call, Command, Listing, Outcome, SeriesRef
from conversations.commands.book import COMMAND as BOOK
from conversations.commands.near import near, wrong_number
from conversations.commands.parse import parse
from conversations.commands.registry import COMMANDS
from conversations.commands.requests import quoted_series, requests
from conversations.commands.series import of_series
from conversations.commands.tick import TICK, ticked_in
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import Commanded, Effect, EndCall, Mark, Undo
from conversations.events import Said
from conversations.facts import Facts
from conversations.languages import language
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.series import SeriesView
from conversations.turn import Turn
from conversations.understanding import Answer, Context, understand
from conversations.understanding.normalise import fold

_DECIDING = {Answer.YES: "APPROVE", Answer.NO: "DECLINE"}
_NUMBERED = re.compile(r"(?P<answer>[^\d#;\n]{1,40}?)[\s,:]*(?P<rest>#?\d[^;\n]*?)[.!]*")
"""A word or two, and a number behind them."""
PAGE = 12
"""Lines of a list that a text holds."""
FEW = 2
"""So many more are not worth a text of their own."""
_MEANT = "MEANT"
"""The key of a command that we have guessed."""
_NOT_BOOKING = (Awaiting.NOTHING, Awaiting.REQUEST, Awaiting.SURE)
"""What is asked of a coordinator as such."""


def is_command(text: str, facts: Facts) -> bool:
    """Whether a text is for the coordinator's commands, whoever sent it."""
    if not facts.person.is_coordinator:
        return bool(_only_for_coordinators(text))
    return bool(parse(text, facts.language) or ticked_in(text, facts))


def answer(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """The turn that a command makes, or None where the text is none."""
    if not facts.person.is_coordinator:
        word = _only_for_coordinators(event.text)
        return Turn(dialogue, (say("not_a_coordinator", word=word),)) if word else None
    written = _written(dialogue, event, facts) or _ticked(dialogue, event, facts)
    if dialogue.awaiting is Awaiting.SURE:
        calls = written or _sure(dialogue, event, facts)
        if not calls and _answered(event, facts) is Answer.NO:
            return Turn(dialogue.asking(Awaiting.NOTHING), (say("command_left"),))
    else:
        calls = written or _picked(dialogue, event.text, facts)
    calls = calls or _bare(dialogue, event, facts)
    if not calls:
        return _mended(dialogue, event, facts)
    first, *more = calls
    only_tells = first.command.show is not None
    asked = dialogue.awaiting is Awaiting.REQUEST or (dialogue.awaiting is Awaiting.SURE and not only_tells)
    then = (Said("\n".join(call.text for call in more), event.about),) if more else ()
    return replace(_run(dialogue.asking(Awaiting.NOTHING) if asked else dialogue, first, event, facts), then=then)


def _mended(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """What is asked where a text is nearly a command: never a booking of their own that nobody wished."""
    if dialogue.awaiting not in _NOT_BOOKING:
        return None
    if number := wrong_number(event.text, facts):
        return Turn(dialogue, (say("command_book_bad_number", number=number, example=BOOK.example),))
    meant = near(event.text, facts) if event.about is None else None
    if meant is None:
        return None
    option = Option(_MEANT, Subject.COMMAND, meant.text, meant.text)
    return Turn(dialogue.asking(Awaiting.SURE, (option,)), (say("command_did_you_mean", command=meant.text),))


def show(dialogue: Dialogue, command: Command, facts: Facts) -> Turn:
    """What a listing command tells, without having been asked."""
    return _page(dialogue, Call(command), 0, facts)


def _run(dialogue: Dialogue, call: Call, event: Said, facts: Facts) -> Turn:
    """One command: about no booking, or about each that it names or can only mean."""
    command = call.command
    if command.word == "MORE" and dialogue.listing:
        return _page(dialogue, parse(dialogue.listing)[0], dialogue.listed, facts)
    if command.show is not None:
        return _page(dialogue, call, 0, facts)
    if command.act is not None:
        act = command.on_yes if call.is_sure and command.on_yes is not None else command.act
        return _turn(dialogue, call.text, [act(call.rest, facts)])
    is_all = command.answers_requests and not (call.ids or call.series) and _says_all(call.rest, facts)
    call = replace(call, rest="") if is_all else call
    call = call if call.ids or call.series else _meant(call, event, facts)
    if not (call.ids or call.series):
        return _ask_which(dialogue, call, facts, is_all=is_all)
    outcomes = [_outcome(command, booking_id, call.rest, facts) for booking_id in call.ids]
    if event.media:
        outcomes = [_proven(outcome) for outcome in outcomes]
    outcomes += [of_series(command, ref, call.rest, facts) for ref in call.series]
    return _turn(dialogue, call.text, outcomes)


def _turn(dialogue: Dialogue, words: str, outcomes: list[Outcome]) -> Turn:
    """What changes anything is written down, so that it can be taken back; a taking back is not."""
    effects: tuple[Effect, ...] = tuple(effect for outcome in outcomes for effect in outcome.effects)
    if effects and not any(isinstance(effect, Undo) for effect in effects):
        effects = (Commanded(words, effects),)
    on_yes = next((outcome.on_yes for outcome in outcomes if outcome.on_yes), "")
    if on_yes:
        dialogue = dialogue.asking(Awaiting.SURE, (Option("YES", Subject.COMMAND, on_yes, on_yes),))
    which = next((outcome.reply.options for outcome in outcomes if outcome.reply and outcome.reply.options), ())
    if which and dialogue.awaiting is Awaiting.NOTHING:
        dialogue = dialogue.asking(Awaiting.REQUEST, which)
    return Turn(dialogue, tuple(outcome.reply for outcome in outcomes if outcome.reply is not None), effects)


def _page(dialogue: Dialogue, call: Call, first: int, facts: Facts) -> Turn:
    """The lines of a list that fit one text, from place `first`; MORE goes on behind them."""
    assert call.command.show is not None
    listing: Listing = call.command.show(call.rest, facts)
    if not listing.lines:
        return Turn(dialogue, (listing.head,))
    end = first + PAGE
    if len(listing.lines) - end <= FEW:
        end = len(listing.lines)
    left = len(listing.lines) - end
    lines = listing.lines[first:end]
    if not lines:
        return Turn(replace(dialogue, listing="", listed=0), (say("command_no_more"),))
    head: Reply | str = listing.head if first == 0 else ""
    more: Reply | str = say("more", count=left) if left > 0 else ""
    dialogue = replace(dialogue, listing=call.text if left > 0 else "", listed=end if left > 0 else 0)
    return Turn(dialogue, (say("listing", head=head, lines=lines, more=more),))


def _outcome(command: Command, booking_id: int, rest: str, facts: Facts) -> Outcome:
    found = facts.booking(booking_id)
    if found is None or command.run is None:
        return Outcome(say("command_unknown_id", id=booking_id))
    return command.run(found, rest, facts)


def _proven(outcome: Outcome) -> Outcome:
    """What came with a text is the proof of the session that it says is over."""
    effects = tuple(
        replace(effect, is_proven=True) if isinstance(effect, EndCall) or _completes(effect) else effect
        for effect in outcome.effects
    )
    return replace(outcome, effects=effects)


def _completes(effect: Effect) -> TypeGuard[Mark]:
    return isinstance(effect, Mark) and effect.status is BookingStatus.COMPLETED


def _meant(call: Call, event: Said, facts: Facts) -> Call:
    """The call with what a word without an id means: the quoted, else, for an answer, the only request that waits."""
    answers = call.command.answers_requests
    if event.about is not None:
        series = quoted_series(event.about, facts) if answers else None
        return replace(call, series=(SeriesRef(series),)) if series is not None else replace(call, ids=(event.about,))
    waiting = requests(facts) if answers else []
    if len(waiting) != 1:
        return call
    (only,) = waiting
    is_series = isinstance(only, SeriesView)
    return replace(call, series=(SeriesRef(only.id),)) if is_series else replace(call, ids=(only.id,))


def _says_all(words: str, facts: Facts) -> bool:
    said = fold(words).strip(" .!")
    listed = (language(code)["words"].get("all_requests", ()) for code in ("en", facts.language))
    return any(said == fold(phrase) for phrases in listed for phrase in phrases)


def _ask_which(dialogue: Dialogue, call: Call, facts: Facts, *, is_all: bool = False) -> Turn:
    if not call.command.answers_requests:
        return Turn(dialogue, (say("command_needs_id", example=call.command.example),))
    waiting = requests(facts)
    if not waiting and call.command.word == "SHOW":
        return Turn(dialogue, (say("command_needs_id", example=call.command.example),))
    if not waiting:
        return Turn(dialogue, (say("command_none_pending"),))
    choices = []
    for each in waiting[:PAGE]:
        found, key = (each.pending[0], f"S{each.id}") if isinstance(each, SeriesView) else (each, str(each.id))
        label = say("request_option", client=found.client, service=found.service, when=found.start)
        whole = f"{call.command.word} {key} {call.rest}".strip()
        choices.append(Option(key, Subject.COMMAND, whole, render(label, facts.language)))
    if dialogue.awaiting is Awaiting.NOTHING:
        dialogue = dialogue.asking(Awaiting.REQUEST, tuple(choices))
    if is_all and len(choices) > 1:
        example = " ".join((call.command.word, *(option.key for option in choices)))
        return Turn(dialogue, (say("command_several", tuple(choices), example=example),))
    return Turn(dialogue, (say("command_which", tuple(choices)),))


def _written(dialogue: Dialogue, event: Said, facts: Facts) -> list[Call]:
    """The commands of the text. While a coordinator books for themselves, "tomorrow" is an answer, not a list."""
    calls = parse(event.text, facts.language, is_quoting=event.about is not None)
    if calls and calls[0].command.may_be_an_answer and dialogue.awaiting not in _NOT_BOOKING:
        return []
    return calls


def _ticked(dialogue: Dialogue, event: Said, facts: Facts) -> list[Call]:
    """What plain words say is done ("venue done"), where the coordinator is not booking for themselves."""
    if dialogue.awaiting not in _NOT_BOOKING:
        return []
    return [Call(TICK, (), words) for words in ticked_in(event.text, facts)]


def _picked(dialogue: Dialogue, text: str, facts: Facts) -> list[Call]:
    """A bare number after "which one?"."""
    if dialogue.awaiting is not Awaiting.REQUEST:
        return []
    wanted = text.strip().lstrip("#").rstrip(".").upper()
    return next((parse(option.value, facts.language) for option in dialogue.options if option.key == wanted), [])


def _sure(dialogue: Dialogue, event: Said, facts: Facts) -> list[Call]:
    """The YES to a preview, or to what was meant: that has its own preview, where there is one."""
    if event.about is not None or _answered(event, facts) is not Answer.YES:
        return []
    return [replace(call, is_sure=option.key != _MEANT) for option in dialogue.options for call in parse(option.value)]


def _bare(dialogue: Dialogue, event: Said, facts: Facts) -> list[Call]:
    """A bare yes, 👍 or no, where the coordinator is not in the middle of a booking of their own."""
    if event.about is None and (dialogue.awaiting not in _NOT_BOOKING or not facts.requests()):
        return []
    if event.about is None and dialogue.offer_id is not None:
        return []
    if numbered := _numbered(event, facts):
        return numbered
    said = _answered(event, facts)
    return [] if said is None else [Call(COMMANDS[_DECIDING[said]])]


def _numbered(event: Said, facts: Facts) -> list[Call]:
    """ "Yes 8", as the command that it is short for. With words behind the numbers only where requests with these
    numbers wait, and the first is no part of these words ("yes 3 people is fine")."""
    named = _NUMBERED.fullmatch(event.text.strip()) if event.about is None else None
    said = _answered(replace(event, text=named["answer"]), facts) if named is not None else None
    if named is None or said is None:
        return []
    calls = parse(f"{_DECIDING[said]} {named['rest']}")
    return [call for call in calls if call.ids and (not call.rest or _are_ids(call.ids, named["rest"], facts))]


def _are_ids(ids: tuple[int, ...], words: str, facts: Facts) -> bool:
    understood = understand(words, Context(now=facts.now, language=facts.language))
    counted = " ".join((understood.words.get("seats", ""), understood.date.words, understood.time.words)).split()
    return str(ids[0]) not in counted and {found.id for found in facts.requests()}.issuperset(ids)


def _answered(event: Said, facts: Facts) -> Answer | None:
    """A yes or a no that is the whole text."""
    understood = understand(event.text, Context(now=facts.now, language=facts.language))
    return understood.answer if replace(understood, answer=None, intent=None).fills_nothing else None


@lru_cache(maxsize=64)
def _only_for_coordinators(text: str) -> str:
    """The command word of a text that no client would write by chance, else nothing. Asked twice of one text."""
    calls = parse(text)
    if not calls:
        return ""
    call = calls[0]
    bare = text.strip().upper() in ("APPROVE", "DECLINE", "MODIFY", "PENDING", "COMMANDS")
    deciding = call.command.word in ("APPROVE", "DECLINE", "MODIFY", "NOSHOW", "UNBLOCK")
    return call.command.word if bare or (deciding and (call.ids or call.command.word == "UNBLOCK")) else ""
