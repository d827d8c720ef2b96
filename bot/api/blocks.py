"""Time taken out of staff members' calendars, so that nobody can be booked in it."""

from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from sqlalchemy import Row

from bot.api.endpoint import READERS, STAFF, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Id, Input, Moment, Output, Page, PageAsked, Words, cursor, moment_behind
from conversations.commands.spans import MOST_DAYS
from handlers.api.blocks_kept import NobodyThere, block_added, block_removed
from models.block_listing import Place, blocks_fitting
from models.blocks import block_by_id

LONGEST_REASON = 200


class Block(Output):
    """One stretch of one staff member's time, in the business's zone."""

    id: int
    staff_id: int
    start_at: datetime
    end_at: datetime
    reason: str


class Blocked(Block):
    """A new block; where the time was blocked already, the one that was there."""

    standing: list[int] = Field(description="the bookings that stand in it, and stay")


class BlocksWanted(PageAsked):
    """Which blocks."""

    staff_id: Id | None = None
    since: Moment | None = Field(None, description="those that end later")
    until: Moment | None = Field(None, description="those that begin before")


class NewBlock(Input):
    """At most 92 days; who is away for longer has other hours."""

    staff_id: Id
    start_at: Moment
    end_at: Moment
    reason: Words = Field("", max_length=LONGEST_REASON)

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        if not timedelta(0) < self.end_at - self.start_at <= timedelta(days=MOST_DAYS):
            raise ValueError(f"end_at lies behind start_at, by {MOST_DAYS} days at most")
        return self


@endpoint("GET", "/api/blocks", READERS)
def listed(call: Call, query: BlocksWanted) -> Page[Block]:
    """Blocks that fit, soonest first. Staff see their own."""
    behind = query.behind(lambda place: Place(*moment_behind(place)))
    theirs = _staff(call) if query.staff_id is None else [each for each in _staff(call) if each == query.staff_id]
    rows = blocks_fitting(call.session, theirs, query.since, query.until, behind, query.limit + 1)
    shown = rows[: query.limit]
    next_page = cursor(shown[-1].start_at.isoformat(), shown[-1].id) if len(rows) > query.limit else None
    return Page(items=[_written(call, row) for row in shown], next=next_page)


@endpoint("GET", "/api/blocks/{block_id}", READERS)
def one(call: Call, block_id: int) -> Block:
    """One block."""
    return _written(call, _theirs(call, block_id))


@endpoint("POST", "/api/blocks", STAFF, status=201, location="/api/blocks/{id}", problems=(404,))
def add(call: Call, body: NewBlock) -> Blocked:
    """Take time out of somebody's calendar. What is booked in it stays, and is named."""
    if not call.by.may_see(client_id=None, staff_id=body.staff_id):
        raise missing("staff member")
    if body.end_at <= call.circumstances.now:
        raise Problem(409, "past", "That time has passed.")
    try:
        block_id, standing = block_added(
            call.session, body.staff_id, body.start_at, body.end_at, body.reason, call.by.who, call.circumstances
        )
    except NobodyThere:
        raise missing("staff member") from None
    found = one(call, block_id)
    return Blocked(**dict(found), standing=[each.id for each in standing])


@endpoint("DELETE", "/api/blocks/{block_id}", STAFF, status=204)
def drop(call: Call, block_id: int) -> None:
    """Give the time back."""
    _theirs(call, block_id)
    block_removed(call.session, block_id, call.by.who, call.circumstances.now)


def _staff(call: Call) -> list[int]:
    """Whose blocks are theirs to see."""
    by = call.by
    return [each.id for each in call.profile.staff if by.may_see(client_id=None, staff_id=each.id)]


def _theirs(call: Call, block_id: int) -> Row[Any]:
    row = block_by_id(call.session, block_id)
    if row is None or not call.by.may_see(client_id=None, staff_id=row.staff_id):
        raise missing("block")
    return row


def _written(call: Call, row: Row[Any]) -> Block:
    zone: ZoneInfo = call.profile.business.zone
    return Block(
        id=row.id, staff_id=row.staff_id, start_at=row.start_at.astimezone(zone), end_at=row.end_at.astimezone(zone),
        reason=row.reason,
    )  # fmt: skip
