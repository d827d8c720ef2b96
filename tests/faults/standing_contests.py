"""Races about what stands: a block against a YES, one booking cancelled in three ways, one form posted twice."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, select

from conversations.messages import Inbound
from models.blocks import blocks as blocks_table
from models.bookings import bookings, proposals
from tests.conftest import NOW
from tests.faults.contest import Contest, batches, own_coordinator, phone, text
from tests.faults.racers import Posted
from tests.faults.script import Slot
from tests.faults.verdict import DOHA, rows

CANCELLED = ("cancelled", "cancelled_yourself")
CANCEL_TOLD = ("cancelled_notice", "told")
"""A client's cancelling, or the answer to their own."""
MOVED, MOVE_TOLD = ("moved_yourself", "move_asked"), ("moved_notice", "move_prompt")


def blocks(contest: Contest, attempts: int) -> None:
    """A client says YES to a time while the coordinator takes it out of the calendar. Where both have it, the
    coordinator's answer names the booking."""

    def accepted(slot: Slot, _number: int) -> Inbound:
        return text(phone(slot), "yes", "accepts")

    def blocked(slot: Slot, _number: int) -> Inbound:
        return text(own_coordinator(slot), f"BLOCK {slot.day(NOW.date()):%d %B %Y} {slot.hour}:00-{slot.hour + 1}:00")

    for slots in batches(attempts // 2):
        contest.one_by_one([(text(phone(slot), f"{slot.service} {contest.when(slot)}"),) for slot in slots])
        texts = contest.meet(slots, [0] * len(slots), accepted, blocked)
        out = {row.start_at for row in rows(contest.database, select(blocks_table))}
        named = {number for row in texts if row.kind == "command_blocked" for number in _named(row)}
        for slot, number in zip(slots, contest.numbers(slots), strict=True):
            contest.outcomes["booked" if number else "refused"] += 1
            if _start(slot) not in out:
                contest.wrong.append(f"not blocked: {contest.when(slot)}")
            if number and number not in named:
                contest.wrong.append(f"blocked unnoticed: #{number} of {phone(slot)}, {contest.when(slot)}")


def cancels(contest: Contest, attempts: int) -> None:
    """A booking is cancelled by its client's YES, on its page and by the coordinator: each party hears of it once."""
    pages = dict[int, Row[Any]]()

    def agreed(slot: Slot, _number: int) -> Inbound:
        return text(phone(slot), "yes", "agrees")

    def posted(_slot: Slot, number: int) -> Posted:
        return _form(pages[number], "cancel")

    def commanded(slot: Slot, number: int) -> Inbound:
        return text(own_coordinator(slot), f"CANCEL {number} water damage")

    for slots in batches(attempts // 3):
        numbers = contest.booked(slots)
        contest.one_by_one(
            [(text(phone(slot), f"please cancel #{n}"),) for slot, n in zip(slots, numbers, strict=True)]
        )
        pages |= _bookings(contest, numbers)
        texts = contest.decide(slots, numbers, agreed, posted, commanded)
        _hear_once(contest, slots, numbers, texts, CANCELLED, CANCEL_TOLD)
        for row in _bookings(contest, numbers).values():
            contest.outcomes[f"by {row.cancelled_by.partition(':')[0]}"] += 1
            if row.cancel_reason.count("fee") > 1:
                contest.wrong.append(f"told 2 times: the fee of #{row.id}")


def moves(contest: Contest, attempts: int) -> None:
    """The form of a booking's page for another time is posted twice: it is moved, or asked to be moved, once."""
    pages = dict[int, Row[Any]]()

    def posted(slot: Slot, number: int) -> Posted:
        start = _start(replace(slot, second=True)).isoformat()
        return Posted(
            f"/b/{pages[number].page_token}/move", (("version", str(pages[number].version)), ("start", start))
        )

    for slots in batches(attempts // 2):
        numbers = contest.booked(slots)
        pages |= _bookings(contest, numbers)
        texts = contest.meet(slots, numbers, posted, posted)
        _hear_once(contest, slots, numbers, texts, MOVED, MOVE_TOLD)
        wished = [row.booking_id for row in rows(contest.database, select(proposals))]
        now = _bookings(contest, numbers)
        for slot, number in zip(slots, numbers, strict=True):
            is_moved = now[number].start_at == _start(replace(slot, second=True))
            contest.outcomes["moved" if is_moved else "asked"] += 1
            if is_moved + wished.count(number) != 1:
                contest.wrong.append(f"moved {is_moved + wished.count(number)} times: #{number}")


def _hear_once(
    contest: Contest, slots: Sequence[Slot], numbers: Sequence[int], texts: Sequence[Row[Any]],
    news: Collection[str], told: Collection[str],
) -> None:  # fmt: skip
    """Each client reads one of the `news` of their booking, and its coordinator is `told` of it once."""
    heard = defaultdict[tuple[str, int], list[str]](list)
    for row in texts:
        if row.kind in (*news, *told):
            for number in _named(row):
                heard[row.address, number].append(row.kind)
    for slot, number in zip(slots, numbers, strict=True):
        for address in (phone(slot), own_coordinator(slot)):
            if len(found := heard[address, number]) != 1:
                contest.wrong.append(f"told {len(found)} times: {address} of #{number}: {', '.join(found)}")


def _bookings(contest: Contest, numbers: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in rows(contest.database, select(bookings).where(bookings.c.id.in_(numbers)))}


def _form(page: Row[Any], what: str, **more: str) -> Posted:
    """Of a booking as it was shown."""
    return Posted(f"/b/{page.page_token}/{what}", (("version", str(page.version)), *more.items()))


def _named(row: Row[Any]) -> set[int]:
    """The bookings that a text names."""
    return set(map(int, re.findall(r"#(\d+)", row.body)))


def _start(slot: Slot) -> datetime:
    return datetime.combine(slot.day(NOW.date()), time(slot.hour), DOHA)
