"""BLOCK and UNBLOCK: time taken out of the calendar, and given back."""

from conversations.booking import BookingView
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import STANDS
from conversations.commands.others import left_to_others
from conversations.commands.spans import Span, read_span, span
from conversations.desk import BlockView
from conversations.effects import BlockTime, UnblockTime
from conversations.facts import Facts
from conversations.replies import Reply, say

MOST_NAMED = 8
"""Bookings that are named in one answer; of more, how many there are."""


def block(rest: str, facts: Facts) -> Outcome:
    wanted = read_span(rest, facts)
    if isinstance(wanted, Reply):
        return Outcome(wanted)
    standing = standing_in(wanted, facts)
    reply = say(
        "command_blocked", span=wanted.said, staff=wanted.names, reason=wanted.words,
        standing=say("blocked_standing", count=len(standing)) if standing else "",
        lines=tuple(booking_line(found) for found in standing[:MOST_NAMED]),
        more=say("lines_more", count=len(standing) - MOST_NAMED) if len(standing) > MOST_NAMED else "",
        others=left_to_others(wanted, standing, facts),
    )  # fmt: skip
    numbers = tuple(found.id for found in standing)
    return Outcome(reply, (BlockTime(wanted.staff_ids, wanted.start, wanted.end, wanted.words, numbers),))


def unblock(rest: str, facts: Facts) -> Outcome:
    wanted = read_span(rest, facts)
    if isinstance(wanted, Reply):
        return Outcome(wanted)
    blocks = [found for found in facts.blocks_between(wanted.start, wanted.end) if found.staff_id in wanted.staff_ids]
    if not blocks:
        return Outcome(say("command_not_blocked", span=wanted.said, staff=wanted.names))
    whose = {found.staff_id for found in blocks}
    names = ", ".join(member.name for member in wanted.staff if member.id in whose)
    reply = say("command_unblocked", span=wanted.said, staff=names)
    return Outcome(reply, (UnblockTime(tuple(sorted(whose)), wanted.start, wanted.end),))


def standing_in(wanted: Span, facts: Facts) -> list[BookingView]:
    """The bookings that stand in a stretch of these people's time."""
    found = facts.bookings_between(wanted.start, wanted.end)
    return [each for each in found if each.staff_id in wanted.staff_ids and each.status in STANDS]


def booking_line(found: BookingView) -> Reply:
    return say("booking_line", id=found.id, when=found.start, client=found.client, service=found.service)


def block_line(found: BlockView, staff: str) -> Reply:
    said = span(found.start, found.end)
    if not found.reason:
        return say("block_line", span=said, staff=staff)
    return say("block_line_why", span=said, staff=staff, reason=found.reason)


BLOCK = Command("BLOCK", "BLOCK Friday 14:00-16:00 dentist", act=block)
UNBLOCK = Command("UNBLOCK", "UNBLOCK Friday 14:00-16:00", act=unblock)
