"""Places in waiting lines as callers of the API read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.rules.waitlist import Why
from handlers.api.caller import Caller
from handlers.circumstances import Circumstances
from handlers.waitlist_reasons import places_with_reasons, reasons_of_class
from handlers.waitlist_views import wants_the_same
from models.class_pages import classes_numbered
from models.waitlist import OPEN, entries_for_time, entries_of_class, entries_page, entry_by_id, lines_of_classes


@dataclass(frozen=True, slots=True)
class PlaceSeen:
    """One place: its row; that of its class; its number in the line, 0 for who waits no longer; and why they are asked,
    or are not, where that is told."""

    row: Row[Any]
    of_class: Row[Any] | None
    number: int
    why: Why | None = None


def page(
    session: Session, behind: int, limit: int, caller: Caller, staff_id: int | None, class_id: int | None
) -> tuple[list[PlaceSeen], int | None]:
    """Open places that are theirs to see, and behind which the next page begins."""
    if caller.sees_own_only and not caller.is_client:
        staff_id = caller.staff_id or 0
    rows = entries_page(session, behind, limit + 1, client_id=caller.client_id, staff_id=staff_id, class_id=class_id)
    return _seen(session, rows[:limit]), rows[limit - 1].id if len(rows) > limit else None


def line(
    session: Session, class_id: int, behind: int, limit: int, circumstances: Circumstances
) -> tuple[list[PlaceSeen], int | None]:
    """A class's line in its order, with why each is asked or is not; and behind whom the next page begins."""
    whole = entries_of_class(session, class_id)
    reasons = reasons_of_class(
        session, class_id, whole, circumstances.now, circumstances.profiles.current(session)
    )  # fmt: skip
    numbered = list(enumerate(whole, start=1))
    last = entry_by_id(session, behind) if behind else None
    if last is not None:
        numbered = [(number, row) for number, row in numbered if _order(row) > _order(last)]
    of_class = classes_numbered(session, [class_id]).get(class_id)
    seen = [PlaceSeen(row, of_class, number, reasons[row.id]) for number, row in numbered[:limit]]
    return seen, seen[-1].row.id if len(numbered) > limit else None


def one(session: Session, entry_id: int, caller: Caller, circumstances: Circumstances) -> PlaceSeen | None:
    """None where there is none, or it is not theirs to see."""
    row = entry_by_id(session, entry_id)
    if row is None or not caller.may_see(client_id=row.client_id, staff_id=row.with_staff_id or None):
        return None
    (seen,) = _seen(session, [row])
    if caller.is_client:
        return seen
    profile = circumstances.profiles.current(session)
    (place,) = places_with_reasons(session, [row], circumstances.now, profile)
    return PlaceSeen(row, seen.of_class, seen.number, place.why)


def _order(row: Row[Any]) -> tuple[Any, ...]:
    return -row.priority, row.created_at, row.id


def _seen(session: Session, rows: Sequence[Row[Any]]) -> list[PlaceSeen]:
    """All of a page's lines are read at once."""
    ids = sorted({row.class_session_id for row in rows if row.class_session_id})
    lines: dict[int, list[int]] = {}
    for each in lines_of_classes(session, ids) if ids else ():
        lines.setdefault(each.class_session_id, []).append(each.id)
    timed = [row for row in rows if not row.class_session_id and row.status in OPEN]
    first = min((row.wanted_from for row in timed), default=None)
    last = max((row.wanted_until for row in timed), default=None)
    others = entries_for_time(session, first, last) if first is not None and last is not None else []
    classes = classes_numbered(session, ids)
    return [
        PlaceSeen(row, classes.get(row.class_session_id), _number(row, lines.get(row.class_session_id), others))
        for row in rows
    ]


def _number(row: Row[Any], of_class: list[int] | None, others: Sequence[Row[Any]]) -> int:
    if row.status not in OPEN:
        return 0
    if row.class_session_id:
        ids = of_class or []
    else:
        ids = [
            each.id
            for each in others
            if each.wanted_from < row.wanted_until and each.wanted_until > row.wanted_from and wants_the_same(each, row)
        ]
    return ids.index(row.id) + 1 if row.id in ids else 0
