"""Kept connections to one address, to which the same kind of request goes again and again.

What `requests` finds out afresh for every request (proxies, certificates, headers) is found out once; each request then
goes straight to the pool beneath it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Retry, Timeout
from urllib3.exceptions import HTTPError

from bot.channels.base import SENDERS
from bot.channels.errors import not_answered

ONCE = Retry(0, read=False)
"""What is not answered is not asked again here."""


def kept_session() -> requests.Session:
    """One of `requests` that keeps a connection for each of our senders."""
    session, adapter = requests.Session(), HTTPAdapter(pool_maxsize=SENDERS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def is_yes(self) -> bool:
        return 200 <= self.status < 300


class KeptPool:
    """Posts to one URL, from any number of threads; waits at most `timeout` seconds to be connected, and for each part
    of an answer. Redirects are not followed: they are answers. `login` is a name and a password."""

    def __init__(
        self, url: str, timeout: float, login: tuple[str, str], headers: Mapping[str, str], connections: int = SENDERS
    ) -> None:
        """Raises requests.RequestException where the URL is none, and OSError where the certificates are not there."""
        self._timeout = Timeout(connect=timeout, read=timeout)
        self._adapter = HTTPAdapter(pool_maxsize=connections)
        with requests.Session() as session:
            request = session.prepare_request(requests.Request("POST", url, headers=dict(headers), auth=login))
            found = session.merge_environment_settings(request.url or url, {}, None, None, None)
            session.rebuild_proxies(request, found["proxies"])  # type: ignore[no-untyped-call] # adds a proxy's login
        del request.headers["Content-Length"]
        self._headers = dict(request.headers)
        self._target = self._adapter.request_url(request, found["proxies"])
        pool = self._adapter.get_connection_with_tls_context(
            request, found["verify"], proxies=found["proxies"], cert=found["cert"]
        )
        self._pool = cast(HTTPConnectionPool, pool)
        self._adapter.cert_verify(self._pool, request.url, found["verify"], found["cert"])  # type: ignore[no-untyped-call]

    def post(self, body: str) -> Answer:
        """One exchange. Raises SendError where there is no answer."""
        try:
            answer = self._pool.urlopen(
                "POST", self._target, body, self._headers, ONCE, redirect=False, assert_same_host=False,
                timeout=self._timeout,
            )  # fmt: skip
        except (HTTPError, OSError) as error:
            raise not_answered(error) from None  # the chained text would hold the URL, and in it a phone number
        return Answer(answer.status, answer.data, answer.headers)

    def close(self) -> None:
        """Close the kept connections."""
        self._adapter.close()
