"""Twilio's stand-in for measuring: it takes messages over kept connections, and answers as quickly, as slowly or as
badly as its mood is."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from time import perf_counter
from urllib.parse import parse_qs, parse_qsl

from benchmarks.conversations.signing import SID

Heard = Callable[[str, str, float], None]
"""To whom, what, and when on the performance clock."""
DATE = "Tue, 10 Mar 2026 07:15:00 +0000"


@dataclass(frozen=True, slots=True)
class Mood:
    """`late`: the median of a log-normal wait in seconds, spread by `spread`. `refuses`, `hangs`: shares of the sends;
    of those that hang, half have been taken."""

    name: str
    late: float = 0.0
    spread: float = 0.3
    refuses: float = 0.0
    hangs: float = 0.0


AT_ONCE = Mood("at once")
USUAL = Mood("100 ms", late=0.1)
SLOW = Mood("3 s", late=3.0, spread=0.0)
REFUSING = Mood("20 % 429/500", late=0.1, refuses=0.2)
HANGING = Mood("5 % hung", late=0.1, hangs=0.05)
TROUBLED = Mood("5 % 429/500/hung", late=0.1, refuses=0.03, hangs=0.02)


class Provider:
    """Listens on loopback for as long as its loop runs; `port` is good after `open`."""

    def __init__(self, heard: Heard, mood: Mood = AT_ONCE) -> None:
        self.heard, self.mood = heard, mood
        self.chance = Random(1)
        self.port, self.sends, self.refused = 0, 0, 0
        self._kept: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Caller(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        assert self._server is not None
        self._server.close()

    def forget(self) -> None:
        """What was sent belongs to a target that has ended."""
        self._kept.clear()

    def take(self, body: bytes) -> tuple[bytes | None, float]:
        """The answer to one send, None where there is to be none; and after how many seconds."""
        at, mood = perf_counter(), self.mood
        late = self.chance.lognormvariate(0, mood.spread) * mood.late if mood.late else 0.0
        fate = self.chance.random() if mood.refuses or mood.hangs else 1.0
        if fate < mood.refuses:
            self.refused += 1
            return (_answer(429, 20429) if fate < mood.refuses / 2 else _answer(500, 20500)), late
        if fate < mood.refuses + mood.hangs / 2:
            return None, late
        form = dict(parse_qsl(body.decode()))
        to, text = form["To"], form["Body"]
        self.sends += 1
        sid = f"SM{self.sends:032x}"
        if mood.refuses or mood.hangs:
            self._kept[to].append((sid, text))
        self.heard(to, text, at)
        is_hung = fate < mood.refuses + mood.hangs
        return (None if is_hung else _json(201, _message(sid, to, text))), late

    def listed(self, query: str) -> bytes:
        to = parse_qs(query).get("To", [""])[0]
        rows = [_message(sid, to, text) for sid, text in reversed(self._kept[to])]
        return _json(200, {"messages": rows, "page": 0, "page_size": 50, "next_page_uri": None})


class _Caller(asyncio.Protocol):
    """One kept connection; a request at a time."""

    def __init__(self, provider: Provider) -> None:
        self.provider, self.data = provider, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[:end]
            at = head.lower().find(b"\r\ncontent-length:")
            length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.data) < end + 4 + length:
                return
            body, self.data = self.data[end + 4 : end + 4 + length], self.data[end + 4 + length :]
            self._asked(head.split(b" ", 2), body)

    def _asked(self, line: list[bytes], body: bytes) -> None:
        if line[0] == b"GET":
            self.transport.write(self.provider.listed(line[1].decode().partition("?")[2]))
            return
        answer, late = self.provider.take(body)
        if answer is None:
            return
        if late:
            asyncio.get_running_loop().call_later(late, self._write, answer)
        else:
            self.transport.write(answer)

    def _write(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


def _message(sid: str, to: str, text: str) -> dict[str, object]:
    return {
        "sid": sid, "account_sid": SID, "messaging_service_sid": None, "api_version": "2010-04-01", "to": to,
        "from": None, "body": text, "status": "queued", "num_segments": "1", "num_media": "0",
        "direction": "outbound-api", "price": None, "price_unit": "USD", "error_code": None, "error_message": None,
        "date_created": None, "date_updated": DATE, "date_sent": None, "subresource_uris": {},
        "uri": f"/2010-04-01/Accounts/{SID}/Messages/{sid}.json",
    }  # fmt: skip


def _answer(status: int, code: int) -> bytes:
    return _json(status, {"code": code, "message": f"Refused with {code}", "more_info": "", "status": status})


def _json(status: int, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content
