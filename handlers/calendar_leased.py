"""A calendar's time has come: one worker takes it in hand, with all that it needs to know while it talks to the server,
for no transaction is open meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.entries import Entry
from conversations.rules.policies import Terms
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from models.calendar_events import due_calendars, keys_of_staff, lacking, superfluous
from models.calendars import CalendarKind, lease_calendar

LEASE = timedelta(minutes=10)
"""Longer than a sync may take; a worker that dies leaves the calendar to others after it."""
BEHIND = timedelta(days=1)
"""How far back bookings are written and busy times are kept: a day, wherever in the world it ends."""
AHEAD = timedelta(days=31)
"""And how far beyond the horizon, so that what comes over it is known before."""
WHOLE_EVERY = timedelta(hours=12)
"""Between, only changes are asked for; series have come over the horizon by then, and slips are put right."""
MOST_WRITTEN = 200
"""Events of one sync; what is left is the next one's."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A booking to write; `etag` is that of the event which `was_written` before, "" where the server gave none."""

    entry: Entry
    etag: str
    was_written: bool


@dataclass(frozen=True, slots=True)
class Removing:
    """An event to take out."""

    booking_id: int
    uid: UUID
    version: int
    etag: str


@dataclass(frozen=True, slots=True)
class Leased:
    """A calendar that is this worker's until `lease`. Busy times are wanted from `start` to `end`; `ours` are our own
    events, with their bookings. `token` is "" where it must be read whole."""

    id: int
    key: str
    kind: CalendarKind
    address: str
    staff_id: int
    zone: ZoneInfo
    reads: bool
    writes: bool
    token: str
    lease: datetime
    start: datetime
    end: datetime
    ours: dict[UUID, int]
    writing: tuple[Writing, ...]
    removing: tuple[Removing, ...]


def calendars_now_due(session: Session, now: datetime, limit: int) -> list[int]:
    return due_calendars(session, now, now - BEHIND, limit)


def calendar_leased(session: Session, calendar_id: int, circumstances: Circumstances) -> Leased | None:
    """None where another worker was faster."""
    from handlers.calendar_entries import entry_for_staff, uid_of

    now = circumstances.now
    row = lease_calendar(session, calendar_id, now, now + LEASE)
    if row is None:
        return None
    profile = circumstances.profiles.current(session)
    since = now - BEHIND
    keys = keys_of_staff(session, row.staff_id, row.id, since)
    return Leased(
        id=row.id, key=row.name_key, kind=CalendarKind(row.kind), address=row.address, staff_id=row.staff_id,
        zone=next((person.zone for person in profile.staff if person.id == row.staff_id), profile.business.zone),
        reads=row.reads, writes=row.writes, token=_token(row, now), lease=now + LEASE,
        start=since, end=now + timedelta(days=_horizon(profile)) + AHEAD,
        ours={uid_of(key.id, key.created_at): key.id for key in keys},
        writing=tuple(
            Writing(entry_for_staff(one, profile), one.etag or "", bool(one.was_written))
            for one in (lacking(session, row.id, since, MOST_WRITTEN) if row.writes else ())
        ),
        removing=tuple(
            Removing(one.booking_id, uid_of(one.booking_id, one.created_at), one.version, one.etag)
            for one in (superfluous(session, row.id, MOST_WRITTEN) if row.writes else ())
        ),
    )  # fmt: skip


def _token(row: Row[Any], now: datetime) -> str:
    """What was given for asking for changes, while it may still be used."""
    return "" if row.read_at is None or row.read_at <= now - WHOLE_EVERY else str(row.sync_token)


def _horizon(profile: Profile) -> int:
    days = [policy.horizon_days for policy in profile.policies if policy.horizon_days is not None]
    return max([Terms().horizon_days, *days])
