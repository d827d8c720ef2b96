"""Every command, in the order COMMANDS lists them."""

from conversations.commands import (
    approve,
    block,
    book,
    call,
    cancel,
    clear,
    day,
    decline,
    free,
    link,
    modify,
    more,
    move,
    note,
    offer,
    pack,
    paid,
    pending,
    show,
    undo,
    visit,
    waitlist,
    why,
)
from conversations.commands.base import Command, Listing
from conversations.facts import Facts
from conversations.replies import say


def show_commands(rest: str, _facts: Facts) -> Listing:
    """COMMANDS: the list in short, or one command with its example."""
    command = COMMANDS.get(rest.strip().upper())
    if command is not None:
        return Listing(say("command_explained", usage=command.usage, what=command.what, example=command.example))
    lines = tuple(say("command_line", usage=c.usage, what=c.what) for c in COMMANDS.values())
    return Listing(say("commands"), lines)


_ALL = (
    approve.COMMAND,
    decline.COMMAND,
    modify.COMMAND,
    pending.COMMAND,
    day.TODAY,
    day.TOMORROW,
    day.WEEK,
    free.COMMAND,
    show.COMMAND,
    call.COMMAND,
    visit.ARRIVED,
    visit.START,
    visit.END,
    visit.DONE,
    visit.NOSHOW,
    paid.PAID,
    paid.REFUND,
    pack.COMMAND,
    note.COMMAND,
    link.COMMAND,
    move.COMMAND,
    cancel.COMMAND,
    book.COMMAND,
    block.BLOCK,
    block.UNBLOCK,
    clear.COMMAND,
    why.COMMAND,
    waitlist.COMMAND,
    offer.COMMAND,
    undo.COMMAND,
    more.COMMAND,
    Command("COMMANDS", "COMMANDS MODIFY", show=show_commands),
)
COMMANDS: dict[str, Command] = {command.word: command for command in _ALL}
