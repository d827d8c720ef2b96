"""CANCEL: a booking is called off; the client reads the reason."""

from conversations.booking import BookingView
from conversations.commands import series
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import stands_no_longer, told
from conversations.effects import Cancel
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    refusal = stands_no_longer(found, facts)
    if refusal is not None:
        return refusal
    reply = say("command_cancelled", id=found.id, client=found.client, service=found.service, when=found.start)
    return told(found, reply, Cancel(found.id, found.version, rest))


COMMAND = Command("CANCEL", "CANCEL 12 water damage", run, series.cancel)
