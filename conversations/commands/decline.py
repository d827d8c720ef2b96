"""DECLINE: a pending request is refused; the client reads the reason and three other times."""

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.effects import Decline
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, rest: str, _facts: Facts) -> Outcome:
    if found.status is not BookingStatus.PENDING:
        return handled(found)
    return Outcome(say("command_declined", id=found.id), (Decline(found.id, found.version, rest),))


COMMAND = Command("DECLINE", "DECLINE 12 fully booked that day", run)
