"""The XML of WebDAV: what we ask, and a multistatus answer read (RFC 4918, 4791, 6578)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.calendars.failure import CalendarFailure

DAV, CALDAV, CALENDAR_SERVER = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'

STATE = f"{_HEAD}<propfind {_SPACES}><prop><resourcetype/><sync-token/><S:getctag/></prop></propfind>".encode()
TAG = f"{_HEAD}<propfind {_SPACES}><prop><getetag/></prop></propfind>".encode()
OWNER = f"{_HEAD}<propfind {_SPACES}><prop><owner/><current-user-principal/></prop></propfind>".encode()
ADDRESSES = f"{_HEAD}<propfind {_SPACES}><prop><C:calendar-user-address-set/></prop></propfind>".encode()


@dataclass(frozen=True, slots=True)
class Resource:
    """One answer of a multistatus. `name` is the last part of its address; `is_gone` where it is there no more."""

    name: str
    href: str
    is_gone: bool
    data: bytes | None
    etag: str


@dataclass(frozen=True, slots=True)
class State:
    """What a collection says of itself."""

    is_calendar: bool
    sync_token: str
    ctag: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Resources of a sync report. `is_cut`: there are more, to be asked for with the new token."""

    token: str
    resources: tuple[Resource, ...]
    is_cut: bool


def events_between(start: datetime, end: datetime) -> bytes:
    """A calendar-query for the events that touch this time (RFC 4791, 7.8)."""
    return (
        f"{_HEAD}<C:calendar-query {_SPACES}><prop><getetag/><C:calendar-data/></prop><C:filter>"
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{_utc(start)}" end="{_utc(end)}"/>'
        f"</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    ).encode()


def changes_since(token: str) -> bytes:
    """A sync-collection report (RFC 6578, 3.2)."""
    return (
        f"{_HEAD}<sync-collection {_SPACES}><sync-token>{escape(token)}</sync-token>"
        f"<sync-level>1</sync-level><prop><getetag/></prop></sync-collection>"
    ).encode()


def events_at(hrefs: Iterable[str]) -> bytes:
    """A calendar-multiget (RFC 4791, 7.9)."""
    wanted = "".join(f"<href>{escape(href)}</href>" for href in hrefs)
    return (
        f"{_HEAD}<C:calendar-multiget {_SPACES}><prop><getetag/><C:calendar-data/></prop>{wanted}</C:calendar-multiget>"
    ).encode()


def read_state(body: bytes) -> State:
    root = _root(body)
    return State(
        is_calendar=root.find(f".//{DAV}resourcetype/{CALDAV}calendar") is not None,
        sync_token=_text(root.find(f".//{DAV}propstat//{DAV}sync-token")),
        ctag=_text(root.find(f".//{CALENDAR_SERVER}getctag")),
    )


def read_owner(body: bytes) -> tuple[str, str]:
    """The addresses of whom a collection belongs to (RFC 3744, 5.1) and of who we are (RFC 5397); "" where untold."""
    root = _root(body)
    found = (root.find(f".//{DAV}{name}/{DAV}href") for name in ("owner", "current-user-principal"))
    owner, own = map(_text, found)
    return owner, own


def read_addresses(body: bytes) -> list[str]:
    """Under which somebody is invited."""
    return [_text(one) for one in _root(body).findall(f".//{CALDAV}calendar-user-address-set/{DAV}href")]


def read_resources(body: bytes) -> list[Resource]:
    return list(_resources(_root(body)))


def read_changes(body: bytes, own_path: str) -> Changes:
    """`own_path` is that of the collection, of which a server says 507 where it has cut its answer."""
    root = _root(body)
    found = list(_resources(root))
    statuses = {_path(_text(one.find(f"{DAV}href"))): _text(one.find(f"{DAV}status")) for one in root}
    is_cut = " 507" in statuses.get(_path(own_path), "")
    token = _text(root.find(f"{DAV}sync-token"))
    return Changes(token, tuple(one for one in found if _path(one.href) != _path(own_path)), is_cut)


def _resources(root: Element) -> Iterator[Resource]:
    for one in root.iter(f"{DAV}response"):
        href = _text(one.find(f"{DAV}href"))
        data = one.find(f".//{CALDAV}calendar-data")
        yield Resource(
            name=unquote(urlsplit(href).path).rstrip("/").rpartition("/")[2],
            href=href,
            is_gone=" 404" in _text(one.find(f"{DAV}status")) or " 410" in _text(one.find(f"{DAV}status")),
            data=(data.text or "").encode() if data is not None and data.text else None,
            etag=_text(one.find(f".//{DAV}getetag")),
        )


def _root(body: bytes) -> Element:
    """Raises CalendarFailure for what is no multistatus; entities and document types are refused, not expanded."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise CalendarFailure("it does not answer as a CalDAV server", is_setup=True) from None
    if root.tag != f"{DAV}multistatus":
        raise CalendarFailure("it does not answer as a CalDAV server", is_setup=True)
    return root


def _path(address: str) -> str:
    return unquote(urlsplit(address).path).rstrip("/")


def _text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
