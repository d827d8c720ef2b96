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
    if found.opted_out:
        return warned(found, reply, *effects)
    return Outcome(say("told", what=reply, told=say("client_told")), effects)


def warned(found: BookingView, reply: Reply, *effects: Effect) -> Outcome:
    """Done; where the client takes no texts, with a line that says so."""
    return with_line(Outcome(reply, effects), call_them(found.client, found.phone) if found.opted_out else "")


def call_them(client: str, phone: str) -> Reply:
    return say("command_opted_out", client=client, phone=phone)


def with_line(outcome: Outcome, line: Reply | str) -> Outcome:
    """The same with a line below it, where there is one."""
    if isinstance(line, str):
        return outcome
    return replace(outcome, reply=say("lines", lines=(outcome.reply, line)))
