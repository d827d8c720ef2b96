"""gunicorn's threaded worker, with a waiting room before its threads: a request that has not come whole holds none of
them, however slowly it comes; and it lets go of the port as soon as its master is gone."""

import errno
import os
import selectors
import socket
import struct
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from gunicorn.http import RequestParser, wsgi
from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName, NoMoreData, ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from bot.arriving import Arriving, Verdict
from bot.logs import log
from bot.web_answer import Answer
from bot.web_threads import Threads

MOST_HELD = 64 * 1024 * 1024
"""Bytes of all that waits together; above it whoever waits longest is sent away."""
READ_AT_ONCE = 256 * 1024
SEND_SECONDS = 20
"""In which somebody who is answered takes in some of it."""
LINGER_SECONDS, MOST_LINGERING = 2.0, 200
"""How long a connection that we ended may take to end too, unread answers in it; and how many at once."""
STOP_SECONDS = 2.0
"""What a request that is still coming in has left when we stop."""
LOOK_SECONDS = 0.2
"""Between two looks at who is late."""
_LEFT = frozenset({errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.EAGAIN})
"""Whoever asked does not take the answer."""


class _Connection(TConn):  # type: ignore[misc]
    """One that ends without keeping the loop waiting."""

    worker: "WebWorker"
    arriving: Arriving
    is_cut = is_heard = False
    held = 0
    """Bytes of what has come of its request."""

    def close(self, graceful: bool = False) -> None:
        self.worker.stop_hearing(self)
        if graceful:
            self.worker.linger(self.sock)
        else:
            super().close()


class _Known:
    """Settings of gunicorn's, each looked up once."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = getattr(self._settings, name)
        return value


class WebWorker(ThreadWorker):  # type: ignore[misc]
    """One that is left behind finishes its requests, and keeps nobody from starting afresh meanwhile."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._known = _Known(self.cfg)
        self._waiting: dict[_Connection, None] = {}
        self._turns = threading.Lock()
        """Held for a moment by who hands a connection from the loop to a thread or back."""
        self._held = 0
        self._lingering: dict[socket.socket, float] = {}
        self._stopped_at: float | None = None
        self._looks_at = 0.0

    def get_thread_pool(self) -> Any:
        return super().get_thread_pool() if self._known.is_ssl else Threads(self.cfg.threads, self._answer)

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
        connection = _Connection(self._known, taken, address, listener.getsockname())
        connection.worker = self
        self.nr_conns += 1
        self.enqueue_req(connection)
        self._make_room()

    def enqueue_req(self, conn: _Connection) -> None:
        """Let a connection wait for its next request, of which some may have come already."""
        if self._known.is_ssl:
            super().enqueue_req(conn)
            return
        is_kept = conn.parser is not None
        conn.arriving = Arriving(time.monotonic(), self._known.keepalive if is_kept else None)
        early = conn.parser.unreader.take_buffered() if is_kept else b""
        with self._turns:
            self._waiting[conn] = None
        if early and self._judged(conn, early):
            return
        self._more(conn, conn.sock)
        with self._turns:
            is_unheard = conn in self._waiting and not conn.is_heard
            conn.is_heard = conn.is_heard or is_unheard
        if is_unheard:
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._more, conn))

    def stop_hearing(self, conn: _Connection) -> None:
        with self._turns:
            was_heard, conn.is_heard = conn.is_heard, False
        if was_heard:
            self.poller.unregister(conn.sock)

    def handle(self, conn: _Connection) -> bool:
        """Answer a request that is here whole; whether another may follow."""
        if self._known.is_ssl:
            return bool(super().handle(conn))
        req = None
        try:
            req = next(conn.parser)
            return self.handle_request(req, conn) and not conn.is_cut and bool(conn.parser.finish_body())
        except (NoMoreData, StopIteration):
            return False
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the request loop
            if not (isinstance(error, OSError) and error.errno in _LEFT):
                self.handle_error(req, conn.sock, conn.client, error)
            return False

    def handle_request(self, req: Any, conn: _Connection) -> bool:
        """gunicorn's own, but for its hooks."""
        if self._known.is_ssl:
            return bool(super().handle_request(req, conn))
        begun = time.monotonic()
        answer, environ = wsgi.create(req, conn.sock, conn.client, conn.server, self._known, Answer)
        environ["wsgi.multithread"] = True
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        if not self.alive or not self._known.keepalive:
            answer.force_close()
        try:
            pieces = self.wsgi(environ, answer.start_response)
            try:
                for piece in pieces:
                    answer.write(piece)
                answer.close()
            finally:
                if self._known.accesslog:
                    self.log.access(answer, req, environ, timedelta(seconds=time.monotonic() - begun))
                if hasattr(pieces, "close"):
                    pieces.close()
        except OSError:
            raise
        except Exception as error:
            if not answer.has_begun:
                raise
            log.error("request_broke", endpoint=None, exc_info=error)
            return False
        return not answer.should_close()

    def _answer(self, conn: _Connection) -> None:
        """What a thread does. Whoever may ask again is heard by the loop at once, without its being told."""
        try:
            is_kept = self.handle(conn)
        except BaseException as error:  # noqa: BLE001 - the thread goes on, whatever broke
            log.error("request_broke", endpoint=None, exc_info=error)
            is_kept = False
        if is_kept and not conn.parser.unreader.buf.getvalue():
            conn.arriving = Arriving(time.monotonic(), self._known.keepalive)
            with self._turns:
                if conn.is_heard:
                    self._waiting[conn] = None
                    return
        self.method_queue.defer(self._answered, conn, is_kept)

    def _answered(self, conn: _Connection, is_kept: bool) -> None:
        if is_kept:
            self.enqueue_req(conn)
        else:
            self.nr_conns -= 1
            conn.close(graceful=True)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """gunicorn's own answer would repeat what was sent, and its line in the log too."""
        del req, addr
        is_theirs = isinstance(exc, ParseException)
        if is_theirs and not isinstance(exc, (InvalidResponseHeader, InvalidResponseHeaderName)):
            log.info("request_refused", why=type(exc).__name__)
            _say(client, _STATUS.get(type(exc).__name__, "400 Bad Request"))
        else:
            log.error("request_broke", endpoint=None, exc_info=exc)
            _say(client, "500 Internal Server Error")

    def _more(self, conn: _Connection, _socket: socket.socket) -> None:
        with self._turns:  # one look, for the thread that answers may put it back at any moment
            is_busy = conn not in self._waiting
            was_heard = conn.is_heard
            if is_busy:  # it speaks, or goes, before it is answered: it is heard again then
                conn.is_heard = False
        if is_busy:
            if was_heard:
                self.poller.unregister(conn.sock)
            return
        try:
            data = conn.sock.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
        elif self._judged(conn, data):
            return
        elif conn.arriving.is_waited_for:
            conn.arriving.is_waited_for = False
            with suppress(OSError):
                conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _judged(self, conn: _Connection, data: bytes) -> bool:
        """Whether it waits no more: a thread has it, or it was sent away."""
        if conn.parser is not None and not conn.arriving.data:
            conn.arriving.since = time.monotonic()
        conn.held += len(data)
        self._held += len(data)
        verdict = conn.arriving.take(data)
        if verdict is Verdict.MORE:
            return False
        if verdict in (Verdict.WHOLE, Verdict.CUT):
            self._leave(conn)
            conn.is_cut = verdict is Verdict.CUT
            if conn.is_cut:
                conn.sock.setblocking(True)
            conn.parser = RequestParser(self._known, conn.sock if conn.is_cut else (), conn.client)
            conn.parser.unreader.unread(bytes(conn.arriving.data))
            self.tpool.put(conn)
        else:
            self._drop(conn, verdict.value)
        return True

    def _leave(self, conn: _Connection) -> None:
        with self._turns:
            self._waiting.pop(conn, None)
        self._held -= conn.held
        conn.held = 0

    def _drop(self, conn: _Connection, status: str = "") -> None:
        self._leave(conn)
        self.nr_conns -= 1
        if status:
            _say(conn.sock, status)
        conn.close(graceful=bool(status))

    def murder_pending(self) -> None:
        """What gunicorn does in every round of its loop: now and then, also to what comes too slowly."""
        now = time.monotonic()
        if now < self._looks_at and self.alive:
            return
        self._looks_at = now + LOOK_SECONDS
        super().murder_pending()
        if not self.alive and self._stopped_at is None:
            self._stopped_at = now
        is_over = self._stopped_at is not None and now > self._stopped_at + STOP_SECONDS
        for conn in [one for one in self._all_waiting() if is_over or one.arriving.late_at < now]:
            self._drop(conn, "408 Request Timeout" if conn.arriving.data else "")
        for left in [one for one, until in self._lingering.items() if until < now]:
            self._forget(left)
        self._make_room()

    def _make_room(self) -> None:
        """Whoever has waited longest goes, before nobody else can come; a genuine request is whole in a moment."""
        most = self.worker_connections - self.cfg.threads
        while self.nr_conns >= most or self._held > MOST_HELD:
            if not (waiting := self._all_waiting()):
                return
            self._drop(waiting[0])

    def _all_waiting(self) -> list[_Connection]:
        with self._turns:
            return list(self._waiting)

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
