"""CLEAR: a day is given up. First what will happen to each booking, then, on YES, it happens."""

from dataclasses import replace
from datetime import datetime

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome
from conversations.commands.block import standing_in
from conversations.commands.changing import call_them, with_line
from conversations.commands.others import left_to_others
from conversations.commands.spans import Span, read_span
from conversations.effects import ClearTime
from conversations.facts import Facts
from conversations.replies import Reply, say

MOST_NAMED = 30
"""Bookings that a preview names: whoever says YES should have seen each."""


def preview(rest: str, facts: Facts) -> Outcome:
    wanted = _wanted(rest, facts)
    if isinstance(wanted, Reply):
        return Outcome(wanted)
    standing = _standing(wanted, facts)
    if not standing and _is_blocked(wanted, facts):
        reply = say("command_clear_already", span=wanted.said, staff=wanted.names)
        return with_line(Outcome(reply), _left(wanted, standing, facts))
    reply = say(
        "command_clear_preview", span=wanted.said, staff=wanted.names, reason=wanted.words,
        will=say("clear_bookings", count=len(standing)) if standing else say("clear_nothing"),
        lines=tuple(_line(found) for found in standing[:MOST_NAMED]),
        more=say("lines_more", count=len(standing) - MOST_NAMED) if len(standing) > MOST_NAMED else "",
        others=_left(wanted, standing, facts),
    )  # fmt: skip
    return Outcome(reply, on_yes=_written_out(wanted))


def clear(rest: str, facts: Facts) -> Outcome:
    """What is there by now is cleared, be it otherwise than the preview said."""
    wanted = _wanted(rest, facts)
    if isinstance(wanted, Reply):
        return Outcome(wanted)
    standing = _standing(wanted, facts)
    reply = say(
        "command_cleared", span=wanted.said, staff=wanted.names,
        did=say("cleared_bookings", count=len(standing)) if standing else "",
        lines=tuple(
            call_them(found.client, found.phone) for found in standing if found.opted_out
        ),
        others=_left(wanted, standing, facts),
    )  # fmt: skip
    numbers = tuple((found.id, found.version) for found in standing)
    effect = ClearTime(wanted.staff_ids, wanted.start, wanted.end, numbers, wanted.words)
    return Outcome(reply, (effect,))


def _wanted(rest: str, facts: Facts) -> Span | Reply:
    """The whole day, or what is left of today."""
    wanted = read_span(rest, facts, whole_day=True)
    if isinstance(wanted, Span) and wanted.start < facts.now:
        return replace(wanted, start=_to_the_minute(facts.now))
    return wanted


def _to_the_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _standing(wanted: Span, facts: Facts) -> list[BookingView]:
    """What has begun already is left to be."""
    return [found for found in standing_in(wanted, facts) if found.start > facts.now]


def _left(wanted: Span, standing: list[BookingView], facts: Facts) -> Reply | str:
    return left_to_others(wanted, standing, facts, of_all=not wanted.is_named)


def _is_blocked(wanted: Span, facts: Facts) -> bool:
    blocks = facts.blocks_between(wanted.start, wanted.end)
    return all(
        any(one.staff_id == each and one.start <= wanted.start and wanted.end <= one.end for one in blocks)
        for each in wanted.staff_ids
    )


def _line(found: BookingView) -> Reply:
    key = "clear_line_pending" if found.status is BookingStatus.PENDING else "clear_line"
    return say(key, id=found.id, when=found.start, client=found.client, service=found.service)


def _written_out(wanted: Span) -> str:
    """The command that a YES stands for, with the day in full, so that it means the same tomorrow."""
    who = wanted.names if wanted.is_named else ""
    return " ".join(part for part in (COMMAND.word, wanted.start.date().isoformat(), who, wanted.words) if part)


COMMAND = Command("CLEAR", "CLEAR tomorrow ill", act=preview, on_yes=clear)
