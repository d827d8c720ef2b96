"""What a provider answers on a kept connection: read in one look or by Python's own client, it is the same."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, BytesIO
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import SendError
from bot.channels.kept_line import Answer
from bot.channels.kept_pool import KeptPool
from bot.channels.plain_answer import plain_answer
from conversations.delivery import SendFailure
from tests.patience import PATIENCE, eventually

YES = b'{"sid": "SM1"}'
CREATED = b"HTTP/1.1 201 CREATED\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n"
STARTS = (b"HTTP/1.1 201 CREATED\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 \r\n")
ODD_STARTS = (
    b"HTTP/1.0 200 OK\r\n",
    b"HTTP/1.1 204 No\r\n",
    b"HTTP/1.1 503 No\r\n",
    b"HTTP/1.1 200 OK\n",
    b"",
    b"200\r\n",
)
HEADERS = (
    b"Content-Type: application/json\r\n", b"content-length:14\r\n", b"Content-Length: 14\r\n",
    b"Connection: keep-alive\r\n", b"Set-Cookie: a=\xe9\r\n", b"Keep-Alive: timeout=5\r\n", b"X-Empty:\r\n",
)  # fmt: skip
ODD_HEADERS = (
    b"Content-Length: 15\r\n", b"Content-Length: 3, 14\r\n", b"Content-Length : 14\r\n", b"Content-Length: 0x0e\r\n",
    b"Connection: close\r\n", b"connection:Close\r\n", b"Transfer-Encoding: chunked\r\n",
    b"X: y\nContent-Length: 3\r\n", b" folded\r\n", b"\tContent-Length: 3\r\n", b"no colon\r\n",
    b"Content-Length: -1\r\n", b"X: a\rb\r\n", b"\r\n", b"X: \0\r\n",
)  # fmt: skip
ANSWERS = st.tuples(
    st.sampled_from((*STARTS, *STARTS, *ODD_STARTS)),
    st.lists(st.sampled_from((*HEADERS, *HEADERS, *ODD_HEADERS)), max_size=5).map(b"".join),
    st.sampled_from((b"\r\n", b"\r\n", b"\n", b"")),
    st.sampled_from((YES, YES, YES + b"more", YES[:5], b"")),
).map(b"".join)


class Told:
    """A socket on which all of this has come, and then the end."""

    def __init__(self, came: bytes) -> None:
        self.came = came

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(cast(Any, BytesIO(self.came)))


@given(ANSWERS)
def test_what_is_read_in_one_look_pythons_own_client_reads_as_well(came: bytes) -> None:
    if (plain := plain_answer(came)) is None:
        return
    whole = HTTPResponse(cast(Any, Told(came)), method="POST")
    whole.begin()
    assert plain == (whole.status, whole.read())
    assert not whole.will_close


@pytest.mark.parametrize(
    "came",
    [
        *(start + HEADERS[2] + b"\r\n" + YES for start in ODD_STARTS),
        *(STARTS[0] + odd + HEADERS[2] + b"\r\n" + YES for odd in ODD_HEADERS),
        *(STARTS[0] + HEADERS[2] + odd + b"\r\n" + YES for odd in ODD_HEADERS),
        CREATED + YES + b"more", CREATED + YES[:5], CREATED[:-2], STARTS[0] + b"\r\n" + YES,
        STARTS[0] + b"Content-Length: 0\r\n", STARTS[0] + b"Content-Length: 0\r\nServer: x",
        STARTS[0] + HEADERS[2] + b"Content-Encoding: gzip\r\n\r\n" + YES,
    ],
)  # fmt: skip
def test_whatever_is_less_plain_is_left_alone(came: bytes) -> None:
    assert plain_answer(came) is None


def test_the_usual_answers_are_read_in_one_look() -> None:
    assert (201, YES) == plain_answer(CREATED + YES)
    for start in STARTS:
        came = start + b"".join(HEADERS[:1] + HEADERS[2:]) + b"\r\n" + YES
        assert (int(start[9:12]), YES) == plain_answer(came)


class Scripted:
    """A server that gives these answers, one to each request, in pieces; after one that is None, or ends with None, it
    hangs up."""

    def __init__(self, *answers: tuple[bytes | None, ...]) -> None:
        self.answers, self.bodies, self.connections = list(answers), list[bytes](), 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/messages"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while self.answers:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.connections += 1
            with connection, connection.makefile("rb") as asked:
                while self.answers and self._answered(connection, asked):
                    pass
                if not self.answers:
                    asked.read()  # until they hang up

    def _answered(self, connection: socket.socket, asked: Any) -> bool:
        length = 0
        while (line := asked.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not line:
            return False
        self.bodies.append(asked.read(length))
        for piece in self.answers.pop(0):
            if piece is None:
                return False
            connection.sendall(piece)
        return True


@contextmanager
def asking(*answers: tuple[bytes | None, ...]) -> Iterator[tuple[Scripted, KeptPool]]:
    server = Scripted(*answers)
    pool = KeptPool(server.url, PATIENCE, ("AC0", "token"), {"Accept": "application/json"})
    try:
        yield server, pool
    finally:
        pool.close()
        server.listening.close()


PLAIN = (CREATED + YES,)
CHUNKED = (
    b"HTTP/1.1 201 CREATED\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n"
    + YES[:7]
    + b"\r\n7\r\n"
    + YES[7:]
    + b"\r\n0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("answer", "expected", "connections"),
    [
        (PLAIN, Answer(201, YES, None), 1),
        ((CREATED[:30], CREATED[30:], YES[:3], YES[3:]), Answer(201, YES, None), 1),
        ((CREATED, YES), Answer(201, YES, None), 1),
        ((CHUNKED,), Answer(201, YES, None), 1),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", *PLAIN), Answer(201, YES, None), 1),
        ((b"HTTP/1.1 204 No Content\r\n\r\n",), Answer(204, b"", None), 1),
        ((b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}",), Answer(429, b"{}", "7"), 1),
        ((CREATED[:-2] + b"Connection: close\r\n\r\n" + YES,), Answer(201, YES, None), 2),
        ((b"HTTP/1.1 201 CREATED\r\n\r\n" + YES, None), Answer(201, YES, None), 2),
        ((b"HTTP/1.0 201 CREATED\r\nContent-Length: 14\r\n\r\n" + YES, None), Answer(201, YES, None), 2),
    ],
)  # fmt: skip
def test_every_answer_on_a_kept_connection_is_read(
    answer: tuple[bytes | None, ...], expected: Answer, connections: int
) -> None:
    with asking(PLAIN, answer, PLAIN) as (server, pool):
        assert [Answer(201, YES, None), expected, Answer(201, YES, None)] == [pool.post(f"n={n}") for n in range(3)]
        assert ([b"n=0", b"n=1", b"n=2"], connections) == (server.bodies, server.connections)


@pytest.mark.parametrize(
    "answer",
    [
        (None,), (CREATED[:11], None), (CREATED + YES[:5], None), (b"nonsense\r\n\r\n", None),
        (b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n", None),
    ],
)  # fmt: skip
def test_what_is_not_answered_whole_is_uncertain_and_is_not_sent_again(answer: tuple[bytes | None, ...]) -> None:
    with asking(PLAIN, answer, PLAIN) as (server, pool):
        pool.post("n=0")
        with pytest.raises(SendError) as caught:
            pool.post("n=1")
        assert SendFailure.UNCERTAIN is caught.value.failure
        assert Answer(201, YES, None) == pool.post("n=2")
        assert [b"n=0", b"n=1", b"n=2"] == server.bodies


def test_a_connection_that_the_other_side_has_closed_meanwhile_is_not_used_again() -> None:
    with asking(PLAIN, (*PLAIN, None), PLAIN) as (server, pool):
        pool.post("n=0")
        pool.post("n=1")
        eventually(lambda: not pool._kept[0].is_silent)
        assert Answer(201, YES, None) == pool.post("n=2")
        assert ([b"n=0", b"n=1", b"n=2"], 2) == (server.bodies, server.connections)


def test_what_comes_unasked_is_nobodys_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as sender:
        pool = KeptPool(f"http://127.0.0.1:{listening.getsockname()[1]}/", PATIENCE, None, {})
        listening.settimeout(PATIENCE)
        for unasked in (CREATED + b'{"sid": "SM0"}', b""):
            sent = sender.submit(pool.post, "n=0")
            taken, _ = listening.accept()
            with taken:
                taken.sendall(CREATED + YES)
                assert Answer(201, YES, None) == sent.result(PATIENCE)
                taken.sendall(unasked)
                eventually(lambda heard=bool(unasked): heard != pool._kept[0].is_silent)  # type: ignore[misc]
        pool.close()


def test_what_stands_behind_an_answer_is_not_the_next_one() -> None:
    with asking((CREATED + YES,), (CREATED + YES + CREATED,), (CREATED + YES,)) as (server, pool):
        assert [(201, YES)] * 3 == [pool.post(f"To={number}")[:2] for number in range(3)]
        assert 2 == server.connections


@pytest.mark.parametrize("said", [(), (b"HTTP/1.1 201 CREATED\r\n\r\n",), (CREATED + YES[:5],)])
def test_the_time_is_over_wherever_an_answer_stops(said: tuple[bytes, ...]) -> None:
    with asking(PLAIN, said) as (server, _):
        pool = KeptPool(server.url, 0.2, ("AC0", "token"), {})
        pool.post("n=0")
        with pytest.raises(SendError) as caught:
            pool.post("n=1")
        assert (SendFailure.UNCERTAIN, "TimeoutError") == (caught.value.failure, caught.value.words)
        pool.close()


def test_a_request_that_nobody_takes_in_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as sender:
        pool = KeptPool(f"http://127.0.0.1:{listening.getsockname()[1]}/", 0.2, None, {})
        listening.settimeout(PATIENCE)
        first = sender.submit(pool.post, "n=0")
        taken, _ = listening.accept()
        with taken:
            taken.sendall(CREATED + YES)
            assert Answer(201, YES, None) == first.result(PATIENCE)
            with pytest.raises(SendError) as caught:
                pool.post("n=" + "1" * 32_000_000)
            assert (SendFailure.UNCERTAIN, "TimeoutError") == (caught.value.failure, caught.value.words)
        pool.close()


def test_a_silent_provider_is_waited_for_no_longer_than_we_said() -> None:
    with asking(PLAIN, (CREATED,), PLAIN) as (server, _):
        pool = KeptPool(server.url, 0.2, ("AC0", "token"), {})
        pool.post("n=0")
        with pytest.raises(SendError) as caught:
            pool.post("n=1")
        assert (SendFailure.UNCERTAIN, "TimeoutError") == (caught.value.failure, caught.value.words)
        assert 2 == len(server.bodies)
        assert Answer(201, YES, None) == pool.post("n=2"), "what comes late is nobody else's answer"
        assert 2 == server.connections
        pool.close()


def test_every_request_says_the_same_but_for_its_body() -> None:
    """The first on a connection is the library's own."""
    heads: list[bytes] = []

    class Listening(Scripted):
        def _answered(self, connection: socket.socket, asked: Any) -> bool:
            lines = []
            while (line := asked.readline()) not in (b"\r\n", b""):
                lines.append(line)
            if lines:
                heads.append(b"".join(sorted(lines)))
                asked.read(3)
                connection.sendall(self.answers.pop(0)[0] or b"")
            return bool(lines)

    server = Listening(PLAIN, PLAIN)
    pool = KeptPool(server.url, PATIENCE, ("AC0", "token"), {"Accept": "application/json"})
    for number in range(2):
        pool.post(f"n={number}")
    pool.close()
    server.listening.close()
    assert heads[0] == heads[1]
    assert heads[0].startswith(b"Accept")
    assert b"Authorization: Basic " in heads[0] and b"POST /messages HTTP/1.1\r\n" in heads[0]


def test_http_exceptions_are_told_as_uncertain() -> None:
    from bot.channels.errors import not_answered

    assert SendFailure.UNCERTAIN is not_answered(HTTPException("line too long")).failure
