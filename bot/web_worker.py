"""gunicorn's threaded worker, with a waiting room before its threads: a request that has not come whole holds none of
them, however slowly it comes; and it lets go of the port as soon as its master is gone."""

import os
import selectors
import socket
import struct
import threading
import time
from contextlib import suppress
from functools import partial
from typing import Any

from bot.arriving import Arriving, Verdict
from bot.logs import log
from bot.one_core import OneCore
from bot.threads import Threads
from bot.web_answering import Answering
from bot.web_connection import Connection
from bot.web_lingering import READ_AT_ONCE, Lingering
from bot.web_refusal import say

MOST_HELD = 64 * 1024 * 1024
"""Bytes of all that waits together; above it whoever waits longest is sent away."""
SEND_SECONDS = 20
"""In which somebody who is answered takes in some of it."""
STOP_SECONDS = 2.0
"""What a request that is still coming in has left when we stop."""
LOOK_SECONDS = 0.2
"""Between two looks at who is late, and between two words to the master that we are alive."""
SHUT_SECONDS = 0.5
"""How long nobody is taken in once the system has no file left for them."""
SAID_EVERY = 60.0
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class WebWorker(Answering):
    """One that is left behind finishes its requests, and keeps nobody from starting afresh meanwhile."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._waiting: dict[Connection, None] = {}
        self._turns = threading.Lock()
        """Held for a moment by who hands a connection from the loop to a thread or back."""
        self._held = 0
        self._stopped_at: float | None = None
        self._looks_at = self._opens_at = self._says_at = self._notifies_at = 0.0

    def get_thread_pool(self) -> Any:
        return super().get_thread_pool() if self._known.is_ssl else Threads("web", self.cfg.threads, self._answer)

    def run(self) -> None:
        self._lingering = Lingering(self.poller)
        self._core = OneCore()
        super().run()

    def notify(self) -> None:
        now = time.monotonic()
        if now >= self._notifies_at:
            self._notifies_at = now + LOOK_SECONDS
            super().notify()

    def set_accept_enabled(self, enabled: bool) -> None:
        if enabled and time.monotonic() < self._opens_at:
            return
        super().set_accept_enabled(enabled)
        if not enabled and os.getppid() != self.ppid:
            for listener in self.sockets:
                listener.close()

    def accept(self, listener: socket.socket) -> None:
        try:
            taken, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            self._shut_for_a_moment(error)
            return
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        connection = Connection(self._known, taken, address, listener.getsockname())
        connection.loop = self
        self.nr_conns += 1
        self.enqueue_req(connection)
        self._make_room()

    def _shut_for_a_moment(self, why: OSError) -> None:
        """The process or the machine has no file left: whoever waits at the door would only be asked for again and
        again. Those who are here are served, and leave some."""
        now = time.monotonic()
        self._opens_at = now + SHUT_SECONDS
        self.set_accept_enabled(False)
        while self._lingering:
            self._lingering.forget_oldest()
        if now >= self._says_at:
            self._says_at = now + SAID_EVERY
            log.error("connections_not_taken", why=os.strerror(why.errno or 0), open=self.nr_conns)

    def enqueue_req(self, conn: Connection) -> None:
        """Let a connection wait for its next request, of which some may have come already."""
        if self._known.is_ssl:
            super().enqueue_req(conn)
            return
        conn.arriving = Arriving(time.monotonic(), self._known.keepalive if conn.is_known else None)
        early = conn.take_rest()
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

    def stop_hearing(self, conn: Connection) -> None:
        with self._turns:
            was_heard, conn.is_heard = conn.is_heard, False
        if was_heard:
            self.poller.unregister(conn.sock)

    def _answer(self, conn: Connection) -> None:
        """What a thread does. Whoever may ask again is heard by the loop at once, without its being told."""
        try:
            is_kept = self.handle(conn)
        except BaseException as error:  # noqa: BLE001 - the thread goes on, whatever broke
            log.error("request_broke", endpoint=None, exc_info=error)
            is_kept = False
        if is_kept and not conn.rest:
            conn.arriving = Arriving(time.monotonic(), self._known.keepalive)
            with self._turns:
                if conn.is_heard:
                    self._waiting[conn] = None
                    return
        self.method_queue.defer(self._answered, conn, is_kept)

    def _answered(self, conn: Connection, is_kept: bool) -> None:
        if is_kept:
            self.enqueue_req(conn)
        else:
            self.nr_conns -= 1
            conn.close(graceful=True)

    def _more(self, conn: Connection, _socket: socket.socket) -> None:
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
        if data:
            self._judged(conn, data)
        else:
            self._drop(conn)

    def _judged(self, conn: Connection, data: bytes) -> bool:
        """Whether it waits no more: a thread has it, or it was sent away."""
        if conn.is_known and not conn.arriving.data:
            conn.arriving.since = time.monotonic()
        conn.held += len(data)
        self._held += len(data)
        verdict = conn.arriving.take(data)
        if verdict is Verdict.MORE:
            if conn.arriving.is_waited_for:
                conn.arriving.is_waited_for = False
                with suppress(OSError):
                    conn.sock.send(_GO_ON)
            return False
        if verdict in (Verdict.WHOLE, Verdict.CUT):
            self._leave(conn)
            conn.is_cut = verdict is Verdict.CUT
            self.tpool.put(conn)
        else:
            self._drop(conn, verdict.value)
        return True

    def _leave(self, conn: Connection) -> None:
        with self._turns:
            self._waiting.pop(conn, None)
        self._held -= conn.held
        conn.held = 0

    def _drop(self, conn: Connection, status: str = "") -> None:
        self._leave(conn)
        self.nr_conns -= 1
        if status:
            say(conn.sock, status)
        conn.close(graceful=bool(status))

    def murder_pending(self) -> None:
        """What gunicorn does in every round of its loop: now and then, also to what comes too slowly."""
        now = time.monotonic()
        if now < self._looks_at and self.alive:
            return
        self._looks_at = now + LOOK_SECONDS
        self._core.look()
        super().murder_pending()
        if not self.alive and self._stopped_at is None:
            self._stopped_at = now
        is_over = self._stopped_at is not None and now > self._stopped_at + STOP_SECONDS
        for conn in [one for one in self._all_waiting() if is_over or one.arriving.late_at < now]:
            self._drop(conn, "408 Request Timeout" if conn.arriving.data else "")
        self._lingering.forget_late(now)
        self._make_room()

    def _make_room(self) -> None:
        """Whoever has been answered goes, then whoever has waited longest, before nobody else can come; a genuine
        request is whole in a moment."""
        most = self.worker_connections - self.cfg.threads
        while self._lingering and self.nr_conns + len(self._lingering) >= most:
            self._lingering.forget_oldest()
        while self.nr_conns >= most or self._held > MOST_HELD:
            if not (waiting := self._all_waiting()):
                return
            self._drop(waiting[0])

    def _all_waiting(self) -> list[Connection]:
        with self._turns:
            return list(self._waiting)

    def linger(self, ended: socket.socket) -> None:
        if self.alive:
            self._lingering.add(ended)
        else:
            ended.close()
