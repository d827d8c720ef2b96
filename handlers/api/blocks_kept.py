"""Time taken out of a staff member's calendar by a program, and given back: the deeds of BLOCK and UNBLOCK, of exactly
the stretch that is named."""

from datetime import datetime

from sqlalchemy.orm import Session

from conversations.booking import BookingView
from conversations.commands.block import standing_in
from conversations.commands.spans import Span
from conversations.effects import BlockTime
from conversations.rules.routes import CONSOLE, console_address
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.gather_facts import DatabaseFacts
from handlers.time_blocked import block
from models.audit import audit
from models.blocks import block_by_id, blocks_between, remove_block
from models.conversations import conversation_by_id, conversation_id_for


class NobodyThere(Exception):
    """They do not work here."""


def block_added(
    session: Session, staff_id: int, start: datetime, end: datetime, reason: str, who: Who, circumstances: Circumstances
) -> tuple[int, list[BookingView]]:
    """The block in which this stretch (UTC) now lies, and the bookings that stand in it. Raises NobodyThere, and
    LostRace."""
    profile = circumstances.profiles.current(session)
    staff = next((each for each in profile.staff if each.id == staff_id), None)
    if staff is None:
        raise NobodyThere
    room = conversation_by_id(
        session, conversation_id_for(session, CONSOLE, console_address(who.id), circumstances.now)
    )  # fmt: skip
    facts = DatabaseFacts(session, room, circumstances, profile)
    standing = standing_in(Span((staff,), start, end, reason), facts)
    numbers = tuple(found.id for found in standing)
    block(session, BlockTime((staff_id,), start, end, reason, numbers), room, circumstances, profile)
    there = blocks_between(session, (staff_id,), start, end)
    block_id = max(row.id for row in there if row.start_at <= start and end <= row.end_at)
    _written_down(session, "took time out", block_id, who, circumstances.now)
    return block_id, standing


def block_removed(session: Session, block_id: int, who: Who, now: datetime) -> None:
    """Its time can be booked again, but for what another block of the same time keeps."""
    row = block_by_id(session, block_id)
    if row is None:
        return
    remove_block(session, block_id)
    _written_down(session, "gave time back", block_id, who, now)


def _written_down(session: Session, action: str, block_id: int, who: Who, now: datetime) -> None:
    audit(session, at=now, operator_id=who.id, action=action, subject=f"block {block_id}")
