"""What a row says of a booking: its times, its status, its price, and all that is only kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from conversations.booking import BookingStatus as S
from handlers.importing.columns import Cells
from handlers.importing.people import Found, Person, person_of
from handlers.importing.rows import BadValue
from handlers.importing.seen import LONGEST_ID
from handlers.importing.setup import ImportSetup, KnownService, KnownStaff
from handlers.importing.values import YES, amount, clock, length, moment, status, wall_clock, zone_named

WHO = "import"
"""Who has made these bookings, as it is written on them."""
LONGEST = timedelta(hours=48)
KEPT = (S.CONFIRMED, S.IN_PROGRESS, S.COMPLETED, S.NO_SHOW)
_ATTENDANCE = {S.COMPLETED: "attended", S.NO_SHOW: "absent"}
_IDENTITY = ("session", "service", "staff", "person_id", "phone", "email", "person", "first_name", "last_name",
             "start", "start_clock", "confirmed", "preferred", "preferred_time")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in UTC, and the zone in which that was meant."""

    start: datetime
    end: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says beside its time. `values` go into the booking's columns as they are."""

    status: S
    person: Person
    preferred: datetime
    values: Mapping[str, Any]


def number_of(cells: Cells) -> str:
    """The row's number there; where it has none, what tells it from others: who, what, with whom and when."""
    if found := cells.text("id", LONGEST_ID):
        return found
    said = "\x1f".join(cells.text(meaning) for meaning in _IDENTITY)
    return f"row:{sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"


def span_of(cells: Cells, setup: ImportSetup, staff: KnownStaff, service: KnownService, *, is_asked: bool) -> Span:
    """`is_asked`: it still waits for its answer, so that what was asked for counts, not what was confirmed."""
    name = cells.text("zone", 64)
    zone = zone_named(name) if name else staff.zone
    first = ("preferred", "start", "confirmed") if is_asked else ("confirmed", "start", "preferred")
    for meaning in first:
        if (start := _moment(cells, meaning, setup, zone)) is not None:
            break
    else:
        raise BadValue("it says no time")
    if written := cells.text("minutes", 40):
        lasts = length(written)
    elif ends := cells.text("end", 40):
        lasts = _end(ends, setup, zone, start) - start
    else:
        lasts = timedelta(minutes=service.minutes)
    if not timedelta(0) < lasts <= LONGEST:
        raise BadValue("it ends before it starts" if lasts <= timedelta(0) else "it lasts longer than 48 hours")
    return Span(start, start + lasts, zone)


def said_of(cells: Cells, setup: ImportSetup, service: KnownService, span: Span, now: datetime) -> Said:
    became = status_now(cells, span.start, span.end, now)
    person = person_of(cells, setup.region)
    if became is S.PENDING and person.phone is None:
        raise BadValue("it waits for an answer, but has no telephone to which that could be texted")
    preferred = _moment(cells, "preferred", setup, span.zone) or span.start
    named = cells.text("currency", 3).upper() or service.currency
    written = cells.text("amount", 40)
    price, currency = amount(written, named) if written else (service.price, service.currency)
    reason = cells.text("reason", 500)
    made = _moment(cells, "created", setup, span.zone)
    is_off = became is S.CANCELLED
    values = {
        "session_type": service.session_type, "price": price, "currency": currency, "session_rate": service.price,
        "is_video_call": cells.text("video", 10).casefold() in YES,
        "decision_at": now if became in (S.DECLINED, S.EXPIRED) else None,
        "decided_by": WHO if became in (S.DECLINED, S.EXPIRED) else "",
        "decline_reason": reason if became is S.DECLINED else "",
        "cancelled_by": WHO if is_off else "", "cancelled_at": now if is_off else None,
        "cancel_reason": reason if is_off else "",
        "client_note": cells.text("client_note"), "staff_note": cells.text("staff_note"),
        "session_notes": cells.text("session_notes"),
        "attendance": _ATTENDANCE.get(became, ""),
        "created_at": min(made, now) if made is not None else now,
    }  # fmt: skip
    return Said(became, person, preferred, values)


def meeting_of(cells: Cells) -> dict[str, str]:
    return {
        "meeting_provider": cells.text("meeting_provider", 40),
        "meeting_link": cells.text("meeting_link", 500),
        "meeting_passcode": cells.text("meeting_passcode", 80),
    }


def status_now(cells: Cells, start: datetime, end: datetime, now: datetime) -> S:
    """As it was; what was never answered has expired by now, and what was under way is over. Without a status: it
    stands, or took place."""
    written = cells.text("status", 40)
    if not written:
        return S.COMPLETED if end <= now else S.CONFIRMED
    found = status(written)
    if found in (S.COMPLETED, S.NO_SHOW, S.IN_PROGRESS) and start > now:
        raise BadValue(f'it is said to be "{written}", but lies ahead')
    if found is S.PENDING and start <= now:
        return S.EXPIRED
    return S.COMPLETED if found is S.IN_PROGRESS and end <= now else found


def is_asked(cells: Cells) -> bool:
    written = cells.text("status", 40)
    return bool(written) and status(written) is S.PENDING


def attendee(cells: Cells, person: Person, client: Found) -> str:
    """Who comes, where that is not the client: somebody else may have their telephone."""
    named = cells.text("attendee", 120) or person.name
    return named if named and named.casefold() != client.name.casefold() else ""


def _moment(cells: Cells, meaning: str, setup: ImportSetup, zone: ZoneInfo) -> datetime | None:
    written = cells.text(meaning, 60)
    if not written:
        return None
    beside = cells.text(_BESIDE[meaning], 40) if meaning in _BESIDE else ""
    return _read_moment(written, beside, setup.dates, zone, is_day_enough=meaning == "created")


@lru_cache(maxsize=1024)
def _read_moment(written: str, beside: str, order: str, zone: ZoneInfo, *, is_day_enough: bool) -> datetime:
    """Kept for a while: rows that stand near each other tell of the same times."""
    found = wall_clock(written, order)
    if found.time() == time(0) and ":" not in written and found.tzinfo is None:
        if not (beside or is_day_enough):
            raise BadValue(f'"{written}" is a date without a time')
        found = datetime.combine(found.date(), clock(beside)) if beside else found
    return moment(found, zone)


_BESIDE = {"start": "start_clock", "preferred": "preferred_time", "confirmed": "confirmed_time"}
"""Where the time of the day stands that belongs to a date."""


def _end(written: str, setup: ImportSetup, zone: ZoneInfo, start: datetime) -> datetime:
    """A moment, or a time of the day on which it starts."""
    try:
        at = clock(written)
    except BadValue:
        return moment(wall_clock(written, setup.dates), zone)
    return moment(datetime.combine(start.astimezone(zone).date(), at), zone)
