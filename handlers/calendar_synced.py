"""What came of keeping a calendar in step: events written, busy times read, or why that could not be done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from conversations.replies import say
from handlers.calendar_leased import Leased
from handlers.calendar_reading import Reading
from handlers.calendar_told import tell_of_calendar
from handlers.circumstances import Circumstances
from models.busy_times import Change, change_busy, changes
from models.calendar_events import changed_there, forget_events, missing_there, note_event, write_again
from models.calendars import CalendarKind, calendar_by_id, change_leased

EVERY = {
    CalendarKind.CALDAV: timedelta(minutes=5),
    CalendarKind.GOOGLE: timedelta(minutes=5),
    CalendarKind.ICS: timedelta(minutes=15),
}
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
"""Behind the first failure, the second and so on; the last for all that follow."""
LONGEST_WAIT = timedelta(hours=1)
FAILURES_UNTIL_TOLD = 5
"""That is after 18 minutes: a server that starts anew worries nobody."""
SETUP_FAILURES_UNTIL_TOLD = 2
REMEMBERED = timedelta(days=30)
"""How long an event that is over is still known to be ours."""
MOST_BROKEN = 20
"""Broken events that are named."""


class Fault(Protocol):
    """Why a calendar could not be kept in step, in words for operators. `is_setup`: somebody must change a setting."""

    words: str
    is_setup: bool
    retry_after: float | None


class LeaseLost(Exception):
    """Another worker has the calendar by now, or it is out of use: nothing of this sync counts any more."""


def event_written(session: Session, leased: Leased, booking_id: int, version: int, etag: str) -> None:
    note_event(session, leased.id, booking_id, version=version, etag=etag[:200], removed=False)


def event_removed(session: Session, leased: Leased, booking_id: int, version: int) -> None:
    note_event(session, leased.id, booking_id, version=version, etag="", removed=True)


def busy_times_read(session: Session, leased: Leased, reading: Reading) -> list[Change]:
    """What is to change in our busy times, a transaction each, before calendar_read(). Reads only."""
    return changes(session, leased.id, reading.spells, reading.only)


def busy_times_changed(session: Session, leased: Leased, change: Change) -> None:
    """One of them is done. What is cut off here is found again with the next sync. Raises LeaseLost."""
    _keep(session, leased, {"leased_until": leased.lease})
    change_busy(session, leased.id, leased.staff_id, change)


def calendar_read(session: Session, leased: Leased, reading: Reading, circumstances: Circumstances) -> None:
    """Our busy times are what the calendar says: only now do we ask for what changes from here on. Raises LeaseLost."""
    now = circumstances.now
    whole = {"read_at": now, "broken_events": _named(reading.broken)} if reading.is_whole else {}
    if not whole and reading.broken:
        row = calendar_by_id(session, leased.id)
        known = row.broken_events if row is not None else []
        whole = {"broken_events": _named((*known, *reading.broken))}
    _keep(session, leased, {"sync_token": reading.token, **whole})
    there = {leased.ours[uid]: times for uid, times in reading.ours.items() if uid in leased.ours}
    again = changed_there(session, there)
    if reading.is_whole:
        forget_events(session, leased.id, before=now - REMEMBERED)
        again += missing_there(session, leased.id, set(there), now, leased.end)
    if again and leased.writes:
        write_again(session, leased.id, again)


def calendar_synced(session: Session, leased: Leased, refused: Sequence[str], circumstances: Circumstances) -> None:
    """All went well. `refused` are the bookings whose events the server did not take. Raises LeaseLost."""
    now = circumstances.now
    row = calendar_by_id(session, leased.id)
    told = row is not None and row.told_at is not None
    more = {"broken_events": _named((*row.broken_events, *refused))} if refused and row is not None else {}
    values = {"synced_at": now, "due_at": now + EVERY[leased.kind], "failures": 0, "error": "", "told_at": None}
    _keep(session, leased, {**values, **more, "leased_until": None})
    if told:
        _tell(session, "calendar_works_again", leased, circumstances)


def calendar_failed(session: Session, leased: Leased, fault: Fault, circumstances: Circumstances) -> int:
    """It could not be read or written: what it last said stays. How often that has been by now. Raises LeaseLost."""
    now = circumstances.now
    row = calendar_by_id(session, leased.id)
    if row is None:
        raise LeaseLost
    failures = int(row.failures) + 1
    wait = WAITS[-1] if fault.is_setup else WAITS[min(failures, len(WAITS)) - 1]
    wait = min(max(wait, timedelta(seconds=fault.retry_after or 0)), LONGEST_WAIT)
    tells = row.told_at is None and failures >= (SETUP_FAILURES_UNTIL_TOLD if fault.is_setup else FAILURES_UNTIL_TOLD)
    values = {"failures": failures, "error": fault.words[:500], "due_at": now + wait, "leased_until": None}
    _keep(session, leased, {**values, **({"told_at": now} if tells else {})})
    if tells:
        _tell(session, "calendar_failing", leased, circumstances)
    return failures


def _keep(session: Session, leased: Leased, values: dict[str, object]) -> None:
    if not change_leased(session, leased.id, leased.lease, **values):
        raise LeaseLost


def _named(broken: Sequence[str]) -> list[str]:
    return [line[:200] for line in dict.fromkeys(broken)][:MOST_BROKEN]


def _tell(session: Session, key: str, leased: Leased, circumstances: Circumstances) -> None:
    profile = circumstances.profiles.current(session)
    staff = next((person.name for person in profile.staff if person.id == leased.staff_id), "")
    whom = profile.coordinator_for(0, leased.staff_id)
    tell_of_calendar(session, say(key, staff=staff, calendar=leased.key), whom, circumstances, profile)
