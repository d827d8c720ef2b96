"""Pages of lists: what is asked for with a cursor or a limit that is none of ours, and how often one may ask."""

import base64
import json

import pytest

from bot.api.endpoint import Endpoint
from bot.api.every_endpoint import ENDPOINTS
from bot.api.limits import Limits, Rate
from tests.bot.api.conftest import UNLIMITED
from tests.bot.api.world import World


def packed(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


CURSORS = [
    "", "x", "=", "AAAA", "null", "%00", "' OR 1=1 --", "e" * 200, "e" * 201, "٣", packed([]), packed({}),
    packed(None), packed(1), packed([0]), packed([-1]), packed([2**63]), packed([True]), packed(["1"]), packed([1.5]),
    packed(["2026-03-10", 1]), packed(["2026-03-10T00:00:00", 1]), packed(["9999-12-31T00:00:00+00:00", 1]),
    packed(["2026-03-10T00:00:00+00:00", "1"]), packed([[1]] * 20), packed(["a", "b", "c"]),
]  # fmt: skip
LIMITS = ["0", "-1", "101", "1e2", "1.5", "x", "", "٣", "99999999999999999999", "10;", "NaN"]
LISTS = [one for one in ENDPOINTS if one.query is not None and {"cursor", "limit"} <= {*one.query.model_fields}]


def needed(one: Endpoint) -> dict[str, str]:
    """What its query has to say beside."""
    if one.path == "/api/availability":
        return {"service_id": "1", "since": "2026-03-12T00:00:00Z", "until": "2026-03-13T00:00:00Z"}
    return {"q": "sara"} if one.path == "/api/messages" else {}


def path(one: Endpoint) -> str:
    return "/".join("1" if part.startswith("{") else part for part in one.path.split("/"))


def test_every_list_refuses_a_cursor_that_is_none_of_ours(world: World) -> None:
    for one in LISTS:
        for said in CURSORS:
            answer = world.call("GET", path(one), "admin", query_string={**needed(one), "cursor": said})
            assert answer.status_code in (404, 422) or _is_a_page(answer.json, said), (
                one.path,
                said,
                answer.data[:300],
            )


def _is_a_page(document: object, said: str) -> bool:
    """A place that this list may well have given."""
    return said not in ("", "x", "=", "null") and isinstance(document, dict) and "items" in document


def test_every_list_refuses_a_limit_out_of_its_bounds(world: World) -> None:
    for one in LISTS:
        for said in LIMITS if one.path != "/api/availability" else LIMITS[:2]:
            answer = world.call("GET", path(one), "admin", query_string={**needed(one), "limit": said})
            assert answer.status_code in (404, 422), (one.path, said)


def test_a_list_is_walked_to_its_end_with_nothing_twice(world: World) -> None:
    for role in ("operator", "staff", "client"):
        whole = [one["id"] for one in world.call("GET", "/api/sessions?limit=100", role).json["items"]]
        walked: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            page = world.call("GET", "/api/sessions", role, query_string=query).json
            walked += [one["id"] for one in page["items"]]
            cursor = page["next"]
        assert whole == walked and len(set(walked)) == len(walked) > 3, role


def test_a_cursor_of_one_opens_nothing_of_others(world: World) -> None:
    """It says where a page ends, not whose it is."""
    theirs = world.call("GET", "/api/sessions?limit=1", "operator").json["next"]
    shown = world.call("GET", "/api/sessions", "client", query_string={"cursor": theirs, "limit": 100}).json["items"]
    assert shown and {1} == {one["staff_id"] for one in shown}


@pytest.mark.parametrize("query", ["nope=1", "limit=1&limit=2", "status=nope", "staff_id=0", "since=tomorrow", "q=%00"])
def test_a_query_says_what_is_known_once(world: World, query: str) -> None:
    assert 422 == world.call("GET", f"/api/sessions?{query}", "operator").status_code


def test_who_calls_too_often_waits_and_is_told_how_long(world: World) -> None:
    world.web.extensions["api_limits"] = Limits(Rate(3, 3600), UNLIMITED)
    answers = [world.call("GET", "/api/me", "operator") for _ in range(4)]
    assert [200, 200, 200, 429] == [answer.status_code for answer in answers]
    assert ["2", "1", "0", "0"] == [answer.headers["RateLimit-Remaining"] for answer in answers]
    assert 1000 < int(answers[-1].headers["Retry-After"]) <= 1200 and "3" == answers[-1].headers["RateLimit-Limit"]
    assert 200 == world.call("GET", "/api/me", "admin").status_code, "each token for itself"


def test_who_tries_tokens_is_limited_by_address(world: World) -> None:
    world.web.extensions["api_limits"] = Limits(UNLIMITED, Rate(3, 3600))
    answers = [world.call("GET", "/api/me", f"{'x' * 40}{number}") for number in range(5)]
    assert [401, 401, 401, 429, 429] == [answer.status_code for answer in answers]
    assert 200 == world.call("GET", "/api/me", "operator").status_code
