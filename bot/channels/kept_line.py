"""One kept connection, on which the same kind of request goes again and again, each in one piece."""

import struct
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from select import POLLIN, poll
from socket import SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, socket
from typing import NamedTuple, cast

from urllib3.connection import HTTPConnection

from bot.channels.plain_answer import plain_answer

READ_AT_ONCE = 16 * 1024


class Answer(NamedTuple):
    status: int
    body: bytes
    retry_after: str | None

    @property
    def is_yes(self) -> bool:
        return 200 <= self.status < 300


class KeptLine:
    """A connection that `urllib3` has made and that has been answered on. It waits at most `timeout` seconds for each
    part of an answer."""

    def __init__(self, connection: HTTPConnection, timeout: float) -> None:
        self._connection = connection
        self._socket: socket = connection.sock
        self._heard = poll()
        self._heard.register(self._socket, POLLIN)
        if type(self._socket) is socket:  # OpenSSL would ask again and again
            _wait_in_the_system(self._socket, timeout)

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come that nobody asked for, such as its end."""
        return not self._heard.poll(0)

    def close(self) -> None:
        self._connection.close()

    def ask(self, request: bytes) -> tuple[Answer, bool]:
        """The answer, and whether another may be asked for. Raises OSError and HTTPException; the request may have been
        taken then."""
        try:
            self._socket.sendall(request)
            came = self._socket.recv(READ_AT_ONCE)
            if plain := plain_answer(came):
                return Answer(*plain, None), True
            return self._read(came)
        except BlockingIOError:  # as the system tells that the time is over
            raise TimeoutError from None

    def _read(self, came: bytes) -> tuple[Answer, bool]:
        with HTTPResponse(cast(socket, _Begun(came, self._socket)), method="POST") as response:
            response.begin()
            if response.status < HTTPStatus.OK:
                raise HTTPException("an interim answer")
            length = response.length
            answer = Answer(response.status, response.read(), response.headers.get("Retry-After"))
        has_more = length is not None and len(came.partition(b"\r\n\r\n")[2]) > length
        return answer, not response.will_close and not has_more  # else that would be taken for the next answer


class _Begun(RawIOBase):
    """A socket of which some has been read, for who reads all of it."""

    def __init__(self, came: bytes, sock: socket) -> None:
        self._came, self._socket = came, sock

    def makefile(self, _mode: str) -> BufferedReader:
        """In the name that Python's own client asks by."""
        return BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        if not self._came:
            return self._socket.recv_into(into)
        now, self._came = self._came[: len(into)], self._came[len(into) :]
        into[: len(now)] = now
        return len(now)


def _wait_in_the_system(sock: socket, timeout: float) -> None:
    """With the same time-outs as Python's own, which take a call more each time that something is sent or read."""
    seconds = struct.pack("ll", int(timeout), int(timeout % 1 * 1_000_000))
    sock.settimeout(None)
    sock.setsockopt(SOL_SOCKET, SO_SNDTIMEO, seconds)
    sock.setsockopt(SOL_SOCKET, SO_RCVTIMEO, seconds)
