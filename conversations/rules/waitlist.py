"""Who of a waiting line is asked, and by when they must answer; and why somebody is not asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from conversations.rules.deadlines import LAST_MOMENT, PRESSING, waking
from conversations.rules.quiet_hours import QuietHours

LAST_HOUR = timedelta(hours=1)
"""In which all who wait are asked at once, nothing is held, and the first YES wins."""
FAR = timedelta(hours=72)
FAR_WINDOW = timedelta(hours=12)
WINDOWS = (
    (timedelta(hours=24), timedelta(hours=2)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (LAST_HOUR, timedelta(minutes=15)),
)
"""Nearer than that: the time there is to answer, by how long it is until the start at least."""
MOST_MISSES = 2
"""So many offers without an answer end a place in line."""


class Why(StrEnum):
    """Why somebody in a line is asked, or is not."""

    ASKED = "asked"
    """They have been, and may still answer."""
    NEXT = "next"
    """They are, as soon as the line is looked at."""
    NO_ROOM = "no_room"
    PARTY = "party"
    """They are more than there are seats."""
    BEHIND = "behind"
    """Somebody before them waits for more seats than there are, and is not passed over."""
    OTHERS_FIRST = "others_first"
    """What is free goes to those before them."""
    PASSED = "passed"
    """They have let pass what is free."""
    UNREACHABLE = "unreachable"
    """No text reaches them."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody in a line. `passed`: how many of the seats that are not booked they have let pass."""

    id: int
    seats: int
    priority: int
    joined: datetime
    passed: int = 0
    is_asked: bool = False
    is_reachable: bool = True


def in_order(line: Iterable[Waiter]) -> list[Waiter]:
    """The higher priority first, then who joined first."""
    return sorted(line, key=lambda each: (-each.priority, each.joined, each.id))


def whom_to_offer(
    line: Iterable[Waiter], free: int, unbooked: int, *, skips_parties: bool = True, all_at_once: bool = False
) -> list[Waiter]:
    """Those who are asked now, in order. `free` seats can be had; `unbooked` are those and what is held or offered."""
    found = why_nobody(line, free, unbooked, skips_parties=skips_parties, all_at_once=all_at_once)
    return [each for each in in_order(line) if found[each.id] is Why.NEXT]


def why_nobody(
    line: Iterable[Waiter], free: int, unbooked: int, *, skips_parties: bool = True, all_at_once: bool = False
) -> dict[int, Why]:
    """For everybody in the line, whether they are asked and why not."""
    found: dict[int, Why] = {}
    left, is_blocked = free, False
    for each in in_order(line):
        why = _why(each, free, left, unbooked, is_blocked=is_blocked)
        found[each.id] = why
        if why is Why.NEXT and not all_at_once:
            left -= each.seats
        is_blocked = is_blocked or (why in (Why.PARTY, Why.OTHERS_FIRST) and not skips_parties and not all_at_once)
    return found


def _why(each: Waiter, free: int, left: int, unbooked: int, *, is_blocked: bool) -> Why:
    if each.is_asked:
        return Why.ASKED
    if not each.is_reachable:
        return Why.UNREACHABLE
    if free <= 0:
        return Why.NO_ROOM
    if each.seats > free:
        return Why.PARTY
    if each.seats > unbooked - each.passed:
        return Why.PASSED
    if is_blocked:
        return Why.BEHIND
    return Why.NEXT if each.seats <= left else Why.OTHERS_FIRST


def is_last_hour(now: datetime, start: datetime) -> bool:
    return start - now <= LAST_HOUR


def time_to_answer(lead: timedelta) -> timedelta | None:
    """How long an offer stands that is made so long before the start; None in the last hour."""
    if lead <= LAST_HOUR:
        return None
    if lead > FAR:
        return FAR_WINDOW
    return next(window for at_least, window in WINDOWS if lead >= at_least)


def answer_by(now: datetime, start: datetime, quiet: QuietHours | None = None) -> datetime | None:
    """By when (UTC) an offer that is made now must be answered; None in the last hour. The hours that are quiet where
    `now` is do not count, unless the start is near; but that gives nobody more than until an hour before the start."""
    at, begins = now.astimezone(UTC), start.astimezone(UTC)
    within = time_to_answer(begins - at)
    if within is None:
        return None
    if quiet is None or begins - at <= PRESSING:
        return at + within
    return min(waking(now, within, quiet).astimezone(UTC), max(at + within, begins - LAST_MOMENT))


def worth_a_look(now: datetime, start: datetime, ends: Sequence[datetime | None]) -> datetime:
    """When a line is looked at next: when what is held for a while ends, when its last hour begins, or at its start."""
    ahead = [at for at in (*ends, start - LAST_HOUR) if at is not None and at > now]
    return min((*ahead, start))
