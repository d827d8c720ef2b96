"""One HTTP exchange with a calendar server: bounded in time and size, with no redirect followed while a password is at
hand, and with nothing of an address or a body in any error."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from bot.calendars.failure import CalendarFailure
from bot.channels.errors import seconds

LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read: some tens of thousands of events."""
EACH_SECONDS = 20.0
ALL_SECONDS = 120.0
"""That all exchanges of one sync may take together."""
MOST_REDIRECTS = 3
_PIECE = 65536
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Exchange:
    """A session with one server, for one sync: its whole time is counted from when it is made. `authorization` is the
    header that lets us in, "" for none. `follows` redirects of a GET, where nothing secret goes along."""

    def __init__(
        self, authorization: str = "", *, follows: bool = False, each: float = EACH_SECONDS, in_all: float = ALL_SECONDS
    ) -> None:
        self._each, self._deadline = each, time.monotonic() + in_all
        self._session = requests.Session()
        self._session.auth = _Header(authorization)
        self._session.headers["Accept-Encoding"] = "identity"  # so that the bytes we count are those we keep
        self._session.headers["User-Agent"] = "Textbook"
        self._follows = follows and not authorization

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def ask(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Whatever the server answers, but that it is too busy or broken. Raises CalendarFailure."""
        answer = self._ask(method, url, body, headers or {})
        for _ in range(MOST_REDIRECTS):
            if answer.status not in _REDIRECTS or not self._follows or method != "GET":
                break
            url = _onwards(url, answer.headers.get("Location", ""))
            answer = self._ask(method, url, body, headers or {})
        if answer.status in _REDIRECTS:
            raise CalendarFailure("it redirects: set the address that it leads to", is_setup=True)
        if answer.status in (429, 503):
            raise CalendarFailure(f"HTTP {answer.status}", retry_after=seconds(answer.headers.get("Retry-After")))
        if answer.status >= 500 and answer.status != 507:
            raise CalendarFailure(f"HTTP {answer.status}")
        return answer

    def _ask(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise CalendarFailure("it is too slow")
        patience = min(self._each, left)
        try:
            with self._session.request(
                method, url, data=body or None, headers=headers, timeout=patience, stream=True, allow_redirects=False
            ) as response:
                content = _body(response, time.monotonic() + patience)
                return Answer(response.status_code, response.headers, content)
        except (OSError, HTTPError, ValueError) as error:
            is_setup = isinstance(error, ValueError) and isinstance(error, requests.RequestException)
            raise CalendarFailure(type(error).__name__, is_setup=is_setup) from None  # its text holds the address


class _Header(requests.auth.AuthBase):
    """The header, or nothing; either way requests then looks for no password in the machine's own files."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._authorization:
            request.headers["Authorization"] = self._authorization
        return request


def _onwards(url: str, location: str) -> str:
    """Where a redirect leads; never from an encrypted address to one that is not."""
    target = urljoin(url, location)
    scheme = urlsplit(target).scheme
    if not location or scheme not in ("http", "https") or (urlsplit(url).scheme == "https" and scheme != "https"):
        raise CalendarFailure("it redirects to no address we follow", is_setup=True)
    return target


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise CalendarFailure(f"it answers more than {LONGEST_ANSWER // 1024 // 1024} MB")
        if time.monotonic() > deadline:
            raise CalendarFailure("it is too slow")
    return bytes(body)
