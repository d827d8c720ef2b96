"""Class sessions by the API: read, scheduled, moved, given other seats and called off, by operators and their
teacher."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bot.api.world import LINA, MAYA, SARA, World

WIDE, PILATES, FULL = 1, 2, 3
"""Yoga on 18 March, Sara in it; pilates then; yoga on 20 March, full, Sara waits for it."""


def _new(world: World, **values: object) -> dict[str, object]:
    known = {"service_id": world.service("Yoga"), "staff_id": LINA, "capacity": 4}
    return {**known, "start_at": "2026-03-23T18:00:00+03:00", **values}


def test_they_are_listed_by_what_is_asked(world: World) -> None:
    assert [WIDE, PILATES, FULL, 4] == [
        one["id"] for one in world.call("GET", "/api/class-sessions", "client").json["items"]
    ]
    assert [WIDE, FULL] == [one["id"] for one in world.call("GET", "/api/class-sessions", "staff").json["items"]]
    asked = {"service_id": world.service("Pilates"), "until": "2026-03-19T00:00:00Z"}
    page = world.call("GET", "/api/class-sessions", "viewer", query_string=asked).json
    assert [PILATES] == [one["id"] for one in page["items"]]
    first = world.call("GET", "/api/class-sessions?limit=1", "viewer").json
    rest = world.call("GET", f"/api/class-sessions?cursor={first['next']}", "viewer").json
    assert [WIDE, PILATES, FULL, 4] == [one["id"] for one in (*first["items"], *rest["items"])]
    mine, theirs = (world.call("GET", f"/api/class-sessions/{FULL}", role).json for role in ("client", "staff"))
    assert (0, None, None) == (mine["seats_left"], mine["seats_taken"], mine["waiting"])
    assert (0, 1, 1) == (theirs["seats_left"], theirs["seats_taken"], theirs["waiting"])


def test_who_is_in_it_is_for_its_teacher_and_the_desk(world: World) -> None:
    path = f"/api/class-sessions/{WIDE}/bookings"
    assert [world.client(SARA)] == [one["client"]["id"] for one in world.call("GET", path, "staff").json["items"]]
    assert world.call("GET", path, "viewer").status_code == 200
    assert world.call("GET", path, "other_staff").status_code == 404
    assert world.call("GET", path, "client").status_code == 403


def test_a_teacher_schedules_their_own(world: World) -> None:
    made = world.call("POST", "/api/class-sessions", "staff", json=_new(world, title="Quiet yoga", minutes=45))
    assert made.status_code == 201, made.json
    assert made.headers["Location"] == f"/api/class-sessions/{made.json['id']}"
    assert ("Quiet yoga", 45, 4, "2026-03-23T18:45:00+03:00") == tuple(
        made.json[name] for name in ("title", "minutes", "seats_left", "end_at")
    )
    assert "Quiet yoga" in "".join(world.says(SARA, "yoga 23 march"))
    again = world.call("POST", "/api/class-sessions", "staff", json=_new(world))
    assert (409, "refused") == (again.status_code, again.json["code"]) and "taken" in again.json["detail"]
    pilates = _new(world, service_id=world.service("Pilates"), staff_id=MAYA)
    assert world.call("POST", "/api/class-sessions", "staff", json=pilates).status_code == 404
    assert world.call("POST", "/api/class-sessions", "operator", json=pilates).status_code == 201
    for role in ("client", "viewer"):
        assert world.call("POST", "/api/class-sessions", role, json=pilates).status_code == 403
    world.check()


def test_what_cannot_be_held_is_refused(world: World) -> None:
    wrong = [
        ({"service_id": 999}, 404), ({"staff_id": 999}, 404), ({"service_id": world.service("Massage")}, 409),
        ({"service_id": world.service("Pilates")}, 409), ({"start_at": "2026-03-01T18:00:00Z"}, 409),
        ({"start_at": "2026-03-23T18:00:30Z"}, 422), ({"capacity": 0}, 422), ({"capacity": 501}, 422),
        ({"minutes": 1}, 422), ({"meeting_link": "javascript:alert(1)"}, 422), ({"seats_taken": 3}, 422),
    ]  # fmt: skip
    for values, status in wrong:
        answer = world.call("POST", "/api/class-sessions", "operator", json=_new(world, **values))
        assert status == answer.status_code, (values, answer.json)


def test_a_class_moves_and_its_clients_are_told(world: World) -> None:
    path, body = f"/api/class-sessions/{WIDE}", {"start_at": "2026-03-19T18:00:00+03:00"}
    tag = world.call("GET", path, "staff").headers["ETag"]
    moved = world.call("PUT", f"{path}/time", "staff", json=body, headers={"If-Match": tag})
    assert (200, "2026-03-19T18:00:00+03:00") == (moved.status_code, moved.json["start_at"])
    assert moved.headers["ETag"] == world.call("GET", path, "staff").headers["ETag"]
    late = world.call("PUT", f"{path}/time", "staff", json=body, headers={"If-Match": tag})
    assert late.status_code == 412
    assert world.call("PUT", f"{path}/time", "staff", json=body).json["detail"] == "it is at that time already"
    world.settle()
    assert "19 Mar" in world.read_by(SARA)[-1]
    assert world.call("PUT", f"{path}/time", "other_staff", json=body).status_code == 404
    world.check()


def test_seats_are_never_fewer_than_are_spoken_for_and_more_are_offered_on(world: World) -> None:
    path = f"/api/class-sessions/{FULL}"
    assert world.call("PUT", f"{path}/seats", "operator", json={"capacity": 2}).json["capacity"] == 2
    world.settle()
    assert "Reply YES" in world.read_by(SARA)[-1]
    refused = world.call("PUT", f"{path}/seats", "operator", json={"capacity": 1})
    assert refused.status_code == 409 and "fewer than 2" in refused.json["detail"]


def test_a_class_that_is_called_off_ends_its_bookings(world: World) -> None:
    path, (booking,) = f"/api/class-sessions/{WIDE}", [
        one["id"] for one in world.call("GET", f"/api/class-sessions/{WIDE}/bookings", "admin").json["items"]
    ]  # fmt: skip
    assert world.call("DELETE", path, "other_staff").status_code == 404
    done = world.call("DELETE", f"{path}?reason=The teacher is ill; approve 1", "staff")
    assert (200, "cancelled", 0) == (done.status_code, done.json["status"], done.json["seats_taken"])
    assert "cancelled" == world.status(booking)
    world.settle()
    assert "The teacher is ill" in world.read_by(SARA)[-1]
    assert world.call("DELETE", path, "staff").json["detail"] == "it is cancelled"
    assert world.call("GET", path, "client").status_code == 404
    assert world.call("GET", path, "staff").status_code == 200
    world.check()


@pytest.mark.every_database
def test_of_two_at_once_one_has_the_teachers_time(world: World) -> None:
    def schedule(_number: int) -> int:
        return world.call("POST", "/api/class-sessions", "operator", json=_new(world)).status_code

    with ThreadPoolExecutor(4) as several:
        statuses = sorted(several.map(schedule, range(4)))
    assert [201, 409, 409, 409] == statuses
    world.check()
