"""LINK: one booking is held over video, by a link of its own."""

import re
from dataclasses import replace

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import as_told, stands_no_longer
from conversations.effects import SetLink
from conversations.facts import Facts
from conversations.replies import say

_LINK = re.compile(r"https?://[^\s/?#]+\.[^\s]+", re.IGNORECASE)
LONGEST_LINK, LONGEST_PASSCODE = 500, 80


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    """The client of a confirmed booking reads it at once, of any other with the confirmation."""
    link, _, passcode = rest.partition(" ")
    if not _LINK.fullmatch(link) or len(link) > LONGEST_LINK or len(passcode) > LONGEST_PASSCODE:
        return Outcome(say("command_link_what", example=COMMAND.example))
    is_held = found.status in (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS)
    if not is_held and (refusal := stands_no_longer(found, facts)):
        return refusal
    reply = say("command_link_set", id=found.id, client=found.client, when=found.start)
    if is_held:
        reply = as_told(found if found.conversation_id else replace(found, opted_out=True), reply)
    return Outcome(reply, (SetLink(found.id, found.version, link, passcode.strip()),))


COMMAND = Command("LINK", "LINK 12 https://meet.example.com/sara", run, single=True)
