"""A Google calendar: its events read by what has changed, or its free/busy times; ours written into it.

https://developers.google.com/workspace/calendar/api/v3/reference
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.calendars.exchange import Answer, Exchange
from bot.calendars.failure import CalendarFailure, EventRefused, TokenRefused
from bot.calendars.google_account import GoogleAccount
from bot.calendars.ics import is_tentative
from bot.calendars.occurrences import known_zone
from conversations.entries import Entry
from handlers.calendar_leased import Leased, Removing, Writing
from handlers.calendar_reading import Reading, digest
from models.busy_times import Spell

API_BASE = "https://www.googleapis.com"
MOST_PAGES = 40
PAGE = 250
FREE_BUSY_DAYS = 60
"""Of one free/busy question: of how many it takes Google says nothing."""
FREE_BUSY = "free/busy"
"""The name under which all of its times are kept, for they bring none."""
_RATES = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "calendarUsageLimitsExceeded")
_UTC = ZoneInfo("UTC")
_JSON = {"Content-Type": "application/json"}


class Google:
    """One calendar, over one exchange; `leased.address` is its id. Where we write, its events are read, for ours must
    be told from others; else its free/busy times, for which less must be shared."""

    def __init__(self, exchange: Exchange, account: GoogleAccount, base: str, leased: Leased, now: datetime) -> None:
        self._exchange, self._account, self._leased, self._now = exchange, account, leased, now
        self._base = f"{base or API_BASE}/calendar/v3"
        self._events = f"{self._base}/calendars/{quote(leased.address, safe='')}/events"

    def read(self) -> Reading | None:
        """What is busy, or what has changed of it; None where nothing has. Raises CalendarFailure."""
        if not self._leased.writes:
            return self._free_busy()
        if self._leased.token:
            try:
                return self._listed({"syncToken": self._leased.token})
            except TokenRefused:
                pass
        window = {"timeMin": _zulu(self._leased.start), "timeMax": _zulu(self._leased.end)}
        try:
            return self._listed(window)
        except TokenRefused:
            raise CalendarFailure("HTTP 410") from None

    def write(self, writing: Writing) -> str:
        """Put the event there as the booking is. Its id follows from the booking, so that none is made twice; one that
        was removed there stands again. Answers its etag. Raises CalendarFailure, EventRefused."""
        own = writing.entry.uid.hex
        event = _event(writing.entry)
        insert, update = ("POST", self._events, {**event, "id": own}), ("PUT", f"{self._events}/{own}", event)
        for method, url, body in (update, insert, update) if writing.was_written else (insert, update):
            answer = self._ask(method, f"{url}?sendUpdates=none", body)
            if answer.status in (400, 412):
                raise EventRefused(f"HTTP {answer.status} {_reason(answer)}".strip())
            if answer.status not in (404, 409, 410):
                return str(_json(_done(answer)).get("etag", ""))
        if answer.status == 409:
            raise EventRefused("HTTP 409")
        raise CalendarFailure(f"HTTP {answer.status}: no such calendar, or it is not shared with us", is_setup=True)

    def remove(self, removing: Removing) -> None:
        """Take the event out; one that is gone is fine. Raises CalendarFailure."""
        answer = self._ask("DELETE", f"{self._events}/{removing.uid.hex}?sendUpdates=none")
        if answer.status not in (404, 410):
            _done(answer)

    def _listed(self, asked: Mapping[str, str]) -> Reading:
        """Raises TokenRefused where Google has forgotten what changed since."""
        items: list[Any] = []
        page: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            query = urlencode({"singleEvents": "true", "maxResults": str(PAGE), **asked, **page})
            answer = self._ask("GET", f"{self._events}?{query}")
            if answer.status == 410:
                raise TokenRefused
            said = _json(_done(answer))
            items += [item for item in said.get("items", []) if isinstance(item, dict)]
            if "nextPageToken" not in said:
                return self._reading(items, said, is_whole="syncToken" not in asked)
            page = {"pageToken": str(said["nextPageToken"])}
        raise CalendarFailure(f"more than {MOST_PAGES * PAGE} events")

    def _reading(self, items: list[Any], said: Mapping[str, Any], *, is_whole: bool) -> Reading:
        zone = known_zone(str(said.get("timeZone", ""))) or self._leased.zone
        spells: list[Spell] = []
        broken: list[str] = []
        names: set[str] = set()
        ours: dict[UUID, tuple[datetime, datetime] | None] = {}
        for item in items:
            name = str(item.get("id", ""))
            names.add(digest(name))
            own = self._own(item)
            try:
                times = None if _is_free(item) else (_moment(item["start"], zone), _moment(item["end"], zone))
            except (LookupError, TypeError, ValueError):
                broken.append(f"event {name[:60]}: its times cannot be read")
                continue
            if own is not None:
                ours[own] = times
            elif times is not None and self._counts(*times):
                spells.append(Spell(digest(name), *times))
        only = None if is_whole else frozenset(names)
        return Reading(str(said.get("nextSyncToken", "")), tuple(spells), only, tuple(broken), ours)

    def _counts(self, start: datetime, end: datetime) -> bool:
        return start < end and end > self._leased.start and start < self._leased.end

    def _own(self, item: Mapping[str, Any]) -> UUID | None:
        """The booking's, by our id, or by the UID where it came in by another way."""
        for name in (item.get("id"), item.get("iCalUID")):
            try:
                found = UUID(str(name).partition("@")[0])
            except ValueError:
                continue
            if found in self._leased.ours:
                return found
        return None

    def _free_busy(self) -> Reading:
        spells: list[Spell] = []
        start = self._leased.start
        while start < self._leased.end:
            end = min(start + timedelta(days=FREE_BUSY_DAYS), self._leased.end)
            spells += [Spell(digest(FREE_BUSY), *times) for times in self._busy(start, end)]
            start = end
        return Reading("", tuple(_joined(spells)))

    def _busy(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Errors come beside a 200, a calendar each: it is unknown then, and not free."""
        calendar = self._leased.address
        asked = {"timeMin": _zulu(start), "timeMax": _zulu(end), "timeZone": "UTC", "items": [{"id": calendar}]}
        said = _json(_done(self._ask("POST", f"{self._base}/freeBusy", asked)))
        try:
            found = said["calendars"][calendar]
            if errors := found.get("errors"):
                reason = str(errors[0].get("reason", "")) if isinstance(errors[0], dict) else ""
                words = f"free/busy: {reason if reason.isalpha() else 'error'}"
                raise CalendarFailure(words, is_setup=reason == "notFound")
            for one in found["busy"]:
                yield _moment({"dateTime": one["start"]}, _UTC), _moment({"dateTime": one["end"]}, _UTC)
        except (LookupError, TypeError, ValueError, AttributeError):
            raise CalendarFailure("free/busy: it does not say whether the calendar is busy") from None

    def _ask(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Answer:
        """One exchange; a token that is refused before its time is replaced once."""
        for attempt in (1, 2):
            headers = {"Authorization": f"Bearer {self._account.token(self._now)}", **_JSON}
            content = json.dumps(body).encode() if body is not None else b""
            answer = self._exchange.ask(method, url, content, headers)
            if answer.status != 401 or attempt == 2:
                break
            self._account.forget()
        return answer


def _event(entry: Entry) -> dict[str, Any]:
    zone = str(entry.start.tzinfo)
    return {
        "summary": entry.title,
        "description": entry.details,
        "location": entry.place,
        "status": "tentative" if is_tentative(entry) else "confirmed",
        "transparency": "opaque",
        "start": {"dateTime": entry.start.isoformat(), "timeZone": zone},
        "end": {"dateTime": entry.end.isoformat(), "timeZone": zone},
        "extendedProperties": {"private": {"textbookBooking": str(entry.booking_id)}},
        "reminders": {"useDefault": False},
    }


def _is_free(item: Mapping[str, Any]) -> bool:
    """Of a cancelled one only the id is sure."""
    if item.get("status") == "cancelled" or item.get("transparency") == "transparent":
        return True
    if item.get("eventType") == "workingLocation":
        return True
    us = [one for one in item.get("attendees") or [] if isinstance(one, dict) and one.get("self")]
    return any(one.get("responseStatus") == "declined" for one in us)


def _moment(when: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    """In UTC; a day begins when it does in `zone`. Raises LookupError, TypeError, ValueError."""
    if "dateTime" in when:
        moment = datetime.fromisoformat(when["dateTime"])
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(when["timeZone"]))).astimezone(UTC)
    day = date.fromisoformat(when["date"])
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _joined(spells: list[Spell]) -> Iterator[Spell]:
    """Without the seam where one question ended and the next began."""
    last: Spell | None = None
    for spell in sorted(spells, key=lambda one: one.start):
        if last is not None and spell.start <= last.end:
            last = Spell(last.uid, last.start, max(last.end, spell.end))
            continue
        if last is not None:
            yield last
        last = spell
    if last is not None:
        yield last


def _done(answer: Answer) -> Answer:
    """Raises CalendarFailure unless it was."""
    if 200 <= answer.status < 300:
        return answer
    reason = _reason(answer)
    if answer.status in (403, 429) and (answer.status == 429 or reason in _RATES):
        raise CalendarFailure(f"HTTP {answer.status} {reason}".strip())
    hint = {401: "it does not let us in", 403: "the calendar is not shared with us for this", 404: "no such calendar"}
    raise CalendarFailure(f"HTTP {answer.status}: {hint.get(answer.status, reason or 'refused')}", is_setup=True)


def _reason(answer: Answer) -> str:
    """Google's word for what is wrong, never its sentence, in which stand addresses."""
    try:
        word = str(json.loads(answer.body)["error"]["errors"][0]["reason"])
    except (ValueError, LookupError, TypeError):
        return ""
    return word if word.isalpha() and len(word) <= 40 else ""


def _json(answer: Answer) -> dict[str, Any]:
    try:
        found: Any = json.loads(answer.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CalendarFailure("it does not answer as Google Calendar", is_setup=True)
    return found


def _zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
