"""iCalendar data → busy times: series are expanded within a window, and what is broken is named beside the rest."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from bot.calendars.event_blocks import MISREAD, is_calendar, parsed_events, wall_zone
from bot.calendars.failure import CalendarFailure, NotACalendar

SECONDS = 30.0
"""That expanding one calendar may take: a rule that hardly ever matches takes seconds alone."""
MOST_STARTS = 200_000
"""Starts of one rule that are gone through, from its first on: a daily one has these in five centuries."""
MOST_A_DAY = 48
"""Times a day; what repeats more often is no appointment."""
MOST_DAYS = 20_000
"""Busy days of one calendar, each event's counted by itself."""
LONGEST_EVENT = timedelta(days=370)
DAY = timedelta(days=1)
_A_DAY = {"HOURLY": 24, "DAILY": 1, "WEEKLY": 1, "MONTHLY": 1, "YEARLY": 1}
_OFTEN = ("HOURLY", "DAILY", "WEEKLY")
_RARELY = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER")
_TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")

Stretch = tuple[datetime, datetime]
Series = list[tuple[Any, str]]
"""The parts of one series, the first and those that change single times, each with where it stands."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when busy times are wanted, and the zone in which days and times without one are meant."""

    start: datetime
    end: datetime
    zone: ZoneInfo


@dataclass(slots=True)
class Found:
    """Busy times by the UID of their event, some with none. `broken`: a line for each that could not be taken."""

    spells: dict[str, list[Stretch]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which an event is, in UTC. `is_free`: it keeps nobody busy."""

    event: Any
    start: datetime
    end: datetime
    is_free: bool


class _Broken(Exception):
    """What is wrong with an event, in words for people."""


class Expander:
    """Reads the files of one calendar, within one budget of time and of days. `has_declined` tells of an event whether
    its calendar's owner will not come; where nobody knows who that is, nobody has. Not to be shared between threads."""

    def __init__(self, window: Window, has_declined: Callable[[Any], bool] = lambda _event: False) -> None:
        self._window, self._has_declined = window, has_declined
        self._deadline = time.monotonic() + SECONDS
        self._days = 0

    def read(self, raw: bytes, name: str = "") -> Found:
        """The busy times of a file, as occurrences() does it."""
        found = Found()
        for uid, times in self.occurrences(raw, found.broken, name):
            found.spells[uid] = [(each.start, each.end) for each in times if not each.is_free]
        return found

    def occurrences(self, raw: bytes, broken: list[str], name: str = "") -> Iterator[tuple[str, list[Occurrence]]]:
        """The times of each event of a file within the window, by its UID; a line for each that cannot be taken goes
        to `broken`, beginning with `name`.

        Raises NotACalendar where it is none at all, CalendarFailure where it is too much of one."""
        text = raw.decode("utf-8-sig", "replace").replace("\x00", "")
        if not is_calendar(text):
            raise NotACalendar
        series = dict[str, Series]()
        for part in parsed_events(text):
            place = f"{name} line {part.line}".strip()
            if part.event is None:
                broken.append(f"{place}: the event cannot be read")
                continue
            series.setdefault(str(part.event.get("UID", "")) or place, []).append((part.event, place))
        zone = known_zone(wall_zone(text))
        for uid, parts in series.items():
            yield uid, self._whole(parts, zone, broken)

    def _whole(self, parts: Series, zone: ZoneInfo | None, broken: list[str]) -> list[Occurrence]:
        sound = []
        for event, place in parts:
            try:
                self._check(event)
            except _Broken as wrong:
                broken.append(f"{place}: {wrong}")
            else:
                sound.append(event)
        if not sound:
            return []
        try:
            return self._kept(self._times(sound, zone), zone or self._window.zone)
        except _Broken as wrong:
            broken.append(f"{parts[0][1]}: {wrong}")
        except MISREAD:
            broken.append(f"{parts[0][1]}: its times cannot be worked out")
        return []

    def _times(self, events: list[Any], zone: ZoneInfo | None) -> list[tuple[Any, date, date]]:
        """Each occurrence with its start and end, as they are written."""
        if len(events) == 1 and not any(name in events[0] for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
            return [(events[0], events[0].start, events[0].end)]
        if time.monotonic() > self._deadline:
            raise CalendarFailure("its events take too long to work out")
        calendar = icalendar.Calendar()
        if zone is not None:
            calendar.add("x-wr-timezone", zone.key)
        for event in events:
            calendar.add_component(event)
        window = self._window.start - DAY, self._window.end + DAY  # days are of a zone that is not UTC
        found = recurring_ical_events.of(calendar).between(*window)
        return [(event, event["DTSTART"].dt, event["DTEND"].dt) for event in found]

    def _kept(self, times: list[tuple[Any, date, date]], zone: ZoneInfo) -> list[Occurrence]:
        """Those within the window, as moments in UTC."""
        kept = []
        for event, first, last in times:
            start, end = _moment(first, zone), _moment(last, zone)
            each = Occurrence(event, start, end, _is_free(event) or self._has_declined(event))
            if not each.is_free and end - start > LONGEST_EVENT:
                raise _Broken("it lasts longer than a year")
            if start < end and end > self._window.start and start < self._window.end:
                self._days += 0 if each.is_free else (end - start) // DAY + 1
                kept.append(each)
        if self._days > MOST_DAYS:
            raise CalendarFailure(f"more than {MOST_DAYS} busy times")
        return kept

    def _check(self, event: Any) -> None:
        """Raises _Broken for an event whose times could only be guessed."""
        misread = {name for name, _ in event.errors}
        for name in _TIMES:
            if name in misread:
                raise _Broken(f"its {name} cannot be read")
            if name not in ("RRULE", "RDATE", "EXDATE") and isinstance(event.get(name), list):
                raise _Broken(f"it has {name} twice")
        if "DTSTART" not in event:
            raise _Broken("it has no DTSTART")
        for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
            _check_zone(event, name)
        start = _moment(event["DTSTART"].dt, self._window.zone)
        if "DTEND" in event and _moment(event["DTEND"].dt, self._window.zone) < start:
            raise _Broken("it ends before it starts")
        if "RRULE" in event:
            rules = event["RRULE"]
            for rule in rules if isinstance(rules, list) else [rules]:
                self._check_rule(rule, start)

    def _check_rule(self, rule: Mapping[str, Any], start: datetime) -> None:
        """Raises _Broken for one that would have us search for very long."""
        frequency = str(rule.get("FREQ", [""])[0]).upper()
        if frequency not in _A_DAY:
            raise _Broken(f"it repeats {frequency or 'with no FREQ'}, which is no appointment")
        a_day = _A_DAY[frequency] if "BYHOUR" not in rule else len(rule["BYHOUR"])
        for name in ("BYMINUTE", "BYSECOND"):
            a_day *= len(rule.get(name, [0]))
        if a_day > MOST_A_DAY:
            raise _Broken("it repeats too many times a day")
        if (self._window.end - start) / DAY * a_day > MOST_STARTS:
            raise _Broken("it has been repeating for too long")
        if frequency in _OFTEN and sum(name in rule for name in _RARELY) > 1:
            raise _Broken("its rule may never be met, and is not tried")


def known_zone(name: str) -> ZoneInfo | None:
    """None for a name from outside that is no zone's."""
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, KeyError):
        return None


def _is_free(event: Any) -> bool:
    words = {name: str(event.get(name, "")).upper() for name in ("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS")}
    return (
        words["STATUS"] == "CANCELLED"
        or words["TRANSP"] == "TRANSPARENT"
        or words["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"
    )


def _check_zone(event: Any, name: str) -> None:
    if name not in event:
        return
    try:
        when = event[name].dt
    except MISREAD:
        raise _Broken(f"its {name} cannot be read") from None
    zone = str(event[name].params.get("TZID", ""))
    if zone and isinstance(when, datetime) and when.tzinfo is None:
        raise _Broken(f"its zone {zone[:40]!r} is not known")


def _moment(when: date, zone: ZoneInfo) -> datetime:
    """In UTC. A day begins when it does in `zone`; a time without a zone is meant there."""
    if not isinstance(when, datetime):
        when = datetime(when.year, when.month, when.day, tzinfo=zone)
    return (when if when.tzinfo is not None else when.replace(tzinfo=zone)).astimezone(UTC)
