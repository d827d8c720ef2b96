"""What the commands that change one booking share: whether it can be changed, and who has to be called."""

from dataclasses import replace

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Outcome, handled
from conversations.effects import Effect
from conversations.facts import Facts
from conversations.replies import Reply, say

STANDS = (BookingStatus.PENDING, BookingStatus.APPROVED, BookingStatus.CONFIRMED)


def stands_no_longer(found: BookingView, facts: Facts) -> Outcome | None:
    """Why a booking cannot be called off or moved any more; None where it can."""
    if found.status not in STANDS:
        return handled(found)
    if found.end <= facts.now:
        return Outcome(say("command_visit_over", id=found.id, when=found.start))
    return None


def told(found: BookingView, reply: Reply, *effects: Effect) -> Outcome:
    """Done, and the client has been told; or, where they take no texts, must be called."""
    return Outcome(as_told(found, reply), effects)


def as_told(found: BookingView, reply: Reply) -> Reply:
    """The same, and that the client has been told; or, where they take no texts, must be called."""
    if found.opted_out:
        return on_lines(reply, call_them(found.client, found.phone))
    return say("told", what=reply, told=say("client_told"))


def warned(found: BookingView, reply: Reply, *effects: Effect) -> Outcome:
    """Done; where the client takes no texts, with a line that says so."""
    return Outcome(on_lines(reply, call_them(found.client, found.phone) if found.opted_out else ""), effects)


def call_them(client: str, phone: str) -> Reply:
    return say("command_opted_out", client=client, phone=phone)


def with_line(outcome: Outcome, line: Reply | str) -> Outcome:
    """The same with a line below it, where there is one."""
    return outcome if outcome.reply is None else replace(outcome, reply=on_lines(outcome.reply, line))


def on_lines(reply: Reply, line: Reply | str) -> Reply:
    return reply if isinstance(line, str) else say("lines", lines=(reply, line))
