"""UNDO: what this coordinator commanded last is taken back, as far as it can be."""

from collections import Counter
from collections.abc import Sequence

from conversations.booking import BookingStatus
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import as_told
from conversations.commands.spans import span
from conversations.commands.times import Wanted, of_booking, seats_are_gone
from conversations.desk import UNDO_WITHIN, Deed, DeedKind, LastCommand
from conversations.effects import Undo
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.rules.availability import Refusal

BEGUN = (BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)


def run(_rest: str, facts: Facts) -> Outcome:
    last = facts.last_command()
    if last is None:
        return Outcome(say("command_undo_nothing"))
    if last.is_undone:
        return Outcome(say("command_undo_twice", words=last.words))
    if facts.now - last.at > UNDO_WITHIN:
        return Outcome(say("command_undo_late", words=last.words, when=last.at))
    if not last.deeds:
        return Outcome(say("command_undo_sent", words=last.words))
    return _undo(last, facts)


def _undo(last: LastCommand, facts: Facts) -> Outcome:
    refused = [_why_not(deed, last, facts) for deed in last.deeds]
    lines = _lines(last.deeds, refused)
    places = tuple(place for place, reason in enumerate(refused) if reason is None)
    if not places:
        return Outcome(say("command_not_undone", words=last.words, lines=lines))
    return Outcome(say("command_undone", words=last.words, lines=lines), (Undo(last.id, places),))


def _lines(deeds: Sequence[Deed], refused: Sequence[Reply | None]) -> tuple[Reply, ...]:
    """What becomes of each, said once. What was left of a block when a piece was given back goes without saying."""
    gives_back = any(deed.kind is DeedKind.UNBLOCKED for deed in deeds)
    series = Counter(deed.booking.series_id for deed in deeds if deed.booking is not None)
    lines: list[Reply] = []
    for deed, reason in zip(deeds, refused, strict=True):
        found = deed.booking
        together = found is not None and found.series_id is not None and series[found.series_id] > 1
        line = reason or _done(deed, together=together)
        if line not in lines and not (gives_back and deed.kind is DeedKind.BLOCKED):
            lines.append(line)
    return tuple(lines)


def _why_not(deed: Deed, last: LastCommand, facts: Facts) -> Reply | None:
    """Why one thing cannot be taken back; None where it can."""
    found = deed.booking
    if found is None:
        return None if deed.is_as_left else say("undo_block_gone")
    if not deed.is_as_left:
        begun = found.status in BEGUN
        return say("undo_begun" if begun else "undo_changed", id=found.id, status=say(f"status_{found.status}"))
    if deed.needs is None:
        return None
    start, staff_id = deed.needs
    if deed.was_pending and start <= facts.now:
        return say("undo_past", id=found.id, when=start)
    if (other := deed.instead) is not None:
        return say(
            "undo_instead", id=found.id, client=found.client, other=other.id, service=other.service, when=other.start
        )
    if deed.class_id is not None:
        is_gone = seats_are_gone(deed.class_id, found.seats, start, facts)
        return say("undo_taken", id=found.id, when=start) if is_gone else None
    staff = next((member for member in facts.staff() if member.id == staff_id), None)
    if staff is None or _is_taken(of_booking(found, start, staff, facts), last, facts):
        return say("undo_taken", id=found.id, when=start)
    return None


def _is_taken(wanted: Wanted, last: LastCommand, facts: Facts) -> bool:
    """Whether anything stands there but what the same command has blocked."""
    refusal = wanted.refusal(facts)
    if refusal is not Refusal.BLOCKED:
        return refusal is not None
    own = {deed.block.id for deed in last.deeds if deed.block is not None and deed.kind is DeedKind.BLOCKED}
    there = facts.blocks_between(wanted.start, wanted.end)
    return any(block.id not in own for block in there if block.staff_id == wanted.staff.id)


def _done(deed: Deed, *, together: bool) -> Reply:
    """What is as before, and whether the client reads of it; of several visits of a series, of all together."""
    found = deed.booking
    before = _as_before(deed)
    if found is not None and together:
        before = say("undone_series", id=found.series_id or 0, client=found.client)
    return before if found is None or not deed.tells else as_told(found, before)


def _as_before(deed: Deed) -> Reply:
    found, block = deed.booking, deed.block
    match deed.kind:
        case DeedKind.MADE if found is not None:
            return say("undone_made", id=found.id, client=found.client)
        case DeedKind.PROPOSED if found is not None:
            return say("undone_proposed", id=found.id, client=found.client)
        case DeedKind.CHANGED if found is not None:
            return say("undone_changed", id=found.id, client=found.client)
        case DeedKind.UNBLOCKED if block is not None:
            return say("undone_unblocked", span=span(block.start, block.end))
        case _:
            assert block is not None
            return say("undone_blocked", span=span(block.start, block.end))


COMMAND = Command("UNDO", "UNDO", act=run, takes_words=False)
