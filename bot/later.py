"""Pages that are made ready with the first request for one of them: neither a start waits for them, nor does the memory
hold them where nobody opens one."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGES = ("/console", "/simulator")
"""What the addresses of such pages begin with; and there is the one that leads to them."""


class Later:
    """`now`, beside what `make` makes once for the pages."""

    def __init__(self, now: "WSGIApplication", make: Callable[[], Flask]) -> None:
        self._now, self._make, self._lock = now, make, Lock()
        self._made: WSGIApplication | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        to = self._pages() if path == "/" or path.startswith(PAGES) else self._now
        return to(environ, start_response)

    def _pages(self) -> "WSGIApplication":
        if self._made is None:
            with self._lock:
                self._made = self._made or self._make().wsgi_app
        return self._made
