"""Whose a CalDAV calendar is: under which addresses they are invited, and so what they have declined."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.calendars import webdav
from bot.calendars.exchange import Exchange
from bot.calendars.failure import CalendarFailure


class Owner:
    """Of the calendar at `url`. The server is asked once, when somebody has declined an event; where it does not say,
    nothing is known of the owner. `username`, with which we sign in, counts where it is a mail address, the server
    tells none, and it does not say that the calendar is another's."""

    def __init__(self, exchange: Exchange, url: str, username: str) -> None:
        self._exchange, self._url, self._username = exchange, url, username

    def has_declined(self, event: Any) -> bool:
        declined = set(_declined(event))
        return bool(declined) and not declined.isdisjoint(self._addresses)

    @cached_property
    def _addresses(self) -> frozenset[str]:
        try:
            owner, own = webdav.read_owner(self._ask(self._url, webdav.OWNER))
        except CalendarFailure:
            return frozenset()
        told = {_normal(address) for address in self._told(owner or own)}
        if "@" in self._username and owner in ("", own) and not any(_is_mail(address) for address in told):
            told.add(_normal(self._username))
        return frozenset(told)

    def _told(self, principal: str) -> Iterable[str]:
        """The addresses of a principal (RFC 6638, 2.4.1); one on another server is not asked."""
        url = urljoin(self._url, principal)
        if not principal or urlsplit(url)[:2] != urlsplit(self._url)[:2]:
            return ()
        try:
            return webdav.read_addresses(self._ask(url, webdav.ADDRESSES))
        except CalendarFailure:
            return ()

    def _ask(self, url: str, body: bytes) -> bytes:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": "0"}
        return self._exchange.ask("PROPFIND", url, body, headers).body


def _declined(event: Any) -> Iterator[str]:
    """The addresses of those who have declined an event (RFC 5545, 3.2.12); EMAIL stands beside one that is no mail
    address (RFC 7986, 6.2)."""
    found = event.get("ATTENDEE", [])
    for attendee in found if isinstance(found, list) else [found]:
        said = getattr(attendee, "params", {})
        if str(said.get("PARTSTAT", "")).upper() == "DECLINED":
            yield from (_normal(address) for address in (str(attendee), str(said.get("EMAIL", ""))) if address)


def _normal(address: str) -> str:
    address = address.strip().casefold()
    return f"mailto:{address}" if "@" in address and ":" not in address else address


def _is_mail(address: str) -> bool:
    return address.startswith("mailto:")
