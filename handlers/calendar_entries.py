"""Bookings as entries of a calendar: of a staff member's feed, of the client's own, of another calendar we write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.entries import Entry
from conversations.languages import known
from conversations.languages.render import name_text, render
from conversations.replies import say
from conversations.session_types import together
from handlers.profile import Profile
from handlers.views import meeting_of
from models.calendar_events import event_by_page_token, events_of_staff
from models.feeds import staff_by_feed_token

FEED_BEHIND = timedelta(days=30)
"""How long a booking stays in the feed, those called off too, so that who subscribes sees them go."""
_HELD = (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED)
"""Those that show the link of a video session; it is not for who waits. The passcode no calendar shows."""
_NAMESPACE = UUID("9f0b6d1e-52c4-4b0e-8f4e-6c1d3a7e2b95")


@dataclass(frozen=True, slots=True)
class Feed:
    """A staff member's bookings."""

    name: str
    entries: tuple[Entry, ...]


def uid_of(booking_id: int, created: datetime) -> UUID:
    """What names a booking in every calendar, for ever, and nowhere else: of its number and the moment it was made,
    which no two installations share."""
    return uuid5(_NAMESPACE, f"{created.isoformat(timespec='microseconds')} {booking_id}")


def feed_of(session: Session, token: str, profile: Profile, now: datetime) -> Feed | None:
    """The bookings of the staff member whose feed this token opens; None where it opens none."""
    person = staff_by_feed_token(session, token)
    if person is None:
        return None
    rows = events_of_staff(session, person.id, now - FEED_BEHIND)
    return Feed(person.name, tuple(entry_for_staff(row, profile) for row in rows))


def entry_of_page(session: Session, token: str, profile: Profile, url: str) -> Entry | None:
    """The booking whose page this token opens, for its client; None where it opens none."""
    row = event_by_page_token(session, token)
    return entry_for_client(row, profile, url) if row is not None else None


def entry_for_client(row: Row[Any], profile: Profile, url: str) -> Entry:
    """What they come for, and where."""
    title = f"{_service(row, profile, row.client_language)} · {profile.business.name}"
    return _entry(row, profile, title, row.client_language, row.place or profile.business.address, url)


def entry_for_staff(row: Row[Any], profile: Profile) -> Entry:
    """Who comes for what; neither notes nor a number."""
    parts = _service(row, profile, ""), row.attendee or row.client_name
    return _entry(row, profile, " · ".join(part for part in parts if part), "", row.place, "")


def _entry(row: Row[Any], profile: Profile, title: str, language: str, place: str, url: str) -> Entry:
    zone = ZoneInfo(row.timezone)
    meeting = meeting_of(row) if row.status in _HELD else None
    link = meeting.link if meeting is not None else ""
    reply = say("calendar_details", id=row.id, staff=row.staff_name, link=link)
    return Entry(
        booking_id=row.id,
        uid=uid_of(row.id, row.created_at),
        version=row.version,
        status=BookingStatus(row.status),
        start=row.start_at.astimezone(zone),
        end=row.end_at.astimezone(zone),
        title=title,
        details=render(reply, known(language or profile.business.language)),
        place=link or place,
        url=url,
        created=row.created_at,
        updated=row.updated_at,
    )


def _service(row: Row[Any], profile: Profile, language: str) -> str:
    names = profile.names_of_services
    whole = together(*(names[service_id] for service_id in (row.service_id, *row.more_service_ids)))
    return name_text(whole, known(language or profile.business.language))
