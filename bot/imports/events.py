"""The events of an iCalendar file as rows, in the order of time: each time of what repeats is one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.calendars.failure import CalendarFailure, NotACalendar
from bot.calendars.occurrences import Expander, Occurrence, Window
from bot.imports.sources import Unreadable
from handlers.importing.rows import SourceRow

BACK, AHEAD = timedelta(days=5 * 365), timedelta(days=365)
"""Within which events are taken over; what repeats for ever ends somewhere."""
LONGEST_TEXT, LONGEST_UID = 2000, 100


class Events:
    """One file; as bot.imports.sources.Source."""

    def __init__(self, path: Path, zone: ZoneInfo, now: datetime) -> None:
        self._path = path
        self._window = Window(now - BACK, now + AHEAD, zone)
        self._done = 0.0

    @property
    def read(self) -> float:
        return self._done

    def rows(self) -> Iterator[SourceRow]:
        """Raises Unreadable."""
        broken: list[str] = []
        try:
            found = list(Expander(self._window).occurrences(self._path.read_bytes(), broken))
        except NotACalendar:
            raise Unreadable("it is no iCalendar file") from None
        except CalendarFailure as failure:
            raise Unreadable(str(failure)) from None
        times = [(uid, each) for uid, several in found for each in several]
        for number, (uid, each) in enumerate(sorted(times, key=lambda one: one[1].start), 1):
            self._done = number / len(times)
            yield _row(number, uid, each)
        for number, wrong in enumerate(broken, len(times) + 1):
            yield SourceRow(number, {}, wrong)


def _row(number: int, uid: str, each: Occurrence) -> SourceRow:
    event, start = each.event, each.start.astimezone(UTC)
    email, name, phone = _guest(event)
    return SourceRow(
        number,
        {
            "id": _number(uid, start),
            "summary": _text(event, "SUMMARY")[:200],
            "description": _text(event, "DESCRIPTION"),
            "link": next(
                (one for one in (_text(event, "URL"), _text(event, "LOCATION")) if one.startswith("http")), ""
            ),
            "start": start.isoformat(),
            "end": each.end.astimezone(UTC).isoformat(),
            "free": "yes" if each.is_free else "",
            "email": email,
            "name": name,
            "phone": phone,
        },
    )


def _number(uid: str, start: datetime) -> str:
    """Of one time of an event."""
    name = uid if len(uid) <= LONGEST_UID else sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name}/{start:%Y%m%dT%H%M}"


def _guest(event: Any) -> tuple[str, str, str]:
    """The one who is invited, beside the organizer: address, name and telephone, as far as they stand there."""
    invited = event.get("ATTENDEE", [])
    organizer = str(event.get("ORGANIZER", "")).casefold()
    guests = [
        one
        for one in (invited if isinstance(invited, list) else [invited])
        if str(one).casefold() != organizer and str(one.params.get("CUTYPE", "INDIVIDUAL")).upper() == "INDIVIDUAL"
    ]
    if len(guests) != 1:
        return "", "", ""
    address, name = str(guests[0]), str(guests[0].params.get("CN", ""))
    kind, _, value = address.partition(":")
    email = value if kind.lower() == "mailto" else ""
    return email, "" if "@" in name else name, value if kind.lower() == "tel" else ""


def _text(event: Any, name: str) -> str:
    found = event.get(name, "")
    return str(found[0] if isinstance(found, list) and found else found)[:LONGEST_TEXT].strip()
