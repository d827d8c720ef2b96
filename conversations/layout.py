"""How a turn's replies are laid out for what a channel can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from conversations.characters import beginning, units
from conversations.dialogue import Option, Subject
from conversations.languages.render import render
from conversations.messages import Choice
from conversations.replies import Reply
from conversations.rules.segments import cheapest
from conversations.values import made_often


@made_often
@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can carry. `longest` is in UTF-16 units of one message; `buttons` and `rows` say how many options
    it shows under one: with neither, options are plain numbered text."""

    longest: int = 1600
    buttons: int = 0
    longest_with_buttons: int = 1024
    button_label: int = 20
    rows: int = 0
    row_label: int = 72
    carrier_answers_stop: bool = False
    """The carrier itself answers STOP, START and HELP (SMS): we record and stay silent."""
    bare_cancel_opts_out: bool = False
    """On SMS a bare CANCEL is an opt-out by law and by carrier."""
    templates_outside_window: bool = False
    costs_by_segment: bool = False
    """Each segment costs (SMS): typography that is dear and looks like plain signs is written with those."""


class Shape(StrEnum):
    """How options stand under a text."""

    NUMBERED = "numbered"
    BUTTONS = "buttons"
    LIST = "list"


@made_often
@dataclass(frozen=True, slots=True)
class Laid:
    """One text to send, and the choices that the channel itself shows under it."""

    text: str
    choices: tuple[Choice, ...] = ()

    @property
    def plain(self) -> str:
        """The same as text alone."""
        return numbered(self.text, self.choices) if self.choices else self.text


def lay_out(replies: Sequence[Reply], language: str, channel: Capabilities) -> list[Laid]:
    """The texts to send, in order: one where it fits, since each costs. Options stand under their reply, those asked
    about last as buttons or a list where the channel shows them all."""
    if not replies:
        return []
    if channel.buttons > 0 or channel.rows > 0:
        asking = next((at for at in reversed(range(len(replies))) if replies[at].options), -1)
        options = replies[asking].options
        if options and not any(option.subject is Subject.COMMAND for option in options):
            # a command is typed with its id
            parts, choices = _parts(_text(replies, language, without=asking), channel), _choices(options)
            if shape(parts[-1], choices, channel) is not Shape.NUMBERED:
                return [*map(Laid, parts[:-1]), Laid(parts[-1], choices)]
    return [Laid(part) for part in _parts(_text(replies, language), channel)]


def shape(text: str, choices: Sequence[Choice], channel: Capabilities) -> Shape:
    """Buttons where every option fits in one, else a list where every one fits in a row of it."""
    labels = [label for _, label in choices]
    longest = max(map(units, labels), default=0)
    fit = 0 < len(labels) <= channel.buttons and longest <= channel.button_label
    if fit and len(set(labels)) == len(labels) and units(text) <= channel.longest_with_buttons:
        return Shape.BUTTONS
    return Shape.LIST if 0 < len(labels) <= channel.rows and longest <= channel.row_label else Shape.NUMBERED


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """A text with its options as lines under it."""
    return "\n".join([text, *[f"{key}. {label}" for key, label in choices]]) if choices else text


def split(text: str, longest: int) -> list[str]:
    """Cut a text into parts of at most `longest` units, at a line's end where there is one, else at a word's, else
    between two characters."""
    parts = []
    while 2 * len(text) > longest and units(text) > longest:
        fits = beginning(text, longest)
        head = text[: fits + 1]
        cut = head.rfind("\n")
        if cut <= 0:
            cut = head.rfind(" ")
        if cut <= 0:
            cut = fits
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*parts, text]


def _parts(text: str, channel: Capabilities) -> list[str]:
    """The texts that fit the channel. A cheaper spelling may be a longer one, so what it was made for is cut again."""
    parts = split(text, channel.longest)
    if not channel.costs_by_segment:
        return parts
    cheap = [cheapest(part) for part in parts]
    if cheap == parts:  # as mostly
        return parts
    return [shorter for part in cheap for shorter in split(part, channel.longest)]


def _text(replies: Sequence[Reply], language: str, without: int | None = None) -> str:
    """The replies under each other, each with its options as lines but the one at place `without`."""
    parts = []
    for at, reply in enumerate(replies):
        text = render(reply, language)
        parts.append(numbered(text, _choices(reply.options)) if reply.options and at != without else text)
    return "\n".join(parts)


def _choices(options: Sequence[Option]) -> tuple[Choice, ...]:
    return tuple([(option.key, option.label) for option in options])
