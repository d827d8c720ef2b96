"""A calendar on a CalDAV server (RFC 4791): its events read whole or by what has changed, ours written into it."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from bot.calendars import webdav
from bot.calendars.exchange import Answer, Exchange
from bot.calendars.failure import CalendarFailure, EventRefused, NotACalendar, TokenRefused
from bot.calendars.ics import Method, booking_ics
from bot.calendars.occurrences import Expander, Found, Window
from bot.calendars.owner import Owner
from handlers.calendar_leased import Leased, Removing, Writing
from handlers.calendar_reading import Reading, digest
from models.busy_times import Spell

AT_ONCE = 50
"""Events asked for in one multiget."""
MOST_ROUNDS = 20
"""Answers of one sync report that a server may cut into."""
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_DATA = {"Content-Type": "text/calendar; charset=utf-8"}
_SYNC, _CTAG = "sync ", "ctag "
"""What is in front of the token we keep: which of the two ways the server has."""


def authorization(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode() if username or password else ""


def address_of(base: str, address: str) -> str:
    """Where a calendar is: its address, whole or behind CALDAV_URL, with a slash at the end.

    Raises CalendarFailure for one on another server, which must never be shown the password."""
    url = urljoin(f"{base}/", address) if base else address
    if base and urlsplit(url)[:2] != urlsplit(base)[:2]:
        raise CalendarFailure("its address is not on the server of CALDAV_URL", is_setup=True)
    return url if url.endswith("/") else f"{url}/"


class CalDAV:
    """One calendar, over one exchange. `url` ends with a slash; `username` is what we sign in with."""

    def __init__(self, exchange: Exchange, url: str, leased: Leased, username: str = "") -> None:
        self._exchange, self._url, self._leased = exchange, url, leased
        owner = Owner(exchange, url, username)
        self._expander = Expander(Window(leased.start, leased.end, leased.zone), owner.has_declined)

    def read(self) -> Reading | None:
        """What is busy, or what has changed of it; None where nothing has. Raises CalendarFailure."""
        state = webdav.read_state(self._report("PROPFIND", webdav.STATE, depth="0"))
        if not state.is_calendar:
            raise CalendarFailure("there is no calendar at its address", is_setup=True)
        now = f"{_SYNC}{state.sync_token}" if state.sync_token else f"{_CTAG}{state.ctag}" if state.ctag else ""
        if now and now == self._leased.token:
            return None
        if state.sync_token and self._leased.token.startswith(_SYNC):
            try:
                return self._changes(self._leased.token.removeprefix(_SYNC))
            except TokenRefused:
                pass
        return self._whole(now)

    def write(self, writing: Writing) -> str:
        """Put the event there as the booking is; its etag, "" where the server tells none. An event that was changed or
        removed there is put right. Raises CalendarFailure, EventRefused."""
        url = self._event_url(writing.entry.uid)
        data = booking_ics(writing.entry, Method.NONE)
        condition = {} if writing.was_written else {"If-None-Match": "*"}
        if writing.etag:
            condition = {"If-Match": writing.etag}
        answer = self._exchange.ask("PUT", url, data, {**_DATA, **condition})
        if answer.status == 412:  # somebody was there, a lost answer of our own perhaps; or it is gone
            etag = self._etag(url)
            condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
            answer = self._exchange.ask("PUT", url, data, {**_DATA, **condition})
        if answer.status in (409, 412, 413, 415, 422):
            raise EventRefused(f"HTTP {answer.status}")
        _admitted(answer)
        return answer.headers.get("ETag", "") or self._etag(url)

    def remove(self, removing: Removing) -> None:
        """Take the event out; one that is gone is fine. Raises CalendarFailure, EventRefused."""
        url = self._event_url(removing.uid)
        answer = self._exchange.ask("DELETE", url, headers={"If-Match": removing.etag} if removing.etag else {})
        if answer.status == 412:
            etag = self._etag(url)
            if not etag:
                return
            answer = self._exchange.ask("DELETE", url, headers={"If-Match": etag})
        if answer.status in (404, 410):
            return
        if answer.status in (409, 412):
            raise EventRefused(f"HTTP {answer.status}")
        _admitted(answer)

    def _whole(self, token: str) -> Reading:
        body = webdav.events_between(self._leased.start, self._leased.end)
        resources = webdav.read_resources(self._report("REPORT", body, depth="1"))
        return self._reading(token, [one for one in resources if one.data is not None], None)

    def _changes(self, token: str) -> Reading:
        """Raises TokenRefused where the server has forgotten so much."""
        changed: dict[str, webdav.Resource] = {}
        for _ in range(MOST_ROUNDS):
            answer = self._exchange.ask("REPORT", self._url, webdav.changes_since(token), {**_XML, "Depth": "0"})
            if answer.status in (400, 403, 409, 410, 412, 507):
                raise TokenRefused
            _admitted(answer, wanted=207)
            found = webdav.read_changes(answer.body, self._url)
            changed.update({one.name: one for one in found.resources})
            token = found.token
            if not found.is_cut:
                break
        else:
            raise TokenRefused
        there = [one.href for one in changed.values() if not one.is_gone]
        data = [one for some in _pieces(there) for one in self._multiget(some) if one.data is not None]
        return self._reading(f"{_SYNC}{token}" if token else "", data, frozenset(changed))

    def _multiget(self, hrefs: Sequence[str]) -> list[webdav.Resource]:
        return webdav.read_resources(self._report("REPORT", webdav.events_at(hrefs), depth="1"))

    def _reading(self, token: str, resources: Sequence[webdav.Resource], only: frozenset[str] | None) -> Reading:
        """`only` are the names of the resources that have changed, those that are gone too."""
        spells: list[Spell] = []
        broken: list[str] = []
        ours: dict[UUID, tuple[datetime, datetime] | None] = {
            uid: None for uid in self._leased.ours if only is not None and _name(uid) in only
        }
        for one in resources:
            try:
                found = self._expander.read(one.data or b"", one.name)
            except NotACalendar:
                broken.append(f"{one.name}: it cannot be read")
                continue
            broken += found.broken
            spells += self._spells(one.name, found, ours)
        names = None if only is None else frozenset(map(digest, only))
        return Reading(token, tuple(spells), names, tuple(broken), ours)

    def _spells(self, name: str, found: Found, ours: dict[UUID, tuple[datetime, datetime] | None]) -> Iterator[Spell]:
        for uid, stretches in found.spells.items():
            if (own := own_uid(uid, self._leased)) is not None:
                if _name(own) == name:
                    ours[own] = stretches[0] if len(stretches) == 1 else None
                continue
            yield from (Spell(digest(name), start, end) for start, end in stretches)

    def _etag(self, url: str) -> str:
        answer = self._exchange.ask("PROPFIND", url, webdav.TAG, {**_XML, "Depth": "0"})
        if answer.status in (404, 410):
            return ""
        _admitted(answer, wanted=207)
        found = webdav.read_resources(answer.body)
        return found[0].etag if found else ""

    def _report(self, method: str, body: bytes, depth: str) -> bytes:
        answer = self._exchange.ask(method, self._url, body, {**_XML, "Depth": depth})
        _admitted(answer, wanted=207)
        return answer.body

    def _event_url(self, uid: UUID) -> str:
        return f"{self._url}{_name(uid)}"


def own_uid(uid: str, leased: Leased) -> UUID | None:
    """The booking's, where an event is our own, by whichever way it came into this calendar."""
    try:
        found = UUID(uid)
    except ValueError:
        return None
    return found if found in leased.ours else None


def _name(uid: UUID) -> str:
    return f"{uid}.ics"


def _pieces(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


def _admitted(answer: Answer, wanted: int = 0) -> None:
    """Raises CalendarFailure unless it was done, with the one status that is `wanted` where there is one."""
    if answer.status in (401, 403, 407):
        raise CalendarFailure(f"HTTP {answer.status}: it does not let us in", is_setup=True)
    if answer.status in (404, 410):
        raise CalendarFailure(f"HTTP {answer.status}: there is nothing at its address", is_setup=True)
    if not 200 <= answer.status < 300 or (wanted and answer.status != wanted):
        raise CalendarFailure(f"HTTP {answer.status}", is_setup=400 <= answer.status < 500)
