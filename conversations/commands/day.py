"""TODAY, TOMORROW, WEEK: what is booked and what is taken out, in the order of the day."""

from datetime import date, datetime, time, timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Listing
from conversations.commands.block import block_line
from conversations.desk import BlockView
from conversations.facts import Facts
from conversations.replies import Reply, Value, say


def today(_rest: str, facts: Facts) -> Listing:
    return _day(facts.now.date(), facts)


def tomorrow(_rest: str, facts: Facts) -> Listing:
    return _day(facts.now.date() + timedelta(days=1), facts)


def week(_rest: str, facts: Facts) -> Listing:
    """The seven days from today."""
    first = facts.now.date()
    last = first + timedelta(days=6)
    bookings, blocks = _between(first, last, facts)
    count, values = len(bookings), {"day": first, "last": last}
    head = say("week_head", count=count, **values) if bookings else say("week_empty", **values)
    return Listing(head, _in_order(bookings, blocks, "week_line", facts))


def _day(day: date, facts: Facts) -> Listing:
    bookings, blocks = _between(day, day, facts)
    head = say("day_head", count=len(bookings), day=day) if bookings else say("day_empty", day=day)
    return Listing(head, _in_order(bookings, blocks, "day_line", facts))


def _between(first: date, last: date, facts: Facts) -> tuple[list[BookingView], list[BlockView]]:
    zone = facts.business.zone
    start = datetime.combine(first, time(0), zone)
    end = datetime.combine(last + timedelta(days=1), time(0), zone)
    bookings = [found for found in facts.bookings_between(start, end) if found.start >= start]
    return bookings, list(facts.blocks_between(start, end))


def _in_order(bookings: list[BookingView], blocks: list[BlockView], key: str, facts: Facts) -> tuple[Reply, ...]:
    lines = [(found.start, found.id, _line(found, key)) for found in bookings]
    lines += [(block.start, 0, _block_line(block, facts)) for block in blocks]
    return tuple(line for _, _, line in sorted(lines, key=lambda each: (each[0].timestamp(), each[1])))


def _line(found: BookingView, key: str) -> Reply:
    """A confirmed booking needs no word for how it stands."""
    values: dict[str, Value] = {
        "id": found.id, "client": found.client, "service": found.service, "staff": found.staff, "when": found.start,
    }  # fmt: skip
    if found.status is BookingStatus.CONFIRMED:
        return Reply(key, values)
    return Reply(f"{key}_status", {**values, "status": say(f"status_{found.status}")})


def _block_line(block: BlockView, facts: Facts) -> Reply:
    names = {staff.id: staff.name for staff in facts.staff()}
    return block_line(block, names[block.staff_id])


TODAY = Command("TODAY", "TODAY", show=today, takes_words=False, may_be_an_answer=True)
TOMORROW = Command("TOMORROW", "TOMORROW", show=tomorrow, takes_words=False, may_be_an_answer=True)
WEEK = Command("WEEK", "WEEK", show=week, takes_words=False, may_be_an_answer=True)
