"""Series as callers of the API read them: a page of the list, and one with every visit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.series import SeriesView
from handlers.api.caller import Caller
from handlers.profile import Profile
from handlers.series_booked import fresh_series
from models.series_listing import one_listed, series_listed, visits_counted


@dataclass(frozen=True, slots=True)
class SeriesSeen:
    """One series: its row with names, how many visits are in which status, and every visit where one is looked at."""

    row: Row[Any]
    counted: Sequence[Row[Any]]
    view: SeriesView | None = None


def page(
    session: Session, before: int | None, limit: int, caller: Caller, client_id: int | None, staff_id: int | None,
    *, waiting: bool,
) -> tuple[list[SeriesSeen], int | None]:  # fmt: skip
    """Those that are theirs to see, newest first; and before which the next page begins."""
    if caller.is_client:
        client_id = caller.client_id or 0
    elif caller.sees_own_only:
        staff_id = caller.staff_id or 0
    rows = list(series_listed(session, before, limit + 1, waiting=waiting, client_id=client_id, staff_id=staff_id))
    seen = _seen(session, rows[:limit])
    return seen, rows[limit - 1].id if len(rows) > limit else None


def one(session: Session, series_id: int, caller: Caller, profile: Profile) -> SeriesSeen | None:
    """None where there is none, or it is not theirs to see."""
    row = one_listed(session, series_id)
    if row is None or not caller.may_see(client_id=row.client_id, staff_id=row.staff_id):
        return None
    (seen,) = _seen(session, [row])
    return SeriesSeen(row, seen.counted, fresh_series(session, series_id, profile))


def numbers_of(session: Session, series_id: int, profile: Profile, staff_id: int | None = None) -> set[int]:
    """The numbers of its visits that are booked; with this staff member, where one is named."""
    items = fresh_series(session, series_id, profile).items
    booked = [(item.number, item.booking) for item in items if item.booking is not None]
    return {number for number, booking in booked if staff_id is None or booking.staff_id == staff_id}


def _seen(session: Session, rows: Sequence[Row[Any]]) -> list[SeriesSeen]:
    counted: dict[int, list[Row[Any]]] = defaultdict(list)
    for each in visits_counted(session, [row.id for row in rows]) if rows else ():
        counted[each.series_id].append(each)
    return [SeriesSeen(row, counted[row.id]) for row in rows]
