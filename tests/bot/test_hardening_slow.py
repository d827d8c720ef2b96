"""Whoever sends slowly, endlessly or nonsense holds nobody else up: a real server, real sockets."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from gunicorn.config import Config

import webhooks
from bot.arriving import BYTES_A_SECOND, HEAD_SECONDS, LARGER, LONGEST_HEAD, USUAL_BODY, Arriving, Verdict
from bot.channels import whatsapp_inbound
from bot.console import imports, setup
from bot.shielded import ALWAYS
from bot.web_answer import Answer
from tests.bot.test_server import SID, TOKEN, Server
from tests.fakes.twilio_server import FakeTwilio
from tests.patience import PATIENCE

STRANGERS = 40
"""Five for each thread of the server."""
CONNECTIONS = 64


class Hurried(Server):
    """One that waits for a slow request for two seconds, and takes few connections."""

    def start(self) -> Server:
        program = (
            "import sys, bot.arriving, bot.__main__ as own; bot.arriving.HEAD_SECONDS = float(sys.argv.pop(1));"
            "raise SystemExit(own.main(['run']))"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.patience)],
            cwd=self.folder,
            env={**self.environment(), "GUNICORN_CMD_ARGS": f"--worker-connections={CONNECTIONS}"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    patience = 600.0

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def says(self, sent: bytes) -> bytes:
        """All that is answered to these bytes, until the server ends the connection."""
        with self.connect() as connection:
            connection.sendall(sent)
            return to_the_end(connection)


def to_the_end(connection: socket.socket) -> bytes:
    heard = b""
    with suppress(ConnectionError):
        while data := connection.recv(1 << 16):
            heard += data
    return heard


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hurried]:
    with FakeTwilio(SID, TOKEN) as fake:
        server = Hurried(tmp_path_factory.mktemp("slow"), fake)
        try:
            server.open()
            yield server
        finally:
            server.close()


BEGUN = {
    "nothing at all": b"",
    "half a line": b"POST /webhooks/twi",
    "a head without an end": b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nX: y\r\n",
    "a body that does not come": b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nContent-Length: 500\r\n\r\nBody=",
    "chunks without a last one": b"POST / HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na",
    "a second request after a whole one": b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\nGET /hea",
    "nobody who asked for its end": b"GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_messages_are_answered_beside_any_number_of_slow_strangers(server: Hurried, begun: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(STRANGERS):
            stack.enter_context(server.connect()).sendall(begun)
        somebody = f"+9745550{list(BEGUN.values()).index(begun):04d}"
        began = time.monotonic()
        server.text(somebody, "book")
        server.receives(somebody, "Hello")
        assert time.monotonic() - began < PATIENCE / 4


def test_whoever_has_waited_longest_goes_where_too_many_wait(server: Hurried) -> None:
    with ExitStack() as stack:
        strangers = [stack.enter_context(server.connect()) for _ in range(CONNECTIONS * 2)]
        for each in strangers:
            with suppress(OSError):
                each.sendall(b"GET /hea")
        assert requests.get(f"{server.url}/healthz", timeout=PATIENCE).ok
        assert b"" == to_the_end(strangers[0])
        strangers[-1].sendall(b"lthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n")
        assert to_the_end(strangers[-1]).startswith(b"HTTP/1.1 200")


def test_who_is_too_slow_is_told_so_and_what_was_refused_is_logged_without_its_words(tmp_path: Path) -> None:
    with FakeTwilio(SID, TOKEN) as fake:
        server = Hurried(tmp_path, fake)
        server.patience = 1.0
        try:
            server.open()
            heard = server.says(b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nContent-Length: 9\r\n\r\nBo")
            assert heard.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
            assert b"" == server.says(b""), "whoever says nothing is told nothing"
            server.says(b"GET / HTTP/1.1\r\nHost: d\r\nsecret word: 1\r\n\r\n")
            with server.connect() as waiting:
                waiting.sendall(b"GET /")
                status, out = server.stop()
            assert 0 == status, "nor does it keep the server from stopping"
        finally:
            server.close()
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    assert ["InvalidHeaderName"] == [line["why"] for line in lines if line["event"] == "request_refused"]
    assert "secret word" not in out


def test_a_body_that_is_too_large_is_refused_before_it_comes(server: Hurried) -> None:
    head = b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nContent-Length: 104857600\r\n\r\n"
    assert server.says(head).startswith(b"HTTP/1.1 413 Content Too Large\r\n")


def test_a_body_without_a_length_is_refused_when_it_is_too_much(server: Hurried) -> None:
    head = b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunks = iter(range(1600))
    with server.connect() as connection:
        with suppress(OSError):
            connection.sendall(head)
            for _ in chunks:
                connection.sendall(chunk)
        heard = to_the_end(connection)
    assert next(chunks, None) is not None or heard.startswith(b"HTTP/1.1 413 ")
    assert requests.get(f"{server.url}/healthz", timeout=PATIENCE).ok


def test_a_file_that_is_too_large_costs_a_stranger_no_thread(server: Hurried) -> None:
    with ExitStack() as stack:
        for _ in range(STRANGERS):
            connection = stack.enter_context(server.connect())
            connection.sendall(b"POST /console/imports HTTP/1.1\r\nHost: desk\r\nContent-Length: 104857600\r\n\r\n")
        assert requests.get(f"{server.url}/healthz", timeout=PATIENCE).ok


def test_whoever_waits_to_be_told_to_go_on_is_told_once(server: Hurried) -> None:
    with server.connect() as connection:
        connection.sendall(
            b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\n"
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n")
        connection.sendall(b"Body=x")
        assert to_the_end(connection).startswith(b"HTTP/1.1 403 ")


ODD = {
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"400"),
    "a method in small letters": (b"get / HTTP/1.1\r\nHost: desk\r\n\r\n", b"400"),
    "two lengths": (b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"400",
    ),
    "a length that is none": (b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length: +5\r\n\r\nabcde", b"400"),
    "a coding that is none": (b"POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"501"),
    "a space before the colon": (b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length : 5\r\n\r\nabcde", b"400"),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: d\r\nA: b\r\n c\r\n\r\n", b"400"),
    "a bare line feed": (b"GET / HTTP/1.1\r\nHost: d\nX-Forwarded-For: 1.2.3.4\r\n\r\n", b"400"),
    "two hosts": (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
    "a long address": (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: d\r\n\r\n", b"414"),
    "a long header": (b"GET / HTTP/1.1\r\nHost: d\r\nX: " + b"x" * 9000 + b"\r\n\r\n", b"431"),
    "many headers": (b"GET / HTTP/1.1\r\nHost: d\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"431"),
    "a head without an end": (b"GET / HTTP/1.1\r\n" + b"X: yyyyyyyyy\r\n" * 6000, b"431"),
    "another wish": (b"GET / HTTP/1.1\r\nHost: d\r\nExpect: wonders\r\n\r\n", b"417"),
    "a tunnel": (b"CONNECT a:1 HTTP/1.1\r\nHost: d\r\n\r\n", b"4"),
    "an echo": (b"TRACE / HTTP/1.1\r\nHost: d\r\nConnection: close\r\nX: secret-word\r\n\r\n", b"405"),
}


@pytest.mark.parametrize(("sent", "status"), ODD.values(), ids=ODD)
def test_what_is_no_proper_request_is_refused_and_not_repeated(server: Hurried, sent: bytes, status: bytes) -> None:
    heard = server.says(sent)
    assert heard.startswith(b"HTTP/1.1 " + status), heard
    assert b"secret-word" not in heard and b"Forwarded" not in heard and b"<html" not in heard
    assert re.search(rb"(?i)\r\nX-Content-Type-Options: nosniff\r\n", heard) and 1 == heard.count(b"HTTP/1.1 ")


def test_requests_that_come_together_are_each_answered_in_their_order(server: Hurried) -> None:
    asked = (b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n", b"GET /nowhere HTTP/1.1\r\nHost: desk\r\n\r\n")
    last = b"GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n"
    heard = server.says(b"".join(asked * 20) + last)
    assert [b"200", b"404"] * 20 + [b"200"] == re.findall(rb"HTTP/1.1 (\d+)", heard)


def test_one_connection_serves_any_number_of_requests(server: Hurried) -> None:
    with server.connect() as connection:
        for number in range(50):
            whole = b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n"
            for part in (whole,) if number % 2 else (whole[:9], whole[9:]):
                connection.sendall(part)
            _until(connection, b"ok\n")
        connection.shutdown(socket.SHUT_WR)
        assert b"" == to_the_end(connection)


def test_some_of_the_next_request_may_come_with_one_that_is_whole(server: Hurried) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n"
    with server.connect() as connection:
        for _ in range(20):
            time.sleep(0.05)  # the loop listens to it by now, which is when it matters
            connection.sendall(whole + whole[:9])
            assert b"200" in _until(connection, b"ok\n")
            connection.sendall(whole[9:])
            assert b"200" in _until(connection, b"ok\n")


def _until(connection: socket.socket, end: bytes) -> bytes:
    heard = b""
    while not heard.endswith(end):
        data = connection.recv(1000)
        assert data, heard
        heard += data
    return heard


@pytest.mark.parametrize("is_chunked", [False, True])
def test_whoever_takes_an_answer_in_slowly_gets_all_of_it(is_chunked: bool) -> None:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    ours.setblocking(False)
    asked = SimpleNamespace(method="GET", version=(1, 1), should_close=lambda: False)

    def say() -> None:
        answer = Answer(asked, ours, Config())
        answer.start_response("200 OK", [*ALWAYS.items(), *([] if is_chunked else [("Content-Length", "1048576")])])
        for _ in range(16):
            answer.write(b"x" * 65536)
        answer.close()
        ours.close()

    with theirs:
        saying = threading.Thread(target=say)
        saying.start()
        head, _, body = to_the_end(theirs).partition(b"\r\n\r\n")
        saying.join(PATIENCE)
    assert all(f"\r\n{name}: {value}".encode() in head for name, value in ALWAYS.items())
    part = b"10000\r\n%b\r\n" % (b"x" * 65536) if is_chunked else b"x" * 65536
    assert part * 16 + (b"0\r\n\r\n" if is_chunked else b"") == body


def test_what_follows_a_refused_request_is_not_read_as_another(server: Hurried) -> None:
    heard = server.says(
        b"POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        b"GET /healthz HTTP/1.1\r\nHost: d\r\n\r\n"
    )
    assert heard.startswith(b"HTTP/1.1 400") and b"ok\n" not in heard


class TestArriving:
    WHOLE = (
        b"GET / HTTP/1.1\r\nHost: d\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\ncontent-length:3\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
        b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    )

    @pytest.mark.parametrize("request_", WHOLE)
    def test_it_is_whole_with_its_last_byte_and_not_before(self, request_: bytes) -> None:
        one = Arriving(0)
        for byte in request_[:-1]:
            assert one.take(bytes([byte])) is Verdict.MORE
        assert one.take(request_[-1:]) is Verdict.WHOLE
        assert Arriving(0).take(request_ + b"GET /") is Verdict.WHOLE

    @pytest.mark.parametrize("size", [b"x", b"-5", b"+5", b"0x5", b"1_0", b"", b"F" * 40])
    def test_what_is_no_chunk_is_handed_over_to_be_refused(self, size: bytes) -> None:
        head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert Arriving(0).take(head + size + b"\r\nabc\r\n") is Verdict.WHOLE

    @pytest.mark.parametrize(("path", "most"), [(b"/", USUAL_BODY), *LARGER.items()])
    def test_every_address_has_its_measure(self, path: bytes, most: int) -> None:
        head = b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
        assert Arriving(0).take(head % (path, most)) is Verdict.MORE
        assert Arriving(0).take(head % (path, most + 1)) in (Verdict.TOO_LARGE, Verdict.CUT)
        head = b"POST %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n"
        assert Arriving(0).take(head % (path, most)) is Verdict.MORE
        assert Arriving(0).take(head % (path, most + 1)) in (Verdict.TOO_LARGE, Verdict.CUT)

    def test_the_application_takes_as_much(self) -> None:
        assert USUAL_BODY == webhooks.LONGEST_BODY
        assert LARGER[b"/webhooks/whatsapp"] == whatsapp_inbound.LONGEST_BODY
        assert LARGER[b"/console/setup"] == setup.LARGEST
        assert LARGER[b"/console/imports"] == imports.LARGEST + imports.ROOM_FOR_FIELDS

    def test_many_small_chunks_have_an_end(self) -> None:
        one, found = Arriving(0), Verdict.MORE
        one.take(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        while found is Verdict.MORE:
            found = one.take(b"1\r\nx\r\n" * 1000)
        assert found is Verdict.TOO_LARGE and len(one.data) < 3 * USUAL_BODY

    def test_a_head_has_an_end(self) -> None:
        assert Arriving(0).take(b"x" * LONGEST_HEAD) is Verdict.MORE
        assert Arriving(0).take(b"x" * (LONGEST_HEAD + 1)) is Verdict.HEAD_TOO_LARGE

    def test_whoever_sends_steadily_has_the_time_they_need(self) -> None:
        one = Arriving(5.0)
        one.take(b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n")
        early = one.late_at
        one.take(b"x" * 50_000)
        assert 5.0 + HEAD_SECONDS < early < early + 50_000 / BYTES_A_SECOND <= one.late_at + 0.001
