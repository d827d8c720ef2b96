"""What a coordinator commanded, written down with what each thing was before, so that it can be taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.desk import DeedKind
from conversations.effects import BlockTime, ClearTime, DecideSeries, Effect, MoveSeries, UnblockTime
from conversations.events import BookedByHand
from models.blocks import blocks_between
from models.bookings import booking_by_id, bookings, open_proposal
from models.command_log import log_command

_NOT_KEPT = ("id", "version", "created_at", "updated_at", "page_token")
COLUMNS = tuple(column.name for column in bookings.columns if column.name not in _NOT_KEPT)
_columns = attrgetter(*COLUMNS)


@dataclass(frozen=True, slots=True)
class Before:
    """What the effects of a command touch, before it; blocks as plain JSON values."""

    bookings: dict[int, Row[Any]] = field(default_factory=dict)
    proposals: dict[int, int] = field(default_factory=dict)
    """The open proposal of each booking."""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    """By what they are, for the number of one that is gone may be given again."""


def look(session: Session, effects: Sequence[Effect]) -> Before:
    """What they touch, as it stands now."""
    rows = {number: booking_by_id(session, number) for number in _numbers(effects)}
    proposed = (number for number, row in rows.items() if row is not None and row.proposed_at is not None)
    proposals = {number: open_proposal(session, number) for number in proposed}
    return Before(
        {number: row for number, row in rows.items() if row is not None},
        {number: row.id for number, row in proposals.items() if row is not None},
        [_block(row) for row in _blocks(session, effects)],
    )


def log(
    session: Session, conversation_id: int, words: str, effects: Sequence[Effect], before: Before,
    events: Iterable[object], now: datetime,
) -> None:  # fmt: skip
    """Write down what has become of it, blocks first: they stand in the way of what is taken back."""
    after = look(session, effects)
    made = [values for values in after.blocks if values not in before.blocks]
    deeds = [_deed(DeedKind.BLOCKED, **values) for values in made]
    deeds += [_deed(DeedKind.MADE, booking=event.made.id) for event in events if isinstance(event, BookedByHand)]
    for number, was in before.bookings.items():
        became = after.bookings[number]
        if number in after.proposals and after.proposals[number] != before.proposals.get(number):
            deeds.append(_deed(DeedKind.PROPOSED, booking=number, proposal=after.proposals[number]))
        elif changed := [name for name, one, other in _pairs(was, became) if one != other]:
            values = {"was": _plain_values(was, changed), "became": _plain_values(became, changed)}
            deeds.append(_deed(DeedKind.CHANGED, booking=number, **values))
    deeds += [_deed(DeedKind.UNBLOCKED, **values) for values in before.blocks if values not in after.blocks]
    log_command(session, conversation_id, words, deeds, now)


def _pairs(was: Row[Any], became: Row[Any]) -> Iterable[tuple[str, Any, Any]]:
    """Each column of a booking, by its name: how it was, and how it is."""
    return zip(COLUMNS, _columns(was), _columns(became), strict=True)


def _plain_values(row: Row[Any], names: Iterable[str]) -> dict[str, Any]:
    """These columns of a booking as JSON values."""
    return {name: plain(getattr(row, name)) for name in names}


def plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _deed(kind: DeedKind, **values: Any) -> dict[str, Any]:
    return {"kind": kind, **values}


def _numbers(effects: Sequence[Effect]) -> list[int]:
    """The bookings that they name."""
    found = [effect.booking_id for effect in effects if hasattr(effect, "booking_id")]
    several = (effect for effect in effects if isinstance(effect, ClearTime | DecideSeries))
    found += [number for effect in several for number, _ in effect.bookings]
    found += [number for effect in effects if isinstance(effect, MoveSeries) for number, *_ in effect.bookings]
    return list(dict.fromkeys(number for number in found if number is not None))


def _blocks(session: Session, effects: Sequence[Effect]) -> list[Row[Any]]:
    return [
        row
        for effect in effects
        if isinstance(effect, BlockTime | UnblockTime | ClearTime)
        for row in blocks_between(session, effect.staff_ids, *_with_neighbours(effect.start, effect.end))
    ]


def _with_neighbours(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """What is left of a block once a piece of it is given back ends where that piece begins."""
    return start.astimezone(UTC) - timedelta(minutes=1), end.astimezone(UTC) + timedelta(minutes=1)


def _block(row: Row[Any]) -> dict[str, Any]:
    return {
        "block": row.id, "staff": row.staff_id, "start": plain(row.start_at), "end": plain(row.end_at),
        "reason": row.reason,
    }  # fmt: skip
