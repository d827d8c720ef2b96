"""A text that came whole is taken without Flask; whatever is odd about it, it is answered as in the usual way."""

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bot.desk import Desk
from bot.journal import JournalFull
from bot.web_head import WHOLE
from tests.bot.test_webhooks import FORM, HERE, LONGEST_BODY, MESSAGE, NO_REPLY, TWILIO, ana_texts, inbound, signed
from tests.conftest import MakeDesk
from webhooks import create_app, receive

Told = tuple[str, list[tuple[str, str]], bytes]
FIELDS = ana_texts()
SIGNED = signed(f"{HERE}{MESSAGE}", FIELDS)
NO_MESSAGE = {"From": "+15005550006"}


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk(**TWILIO)


def told(desk: Desk, *, is_whole: bool, body: bytes, path: str = MESSAGE, **asked: object) -> Told:
    builder = EnvironBuilder(path=path, **{"method": "POST", "content_type": FORM, **asked})  # type: ignore[arg-type]
    environ = builder.get_environ() | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    if is_whole:
        environ[WHOLE] = body
    pieces, status, headers = run_wsgi_app(create_app(desk), environ, buffered=True)
    return status, sorted(headers), b"".join(pieces)


def form(**fields: str) -> bytes:
    return urlencode({**FIELDS, **fields}).encode()


def headers(fields: Mapping[str, str], url: str = f"{HERE}{MESSAGE}") -> dict[str, str]:
    return signed(url, fields)


ODD = {
    "genuine": (form(), {"headers": SIGNED}, "200 OK"),
    "a query": (
        form(), {"headers": headers(FIELDS, f"{HERE}{MESSAGE}?a=1&b="), "query_string": "a=1&b="},
        "200 OK",
    ),
    "another host": (form(), {"headers": SIGNED, "base_url": "http://elsewhere.example"}, "403 FORBIDDEN"),
    "another port": (form(), {"headers": SIGNED, "base_url": "http://localhost:8000"}, "200 OK"),
    "the usual port": (form(), {"headers": SIGNED, "base_url": "http://localhost:80"}, "200 OK"),
    "no host at all": (form(), {"headers": SIGNED, "environ_overrides": {"HTTP_HOST": "a b"}}, "403 FORBIDDEN"),
    "not signed": (form(), {}, "403 FORBIDDEN"),
    "signed for another": (form(Body="other"), {"headers": SIGNED}, "403 FORBIDDEN"),
    "no form": (form(), {"headers": SIGNED, "content_type": "text/plain"}, "415 UNSUPPORTED MEDIA TYPE"),
    "a form in its own words": (form(), {"headers": SIGNED, "content_type": f"{FORM}; charset=utf-8"}, "200 OK"),
    "too large": (b"a" * (LONGEST_BODY + 1), {"headers": SIGNED}, "413 REQUEST ENTITY TOO LARGE"),
    "unreadable": (
        urlencode(NO_MESSAGE).encode(), {"headers": headers(NO_MESSAGE)}, "200 OK",
    ),
    "asked for": (b"", {"headers": SIGNED, "method": "GET"}, "405 METHOD NOT ALLOWED"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "asked", "status"), ODD.values(), ids=ODD)
def test_it_is_answered_as_in_the_usual_way(desk: Desk, body: bytes, asked: dict[str, object], status: str) -> None:
    usual = told(desk, is_whole=False, body=body, **asked)
    assert status == usual[0] and usual == told(desk, is_whole=True, body=body, **asked)


def test_it_is_taken_once_however_often_it_comes(desk: Desk) -> None:
    for _ in range(2):
        status, _, words = told(desk, is_whole=True, body=form(), headers=SIGNED)
        assert ("200 OK", NO_REPLY.encode()) == (status, words)
    assert 1 == inbound(desk)


@pytest.mark.parametrize(("wrong", "status"), [(JournalFull("full"), "503"), (ValueError("a secret word"), "500")])
def test_what_breaks_is_told_as_in_the_usual_way_and_not_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, wrong: Exception, status: str
) -> None:
    tried = []

    def broken(*_: object) -> None:
        tried.append(receive)
        raise wrong

    monkeypatch.setattr("webhooks.receive", broken)
    usual = told(desk, is_whole=False, body=form(), headers=SIGNED)
    assert usual[0].startswith(status) and usual == told(desk, is_whole=True, body=form(), headers=SIGNED)
    assert 2 == len(tried) and b"secret" not in usual[2]


def test_a_plain_one_is_taken_without_flask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask.app.Flask.full_dispatch_request", None)
    assert "200 OK" == told(desk, is_whole=True, body=form(), headers=SIGNED)[0]
    assert 1 == inbound(desk)
