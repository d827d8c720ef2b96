"""The web worker where files, threads and patience run out, and where a request or its answer breaks half-way."""

import errno
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from socket import create_server

import pytest
import requests
from gunicorn.config import Config
from gunicorn.http import RequestParser

from bot import web_connection
from bot.arriving import Arriving, Verdict
from bot.web_connection import Connection, StillComing
from bot.web_lingering import Lingering
from tests.bot.test_hardening_slow import CONNECTIONS, Hurried, _until, to_the_end
from tests.bot.test_server import SID, TOKEN, TOP, Server
from tests.fakes.twilio_server import FakeTwilio
from tests.patience import PATIENCE, eventually

FILES = 90
WELL = b"GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n"
APP = """
import errno

from bot.logs import set_up_logs

set_up_logs("INFO")

def app(environ, start_response):
    path = environ["PATH_INFO"]
    if environ["QUERY_STRING"] == "unread":
        start_response("200 OK", [("Content-Length", "0")])
        return []
    if path == "/console/imports":
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", str(len(str(len(body)))))])
        return [str(len(body)).encode()]
    if path.startswith("/before"):
        raise WRONG[path.rpartition("/")[2]]
    start_response("200 OK", [("Content-Length", "9")])
    return said(path.rpartition("/")[2])

def said(wrong):
    yield b"some"
    if wrong in WRONG:
        raise WRONG[wrong]

WRONG = {
    "disk": OSError(errno.EIO, "a secret word"), "reset": ConnectionResetError(errno.ECONNRESET, "a secret word"),
    "exit": SystemExit(3), "fault": ValueError("a secret word"),
}
"""


class Narrow(Hurried):
    """One whose process may open few files, and which thinks it may take many connections."""

    def start(self) -> Server:
        program = (
            f"import resource, bot.__main__ as own; resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}));"
            "raise SystemExit(own.main(['run']))"
        )
        return self._started(program, "--worker-connections=1000")

    def _started(self, program: str, more: str) -> Server:
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=self.folder, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={**self.environment(), "GUNICORN_CMD_ARGS": more},
        )  # fmt: skip
        return self

    def worker(self) -> int:
        """The process that answers; gunicorn's master has no other."""
        assert self.process is not None
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        assert 1 == len(found)
        return int(found[0])

    def seconds(self) -> float:
        """Of the processor, that the worker has taken."""
        fields = Path(f"/proc/{self.worker()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connections(self) -> int:
        links = [suppressed(link) for link in Path(f"/proc/{self.worker()}/fd").iterdir()]
        return sum(link.startswith("socket:") for link in links)


def suppressed(link: Path) -> str:
    with suppress(OSError):
        return str(link.readlink())
    return ""


class Patient(Narrow):
    """One that lets whoever it has answered linger for ever."""

    def start(self) -> Server:
        program = (
            "import bot.web_lingering, bot.__main__ as own; bot.web_lingering.LINGER_SECONDS = 600.0;"
            "raise SystemExit(own.main(['run']))"
        )
        return self._started(program, f"--worker-connections={CONNECTIONS}")


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Narrow]:
    with FakeTwilio(SID, TOKEN) as fake, closing(Narrow(tmp_path, fake)) as server:
        server.open()
        yield server


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    with FakeTwilio(SID, TOKEN) as fake, closing(Patient(tmp_path_factory.mktemp("patient"), fake)) as server:
        server.open()
        yield server


class Odd:
    """gunicorn with our worker, one thread and an application that breaks. It reads plain heads by itself where nobody
    is trusted to have forwarded them."""

    def __init__(self, folder: Path, trusted: str) -> None:
        (folder / "odd.py").write_text(APP, encoding="utf-8")
        (folder / "conf.py").write_text(
            "import bot.arriving, bot.web_connection\n"
            'bot.arriving.LARGER[b"/console/imports"] = 10\n'
            "bot.web_connection.SILENT_SECONDS = 1.0\n"
            f"forwarded_allow_ips = '{trusted}'\n",
            encoding="utf-8",
        )
        with create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "conf.py", "-k", "bot.web_worker.WebWorker", "--threads=1",
                 f"--bind=127.0.0.1:{self.port}", "odd:app"],
                cwd=folder, env={**os.environ, "PYTHONPATH": str(TOP)}, stdout=log, stderr=log,
            )  # fmt: skip
        eventually(self._answers, "it does not start")

    def _answers(self) -> bool:
        with suppress(OSError), self.connect():
            return True
        return False

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def says(self, sent: bytes) -> bytes:
        with self.connect() as connection:
            connection.sendall(sent)
            return to_the_end(connection)

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module", params=["", "127.0.0.1"], ids=["read here", "read by gunicorn"])
def odd(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Odd]:
    with closing(Odd(tmp_path_factory.mktemp("odd"), request.param)) as server:
        yield server


def test_with_no_file_left_it_serves_those_it_has_waits_and_goes_on(narrow: Narrow) -> None:
    worker = narrow.worker()
    with narrow.connect() as kept:
        kept.sendall(WELL)
        assert b"200" in _until(kept, b"ok\n")
        with ExitStack() as stack:
            strangers = [stack.enter_context(narrow.connect()) for _ in range(FILES)]
            for each in strangers:
                each.sendall(b"GET /hea")
            eventually(lambda: narrow.connections() > FILES / 2, "they are not taken in")
            before = narrow.seconds()
            for _ in range(10):
                kept.sendall(WELL)
                assert b"200" in _until(kept, b"ok\n")
                threading.Event().wait(0.2)
            assert narrow.seconds() - before < 1.0, "it spins"
    assert requests.get(f"{narrow.url}/healthz", timeout=PATIENCE).ok
    assert worker == narrow.worker()
    status, out = narrow.stop()
    assert 0 == status, out
    assert 1 == out.count('"event":"connections_not_taken"') and "Too many open files" in out


def test_who_lingers_has_a_place_among_the_connections(patient: Patient) -> None:
    with ExitStack() as stack:
        for _ in range(CONNECTIONS * 2):
            connection = stack.enter_context(patient.connect())
            connection.sendall(b"no HTTP\r\n\r\n")
            assert to_the_end(connection).startswith(b"HTTP/1.1 400 ")
        assert CONNECTIONS / 2 < patient.connections() <= CONNECTIONS
        assert requests.get(f"{patient.url}/healthz", timeout=PATIENCE).ok


NOT_KEPT = {
    "a length without an end": (b"Content-Length: " + b"9" * 19 + b"\r\n\r\n", b"413"),
    "a length that no number holds": (b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", b"4"),
    "a length below nothing": (b"Content-Length: -5\r\n\r\n", b"400"),
    "two lengths": (b"Content-Length: 0\r\nContent-Length: 500\r\n\r\n", b"400"),
    "two lengths, the longer first": (b"Content-Length: 500\r\nContent-Length: 0\r\n\r\n", b"400"),
    "a chunk that is none": (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"4"),
    "a chunk without its end": (b"Transfer-Encoding: chunked\r\n\r\n1\r\naXX0\r\n\r\n", b"4"),
    "a trailer that is none": (b"Transfer-Encoding: chunked\r\n\r\n0\r\nno trailer\r\n\r\n", b"4"),
}


@pytest.mark.parametrize("path", [b"/nowhere", b"/webhooks/twilio"])
@pytest.mark.parametrize(("rest", "status"), NOT_KEPT.values(), ids=NOT_KEPT)
def test_what_follows_a_body_without_a_sure_end_is_not_read(
    patient: Patient, path: bytes, rest: bytes, status: bytes
) -> None:
    heard = patient.says(b"POST %s HTTP/1.1\r\nHost: desk\r\n" % path + rest + LAST)
    assert heard.startswith(b"HTTP/1.1 " + status) and 1 == heard.count(b"HTTP/1.1 "), heard


def test_a_length_with_many_noughts_is_one(patient: Patient) -> None:
    length = b"Content-Length: " + b"0" * 30 + b"5\r\n\r\nabcde"
    heard = patient.says(b"POST /nowhere HTTP/1.1\r\nHost: desk\r\n" + length + LAST)
    assert 2 == heard.count(b"HTTP/1.1 ") and heard.endswith(b"ok\n")


@pytest.mark.parametrize(
    ("sent", "is_read_out"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcdeGET /", True),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcd", False),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", True),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", False),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", False),
    ],
)
def test_a_connection_is_kept_where_its_body_ended_as_it_said(sent: bytes, is_read_out: bool) -> None:
    one = Connection.__new__(Connection)
    one.parser = RequestParser(Config(), (), ("127.0.0.1", 1))
    one.parser.unreader.unread(sent)
    next(one.parser)
    assert is_read_out == one.is_read_out()


@pytest.mark.parametrize("wrong", ["disk", "reset", "exit", "fault"])
def test_an_answer_that_breaks_half_way_is_its_connections_last(odd: Odd, wrong: str) -> None:
    heard = odd.says(f"GET /after/{wrong} HTTP/1.1\r\nHost: d\r\n\r\n".encode() + LAST)
    assert heard.startswith(b"HTTP/1.1 200 ") and heard.endswith(b"\r\n\r\nsome")
    assert 1 == heard.count(b"HTTP/1.1 ")


@pytest.mark.parametrize("wrong", ["disk", "reset", "exit", "fault"])
def test_what_breaks_before_an_answer_has_one(odd: Odd, wrong: str) -> None:
    heard = odd.says(f"GET /before/{wrong} HTTP/1.1\r\nHost: d\r\n\r\n".encode() + LAST)
    assert heard.startswith(b"HTTP/1.1 500 ") and 1 == heard.count(b"HTTP/1.1 ")
    assert "request_broke" in odd.log.read_text() and "secret word" not in odd.log.read_text()


def test_an_answer_shorter_than_it_promised_is_its_connections_last(odd: Odd) -> None:
    heard = odd.says(b"GET /after/nothing HTTP/1.1\r\nHost: d\r\n\r\n" + LAST)
    assert heard.endswith(b"\r\n\r\nsome") and 1 == heard.count(b"HTTP/1.1 ")
    heard = odd.says(b"HEAD /after/nothing HTTP/1.1\r\nHost: d\r\n\r\n" + LAST)
    assert 2 == heard.count(b"HTTP/1.1 "), "of which nothing is missing"


def test_whoever_stops_half_way_through_a_body_holds_its_thread_for_a_while(odd: Odd) -> None:
    head = b"POST /console/imports HTTP/1.1\r\nHost: d\r\nContent-Length: 30\r\n\r\n"
    with odd.connect() as silent, odd.connect() as other, odd.connect() as slow:
        silent.sendall(head + b"x" * 15)
        other.sendall(b"HEAD /after/nothing HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n")
        assert to_the_end(silent).endswith(b"\r\n\r\n15")
        assert to_the_end(other).startswith(b"HTTP/1.1 200 ")
        slow.sendall(head)
        for _ in range(6):
            threading.Event().wait(0.1)
            slow.sendall(b"x" * 5)
        assert to_the_end(slow).endswith(b"\r\n\r\n30")


def test_what_comes_behind_a_body_that_is_not_read_to_its_end_is_no_request(odd: Odd) -> None:
    hidden = b"GET /after/hidden HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"
    with odd.connect() as connection:
        connection.sendall(b"POST /console/imports?unread HTTP/1.1\r\nHost: d\r\nContent-Length: 500\r\n\r\n")
        assert _until(connection, b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        with suppress(OSError):
            connection.sendall(hidden)
        assert b"" == to_the_end(connection)


def test_a_body_that_never_ends_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        coming = StillComing(ours)
        theirs.sendall(b"ab")
        assert b"a" == coming.recv(1)
        monkeypatch.setattr(web_connection, "CUT_SECONDS", 0.0)
        assert b"" == StillComing(ours).recv(1)
        assert b"b" == coming.recv(1) and 0.0 == ours.gettimeout(), "its answer waits for nobody"
        theirs.close()
        assert b"" == coming.recv(1)


def test_whoever_waits_to_go_on_behind_another_request_is_told(patient: Patient) -> None:
    post = (
        b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nExpect: 100-continue\r\n"
        b"Expect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\n"
    )
    with patient.connect() as connection:
        connection.sendall(WELL + post)
        heard = _until(connection, b"HTTP/1.1 100 Continue\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"Body=x")
        heard = to_the_end(connection)
        assert heard.startswith(b"HTTP/1.1 403 ") and 1 == heard.count(b"HTTP/1.1 ")


@pytest.mark.parametrize(("version", "is_told"), [(b"1.1", True), (b"1.0", False)])
def test_an_old_client_is_not_told_to_go_on(version: bytes, is_told: bool) -> None:
    one = Arriving(0)
    said = one.take(b"POST / HTTP/" + version + b"\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert (Verdict.MORE, is_told) == (said, one.is_waited_for)


class _Loop:
    """A poller that wakes nobody."""

    def register(self, *_: object) -> None: ...

    def unregister(self, *_: object) -> None: ...


class _Lost(socket.socket):
    def recv(self, *_: object) -> bytes:
        raise OSError(errno.EHOSTUNREACH, "No route to host")


def test_a_connection_that_is_lost_while_it_lingers_is_forgotten() -> None:
    ours, theirs = socket.socketpair()
    lost = _Lost(fileno=ours.detach())
    with theirs:
        lingering = Lingering(_Loop())  # type: ignore[arg-type]
        lingering.add(lost)
        assert 1 == len(lingering)
        lingering._heard(lost)
        assert 0 == len(lingering) and -1 == lost.fileno()
        lingering._heard(lost)  # what the loop heard of it before
