"""What a coordinator's text does: each command of it, each id of each command, reported one by one."""

from dataclasses import replace

from conversations.commands.base import Call, Command, Outcome
from conversations.commands.parse import parse
from conversations.commands.registry import COMMANDS
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.events import Said
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Context, understand


def is_command(text: str, facts: Facts) -> bool:
    """Whether a text is for the coordinator's commands, whoever sent it."""
    return bool(parse(text) if facts.person.is_coordinator else _only_for_coordinators(text))


def answer(dialogue: Dialogue, event: Said, facts: Facts) -> Turn | None:
    """The turn that a command makes, or None where the text is none."""
    if not facts.person.is_coordinator:
        word = _only_for_coordinators(event.text)
        return Turn(dialogue, (say("not_a_coordinator", word=word),)) if word else None
    calls = parse(event.text) or _picked(dialogue, event.text) or _bare(dialogue, event, facts)
    if not calls:
        return None
    settled = dialogue.asking(Awaiting.NOTHING) if dialogue.awaiting is Awaiting.REQUEST else dialogue
    first, *more = calls
    then = (Said("\n".join(call.text for call in more), event.about),) if more else ()
    return replace(_run(settled, first, event, facts), then=then)


def _run(dialogue: Dialogue, call: Call, event: Said, facts: Facts) -> Turn:
    """One command: about no booking, or about each that it names or can only mean."""
    if call.command.tell is not None:
        return Turn(dialogue, (call.command.tell(call.rest, facts),))
    ids = call.ids or _meant(event, facts)
    if not ids:
        return _ask_which(dialogue, call, facts)
    outcomes = [_outcome(call.command, booking_id, call.rest, facts) for booking_id in ids]
    effects = tuple(effect for outcome in outcomes for effect in outcome.effects)
    return Turn(dialogue, tuple(outcome.reply for outcome in outcomes), effects)


def _outcome(command: Command, booking_id: int, rest: str, facts: Facts) -> Outcome:
    found = facts.booking(booking_id)
    if found is None or command.run is None:
        return Outcome(say("command_unknown_id", id=booking_id))
    return command.run(found, rest, facts)


def _meant(event: Said, facts: Facts) -> tuple[int, ...]:
    """The request a word without an id means: the quoted one, else the only one that waits."""
    if event.about is not None:
        return (event.about,)
    waiting = facts.requests()
    return (waiting[0].id,) if len(waiting) == 1 else ()


def _ask_which(dialogue: Dialogue, call: Call, facts: Facts) -> Turn:
    waiting = facts.requests()
    if call.command.word == "SHOW" and not waiting:
        return Turn(dialogue, (say("command_needs_id", example=call.command.example),))
    if not waiting:
        return Turn(dialogue, (say("command_none_pending"),))
    choices = []
    for found in waiting[:10]:
        label = say("request_option", client=found.client, service=found.service, when=found.start)
        whole = f"{call.command.word} {found.id} {call.rest}".strip()
        choices.append(Option(str(found.id), Subject.COMMAND, whole, render(label, facts.language)))
    if dialogue.awaiting is Awaiting.NOTHING:
        dialogue = dialogue.asking(Awaiting.REQUEST, tuple(choices))
    return Turn(dialogue, (say("command_which", tuple(choices)),))


def _picked(dialogue: Dialogue, text: str) -> list[Call]:
    """A bare number after "which one?"."""
    if dialogue.awaiting is not Awaiting.REQUEST:
        return []
    wanted = text.strip().lstrip("#").rstrip(".")
    return next((parse(option.value) for option in dialogue.options if option.key == wanted), [])


def _bare(dialogue: Dialogue, event: Said, facts: Facts) -> list[Call]:
    """A bare yes, 👍 or no, where the coordinator is not in the middle of a booking of their own."""
    if event.about is None and dialogue.awaiting not in (Awaiting.NOTHING, Awaiting.REQUEST):
        return []
    understood = understand(event.text, Context(now=facts.now, language=facts.language))
    if understood.answer is None or not replace(understood, answer=None, intent=None).fills_nothing:
        return []
    if event.about is None and not facts.requests():
        return []
    return [Call(COMMANDS["APPROVE" if understood.answer is Answer.YES else "DECLINE"])]


def _only_for_coordinators(text: str) -> str:
    """The command word of a text that no client would write by chance, else nothing."""
    calls = parse(text)
    if not calls:
        return ""
    call = calls[0]
    deciding = call.command.word in ("APPROVE", "DECLINE", "MODIFY")
    bare = text.strip().upper() in ("APPROVE", "DECLINE", "MODIFY", "PENDING", "COMMANDS")
    return call.command.word if bare or (deciding and call.ids) else ""
