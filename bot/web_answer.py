"""An answer as it leaves: head and body in one piece, over a connection that nobody waits for unless it is full."""

import time
from functools import lru_cache
from typing import Any

from gunicorn import util
from gunicorn.http.wsgi import Response

from bot.shielded import ALWAYS, ENCRYPTED

_TYPES = ("text/xml; charset=utf-8", "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/json")
_USUAL = {
    header: "{}: {}\r\n".format(*header)
    for header in (*ALWAYS.items(), ENCRYPTED, *[("Content-Type", each) for each in _TYPES])
}
"""Headers that need no looking at each time, as they are sent."""


class Left(Exception):
    """Whoever asked does not take the answer."""


class Answer(Response):  # type: ignore[misc]
    """gunicorn's, for a socket that does not block."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._head = b""
        self._usual: list[str] = []
        self.headers_sent = False
        self.has_begun = False
        """Some of it is on its way: nothing else can be said instead."""

    def process_headers(self, headers: list[tuple[str, str]]) -> None:
        self._usual, others = [], []
        for header in headers:
            if (line := _USUAL.get(header)) is not None:
                self._usual.append(line)
            elif header[0] == "Content-Length" and header[1].isdecimal() and header[1].isascii():
                self.response_length = int(header[1])
                self.headers.append(header)
            else:
                others.append(header)
        super().process_headers(others)

    def default_headers(self) -> list[str]:
        """They end with the usual ones."""
        if self.upgrade:
            return [*super().default_headers(), *self._usual]
        first, second = self.req.version
        return [
            f"HTTP/{first}.{second} {self.status}\r\nServer: {self.version}\r\n",
            _date(int(time.monotonic())),
            "Connection: close\r\n" if self.should_close() else "Connection: keep-alive\r\n",
            "Transfer-Encoding: chunked\r\n" if self.chunked else "",
            *self._usual,
        ]

    def send_headers(self) -> None:
        """They wait for what follows."""
        if not self.headers_sent:
            lines = [*self.default_headers(), *(f"{name}: {value}\r\n" for name, value in self.headers), "\r\n"]
            self._head = "".join(lines).encode("latin-1")
            self.headers_sent = True

    @property
    def is_whole(self) -> bool:
        """Whether all is said that its head promised; whoever waits for the rest would take the next answer for it."""
        return bool(self._omits_body or self.response_length is None or self.sent >= self.response_length)

    def can_sendfile(self) -> bool:
        return False

    def close(self) -> None:
        self.send_headers()
        if rest := self._head + (b"0\r\n\r\n" if self.chunked else b""):
            self._head = b""
            self._send(rest)

    def _emit_body(self, data: bytes) -> None:
        head, self._head = self._head, b""
        self._send(b"%b%X\r\n%b\r\n" % (head, len(data), data) if self.chunked else head + data)

    def _send(self, data: bytes) -> None:
        """Raises Left."""
        self.has_begun = True
        try:
            try:
                sent = self.sock.send(data)
            except BlockingIOError:
                sent = 0
            if sent < len(data):
                self._send_slowly(memoryview(data)[sent:])
        except OSError as error:
            raise Left from error

    def _send_slowly(self, rest: memoryview) -> None:
        """Somebody who takes it in as they can; how long they may is said of their socket."""
        self.sock.setblocking(True)
        try:
            self.sock.sendall(rest)
        finally:
            self.sock.setblocking(False)


@lru_cache(maxsize=1)
def _date(_second: int) -> str:
    """As of some moment of a second by the monotonic clock."""
    return f"Date: {util.http_date()}\r\n"
