"""How a turn's replies are laid out for what a channel can show."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.languages.render import render
from conversations.replies import Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry. `longest` is in characters of one message; `buttons` 0 means plain numbered text."""

    longest: int = 1600
    buttons: int = 0
    rows: int = 0
    carrier_answers_stop: bool = False
    """The carrier itself answers STOP, START and HELP (SMS): we record and stay silent."""
    bare_cancel_opts_out: bool = False
    """On SMS a bare CANCEL is an opt-out by law and by carrier."""
    templates_outside_window: bool = False


def lay_out(replies: Sequence[Reply], language: str, channel: Capabilities) -> list[str]:
    """The texts to send, in order: one where it fits, since each costs. Options stand under their reply."""
    lines = []
    for reply in replies:
        lines.append(render(reply, language))
        lines += [f"{option.key}. {option.label}" for option in reply.options]
    return split("\n".join(lines), channel.longest) if lines else []


def split(text: str, longest: int) -> list[str]:
    """Cut a text into parts of at most `longest` characters, at a line's end where there is one, else at a word's."""
    parts = []
    while len(text) > longest:
        head = text[: longest + 1]
        cut = head.rfind("\n")
        if cut <= 0:
            cut = head.rfind(" ")
        if cut <= 0:
            cut = longest
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text]
