"""Waiting lines by the API: the same as by text, and nobody else's."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bot.api.world import LINA, MAYA, OMAR, SARA, TOM, World

FULL = 3
"""Yoga on 20 March: one seat, which Zed has; Sara waits for it."""


def _place(world: World, role: str) -> dict:
    (found,) = world.call("GET", "/api/waitlist", role).json["items"]
    return found


def _more_seats(world: World, seats: int = 2) -> None:
    assert (
        world.call("PUT", f"/api/class-sessions/{FULL}/seats", "operator", json={"capacity": seats}).status_code == 200
    )
    world.settle()


def test_clients_see_their_own_and_staff_the_line(world: World) -> None:
    mine = _place(world, "client")
    assert ("waiting", 1, FULL, "2026-03-20T18:00", None, None) == tuple(
        mine[name] for name in ("status", "number", "class_session_id", "wanted", "client", "why")
    )
    assert [] == world.call("GET", "/api/waitlist?class_session_id=1", "client").json["items"]
    line = world.call("GET", f"/api/waitlist?class_session_id={FULL}", "staff").json["items"]
    assert [("no_room", world.client(SARA))] == [(one["why"], one["client"]["id"]) for one in line]
    assert "nothing is free" in "".join(world.says(OMAR, f"waitlist c{FULL}"))
    path = f"/api/waitlist/{mine['id']}"
    assert {"client": 200, "staff": 200, "viewer": 200, "other_client": 404, "other_staff": 404} == {
        role: world.call("GET", path, role).status_code
        for role in ("client", "staff", "viewer", "other_client", "other_staff")
    }
    assert world.call("GET", f"/api/waitlist?class_session_id={FULL}", "other_staff").status_code == 404
    assert 2 == len(world.call("GET", "/api/waitlist", "admin").json["items"])
    assert [MAYA] == [
        one["staff_id"] for one in world.call("GET", f"/api/waitlist?staff_id={MAYA}", "admin").json["items"]
    ]


def test_somebody_joins_the_end_of_a_line_as_by_text(world: World) -> None:
    made = world.call("POST", "/api/waitlist", "other_client", json={"class_session_id": FULL})
    assert (201, "waiting", 2) == (made.status_code, made.json["status"], made.json["number"])
    world.settle()
    assert "You are number 2 in line" in world.read_by(TOM)[-1]
    again = world.call("POST", "/api/waitlist", "other_client", json={"class_session_id": FULL})
    assert made.json["id"] == again.json["id"]
    third = {"class_session_id": FULL, "client_phone": "+97455504444", "name": "Uma"}
    by_staff = world.call("POST", "/api/waitlist", "staff", json=third)
    assert (201, 3, "Uma") == (by_staff.status_code, by_staff.json["number"], by_staff.json["client"]["name"])
    line, cursor = [], ""
    while cursor is not None:
        asked = {"class_session_id": FULL, "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = world.call("GET", "/api/waitlist", "operator", query_string=asked).json
        line += [one["number"] for one in page["items"]]
        cursor = page["next"]
    assert [1, 2, 3] == line
    world.check()


def test_a_time_that_is_taken_is_waited_for(world: World) -> None:
    massage = world.service("Massage")
    taken = {"service_id": massage, "staff_id": LINA, "start_at": "2026-03-25T09:30:00+03:00"}
    made = world.call("POST", "/api/waitlist", "client", json=taken)
    assert (201, "2026-03-25T09:30", LINA, 1) == (
        made.status_code, made.json["wanted"], made.json["staff_id"], made.json["number"],
    )  # fmt: skip
    other = world.call("POST", "/api/waitlist", "other_client", json={**taken, "start_at": "2026-03-25T10:00:00+03:00"})
    assert 2 == other.json["number"]  # they may be given the same time
    (block,) = world.call("GET", "/api/blocks", "staff").json["items"]
    world.call("DELETE", f"/api/blocks/{block['id']}", "staff")
    world.passes(seconds=10)
    offered = world.call("GET", f"/api/waitlist/{made.json['id']}", "client").json
    assert ("offered", "2026-03-25T09:30:00+03:00", True) == (
        offered["status"], offered["offer"]["start_at"], offered["offer"]["is_held"],
    )  # fmt: skip
    taken_up = world.call("PUT", f"/api/waitlist/{made.json['id']}/accept", "client", json={})
    assert "accepted" == taken_up.json["status"]
    assert "pending" == world.status(taken_up.json["booking_id"])
    world.check()


def test_what_has_room_or_never_will_is_not_waited_for(world: World) -> None:
    massage, yoga = world.service("Massage"), world.service("Yoga")
    day = {"service_id": massage, "staff_id": LINA}
    for body, status, code in (
        ({"class_session_id": 1}, 409, "has_room"), ({"class_session_id": FULL, "seats": 2}, 409, "class_too_small"),
        ({"class_session_id": 99}, 404, "not_found"), ({**day, "day": "2026-03-25"}, 409, "has_room"),
        ({**day, "start_at": "2026-03-25T04:00:00+03:00"}, 409, "closed"),
        ({**day, "start_at": "2026-03-09T10:00:00+03:00"}, 409, "past"), ({**day, "day": "2199-03-09"}, 409, "too_far"),
        ({"service_id": yoga, "day": "2026-03-25"}, 409, "no_such_service"),
        ({"service_id": massage, "staff_id": 99, "day": "2026-03-25"}, 409, "no_such_service"),
        ({**day}, 422, "invalid"), ({"class_session_id": FULL, "service_id": massage}, 422, "invalid"),
        ({**day, "day": "2026-03-25", "start_at": "2026-03-25T04:00:00Z"}, 422, "invalid"),
        ({**day, "start_at": "2026-03-25T04:00:01Z"}, 422, "invalid"),
        ({"class_session_id": FULL, "priority": 9}, 422, "invalid"),
        ({"class_session_id": FULL, "client_phone": "+97455504444"}, 422, "invalid"),
    ):  # fmt: skip
        answer = world.call("POST", "/api/waitlist", "client", json=body)
        assert (status, code) == (answer.status_code, answer.json["code"]), (body, answer.json)
    assert world.call("POST", "/api/waitlist", "viewer", json={"class_session_id": FULL}).status_code == 403
    assert world.call("POST", "/api/waitlist", "operator", json={"class_session_id": FULL}).status_code == 422
    elsewhere = {"class_session_id": FULL, "client_phone": "+97455504444"}
    assert world.call("POST", "/api/waitlist", "other_staff", json=elsewhere).status_code == 404


def test_a_client_leaves_and_what_was_offered_goes_on(world: World) -> None:
    world.call("POST", "/api/waitlist", "other_client", json={"class_session_id": FULL})
    _more_seats(world)
    place = _place(world, "client")
    assert "offered" == place["status"]
    path = f"/api/waitlist/{place['id']}"
    for role, status in (("other_client", 404), ("staff", 403), ("operator", 403)):
        assert status == world.call("DELETE", path, role).status_code
    tag = world.call("GET", path, "client").headers["ETag"]
    assert "left" == world.call("DELETE", path, "client", headers={"If-Match": tag}).json["status"]
    assert world.call("DELETE", path, "client", headers={"If-Match": tag}).status_code == 412
    assert (409, "not_waiting") == ((gone := world.call("DELETE", path, "client")).status_code, gone.json["code"])
    world.settle()
    assert "off the waiting list" in world.read_by(SARA)[-1] and "Reply YES" in world.read_by(TOM)[-1]
    for word in ("accept", "pass"):
        assert "nothing_offered" == world.call("PUT", f"{path}/{word}", "client", json={}).json["code"]
    world.check()


def test_an_offer_is_taken_once_or_passed_on(world: World) -> None:
    place = _place(world, "client")
    path = f"/api/waitlist/{place['id']}"
    for word in ("accept", "pass"):
        assert "nothing_offered" == world.call("PUT", f"{path}/{word}", "client", json={}).json["code"]
    _more_seats(world)
    passed = world.call("PUT", f"{path}/pass", "client")
    assert (200, "waiting") == (passed.status_code, passed.json["status"])
    assert world.call("PUT", f"{path}/accept", "other_client", json={}).status_code == 404
    assert world.call("POST", f"{path}/offer", "other_staff").status_code == 404
    assert world.call("POST", f"{path}/offer", "client").status_code == 403
    offered = world.call("POST", f"{path}/offer", "staff")
    assert (200, "offered") == (offered.status_code, offered.json["status"]), offered.json
    world.passes(seconds=1)
    assert "refused" == world.call("POST", f"{path}/offer", "staff").json["code"]
    taken = [world.call("PUT", f"{path}/accept", "client", json={}) for _ in range(2)]
    assert [200, 200] == [each.status_code for each in taken]
    assert taken[0].json["booking_id"] == taken[1].json["booking_id"]
    assert "confirmed" == world.status(taken[0].json["booking_id"])
    world.settle()
    assert "You are booked" in "".join(world.read_by(SARA)[-2:])
    world.check()


def test_an_agreement_is_asked_before_an_offer_is_taken(world: World) -> None:
    _more_seats(world)
    wanted = {"agreement": {"version": "7", "texts": {"en": "Bring a towel."}}}
    assert world.call("PATCH", f"/api/services/{world.service('Yoga')}", "admin", json=wanted).status_code == 200
    path = f"/api/waitlist/{_place(world, 'client')['id']}/accept"
    refused = world.call("PUT", path, "client", json={})
    assert (409, "agreement_needed") == (refused.status_code, refused.json["code"])
    assert "Bring a towel" in refused.json["detail"]
    assert "accepted" == world.call("PUT", path, "client", json={"agreed": ["7"]}).json["status"]


@pytest.mark.every_database
def test_of_several_who_take_the_last_seat_at_once_as_many_have_it_as_there_are(world: World) -> None:
    other = world.call("POST", "/api/waitlist", "other_client", json={"class_session_id": FULL}).json["id"]
    mine = _place(world, "client")["id"]
    _more_seats(world, 2)
    world.call("PUT", f"/api/waitlist/{mine}/pass", "client")
    world.settle()  # now it is offered to the other, and the first may still say yes too late
    asks = [("client", mine), ("other_client", other)] * 2

    def accept(ask: tuple[str, int]) -> int:
        return world.call("PUT", f"/api/waitlist/{ask[1]}/accept", ask[0], json={}).status_code

    with ThreadPoolExecutor(4) as several:
        statuses = list(several.map(accept, asks))
    assert {200, 409} >= set(statuses) and 200 in statuses
    assert 2 == world.call("GET", f"/api/class-sessions/{FULL}", "admin").json["seats_taken"]
    world.check()
