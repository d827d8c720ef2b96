"""What makes a waiting line be looked at again: something came free, was booked, or happened to a text or a person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, exists, or_, select, update
from sqlalchemy.orm import Session

from conversations.business import ANY
from conversations.classes import WaitlistStatus
from models.class_sessions import class_sessions
from models.waitlist import OPEN, change_entry, waitlist_entries

MOST_PASSED = 24
"""Starts that one may let pass and have remembered."""
_c = waitlist_entries.c


def look_at_entry(session: Session, entry_id: int, at: datetime | None) -> None:
    """When it is looked at next whether a time has come free."""
    session.execute(update(waitlist_entries).where(_c.id == entry_id).values(look_at=at))


def time_came_free(session: Session, staff_id: int | None, start: datetime, end: datetime, at: datetime) -> None:
    """Some of somebody's time is free again (None: of a thing's): whoever waits for a time there is looked at."""
    waits = _c.class_session_id == 0, _c.status.in_(OPEN), _c.wanted_from < end, _c.wanted_until > start
    whose = () if staff_id is None else (_c.staff_id.in_((ANY, staff_id)),)
    unless = or_(_c.look_at.is_(None), _c.look_at > at)
    session.execute(update(waitlist_entries).where(*waits, *whose, unless).values(look_at=at))


def is_waited_for(
    scarce_is_staff: ColumnElement[bool], scarce_id: ColumnElement[Any], start: ColumnElement[Any],
    end: ColumnElement[Any],
) -> Exists:  # fmt: skip
    """Whether anybody waits for a time there: in this staff member's time, or with this thing, whoever gives it."""
    waits = _c.class_session_id == 0, _c.status.in_(OPEN), _c.wanted_from < end, _c.wanted_until > start
    return exists().where(*waits, or_(~scarce_is_staff, _c.staff_id == ANY, _c.staff_id == scarce_id))


def time_was_booked(session: Session, staff_id: int, start: datetime, end: datetime) -> None:
    """Somebody has it: when it comes free again, that is news to those who let it pass as well."""
    passed = _c.class_session_id == 0, _c.status.in_(OPEN), _c.passed_starts != ""
    where = _c.wanted_from < end, _c.wanted_until > start, _c.staff_id.in_((ANY, staff_id))
    for row in session.execute(select(_c.id, _c.passed_starts).where(*passed, *where)).all():
        left = [each for each in starts_of(row.passed_starts) if not start <= each < end]
        change_entry(session, row.id, OPEN, passed_starts=starts_text(left))


def passed_by_somebody(session: Session) -> bool:
    """Whether anybody who waits for a time has let one pass."""
    statement = select(_c.id).where(_c.class_session_id == 0, _c.status.in_(OPEN), _c.passed_starts != "")
    return session.execute(statement.limit(1)).first() is not None


def seats_were_booked(session: Session, class_session_id: int, unbooked: int) -> None:
    """So many seats are left that nobody has booked: nobody has let more than those pass."""
    more = _c.class_session_id == class_session_id, _c.passed > unbooked
    session.execute(update(waitlist_entries).where(*more).values(passed=unbooked))


def starts_of(text: str) -> list[datetime]:
    """The moments of `passed_starts`."""
    return [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in text.split()]


def starts_text(starts: Sequence[datetime]) -> str:
    """The newest of these moments, as `passed_starts` holds them."""
    return " ".join(each.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") for each in starts[-MOST_PASSED:])


def look_for_text(session: Session, outbox_id: int, at: datetime) -> None:
    """Something became of a text. Where it tells of an offer that stands, the line is looked at then."""
    statement = select(_c.id, _c.class_session_id).where(
        _c.offer_outbox_id == outbox_id, _c.status == WaitlistStatus.OFFERED
    )
    _look(session, session.execute(statement).all(), at)


def look_for_person(session: Session, conversation_id: int, at: datetime) -> None:
    """Something became of a person: the lines that they wait in are looked at then."""
    mine = _c.conversation_id == conversation_id, _c.status.in_(OPEN)
    _look(session, session.execute(select(_c.id, _c.class_session_id).where(*mine)).all(), at)


def _look(session: Session, entries: Sequence[Any], at: datetime) -> None:
    for entry in entries:
        if entry.class_session_id:
            look = update(class_sessions).where(class_sessions.c.id == entry.class_session_id)
            session.execute(look.values(look_at=at))
        else:
            look_at_entry(session, entry.id, at)
