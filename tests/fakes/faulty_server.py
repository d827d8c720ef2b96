"""A real HTTP server for tests that misbehaves on request: kept-alive connections, and faults taken in order."""

import json
import socket
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server read it. `form` holds the last value of each field of a form; `body` is as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_head: float = 0.0
    drip_body: float = 0.0
    """Seconds between any two of its bytes."""


class Fault(StrEnum):
    FAIL = "fail"
    CUT_AFTER_ACCEPTING = "cut after accepting"
    HANG_AFTER_ACCEPTING = "hang after accepting"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault for the next request of `method`, or of any where that is ""."""

    fault: Fault
    method: str = ""
    status: int = 0
    code: int = 0
    retry_after: int | None = None


class FaultyServer:
    """A context manager; `base_url` is good inside it. Subclasses answer in `reply` and shape errors in `error_body`.
    Safe from several threads. A mistake in the fake itself is raised on leaving."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self.mistakes: list[BaseException] = []
        self.open_sockets: set[socket.socket] = set()
        self._planned: deque[Planned] = deque()
        self._delay = 0.0
        self._server: _Server | None = None

    @property
    def base_url(self) -> str:
        if self._server is None:
            raise RuntimeError("the server runs only inside its `with`")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server, self._server = self._server, None
        self.stopping.set()
        assert server is not None
        server.shutdown()
        self._thread.join()
        with self.lock:
            for kept in self.open_sockets:
                _hang_up(kept)
        server.server_close()
        if self.mistakes and error is None:
            raise self.mistakes[0]

    def fail_next(
        self, status: int, code: int = 0, times: int = 1, method: str = "", retry_after: int | None = None
    ) -> None:
        """Refuse the next requests without accepting anything."""
        self._plan(times, Planned(Fault.FAIL, method, status, code, retry_after))

    def cut_after_accepting(self, times: int = 1, method: str = "POST") -> None:
        """Do what the next requests ask, then close the connection instead of answering."""
        self._plan(times, Planned(Fault.CUT_AFTER_ACCEPTING, method))

    def hang_after_accepting(self, times: int = 1, method: str = "POST") -> None:
        """Do what the next requests ask, then say nothing until the server stops."""
        self._plan(times, Planned(Fault.HANG_AFTER_ACCEPTING, method))

    def answer_html(self, times: int = 1, status: int = 200, method: str = "") -> None:
        """Answer the next requests with a page, as a proxy in between would; nothing is accepted."""
        self._plan(times, Planned(Fault.HTML, method, status))

    def delay(self, seconds: float) -> None:
        """Answer everything this late, from now on."""
        with self.lock:
            self._delay = seconds

    def reply(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def error_body(self, status: int, code: int) -> object:
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer | None:
        """The answer, after faults and delay; None to close the connection without one."""
        with self.lock:
            self.asked.append(asked)
            planned = self._take(asked.method)
            wait = self._delay
            answer = self._answer(asked, planned)
        if planned and planned.fault is Fault.HANG_AFTER_ACCEPTING:
            self.stopping.wait()
        elif wait:
            self.stopping.wait(wait)
        return None if self.stopping.is_set() else answer

    def _answer(self, asked: Asked, planned: Planned | None) -> Answer | None:
        match planned:
            case Planned(fault=Fault.FAIL):
                headers = {} if planned.retry_after is None else {"Retry-After": str(planned.retry_after)}
                return Answer(
                    planned.status, json.dumps(self.error_body(planned.status, planned.code)), headers=headers
                )
            case Planned(fault=Fault.HTML):
                page = "<!doctype html><title>Gateway</title><h1>It works</h1>"
                return Answer(planned.status, page, "text/html; charset=utf-8")
            case Planned():
                self.reply(asked)
                return None
        return self.reply(asked)

    def _plan(self, times: int, planned: Planned) -> None:
        with self.lock:
            self._planned.extend([planned] * times)

    def _take(self, method: str) -> Planned | None:
        found = next((planned for planned in self._planned if planned.method in ("", method)), None)
        if found:
            self._planned.remove(found)
        return found


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, fake: FaultyServer) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        with self.fake.lock:
            self.fake.open_sockets.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self.fake.lock:
            self.fake.open_sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):  # a client that gave up is no mistake of ours
            self.fake.mistakes.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet, or each answer would wait for a delayed acknowledgement
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PROPFIND(self) -> None:
        self._serve()

    def do_REPORT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: tests read `asked`."""

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        form = dict(parse_qsl(body, keep_blank_values=True))
        answer = self.server.fake.answer(Asked(self.command, parts.path, query, form, dict(self.headers.items()), body))
        if answer is None:
            self.close_connection = True
            _hang_up(self.connection)
            return
        content = answer.body.encode()
        self.send_response(answer.status)
        headers = {"Content-Type": answer.content_type, "Content-Length": str(len(content)), **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        head, self._headers_buffer = b"".join([*self._headers_buffer, b"\r\n"]), []
        self._write(head, answer.drip_head)
        self._write(content, answer.drip_body)

    def _write(self, content: bytes, pause: float) -> None:
        for at in range(len(content) if pause else 0):
            self.wfile.write(content[at : at + 1])
            self.wfile.flush()
            if self.server.fake.stopping.wait(pause):
                return
        if not pause:
            self.wfile.write(content)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was first
