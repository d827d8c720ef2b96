"""One HTTP request while it comes in, byte by byte: whether it is whole, and what is refused before it is.

It decides only how long to wait. A head that is as plain as most is read here; what is in any other request is read by
gunicorn, which is strict: what makes no sense here is handed over as it is, to be refused there."""

import re
from enum import Enum
from functools import lru_cache

from bot.web_head import Head, plain_head

LONGEST_HEAD = 64 * 1024
"""Bytes of a request's line and headers; gunicorn's own limits, in gunicorn.conf.py, are tighter."""
USUAL_BODY = 256 * 1024
"""Bytes of a body: forms and webhooks, as the application takes them."""
LARGER = {
    b"/webhooks/whatsapp": 3 * 1024 * 1024, b"/console/setup": 3 * 1024 * 1024,
    b"/console/imports": 20 * 1024 * 1024 + 64 * 1024, b"/api/import": 20 * 1024 * 1024 + 64 * 1024,
}  # fmt: skip
"""Where the application takes more: where an address begins, and bytes."""
FRAMES = 2
"""How many times as long as its words a body may be that comes in chunks."""
UNREAD = frozenset({b"/console/imports"})
"""Where the application answers also what is too large, for a browser that is to read why."""
HEAD_SECONDS, BYTES_A_SECOND = 20.0, 1000
"""Seconds that a request has, and bytes that earn it one more."""
_END, _LINE = b"\r\n\r\n", b"\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*(?=\r\n)", re.IGNORECASE)
_CODED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_WAITS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_LONGEST_NUMBER = 18
"""Digits of a length: with so many it is too large wherever it is sent, whichever others follow."""
_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}")


class Verdict(Enum):
    MORE = "more"
    WHOLE = "whole"
    HEAD_TOO_LARGE = "431 Request Header Fields Too Large"
    TOO_LARGE = "413 Content Too Large"
    CUT = "cut"
    """Too large, and answered by the application, which reads no more of it than it wants."""


class Arriving:
    """What has come so far, since a moment of the monotonic clock. `silence`: the seconds until the first of it, where
    they are others than those of any request."""

    def __init__(self, since: float, silence: float | None = None) -> None:
        self.since, self._silence = since, silence
        self.data = bytearray()
        self.is_waited_for = False
        """The sender waits to be told to go on."""
        self.head: Head | None = None
        """Where it has come, and is plain."""
        self._target = b""
        self._body = 0
        self._most = USUAL_BODY
        self._length: int | None = None
        self._chunk: int | None = None
        self._chunked = 0

    @property
    def late_at(self) -> float:
        if self._silence is not None and not self.data:
            return self.since + self._silence
        return self.since + HEAD_SECONDS + len(self.data) / BYTES_A_SECOND

    def parted(self) -> tuple[bytes, bytes]:
        """The body of a request that is whole and plain, and what has come behind it."""
        assert self.head is not None
        with memoryview(self.data) as data:
            end = self._body + self.head.length
            return bytes(data[self._body : end]), bytes(data[end:])

    def take(self, data: bytes) -> Verdict:
        self.data += data
        if not self._body:
            if (end := self.data.find(_END)) < 0:
                return Verdict.HEAD_TOO_LARGE if len(self.data) > LONGEST_HEAD else Verdict.MORE
            self._read_head(end)
        return self._of_the_body()

    def _read_head(self, end: int) -> None:
        head = bytes(self.data[: end + len(_LINE)])
        self._body = end + len(_END)
        self.head = plain_head(head)
        if self.head is not None:
            self._length = self.head.length
            self._measure(self.head.path.encode())
        else:
            self._read_odd_head(head)

    def _measure(self, target: bytes) -> None:
        self._target, self._most = target, _most_for(target)

    def _read_odd_head(self, head: bytes) -> None:
        line = head.partition(_LINE)[0]
        self._measure(line.partition(b" ")[2].partition(b" ")[0].partition(b"?")[0])
        if _WAITS.search(head):
            self.is_waited_for = not line.endswith(b"HTTP/1.0")
            self.data[: len(head)] = head = _WAITS.sub(b"", head)  # answered here; gunicorn would once more
            self._body = len(head) + len(_LINE)
        if _CODED.search(head):
            self._chunk = self._body
        else:
            lengths = _LENGTH.findall(head)
            self._length = _number(lengths[0]) if len(lengths) == 1 else 0

    def _of_the_body(self) -> Verdict:
        got = len(self.data) - self._body
        if self._length is not None:
            is_whole, is_too_large = got >= self._length, self._length > self._most
        else:
            is_whole = self._has_last_chunk()
            is_too_large = self._chunked > self._most or (not is_whole and got > self._most * FRAMES)
        if is_too_large:
            return Verdict.CUT if self._target in UNREAD else Verdict.TOO_LARGE
        return Verdict.WHOLE if is_whole else Verdict.MORE

    def _has_last_chunk(self) -> bool:
        assert self._chunk is not None
        while (end := self.data.find(_LINE, self._chunk)) >= 0:
            size = _SIZE.fullmatch(bytes(self.data[self._chunk : end]).partition(b";")[0].strip())
            if size is None:
                return True  # no chunk: gunicorn says so
            if (length := int(size[0], 16)) == 0:
                return self.data.find(_END, end) >= 0
            self._chunk = end + len(_LINE) + length + len(_LINE)
            self._chunked += length
        return False


@lru_cache(maxsize=64)
def _most_for(target: bytes) -> int:
    return max((most for path, most in LARGER.items() if target.startswith(path)), default=USUAL_BODY)


def _number(digits: bytes) -> int:
    digits = digits.lstrip(b"0")[:_LONGEST_NUMBER]
    return int(digits or b"0")
