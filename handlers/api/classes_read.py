"""Class sessions as callers of the API read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassView
from handlers.api.caller import Caller
from handlers.api.rooms import room_of
from handlers.circumstances import Circumstances
from handlers.free_seats import free_seats
from handlers.quoted_services import services_for
from handlers.views import class_view
from models.class_listing import Place
from models.class_pages import Wanted, classes_fitting
from models.class_sessions import class_by_id
from models.waitlist import waiting_for


@dataclass(frozen=True, slots=True)
class ClassSeen:
    """One class: as its clients are told of it, and its row; how many wait for it."""

    view: ClassView
    row: Row[Any]
    waiting: int


def page(
    session: Session, wanted: Wanted, behind: Place | None, limit: int, caller: Caller, circumstances: Circumstances
) -> tuple[list[ClassSeen], Place | None]:
    """Those that fit and are theirs to see, soonest first; and where the page behind begins."""
    if caller.is_client:
        wanted = replace(wanted, ahead=circumstances.now)
    elif caller.sees_own_only:
        wanted = replace(wanted, staff_id=caller.staff_id or 0)
    rows = classes_fitting(session, wanted, behind, limit + 1)
    seen = _seen(session, rows[:limit], caller, circumstances)
    return seen, Place(rows[limit - 1].start_at, rows[limit - 1].id) if len(rows) > limit else None


def one(session: Session, class_id: int, caller: Caller, circumstances: Circumstances) -> ClassSeen | None:
    """None where there is none, or it is not theirs to see."""
    row = class_by_id(session, class_id)
    if row is None or not _is_theirs(row, caller, circumstances):
        return None
    return _seen(session, [row], caller, circumstances)[0]


def _is_theirs(row: Row[Any], caller: Caller, circumstances: Circumstances) -> bool:
    if caller.is_client:
        return bool(row.status == "scheduled" and row.end_at > circumstances.now)
    return caller.may_see(client_id=None, staff_id=row.staff_id)


def _seen(session: Session, rows: Sequence[Row[Any]], caller: Caller, circumstances: Circumstances) -> list[ClassSeen]:
    profile = circumstances.profiles.current(session)
    free = free_seats(session, rows, room_of(session, caller), circumstances.now, profile)
    waiting = waiting_for(session, [row.id for row in rows]) if rows and not caller.is_client else {}
    courses = {service.id: service for service in services_for(session, profile, caller.client_id)}
    return [
        ClassSeen(class_view(row, free[row.id], courses.get(row.service_id)), row, waiting.get(row.id, 0))
        for row in rows
    ]
