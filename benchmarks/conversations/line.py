"""Twilio's side of a webhook, made as cheap as can be: raw sockets, kept open where the server lets them."""

import asyncio
import re
import socket
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from benchmarks.conversations.signing import OURS, SID, signature

PATH = "/webhooks/twilio"
_TWIML = re.compile(r"<Message>(?:<Body>)?(.*?)(?:</Body>)?</Message>", re.DOTALL)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """`texts` are those that stand in the answer itself, as TwiML; `cookie` what Twilio keeps for this sender."""

    status: int
    texts: tuple[str, ...]
    cookie: str


GONE = Answer(0, (), "")
"""The server hung up without an answer."""


class Line:
    """One connection to a target's webhook, for one request at a time."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        self._url = f"http://127.0.0.1:{port}{PATH}"
        self._socket: socket.socket | None = None
        self._data = b""
        self._waiting: asyncio.Future[Answer] | None = None

    def packed(self, sid: str, sender: str, text: str, cookie: str = "", *, is_forged: bool = False) -> bytes:
        """A text of somebody's, as it is posted."""
        form = {
            "MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "AccountSid": SID, "From": sender, "To": OURS,
            "Body": text, "NumMedia": "0", "NumSegments": "1",
        }  # fmt: skip
        body = urlencode(form).encode()
        signed = signature(self._url, form) if not is_forged else "Zm9yZ2VkIGJ5IHNvbWVib2R5IGVsc2U="
        kept = f"Cookie: {cookie}\r\n" if cookie else ""
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{self._address[1]}\r\nX-Twilio-Signature: {signed}\r\n{kept}"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def post(self, request: bytes) -> Answer:
        """Where a kept connection was closed by the server meanwhile, over a new one."""
        had_one = self._socket is not None
        answer = await self._exchange(request)
        return await self._exchange(request) if had_one and answer is GONE else answer

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    async def _exchange(self, request: bytes) -> Answer:
        loop = asyncio.get_running_loop()
        self._waiting, self._data = loop.create_future(), b""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, timeout=30)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._socket.setblocking(False)
                loop.add_reader(self._socket, self._read)
            self._socket.send(request)
        except OSError:
            self.close()
            return GONE
        return await self._waiting

    def _read(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._data += data
        head, separator, body = self._data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if separator else None
        is_whole = bool(separator) and len(body) >= (int(length[1]) if length else 0)
        if not data or (is_whole and _CLOSES.search(head)):
            self.close()
        if self._waiting is not None and not self._waiting.done() and (is_whole or not data):
            self._waiting.set_result(_read_answer(head, body) if is_whole else GONE)


def _read_answer(head: bytes, body: bytes) -> Answer:
    cookie = _COOKIE.search(head)
    texts = tuple(unescape(text) for text in _TWIML.findall(body.decode())) if b"<Message>" in body else ()
    return Answer(int(head[9:12]), texts, cookie[1].decode() if cookie else "")
