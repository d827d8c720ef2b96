"""What a coordinator's command is: written once, it drives the parser, COMMANDS, the docs and what runs."""

from collections.abc import Callable
from dataclasses import dataclass

from conversations.booking import BookingView
from conversations.effects import Effect
from conversations.facts import Facts
from conversations.replies import Reply, say


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command does about one booking, and what the coordinator reads about it."""

    reply: Reply
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`word` is what is typed, in capitals; the language files hold `usage_{word}` and `command_{word}`.

    One of `run` (about one booking, with the rest of the text) and `tell` (about none) is given."""

    word: str
    example: str
    run: Callable[[BookingView, str, Facts], Outcome] | None = None
    tell: Callable[[str, Facts], Reply] | None = None
    single: bool = False
    """Takes one id at most, so that numbers behind it belong to the rest ("MODIFY 4 5 March")."""
    takes_words: bool = True
    """Whether anything may stand behind the ids."""

    @property
    def usage(self) -> Reply:
        return say(f"usage_{self.word.lower()}")

    @property
    def what(self) -> Reply:
        return say(f"command_{self.word.lower()}")


@dataclass(frozen=True, slots=True)
class Call:
    """One command as it was written: its ids in order, each once, and the rest of the words."""

    command: Command
    ids: tuple[int, ...] = ()
    rest: str = ""

    @property
    def text(self) -> str:
        """The call as it could have been typed."""
        return " ".join(part for part in (self.command.word, ",".join(map(str, self.ids)), self.rest) if part)


def handled(found: BookingView) -> Outcome:
    """A request that is no longer pending: who answered it, and when."""
    status = say(f"status_{found.status}")
    if found.decided_at is None:
        return Outcome(say("command_handled_unknown", id=found.id, status=status))
    when = found.decided_at.astimezone(found.start.tzinfo)
    if not found.decided_by:
        return Outcome(say("command_handled_by_nobody", id=found.id, status=status, when=when))
    return Outcome(say("command_handled", id=found.id, status=status, who=found.decided_by, when=when))
