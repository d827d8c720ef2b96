"""gunicorn's threaded worker, with a waiting room before its threads: a request that has not come whole holds none of
them, however slowly it comes; and it lets go of the port as soon as its master is gone."""

import os
import selectors
import socket
import struct
import time
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from bot.arriving import Arriving, Verdict
from bot.logs import log

MOST_HELD = 64 * 1024 * 1024
"""Bytes of all that waits together; above it whoever waits longest is sent away."""
READ_AT_ONCE = 256 * 1024
SEND_SECONDS = 20
"""In which somebody who is answered takes in some of it."""
LINGER_SECONDS, MOST_LINGERING = 2.0, 200
"""How long a connection that we ended may take to end too, unread answers in it; and how many at once."""
STOP_SECONDS = 2.0
"""What a request that is still coming in has left when we stop."""


class _Connection(TConn):  # type: ignore[misc]
    """One that ends without keeping the loop waiting."""

    worker: "WebWorker"
    arriving: Arriving
    is_cut = False

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.linger(self.sock)
        else:
            super().close()


class WebWorker(ThreadWorker):  # type: ignore[misc]
    """One that is left behind finishes its requests, and keeps nobody from starting afresh meanwhile."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._waiting: dict[_Connection, None] = {}
        self._lingering: dict[socket.socket, float] = {}
        self._stopped_at: float | None = None

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and os.getppid() != self.ppid:
            for listener in self.sockets:
                listener.close()

    def accept(self, listener: socket.socket) -> None:
        try:
            taken, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        connection = _Connection(self.cfg, taken, address, listener.getsockname())
        connection.worker = self
        self.nr_conns += 1
        self.enqueue_req(connection)
        self._make_room()

    def enqueue_req(self, conn: _Connection) -> None:
        """Let a connection wait for its next request, of which some may have come already."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        conn.arriving = Arriving(time.monotonic())
        conn.sock.setblocking(False)
        early = conn.parser.unreader.take_buffered() if conn.parser is not None else b""
        if not (early and self._judged(conn, conn.arriving.take(early))):
            self._waiting[conn] = None
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._more, conn))
            self._more(conn, conn.sock)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """gunicorn's own answer would repeat what was sent, and its line in the log too."""
        del req, addr
        is_theirs = isinstance(exc, ParseException)
        if is_theirs and not isinstance(exc, (InvalidResponseHeader, InvalidResponseHeaderName)):
            log.info("request_refused", why=type(exc).__name__)
            _say(client, _STATUS.get(type(exc).__name__, "400 Bad Request"))
        else:
            log.error("request_broke", endpoint=None, exc_info=exc)
            _say(client, "500 Internal Server Error")

    def _keepalive_after(self, conn: _Connection, keepalive: bool) -> bool:
        return False if conn.is_cut else bool(super()._keepalive_after(conn, keepalive))

    def _more(self, conn: _Connection, _socket: socket.socket) -> None:
        try:
            data = conn.sock.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
        elif self._judged(conn, conn.arriving.take(data)):
            return
        elif conn.arriving.is_waited_for:
            conn.arriving.is_waited_for = False
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _judged(self, conn: _Connection, verdict: Verdict) -> bool:
        """Whether it waits no more: a thread has it, or it was sent away."""
        if verdict is Verdict.MORE:
            return False
        if verdict in (Verdict.WHOLE, Verdict.CUT):
            self._leave(conn)
            conn.is_cut = verdict is Verdict.CUT
            conn.init()
            conn.data_ready = True
            conn.parser.unreader.unread(bytes(conn.arriving.data))
            conn.arriving.data = bytearray()
            super().enqueue_req(conn)
        else:
            self._drop(conn, verdict.value)
        return True

    def _leave(self, conn: _Connection) -> None:
        if conn in self._waiting:
            del self._waiting[conn]
            self.poller.unregister(conn.sock)

    def _drop(self, conn: _Connection, status: str = "") -> None:
        self._leave(conn)
        self.nr_conns -= 1
        if status:
            _say(conn.sock, status)
        conn.close(graceful=bool(status))

    def murder_pending(self) -> None:
        """What gunicorn does in every round of its loop: also to what comes too slowly."""
        super().murder_pending()
        now = time.monotonic()
        if not self.alive and self._stopped_at is None:
            self._stopped_at = now
        is_over = self._stopped_at is not None and now > self._stopped_at + STOP_SECONDS
        for conn in [one for one in self._waiting if is_over or one.arriving.late_at < now]:
            self._drop(conn, "408 Request Timeout" if conn.arriving.data else "")
        for left in [one for one, until in self._lingering.items() if until < now]:
            self._forget(left)
        self._make_room()

    def _make_room(self) -> None:
        """Whoever has waited longest goes, before nobody else can come; a genuine request is whole in a moment."""
        most = self.worker_connections - self.cfg.threads
        while self._waiting and (self.nr_conns >= most or self._held() > MOST_HELD):
            self._drop(next(iter(self._waiting)))

    def _held(self) -> int:
        return sum(len(conn.arriving.data) for conn in self._waiting)

    def linger(self, ended: socket.socket) -> None:
        """Let what we said arrive: whoever has sent more than we read would lose it, were the connection just cut."""
        with suppress(OSError):
            ended.shutdown(socket.SHUT_WR)
            if len(self._lingering) < MOST_LINGERING and self.alive:
                ended.setblocking(False)
                self.poller.register(ended, selectors.EVENT_READ, self._rest)
                self._lingering[ended] = time.monotonic() + LINGER_SECONDS
                return
        ended.close()

    def _rest(self, ended: socket.socket) -> None:
        with suppress(BlockingIOError):
            try:
                if ended.recv(READ_AT_ONCE):
                    return
            except ConnectionError:
                pass
            self._forget(ended)

    def _forget(self, ended: socket.socket) -> None:
        del self._lingering[ended]
        self.poller.unregister(ended)
        ended.close()


_STATUS = {
    "LimitRequestLine": "414 URI Too Long", "LimitRequestHeaders": Verdict.HEAD_TOO_LARGE.value,
    "ExpectationFailed": "417 Expectation Failed", "UnsupportedTransferCoding": "501 Not Implemented",
}  # fmt: skip


def _say(to: socket.socket, status: str) -> None:
    """A short answer, the last one of its connection."""
    body = f"{status}\n"
    with suppress(OSError):
        to.setblocking(False)
        to.send(
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            f"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\r\n{body}".encode()
        )
