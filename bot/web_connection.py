"""One connection of the web worker, and what still comes of a request that a thread has already."""

import socket
import time
from contextlib import suppress
from functools import cached_property
from typing import Protocol

from gunicorn.http import RequestParser
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn

from bot.arriving import Arriving
from bot.web_head import Head

SILENT_SECONDS, CUT_SECONDS = 20.0, 120.0
"""How long a thread waits for more of a body that it throws away: for the next of it, and for all of it."""


class Loop(Protocol):
    """Where a connection is heard, and ends."""

    def stop_hearing(self, conn: "Connection") -> None: ...

    def linger(self, ended: socket.socket) -> None: ...


class Connection(TConn):  # type: ignore[misc]
    """One that ends without keeping the loop waiting."""

    loop: Loop
    arriving: Arriving
    is_cut = is_heard = is_known = False
    """`is_known`: it has been answered before."""
    rest = b""
    """What came behind the request that is being answered."""
    held = 0
    """Bytes of what has come of its request."""

    @cached_property
    def ends(self) -> dict[str, str]:
        """Where it leads from and to, as an application is told."""
        (client, port, *_), (server, own_port, *_) = self.client, self.server
        return {
            "REMOTE_ADDR": client, "REMOTE_PORT": str(port), "SERVER_NAME": server, "SERVER_PORT": str(own_port),
        }  # fmt: skip

    @property
    def plain_head(self) -> Head | None:
        """Of a request that is here whole, from somebody with an address: where it says all that there is to know."""
        return None if self.is_cut or not isinstance(self.client, tuple) else self.arriving.head

    def read_request(self) -> None:
        """Let the parser have all that has come, and nothing else; of a request that is cut, what comes yet."""
        self.parser = RequestParser(self.cfg, StillComing(self.sock) if self.is_cut else (), self.client)
        self.parser.unreader.unread(bytes(self.arriving.data))

    def is_read_out(self) -> bool:
        """Whether the body ended where it said, so that what follows is a request. It is here whole: where more of it
        was asked for, or it broke, it is not known what follows."""
        try:
            if self.is_cut or not self.parser.finish_body() or self.parser.unreader.iter is None:
                return False
        except (ParseException, OSError):
            return False
        self.rest = self.parser.unreader.take_buffered()
        return True

    def take_rest(self) -> bytes:
        rest, self.rest = self.rest, b""
        return rest

    def close(self, graceful: bool = False) -> None:
        self.loop.stop_hearing(self)
        if graceful:
            self.loop.linger(self.sock)
        else:
            super().close()


class StillComing:
    """What comes of a body after a thread has begun with it, as long as it is worth waiting for; then it is over."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._until = time.monotonic() + CUT_SECONDS

    def recv(self, most: int) -> bytes:
        """In the name that gunicorn asks by."""
        patience = min(self._until - time.monotonic(), SILENT_SECONDS)
        if patience <= 0:
            return b""
        with suppress(OSError):
            try:
                self._sock.settimeout(patience)
                return self._sock.recv(most)
            finally:
                self._sock.setblocking(False)
        return b""
