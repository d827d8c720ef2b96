"""APPROVE: a pending request becomes a confirmed booking at the asked time."""

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.effects import Approve
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    if found.status is not BookingStatus.PENDING:
        return handled(found)
    if found.start <= facts.now:
        return Outcome(say("command_time_past", id=found.id, when=found.start))
    return Outcome(say("command_approved", id=found.id), (Approve(found.id, found.version, rest),))


COMMAND = Command("APPROVE", "APPROVE 12", run)
