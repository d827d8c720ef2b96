"""What a connection is told that asks for nothing we understand: one short answer, the last of its connection."""

import socket
from contextlib import suppress

from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, ParseException

from bot.arriving import Verdict
from bot.logs import log

_STATUS = {
    "LimitRequestLine": "414 URI Too Long", "LimitRequestHeaders": Verdict.HEAD_TOO_LARGE.value,
    "ExpectationFailed": "417 Expectation Failed", "UnsupportedTransferCoding": "501 Not Implemented",
}  # fmt: skip


def refuse(to: socket.socket, error: BaseException) -> None:
    """Say whose fault it is. gunicorn's own answer would repeat what was sent, and its line in the log too."""
    is_theirs = isinstance(error, ParseException)
    if is_theirs and not isinstance(error, (InvalidResponseHeader, InvalidResponseHeaderName)):
        log.info("request_refused", why=type(error).__name__)
        say(to, _STATUS.get(type(error).__name__, "400 Bad Request"))
    else:
        log.error("request_broke", endpoint=None, exc_info=error)
        say(to, "500 Internal Server Error")


def say(to: socket.socket, status: str) -> None:
    """As far as they take it at once."""
    body = f"{status}\n"
    with suppress(OSError):
        to.setblocking(False)
        to.send(
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            f"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n{body}".encode()
        )
