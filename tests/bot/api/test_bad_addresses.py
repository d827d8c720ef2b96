"""Addresses that are nearly one of ours, numbers that are none, and methods that nothing has."""

import json

import pytest

from bot.api.every_endpoint import ENDPOINTS
from tests.bot.api.world import SARA, World

NO_NUMBERS = [
    "0", "-1", "+1", "1.0", "1e3", "0x1", "01", "1_0", "9" * 19, str(2**63), "9" * 400, "debug", "null", "NaN", "٣",
    "１", "1;2", "1,2", "1%20", "%201", "1%00", "1%0a", "%0a", "1%0d%0aX-A:%20b", "*", "{booking_id}", "%7Bid%7D", "..",
    "%2e%2e", "1%2fapprove", "1'--", "${1}", "{{1}}", "%25s", "%ff", "%ed%a0%80", "pending-approval%00",
    "Pending-Approval",
]  # fmt: skip
NO_ADDRESSES = [
    "/api", "/api/", "/api/nothing", "/api/sessions/", "/api//sessions", "//api/sessions", "/api/sessions//1",
    "/api/sessions/1/", "/api/sessions/1//approve", "/api/./sessions", "/api/x/../sessions", "/api/%2e%2e/api/sessions",
    "/API/sessions", "/api/Sessions", "/api/sessions.json", "/api/sessions/pending-approval/", "/api/sessions%00",
    "/api/sessions%0a", "/api/sessions;v=1", "/api/\\sessions", "/api/static/../../config.py",
    "/api/static/%2e%2e/%2e%2e/config.py", "/api/static//etc/passwd", f"/api/{'x' * 5000}", "/api/" + "a/" * 500,
]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_what_is_no_number_is_nowhere(world: World, method: str) -> None:
    for said in NO_NUMBERS:
        path = f"/api/sessions/{said}" + ("/approve" if method == "PUT" else "")
        answer = world.call(method, path, "admin", **({"json": {}} if method == "PUT" else {}))
        assert answer.status_code in (404, 405), said
        assert "application/problem+json" == answer.mimetype, said
    assert "pending" == world.status(world.bookings(SARA, "pending")[0])


@pytest.mark.parametrize("role", ["admin", None])
def test_what_is_nearly_an_address_is_none(world: World, role: str | None) -> None:
    for path in NO_ADDRESSES:
        answer = world.call("GET", path, role)
        assert answer.status_code in (301, 308, 404), (path, answer.status_code)
        if answer.status_code != 404:
            assert answer.headers["Location"].startswith(("/api/", "http://localhost/api/")), path
        assert b"Corner House" not in answer.data and b"root:" not in answer.data


def test_fixed_words_are_never_read_as_numbers_nor_numbers_as_words(world: World) -> None:
    assert "items" in world.call("GET", "/api/sessions/pending-approval", "operator").json
    assert 404 == world.call("DELETE", "/api/sessions/pending-approval", "operator").status_code
    assert 404 == world.call("PUT", "/api/sessions/pending-approval/approve", "operator", json={}).status_code


def test_no_endpoint_has_another_method_than_it_says(world: World) -> None:
    methods: dict[str, set[str]] = {}
    for one in ENDPOINTS:
        methods.setdefault(one.path.replace("{", "").replace("}", ""), set()).add(one.method)
    for path, known in methods.items():
        numbered = "/".join("1" if part.endswith("_id") else part for part in path.split("/"))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - known:
            answer = world.call(method, numbered, "admin", json={})
            assert answer.status_code in (404, 405), (method, path)
            if answer.status_code == 405:
                assert {*answer.headers["Allow"].split(", ")} >= known, (method, path)


def test_another_method_in_a_header_is_no_other_method(world: World) -> None:
    number = world.bookings(SARA, "confirmed")[0]
    headers = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}
    assert 200 == world.call("GET", f"/api/sessions/{number}", "operator", headers=headers).status_code
    assert "confirmed" == world.status(number)


def test_head_is_get_without_its_body(world: World) -> None:
    shown, head = (world.call(method, "/api/sessions", "operator") for method in ("GET", "HEAD"))
    assert (200, b"", shown.headers["ETag"]) == (head.status_code, head.data, head.headers["ETag"])


def test_line_ends_in_headers_make_no_header(world: World) -> None:
    """As a server would hand them on that lets them through."""
    for name in ("IDEMPOTENCY_KEY", "IF_MATCH", "IF_NONE_MATCH", "AUTHORIZATION", "X_REQUEST_ID", "HOST"):
        evil = {f"HTTP_{name}": "a\r\nSet-Cookie: x=1"}
        role = None if name == "AUTHORIZATION" else "operator"
        answer = world.call("GET", "/api/sessions", role, environ_overrides=evil)
        assert "Set-Cookie" not in answer.headers and "Set-Cookie" not in str(answer.headers), name
    number = world.bookings(SARA, "pending")[0]
    answer = world.call(
        "PUT", f"/api/sessions/{number}/approve", json={}, environ_overrides={"HTTP_IDEMPOTENCY_KEY": "a\r\nX-Y: z"}
    )
    assert "X-Y" not in answer.headers and "confirmed" == world.status(number)


def test_what_is_refused_is_a_document_with_a_word(world: World) -> None:
    for path, status, code in (("/api/nothing", 404, "not_found"), ("/api/sessions/0", 404, "not_found")):
        document = json.loads(world.call("GET", path, "admin").data)
        assert (status, code) == (document["status"], document["code"])
