"""What the web worker reads of a request by itself: as gunicorn would, and nothing that gunicorn refuses."""

import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask, Response
from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.workers.gthread import ThreadWorker
from hypothesis import example, given
from hypothesis import settings as often
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from bot import web_worker
from bot.arriving import Arriving, Verdict
from bot.channels.reading import clean
from bot.channels.twilio_inbound import fields_of
from bot.web_answering import Answering, reads_plainly
from bot.web_application import Application, Said
from bot.web_connection import Connection
from bot.web_head import LONGEST, MOST_FIELDS, WHOLE, plain_head
from bot.web_worker import WebWorker

ENDS = (("10.0.0.7", 40000), ("127.0.0.1", 8000))
TWILIO = (
    b"POST /webhooks/twilio HTTP/1.1\r\nHost: desk.example\r\nX-Twilio-Signature: c2lnbmVk\r\nUser-Agent: A/1.1\r\n"
    b"I-Twilio-Idempotency-Token: 2a9e6bcd-0a6c-4f0e\r\nAccept: */*\r\nContent-Length: 6\r\n"
    b"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n\r\nBody=x"
)
BY_NGINX = b"GET /book/5?day=2&x=%C3%A9 HTTP/1.0\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nConnection: close\r\n\r\n"
BROWSER = b'GET /%C3%A9/a%20b HTTP/1.1\r\nHost: [::1]:8000\r\nCookie: a="b"; c=d\r\nAccept:\r\nX:\t y \t\r\n\r\n'
KEPT = b"GET /? HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
ODD = (
    b"GET //evil.example/ HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET /a#b HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET http://d/ HTTP/1.1\r\nHost: d\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET /\xc3\xa9 HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET /  HTTP/1.1\r\nHost: d\r\n\r\n",
    b"get / HTTP/1.1\r\nHost: d\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: d\r\n\r\n",
    b"CONNECT d:1 HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: d\r\n\r\n",
    b"GET / HTTP/1.2\r\nHost: d\r\n\r\n",
    b"GET / HTTP/1.1\nHost: d\r\n\r\n",
    b"\r\nGET / HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: d\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: d\rX: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: d\r\n c\r\n\r\n",
    b"GET / HTTP/1.1\r\n Host: d\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : d\r\n\r\n",
    b"GET / HTTP/1.1\r\n: d\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: a\r\nx: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX-Y: a\r\nX_Y: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX_Y: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: a\x7fb\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: \xe9\r\n\r\n",
    b"GET / HTTP/1.1\r\nX\xdf: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
    b"GET / HTTP/1.1\r\nexpect: wonders\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\ntransfer-encoding: identity\r\nContent-Length: 0\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
    b"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 1,1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 9999999999\r\n\r\n",
    b"GET /" + b"x" * LONGEST + b" HTTP/1.1\r\nHost: d\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % number for number in range(MOST_FIELDS + 1)) + b"\r\n",
)


def mostly(usual: tuple[bytes, ...], odd: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    return st.sampled_from(usual * (1 + 20 * len(odd) // len(usual)) + odd)


NAMES = mostly(
    (b"Host", b"content-length", b"Content-Type", b"Connection", b"X-A", b"x-a", b"Cookie", b"Upgrade", b"Script-Name"),
    (b"Transfer-Encoding", b"Expect", b"X_A", b"", b" X", b"X ", b"X\xe9", b"SCRIPT_NAME"),
)
VALUES = mostly(
    (b"", b"1", b"3", b"03", b"close", b"Close ", b"keep-alive", b"d:80", b"a, b", b"\tq\t", b"close, x", b"chunked"),
    (b"\x0b", b"\x85", b"a\rb", b"a\nb", b"a\x00"),
)
TARGETS = mostly(
    (
        b"/",
        b"/a?b=c?d",
        b"/?",
        b"/%2",
        b"/%zz%41",
        b"/a//b",
        b"/a;b",
        b"/[a]",
        b"/a\\b",
        b"/:80",
        b"/@",
        b"/.//a",
        b"/'\"<",
    ),
    (b"//a", b"/a#b", b"/?#", b"*", b"a:1", b"http://h/", b"/\xe9", b"/ a", b""),
)
LINES = st.tuples(NAMES, mostly((b":", b": ", b":\t"), (b" :", b"")), VALUES)
HEADS = st.builds(
    lambda method, space, target, version, end, lines: (
        method + space + target + b" " + version + end + b"".join(b"".join(line) + end for line in lines) + b"\r\n"
    ),
    mostly((b"GET", b"POST", b"HEAD", b"PATCH"), (b"TRACE", b"CONNECT", b"GETS", b"get")),
    mostly((b" ",), (b"  ", b"\t")),
    TARGETS,
    mostly((b"HTTP/1.1", b"HTTP/1.0"), (b"HTTP/1.2", b"HTTP/1.1 ", b"http/1.1")),
    mostly((b"\r\n",), (b"\n", b"\r")),
    st.lists(LINES, min_size=1, max_size=4),
)


def settings(**others: Any) -> Config:
    """As in gunicorn.conf.py, where it matters here."""
    config = Config()
    ours = {"forwarded_allow_ips": "", "limit_request_line": 4094, "limit_request_fields": 100}
    for name, value in {**ours, "limit_request_field_size": 8190, **others}.items():
        config.set(name, value)
    return config


@lru_cache(maxsize=1)
def worker() -> Answering:
    found = Answering(1, 0, [], None, 30, settings(), None)
    found.tmp.close()
    found.alive = True
    return found


class Heard:
    """What the application is told, of a request that a worker answers."""

    def __init__(self, sent: bytes, *, plainly: bool) -> None:
        self.environ: dict[str, Any] = {}
        self.body = b""
        self.said = b""
        conn: Any = SimpleNamespace(
            sock=SimpleNamespace(send=self._send), client=ENDS[0], server=ENDS[1], rest=b"", arriving=Arriving(0)
        )
        conn.ends = Connection.ends.func(conn)  # type: ignore[attr-defined]
        ours = worker()
        ours.wsgi = self._app
        if plainly:
            assert conn.arriving.take(sent) is Verdict.WHOLE
            self.is_kept, self.rest = ours._answer_plain(conn.arriving.head, conn), conn.rest
        else:
            parser = RequestParser(ours.cfg, (), conn.client)
            parser.unreader.unread(sent)
            self.is_kept = ours.handle_request(next(parser), conn)
            self.is_kept = parser.finish_body() and self.is_kept
            self.rest = parser.unreader.take_buffered()

    def _app(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        self.environ, self.body = dict(environ), environ["wsgi.input"].read()
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    def _send(self, data: bytes) -> int:
        self.said += data
        return len(data)


NOBODY_LOOKS = frozenset({"gunicorn.socket", "wsgi.early_hints", "wsgi.errors", "wsgi.input", WHOLE})


def same(sent: bytes) -> None:
    one, other = Heard(sent, plainly=True), Heard(sent, plainly=False)
    of_both = [{k: v for k, v in each.environ.items() if k not in NOBODY_LOOKS} for each in (one, other)]
    assert of_both[0] == of_both[1]
    assert one.body == other.body == one.environ[WHOLE]
    assert (one.is_kept, one.rest) == (other.is_kept, other.rest)
    assert _undated(one.said) == _undated(other.said)


def _undated(said: bytes) -> bytes:
    return re.sub(rb"\r\nDate: [^\r]+", b"", said)


@pytest.mark.parametrize("behind", [b"", b"GET /next"])
@pytest.mark.parametrize("sent", [TWILIO, BY_NGINX, BROWSER, KEPT])
def test_a_usual_request_is_read_as_gunicorn_reads_it(sent: bytes, behind: bytes) -> None:
    same(sent + behind)


@pytest.mark.parametrize("sent", ODD)
def test_whatever_is_odd_is_left_to_gunicorn(sent: bytes) -> None:
    head, _, _ = sent.partition(b"\r\n\r\n")
    assert plain_head(head + b"\r\n") is None
    arriving = Arriving(0)
    arriving.take(sent)
    assert arriving.head is None


@often(max_examples=300)
@given(HEADS, st.sampled_from((b"", b"abc", b"abcGET /")))
def test_what_is_read_here_gunicorn_would_have_read_too(head: bytes, body: bytes) -> None:
    arriving = Arriving(0)
    if arriving.take(head + body) is Verdict.WHOLE and arriving.head is not None:
        same(head + body)


def test_it_takes_no_longer_for_what_is_made_to_take_long() -> None:
    begun = time.monotonic()
    line = b"GET / HTTP/1.1\r\n"
    for bad in (b"a" * LONGEST, b"GET /" + b"a" * 3900, line + b"X:\r\n" * 900 + b"!", line + b"X:" * 1900):
        for _ in range(50):
            assert plain_head(bad) is None
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "others",
    [
        {"limit_request_line": 100},
        {"limit_request_line": 0},
        {"limit_request_field_size": 100},
        {"limit_request_fields": 10},
        {"forwarded_allow_ips": "10.0.0.7"},
        {"proxy_protocol": "auto"},
        {"accesslog": "-"},
        {"certfile": "x"},
    ],
    ids=lambda others: next(iter(others)),
)
def test_where_gunicorn_is_told_more_it_reads_all(others: dict[str, Any]) -> None:
    assert reads_plainly(settings()) and not reads_plainly(settings(**others))


def test_where_the_application_stands_below_a_path_gunicorn_reads_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPT_NAME", "/desk")
    assert not reads_plainly(settings())


def test_every_answer_says_when_it_was_given() -> None:
    found = re.search(r"\r\nDate: ([^\r]+)\r\n", Heard(TWILIO, plainly=True).said.decode())
    assert found is not None and abs(parsedate_to_datetime(found[1]).timestamp() - time.time()) < 60  # noqa: TID251


def test_the_master_is_told_now_and_then_that_the_worker_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    one = WebWorker.__new__(WebWorker)
    one._notifies_at = 0.0
    monkeypatch.setattr(ThreadWorker, "notify", lambda _: told.append(one._notifies_at))
    moments = iter((10.0, 10.1, 10.15, 10.3, 10.4))
    monkeypatch.setattr(web_worker, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    for _ in range(5):
        one.notify()
    assert 2 == len(told)


HOSTS = (
    None, "", "desk.example", "Desk.Example:8000", "desk.example:80", "desk.example:443", "[::1]:8000", "a_b", "a/b",
    "é.example", "desk.example:0", "a" * 64, f"{'a' * 64}.example", "..", "user@desk",
)  # fmt: skip
SOCKET = {"HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "Upgrade"}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("upgrade", [{}, SOCKET], ids=["", "upgrade"])
def test_addresses_are_made_as_flask_makes_them(host: str | None, scheme: str, upgrade: dict[str, str]) -> None:
    environ = EnvironBuilder("/a%20b//c", query_string="d=%C3%A9", method="POST").get_environ()
    environ |= {"wsgi.url_scheme": scheme, "SCRIPT_NAME": "/below", **upgrade}
    environ = {name: value for name, value in environ.items() if name != "HTTP_HOST"}
    if host is not None:
        environ["HTTP_HOST"] = host
    assert _adapted(Flask("own"), dict(environ)) == _adapted(Application("own"), dict(environ))


def _adapted(app: Flask, environ: dict[str, Any]) -> object:
    request = app.request_class(environ)
    try:
        adapter = app.create_url_adapter(request)
    except HTTPException as error:
        return type(error)
    assert adapter is not None
    return {name: value for name, value in vars(adapter).items() if name != "map"}, request.host


@pytest.mark.parametrize("method", ["POST", "HEAD"])
@pytest.mark.parametrize(("words", "status"), [("<Response/>", 200), ("", 204), ("", 200)])
def test_an_answer_made_once_is_the_answer_each_time(words: str, status: int, method: str) -> None:
    made_anew, said = Response(words, status, mimetype="text/xml"), Said(words, status, "text/xml")
    for _ in range(2):
        assert _all_of(made_anew, method) == _all_of(said, method)


def _all_of(answer: Response, method: str) -> tuple[str, list[tuple[str, str]], bytes]:
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]]) -> Callable[[bytes], object]:
        told.append((status, headers.copy()))
        headers.append(("X-Added", "on its way"))
        return len

    pieces = b"".join(answer(EnvironBuilder(method=method).get_environ(), start))  # type: ignore[arg-type]
    return *told[0], pieces


@given(st.one_of(st.binary(), st.text("a1=&+% ;\x00é", max_size=20).map(str.encode), st.text().map(str.encode)))
def test_a_form_is_read_as_python_reads_it(body: bytes) -> None:
    try:
        expected = parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    except UnicodeDecodeError:
        expected = []
    found = fields_of(body)
    assert MultiDict(expected) == MultiDict(found)
    assert isinstance(found, MultiDict) == (len(expected) != len(dict(expected)))


@given(st.text(st.characters(), max_size=20))
@example("a\x00b")
@example("\ud83d")
@example("\ud83d\ude00")
def test_words_are_such_as_every_database_can_store(text: str) -> None:
    found = clean(text)
    assert "\x00" not in found and isinstance(found.encode(), bytes)
    assert clean(found) == found
    if text.isprintable():
        assert text == found


def test_a_route_that_is_known_is_found_as_at_first() -> None:
    app = Application(__name__, static_folder=None)
    app.add_url_rule("/a", "a", lambda: "a", methods=["POST"])
    app.add_url_rule("/a", "other", lambda: "other", methods=["GET"])
    app.add_url_rule("/b/", "b", lambda: "b")
    app.add_url_rule("/c/<one>", "c", lambda one: one)
    asked = [
        ("POST", "/a"), ("GET", "/a"), ("HEAD", "/a"), ("PUT", "/a"), ("OPTIONS", "/a"), ("GET", "/b"), ("GET", "/b/"),
        ("GET", "//a"), ("GET", "/c/1"), ("GET", "/c/2"), ("GET", "/d"), ("GET", "/a/"),
    ]  # fmt: skip
    client = app.test_client()
    first, again = ([client.open(path, method=method) for method, path in asked] for _ in range(2))
    told = [(200, b"a"), (200, b"other"), (200, b""), (405, None), (200, b""), (308, None), (200, b"b")]
    for one, two in zip(first, again, strict=True):
        assert (one.status, one.data, one.headers) == (two.status, two.data, two.headers)
    for (status, body), one in zip(told, first, strict=False):
        assert status == one.status_code and body in (None, one.data)
    assert [b"1", b"2"] == [one.data for one in first[8:10]]
    assert {("POST", "/a"), ("GET", "/a"), ("HEAD", "/a"), ("OPTIONS", "/a"), ("GET", "/b/")} == {
        (method, path) for _, method, path in app.known_routes
    }
