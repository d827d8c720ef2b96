"""Every command, in the order COMMANDS lists them."""

from conversations.commands import approve, decline, modify, pending, show
from conversations.commands.base import Command
from conversations.facts import Facts
from conversations.replies import Reply, say


def tell_commands(rest: str, _facts: Facts) -> Reply:
    """COMMANDS: the list in short, or one command with its example."""
    command = COMMANDS.get(rest.strip().upper())
    if command is not None:
        return say("command_more", usage=command.usage, what=command.what, example=command.example)
    lines = tuple(say("command_line", usage=c.usage, what=c.what) for c in COMMANDS.values())
    return say("commands", lines=lines)


_ALL = (
    approve.COMMAND,
    decline.COMMAND,
    modify.COMMAND,
    pending.COMMAND,
    show.COMMAND,
    Command("COMMANDS", "COMMANDS MODIFY", tell=tell_commands),
)
COMMANDS: dict[str, Command] = {command.word: command for command in _ALL}
ALIASES = {"HELP": "COMMANDS"}
