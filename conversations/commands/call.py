"""CALL: the client's number, ready to be tapped, and what the call is about."""

from conversations.booking import BookingView
from conversations.commands.base import Command, Outcome
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, _rest: str, _facts: Facts) -> Outcome:
    if not found.phone:
        return Outcome(say("command_no_number", id=found.id, client=found.client))
    name = found.client if found.client_named else ""
    reply = say(
        "command_number", id=found.id, name=name, phone=found.phone, service=found.service, staff=found.staff,
        when=found.start, status=say(f"status_{found.status}"),
    )  # fmt: skip
    return Outcome(reply)


COMMAND = Command("CALL", "CALL 12", run, takes_words=False)
