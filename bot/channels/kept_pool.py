"""Kept connections to one address, to which the same kind of request goes again and again.

What `requests` finds out afresh for every request (proxies, certificates, headers) is found out once. The pool beneath
it connects, and makes the first exchange on each connection; on one that is kept, the head of a request is the same
bytes as before."""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException
from typing import cast
from urllib.parse import urlsplit
from weakref import finalize

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Retry, Timeout
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from bot.channels.base import SENDERS
from bot.channels.errors import not_answered
from bot.channels.kept_line import Answer, KeptLine

ONCE = Retry(0, read=False)
"""What is not answered is not asked again here."""


def kept_session() -> requests.Session:
    """One of `requests` that keeps a connection for each of our senders."""
    session, adapter = requests.Session(), HTTPAdapter(pool_maxsize=SENDERS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class KeptPool:
    """Posts to one URL, from any number of threads; waits at most `timeout` seconds to be connected, and for each part
    of an answer. Redirects are not followed: they are answers. `login` is a name and a password."""

    def __init__(
        self,
        url: str,
        timeout: float,
        login: tuple[str, str] | None,
        headers: Mapping[str, str],
        connections: int = SENDERS,
    ) -> None:
        """Raises requests.RequestException where the URL is none, and OSError where the certificates are not there."""
        self._seconds, self._timeout = timeout, Timeout(connect=timeout, read=timeout)
        self._adapter = HTTPAdapter(pool_maxsize=connections)
        self._kept: list[KeptLine] = []
        finalize(self, _close_all, self._kept)  # as the pool does with its own
        with requests.Session() as session:
            asked = {**headers, "Accept-Encoding": "identity"}
            request = session.prepare_request(requests.Request("POST", url, headers=asked, auth=login))
            found = session.merge_environment_settings(request.url or url, {}, None, None, None)
            session.rebuild_proxies(request, found["proxies"])  # type: ignore[no-untyped-call] # adds a proxy's login
        del request.headers["Content-Length"]
        host = urlsplit(request.url or url).netloc.rpartition("@")[2]
        self._headers = {"Host": str(host), **request.headers}
        self._target = self._adapter.request_url(request, found["proxies"])
        self._head = _head_of(self._target, self._headers)
        pool = self._adapter.get_connection_with_tls_context(
            request, found["verify"], proxies=found["proxies"], cert=found["cert"]
        )
        self._pool = cast(HTTPConnectionPool, pool)
        self._adapter.cert_verify(self._pool, request.url, found["verify"], found["cert"])  # type: ignore[no-untyped-call]

    def post(self, body: str) -> Answer:
        """One exchange. Raises SendError where there is no answer."""
        try:
            line = self._open()
            return self._first(body) if line is None else self._next(line, body.encode())
        except (HTTPError, HTTPException, OSError) as error:
            raise not_answered(error) from None  # the chained text would hold the URL, and in it a phone number

    def close(self) -> None:
        """Close the kept connections."""
        _close_all(self._kept)
        self._adapter.close()

    def _open(self) -> KeptLine | None:
        """A kept connection, unless the other side has closed it; None where there is none."""
        with suppress(IndexError):
            while True:
                if (line := self._kept.pop()).is_silent:
                    return line
                line.close()
        return None

    def _first(self, body: str) -> Answer:
        """On a new connection, which is kept from then on."""
        answer = self._pool.urlopen(
            "POST", self._target, body, self._headers, ONCE, redirect=False, assert_same_host=False,
            timeout=self._timeout,
        )  # fmt: skip
        with suppress(HTTPError, OSError):  # that it cannot be kept says nothing against the answer
            connection = cast(HTTPConnection, self._pool._get_conn())
            if not connection.is_closed and answer.status >= HTTPStatus.OK:
                self._kept.append(KeptLine(connection, self._seconds))
        return Answer(answer.status, answer.data, answer.headers.get("Retry-After"))

    def _next(self, line: KeptLine, body: bytes) -> Answer:
        """On one that is kept. What breaks here may have been taken."""
        is_kept = False
        try:
            answer, is_kept = line.ask(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        finally:
            if is_kept:
                self._kept.append(line)
            else:
                line.close()
        return answer


def _close_all(kept: list[KeptLine]) -> None:
    while kept:
        kept.pop().close()


def _head_of(target: str, headers: Mapping[str, str]) -> bytes:
    """All that stands before the length of the body. `requests` has seen to it that no line holds another."""
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "Content-Length: "]
    return "\r\n".join(lines).encode("latin-1")
