"""The events of an iCalendar file as rows, in the order of time: each time of what repeats is one."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.calendars.failure import CalendarFailure, NotACalendar
from bot.calendars.occurrences import DAY, MOST_DAYS, Expander, Occurrence, Window
from bot.imports.plain_events import taken_apart
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
            times = self._times(broken)
        except NotACalendar:
            raise Unreadable("it is no iCalendar file") from None
        except CalendarFailure as failure:
            raise Unreadable(str(failure)) from None
        gc.freeze()  # they stay to the end, and are many to be looked through for garbage
        for number, (uid, each) in enumerate(sorted(times, key=lambda one: one[1].start), 1):
            self._done = number / len(times)
            yield _row(number, uid, each)
        for number, wrong in enumerate(broken, len(times) + 1):
            yield SourceRow(number, {}, wrong)

    def _times(self, broken: list[str]) -> list[tuple[str, Occurrence]]:
        """Each with the UID of its event. Raises CalendarFailure."""
        text = self._path.read_text(encoding="utf-8-sig", errors="replace").replace("\x00", "")
        apart = taken_apart(text, self._window)
        others = Expander(self._window).occurrences(apart.rest.encode(), broken)
        times = [*apart.plain, *((uid, each) for uid, several in others for each in several)]
        if sum((each.end - each.start) // DAY + 1 for _, each in times if not each.is_free) > MOST_DAYS:
            raise CalendarFailure(f"more than {MOST_DAYS} busy times")
        return times


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
