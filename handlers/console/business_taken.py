"""A changed business file: what loading it would change, and loading it where nobody has changed it meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from conversations.business import Staff
from conversations.rules.opening import is_open
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile
from handlers.business_loaded import business_loaded
from handlers.circumstances import Circumstances
from handlers.classes_loaded import CannotLoad
from handlers.console.business_changed import CannotChange
from handlers.console.signed_in import Who
from handlers.profile import NoBusiness, Profiles
from models.audit import audit
from models.bookings import standing_after
from models.business import business_version, lock_business

MOST_LOOKED_AT, MOST_SHOWN = 2000, 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading a file would do to the business of this version. `before` is None where there was none; `outside`
    are the next bookings that lie within the hours now and would not then, and how many more of them there are."""

    version: int
    lines: tuple[str, ...]
    before: BusinessFile | None
    after: BusinessFile
    outside: tuple[Row[Any], ...]
    outside_more: int


def previewed(session: Session, file: BusinessFile, circumstances: Circumstances) -> Preview:
    """Load it, look, and take it back. Raises CannotChange."""
    version = lock_business(session) or 0
    try:
        before = business_dumped(session)
    except NoResultFound:
        before = None
    was = _staff(session, circumstances.profiles)
    savepoint = session.begin_nested()
    try:
        lines = business_loaded(session, file, circumstances.now, circumstances.profiles.overrides)
        after, then = business_dumped(session), _staff(session, Profiles(circumstances.profiles.overrides))
    except CannotLoad as refused:
        raise CannotChange(str(refused)) from None
    finally:
        savepoint.rollback()
    outside = _outside(session, was, then, circumstances.now) if lines else []
    shown = tuple(outside[:MOST_SHOWN])
    return Preview(version, tuple(lines), before, after, shown, len(outside) - len(shown))


def taken(
    session: Session, file: BusinessFile, version: int, who: Who, circumstances: Circumstances
) -> tuple[str, ...] | None:
    """Load it; a line for each difference. None, and nothing is loaded, where the business is of another version by
    now. Raises CannotChange."""
    if (lock_business(session) or 0) != version:
        return None
    try:
        lines = business_loaded(session, file, circumstances.now, circumstances.profiles.overrides)
    except CannotLoad as refused:
        raise CannotChange(str(refused)) from None
    audit(
        session, at=circumstances.now, operator_id=who.id, who=who.name, action="changed the business",
        subject=f"version {business_version(session)}", words="; ".join(lines)[:500],
    )  # fmt: skip
    return tuple(lines)


def _staff(session: Session, profiles: Profiles) -> dict[int, Staff]:
    try:
        return {one.id: one for one in profiles.current(session).staff}
    except NoBusiness:
        return {}


def _outside(session: Session, was: Mapping[int, Staff], then: Mapping[int, Staff], now: datetime) -> list[Row[Any]]:
    changed = [number for number, staff in was.items() if then.get(number) != staff]
    return [
        row
        for row in (standing_after(session, changed, now, MOST_LOOKED_AT) if changed else ())
        if _works(was[row.staff_id], row) and not _works(then.get(row.staff_id), row)
    ]


def _works(staff: Staff | None, row: Row[Any]) -> bool:
    return staff is not None and is_open(staff, row.start_at, row.end_at)
