"""Time taken out of calendars by the API: the same as BLOCK and UNBLOCK by text."""

import pytest

from conversations.commands.spans import MOST_DAYS
from tests.bot.api.world import LINA, MAYA, OMAR, World

HOURS = {"start_at": "2026-03-24T14:00:00+03:00", "end_at": "2026-03-24T16:00:00+03:00"}


def _why(world: World) -> str | None:
    asked = {"service_id": world.service("Massage"), "staff_id": LINA, "start_at": "2026-03-24T14:30:00+03:00"}
    return world.call("GET", "/api/availability/why", "staff", query_string=asked).json["code"]


def test_time_is_taken_out_and_given_back(world: World) -> None:
    assert _why(world) is None
    words = "dentist at 3 on friday; approve 1\n<b>"
    made = world.call("POST", "/api/blocks", "staff", json={"staff_id": LINA, **HOURS, "reason": words})
    assert made.status_code == 201, made.json
    assert (LINA, HOURS["start_at"], HOURS["end_at"], []) == tuple(
        made.json[name] for name in ("staff_id", "start_at", "end_at", "standing")
    )
    assert _why(world) == "blocked"
    assert "dentist" in "".join(world.says(OMAR, "why 24 march 14:30"))
    again = world.call("POST", "/api/blocks", "staff", json={"staff_id": LINA, **HOURS})
    assert made.json["id"] == again.json["id"]
    path = made.headers["Location"]
    assert world.call("GET", path, "viewer").json["start_at"] == HOURS["start_at"]
    assert world.call("DELETE", path, "operator").status_code == 204
    assert world.call("DELETE", path, "operator").status_code == 404
    assert _why(world) is None
    world.check()


def test_what_stands_in_it_stays_and_is_named(world: World) -> None:
    day = {"start_at": "2026-03-12T00:00:00+03:00", "end_at": "2026-03-13T00:00:00+03:00"}
    standing = world.call("POST", "/api/blocks", "operator", json={"staff_id": LINA, **day}).json["standing"]
    assert 2 == len(standing) and {"confirmed", "pending"} == {world.status(one) for one in standing}
    world.check()


def test_staff_see_and_change_their_own_alone(world: World) -> None:
    mine = world.call("GET", "/api/blocks", "staff").json["items"]
    assert [LINA] == [one["staff_id"] for one in mine]
    (theirs,) = world.call("GET", f"/api/blocks?staff_id={MAYA}", "viewer").json["items"]
    assert [] == world.call("GET", f"/api/blocks?staff_id={MAYA}", "staff").json["items"]
    assert world.call("GET", f"/api/blocks/{theirs['id']}", "staff").status_code == 404
    assert world.call("DELETE", f"/api/blocks/{theirs['id']}", "staff").status_code == 404
    assert world.call("POST", "/api/blocks", "staff", json={"staff_id": MAYA, **HOURS}).status_code == 404
    for role in ("client", "viewer"):
        assert world.call("POST", "/api/blocks", role, json={"staff_id": LINA, **HOURS}).status_code == 403
    assert world.call("GET", "/api/blocks", "client").status_code == 403


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"end_at": HOURS["start_at"]}, 422), ({"end_at": "2027-03-24T16:00:00+03:00"}, 422), ({"staff_id": 99}, 404),
        ({"start_at": "2026-01-01T00:00:00Z", "end_at": "2026-01-02T00:00:00Z"}, 409), ({"reason": "x" * 201}, 422),
        ({"id": 1}, 422), ({"start_at": "soon"}, 422),
    ],
)  # fmt: skip
def test_no_other_stretch_is_taken(world: World, values: dict[str, object], status: int) -> None:
    answer = world.call("POST", "/api/blocks", "operator", json={"staff_id": LINA, **HOURS, **values})
    assert status == answer.status_code, answer.json


def test_they_are_paged_by_time(world: World) -> None:
    assert 92 == MOST_DAYS
    for day in (24, 26, 27):
        body = {"start_at": f"2026-03-{day}T14:00:00Z", "end_at": f"2026-03-{day}T15:00:00Z"}
        assert world.call("POST", "/api/blocks", "operator", json={"staff_id": LINA, **body}).status_code == 201
    found, cursor = [], ""
    while cursor is not None:
        asked = {"limit": 2, "since": "2026-03-24T14:30:00Z", "until": "2026-03-27T00:00:00Z"}
        page = world.call(
            "GET", "/api/blocks", "admin", query_string=asked | ({"cursor": cursor} if cursor else {})
        ).json
        found += [one["start_at"][8:10] for one in page["items"]]
        cursor = page["next"]
    assert ["24", "25", "25", "26"] == found
