"""Bookings as iCalendar data (RFC 5545, methods as in RFC 5546)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from unicodedata import category
from zoneinfo import ZoneInfo

import icalendar

from conversations.booking import BookingStatus
from conversations.entries import Entry
from handlers.calendar_entries import Feed

PRODUCT = "-//Textbook//Textbook//EN"
REFRESH = timedelta(hours=1)
"""How often who subscribes to a feed is asked to look again."""
_STATUSES = {
    BookingStatus.PENDING: "TENTATIVE",
    BookingStatus.APPROVED: "TENTATIVE",
    BookingStatus.DECLINED: "CANCELLED",
    BookingStatus.CANCELLED: "CANCELLED",
    BookingStatus.EXPIRED: "CANCELLED",
}


class Method(StrEnum):
    """What the receiver is to do with it; none for what a CalDAV server stores (RFC 4791, 4.1)."""

    NONE = ""
    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


def is_off(entry: Entry) -> bool:
    """Whether the booking is called off."""
    return _STATUSES.get(entry.status) == "CANCELLED"


def is_tentative(entry: Entry) -> bool:
    """Whether it still waits for an answer or for money."""
    return _STATUSES.get(entry.status) == "TENTATIVE"


def booking_ics(
    entry: Entry, method: Method | None = None, organizer: str = "", attendee: str = "", *, answers: bool = True
) -> bytes:
    """One booking as a calendar of its own. Without a method: CANCEL where it is called off, else REQUEST where there
    is an attendee to answer, else PUBLISH. `organizer` and `attendee` are mail addresses; where nobody reads `answers`,
    the attendee counts as having accepted (RFC 5546, 3.2.2: RSVP and PARTSTAT).

    Raises ValueError for a REQUEST without both, which nobody could answer."""
    if method is None:
        method = Method.CANCEL if is_off(entry) else Method.REQUEST if attendee else Method.PUBLISH
    if method is Method.REQUEST and not (organizer and attendee):
        raise ValueError("a REQUEST wants an organizer and an attendee")
    event = _event(entry)
    if organizer:
        event.add("organizer", icalendar.vCalAddress(f"mailto:{organizer}"))
    if attendee:
        address = icalendar.vCalAddress(f"mailto:{attendee}")
        address.params["RSVP"] = icalendar.vText("TRUE" if answers else "FALSE")
        if not answers:
            address.params["PARTSTAT"] = icalendar.vText("ACCEPTED")
        event.add("attendee", address)
    return _calendar((event,), (entry,), method)


def bookings_ics(entries: Sequence[Entry], organizer: str) -> bytes:
    """Several bookings at once: PUBLISH, for a REQUEST and a CANCEL are each of one event alone (RFC 5546, 3.2)."""
    events = [_event(entry) for entry in entries]
    for event in events:
        event.add("organizer", icalendar.vCalAddress(f"mailto:{organizer}"))
    return _calendar(events, entries, Method.PUBLISH)


def feed_ics(feed: Feed) -> bytes:
    """A staff member's bookings as a calendar to subscribe to."""
    return _calendar(tuple(_event(entry) for entry in feed.entries), feed.entries, Method.PUBLISH, feed.name)


def _calendar(events: Iterable[icalendar.Event], entries: Sequence[Entry], method: Method, name: str = "") -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method.value)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for zone, first, last in _zones(entries):
        calendar.add_component(icalendar.Timezone.from_tzid(zone, first_date=first, last_date=last))
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _zones(entries: Sequence[Entry]) -> list[tuple[str, date, date]]:
    """Each zone with the years it is needed for; UTC is written without one."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        if name := _zone_name(entry.start):
            found.setdefault(name, []).extend((entry.start.year, entry.end.year))
    return [(name, date(min(years), 1, 1), date(max(years) + 1, 1, 1)) for name, years in sorted(found.items())]


def _zone_name(moment: datetime) -> str:
    name = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else ""
    return "" if name in ("UTC", "Etc/UTC") else name


def _event(entry: Entry) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", str(entry.uid))
    event.add("sequence", entry.version)
    event.add("dtstamp", entry.updated.astimezone(UTC))
    event.add("created", entry.created.astimezone(UTC))
    event.add("last-modified", entry.updated.astimezone(UTC))
    in_utc = _is_told_twice(entry.start) or _is_told_twice(entry.end) or not _zone_name(entry.start)
    event.add("dtstart", entry.start.astimezone(UTC) if in_utc else entry.start)
    event.add("dtend", entry.end.astimezone(UTC) if in_utc else entry.end)
    event.add("summary", _plain(entry.title))
    event.add("status", _STATUSES.get(entry.status, "CONFIRMED"))
    event.add("transp", "TRANSPARENT" if is_off(entry) else "OPAQUE")
    for name, words in (("description", entry.details), ("location", entry.place)):
        if words:
            event.add(name, _plain(words))
    if entry.url:
        event.add("url", entry.url)
    return event


def _is_told_twice(moment: datetime) -> bool:
    """Whether it is the second of two with one wall time, which stands for the first (RFC 5545, 3.3.5)."""
    return moment.fold == 1 and moment.utcoffset() != moment.replace(fold=0).utcoffset()


def _plain(words: str) -> str:
    """Without the signs that a calendar file must not hold; a new line it may (RFC 5545, 3.3.11)."""
    return "".join(sign for sign in words.replace("\r\n", "\n") if sign == "\n" or category(sign) not in ("Cc", "Cs"))
