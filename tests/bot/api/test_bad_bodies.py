"""Bodies that are no JSON, or too much of it, or say what nobody is asked; and words that would be run somewhere."""

import io
import json
from typing import Any

import pytest

from bot.api.every_endpoint import ENDPOINTS
from handlers.api.deeds import one_line
from models.base import metadata
from tests.bot.api.world import LINA, SARA, World

NOTE = b'{"note": "%s"}'
NO_JSON = {
    "nothing of it": b"note=1", "cut off": b'{"note": "a"', "twice": b"{}{}", "trailing comma": b'{"note": "a",}',
    "single quotes": b"{'note': 'a'}", "comment": b'{"note": "a"} // ok', "NaN": b'{"seats": NaN}',
    "infinity": b'{"seats": Infinity}', "no UTF-8": NOTE % b"\xff\xfe", "Latin-1": NOTE % "é".encode("latin-1"),
    "UTF-16": '{"note": "a"}'.encode("utf-16"), "lone surrogate": NOTE % rb"\ud800", "NUL byte": NOTE % b"\0",
    "line end": NOTE % b"\n", "deep": b"[" * 60_000, "deep objects": b'{"a":' * 60 + b"1" + b"}" * 60,
    "name twice": b'{"note": "a", "note": "b"}',
}  # fmt: skip
WRONG = {
    "a list": b"[]", "a text": b'"note"', "a number": b"5", "null": b"null", "unknown name": b'{"nope": 1}',
    "both names": b'{"client_phone": "+97455504444", "clientPhone": "+97455504445"}',
    "text for a number": b'{"seats": "1"}', "part of a number": b'{"seats": 1.5}',
    "truth for a number": b'{"seats": true}',
    "zero": b'{"seats": 0}', "too many": b'{"seats": 101}', "huge": b'{"seats": 1e400}',
    "hundreds of digits": b'{"service_id": ' + b"9" * 400 + b"}",
    "beyond its column": b'{"service_id": 9223372036854775808}',
    "nothing": b'{"start_at": null, "seats": null}', "no offset": b'{"start_at": "2026-03-24T12:00:00"}',
    "no day": b'{"start_at": "2026-02-30T12:00:00Z"}', "far away": b'{"start_at": "9999-12-31T23:59:59Z"}',
    "long ago": b'{"start_at": "0001-01-01T00:00:00Z"}', "seconds": b'{"start_at": 1774353600}',
    "wide offset": b'{"start_at": "2026-03-24T12:00:00+99:99"}', "escaped NUL": NOTE % rb"\u0000",
    "too long": NOTE % (b"a" * 2001), "too many services": json.dumps({"service_ids": [1] * 7}).encode(),
}  # fmt: skip
TYPES = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
    "json",
]
TEXTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'; DROP TABLE bookings --", '" OR 1=1 /*', "%s%n",
    "{0.__class__} {name}", "{{ 7 * 7 }} ${7*7} <%= 7 %>", "#{system('id')} `id` $(id) | id", "=HYPERLINK(1)",
    "@SUM(1)", "../../etc/passwd", "\u202eevil\u202c", "e\u0301 \U0001f469\u200d\U0001f680 \u0e01",
    "APPROVE 1", "STOP", "\\u0000 \\n",
    "long" * 400,
]  # fmt: skip


def ask(world: World, raw: bytes, kind: str = "application/json", **how: Any) -> Any:
    return world.call("POST", "/api/sessions/request", data=raw, content_type=kind, **how)


@pytest.fixture
def nothing_new(world: World) -> Any:
    """Whatever is refused leaves nothing behind."""
    counted = ("bookings", "clients", "messages", "outbox", "api_answers", "audit_log")
    before = {name: len(world.rows(metadata.tables[name])) for name in counted}
    yield
    assert before == {name: len(world.rows(metadata.tables[name])) for name in counted}


def test_what_is_no_json_cannot_be_read(world: World, nothing_new: None) -> None:
    for name, raw in NO_JSON.items():
        answer = ask(world, raw)
        assert (400, "application/problem+json") == (answer.status_code, answer.mimetype), (name, answer.data)


def test_what_is_wrong_is_said_without_what_was_sent(world: World, nothing_new: None) -> None:
    for name, raw in WRONG.items():
        answer = ask(world, raw)
        assert 422 == answer.status_code, (name, answer.data)
        assert len(answer.data) < 4000 and b"DROP" not in answer.data, name


def test_only_json_is_read(world: World, nothing_new: None) -> None:
    for kind in TYPES:
        answer = ask(world, b'{"seats": 1}', kind)
        assert (415, "not_json") == (answer.status_code, json.loads(answer.data)["code"]), kind


class Endless(io.RawIOBase):
    """A body that goes on for ever; how much was read of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.taken += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


@pytest.mark.parametrize("said", [{"CONTENT_LENGTH": str(100 * 1024 * 1024)}, {"wsgi.input_terminated": True}])
def test_a_hundred_megabytes_are_not_read(world: World, said: dict[str, Any], nothing_new: None) -> None:
    """Neither by the length that it tells, nor where it tells none (chunked)."""
    body = Endless()
    overrides = {"wsgi.input": io.BufferedReader(body, 4096), "CONTENT_TYPE": "application/json", **said}
    answer = world.call("POST", "/api/sessions/request", environ_overrides=overrides)
    assert 413 == answer.status_code
    assert body.taken < 300_000
    assert 401 == world.call("POST", "/api/sessions/request", None, environ_overrides=overrides).status_code
    assert body.taken < 300_000


def test_nobody_sets_what_is_only_told(world: World) -> None:
    """Every name that any answer has, sent to every endpoint that does not take it, and some that programs have."""
    told = {name for one in ENDPOINTS if one.answer is not None for name in one.answer.model_fields}
    told |= {
        "id",
        "status",
        "version",
        "role",
        "operator_id",
        "client_id",
        "is_admin",
        "__class__",
        "__proto__",
        "_links",
    }
    for one in ENDPOINTS:
        if one.body is None or one.parties is None:
            continue
        fields = one.body.model_fields
        known = {
            *fields,
            *(field.alias for field in fields.values()),
            *(str(f.validation_alias) for f in fields.values()),
        }
        extra = sorted(told - known)
        path = "/".join(_part(part, one.parameters) for part in one.path.split("/"))
        role = "admin" if "admin" in one.parties else "client"
        for number in range(0, len(extra), 15):
            names = extra[number : number + 15]
            answer = world.call(one.method, path, role, json=dict.fromkeys(names, 1))
            assert 422 == answer.status_code, (one.method, one.path, answer.data)
            refused = {error["at"] for error in answer.json["errors"] if "not permitted" in error["wrong"]}
            assert {*names} <= refused, (one.method, one.path, {*names} - refused)


def _part(part: str, parameters: Any) -> str:
    name = part.strip("{}")
    return part if name == part else "1" if parameters[name] is int else "2026-03-24"


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_words_are_kept_and_given_back_as_they_are(world: World, text: str) -> None:
    """By whoever reads them, however they read; and nothing is done by them."""
    before = {number: world.status(number) for number in world.bookings(SARA)}
    wish = {
        "service_id": world.service("Massage"), "staff_id": LINA, "start_at": "2026-03-24T12:00:00Z", "note": text,
        "attendee": text[:120], "name": text[:80], "client_phone": "+97455504444",
    }  # fmt: skip
    made = ask(world, json.dumps(wish).encode())
    assert 201 == made.status_code, made.data
    number = made.json["id"]
    for role in ("operator", "staff", "viewer"):
        shown = world.call("GET", f"/api/sessions/{number}", role).json
        assert (text, text[:120], text[:80]) == (shown["client_note"], shown["attendee"], shown["client"]["name"])
    world.settle()
    said = world.call("POST", f"/api/sessions/{number}/note", "staff", json={"note": text[:300]})
    assert one_line(text[:300]).strip("“”") in said.json["staff_note"]
    listed = world.call("GET", "/api/sessions", "operator", query_string={"q": text[:80]})
    assert 200 == listed.status_code and number in [one["id"] for one in listed.json["items"]]
    assert before == {number: world.status(number) for number in world.bookings(SARA)}
    world.check()


def test_words_of_several_lines_are_one_command(world: World) -> None:
    """What stands behind a line end or a semicolon would be another command."""
    hers = world.bookings(SARA, "pending")[0]
    number = world.bookings(SARA, "confirmed")[0]
    for words in (f"tea\nAPPROVE {hers}", f"tea; APPROVE {hers}", f"tea\r\nAPPROVE {hers}", f"tea\u2028APPROVE {hers}"):
        world.call("POST", f"/api/sessions/{number}/note", "operator", json={"note": words})
        world.call("DELETE", f"/api/sessions/{number}", "staff", query_string={"reason": words})
        world.settle()
        assert "pending" == world.status(hers), words
