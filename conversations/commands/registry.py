"""Every command, in the order COMMANDS lists them."""

from conversations.commands import (
    approve,
    block,
    book,
    budget,
    call,
    cancel,
    clear,
    closing,
    day,
    decline,
    details,
    due,
    engagements,
    free,
    link,
    log,
    milestones,
    modify,
    more,
    move,
    note,
    offer,
    opening,
    pack,
    paid,
    pending,
    show,
    tick,
    undo,
    visit,
    waitlist,
    why,
)
from conversations.commands.base import Command, Listing
from conversations.facts import Facts
from conversations.replies import say


def show_commands(rest: str, facts: Facts) -> Listing:
    """COMMANDS: the list in short, or one command with its example."""
    command = COMMANDS.get(rest.strip().upper())
    if command is not None:
        return Listing(say("command_explained", usage=command.usage, what=command.what, example=command.example))
    engages = any(service.engagement for service in facts.services()) or bool(facts.engagements())
    listed = (command for command in _ALL if engages or command not in _OF_ENGAGEMENTS)
    lines = tuple(say("command_line", usage=c.usage, what=c.what) for c in listed)
    return Listing(say("commands"), lines)


_OF_ENGAGEMENTS = (
    engagements.COMMAND,
    milestones.COMMAND,
    tick.TICK,
    tick.UNTICK,
    due.DUE,
    due.ADDSTEP,
    details.COMMAND,
    budget.BUDGET,
    budget.SPENT,
    log.COMMAND,
    closing.CLOSE,
    closing.REOPEN,
    opening.OPEN,
    opening.RETRY,
)
"""Listed where there is any, or a service that opens one."""
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
    *_OF_ENGAGEMENTS,
    undo.COMMAND,
    more.COMMAND,
    Command("COMMANDS", "COMMANDS MODIFY", show=show_commands),
)
COMMANDS: dict[str, Command] = {command.word: command for command in _ALL}
