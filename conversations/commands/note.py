"""NOTE: what the business wants to remember of a booking."""

from conversations.booking import BookingView
from conversations.commands.base import Command, Outcome
from conversations.effects import WriteNote
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, rest: str, _facts: Facts) -> Outcome:
    if not rest:
        return Outcome(say("command_needs_words", example=COMMAND.example))
    reply = say("command_noted", id=found.id, client=found.client)
    return Outcome(reply, (WriteNote(found.id, found.version, rest),))


COMMAND = Command("NOTE", "NOTE 12 brings her own towel", run, single=True)
