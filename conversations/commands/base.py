"""What a coordinator's command is: written once, it drives the parser, COMMANDS, the docs and what runs."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from conversations.booking import BookingStatus, BookingView
from conversations.effects import Effect
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.series import SeriesItem, SeriesView


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command does, about one booking where it is about one, and what the coordinator reads about it."""

    reply: Reply | None
    """None where what follows from the effects says it."""
    effects: tuple[Effect, ...] = ()
    on_yes: str = ""
    """The command, whole, that a YES to this preview lets happen."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines under a head, as many as fit a text at a time. Without lines the head says so."""

    head: Reply
    lines: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`word` is what is typed, in capitals; the language files hold `usage_{word}`, `command_{word}` and the words that
    other languages have for it.

    One of `run` (about one booking, with the rest of the text), `act` (about none) and `show` (only tells) is given."""

    word: str
    example: str
    run: Callable[[BookingView, str, Facts], Outcome] | None = None
    run_series: Callable[[SeriesView, tuple[SeriesItem, ...], str, Facts], Outcome] | None = None
    """As `run`, about these occurrences of a series; without it only one at a time."""
    act: Callable[[str, Facts], Outcome] | None = None
    show: Callable[[str, Facts], Listing] | None = None
    on_yes: Callable[[str, Facts], Outcome] | None = None
    """What it does once its preview has had a YES."""
    single: bool = False
    """Takes one id at most, so that numbers behind it belong to the rest ("MODIFY 4 5 March")."""
    takes_words: bool = True
    """Whether anything may stand behind the ids."""
    answers_requests: bool = False
    """Without an id it means the request that waits; any other needs an id, or a quoted text, to be a command."""
    may_be_an_answer: bool = False
    """What clients say as well: while a coordinator books for themselves it is no command."""
    only_before: re.Pattern[str] | None = None
    """What must follow the word; without it the text is no command."""

    @property
    def usage(self) -> Reply:
        return say(f"usage_{self.word.lower()}")

    @property
    def what(self) -> Reply:
        return say(f"command_{self.word.lower()}")


@dataclass(frozen=True, slots=True)
class SeriesRef:
    """Occurrences of a series as they are named: "S3" all of them, "S3.1,3" these, "S3.4+" the fourth and all later."""

    id: int
    numbers: tuple[int, ...] = ()
    onwards: bool = False

    @property
    def text(self) -> str:
        which = f".{','.join(map(str, self.numbers))}" if self.numbers else ""
        return f"S{self.id}{which}{'+' if self.onwards else ''}"


@dataclass(frozen=True, slots=True)
class Call:
    """One command as it was written: its ids in order, each once, the series it names, and the rest of the words."""

    command: Command
    ids: tuple[int, ...] = ()
    rest: str = ""
    series: tuple[SeriesRef, ...] = ()
    is_sure: bool = False
    """Its preview has had a YES."""

    @property
    def text(self) -> str:
        """The call as it could have been typed."""
        named = (",".join(map(str, self.ids)), *(ref.text for ref in self.series))
        return " ".join(part for part in (self.command.word, *named, self.rest) if part)


_MARKED = (BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
"""What was decided of it before that is another matter."""


def handled(found: BookingView) -> Outcome:
    """A request that is no longer pending: who answered it, and when."""
    status = say(f"status_{found.status}")
    if found.decided_at is None or found.status in _MARKED:
        return Outcome(say("command_handled_unknown", id=found.id, status=status))
    when = found.decided_at.astimezone(found.start.tzinfo)
    if not found.decided_by:
        return Outcome(say("command_handled_by_nobody", id=found.id, status=status, when=when))
    return Outcome(say("command_handled", id=found.id, status=status, who=found.decided_by, when=when))
