"""Series by the API: previewed, made and answered as in a conversation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from models.bookings import bookings
from tests.bot.api.world import LINA, MAYA, OMAR, SARA, ZED, World

MINE = 1
"""Sara's with Lina: four Fridays at two from 13 March, confirmed."""


def _wish(world: World, **values: object) -> dict[str, object]:
    """Four Wednesdays at nine, of which 25 March is blocked."""
    first = {"service_ids": [world.service("Massage")], "staff_id": LINA, "start_at": "2026-03-11T09:00:00+03:00"}
    return {**first, "frequency": "weekly", "count": 4, **values}


def _for(phone: str, **values: object) -> dict[str, object]:
    return {**values, "client_phone": phone, "name": "Una"}


def test_series_are_their_clients_and_their_staffs(world: World) -> None:
    (mine,) = world.call("GET", "/api/series", "client").json["items"]
    assert (MINE, LINA, "weekly", 4, {"confirmed": 4}, "2026-03-13T14:00") == tuple(
        mine[name] for name in ("id", "staff_id", "frequency", "count", "visits", "first")
    )
    assert [MINE] == [one["id"] for one in world.call("GET", "/api/series", "staff").json["items"]]
    assert [2, MINE] == [one["id"] for one in world.call("GET", "/api/series", "viewer").json["items"]]
    assert [] == world.call("GET", "/api/series?waiting=true", "viewer").json["items"]
    first = world.call("GET", "/api/series?limit=1", "admin").json
    assert [MINE] == [
        one["id"] for one in world.call("GET", f"/api/series?cursor={first['next']}", "admin").json["items"]
    ]
    whole = world.call("GET", f"/api/series/{MINE}", "client").json
    assert [(1, "2026-03-13T14:00:00+03:00", "confirmed")] == [
        (one["number"], one["start_at"], one["status"]) for one in whole["items"]
    ][:1]
    for role in ("other_client", "other_staff"):
        assert world.call("GET", f"/api/series/{MINE}", role).status_code == 404


def test_a_preview_tells_of_every_conflict_and_keeps_nothing(world: World) -> None:
    before = len(world.rows(bookings))
    found = world.call("POST", "/api/series/preview", "client", json=_wish(world)).json
    assert (1, LINA, {"all_or_nothing": 0, "skip": 3, "replace": 4, "extend": 4}) == (
        found["conflicts"], found["staff_id"], found["modes"],
    )  # fmt: skip
    assert ["taken"] == [one["why"] for one in found["items"] if one["why"]]
    staff = world.call("POST", "/api/series/preview", "staff", json=_wish(world, mode="replace")).json
    assert 4 == len(staff["starts"]) and "blocked" in [one["why"] for one in staff["items"]]
    longer = world.call("POST", "/api/series/preview", "operator", json=_wish(world, mode="extend")).json
    assert (5, 4, 20000) == (len(longer["items"]), len(longer["starts"]), longer["price"]["amount"])
    assert before == len(world.rows(bookings)) and 2 == len(world.call("GET", "/api/series", "admin").json["items"])
    assert world.call("POST", "/api/series/preview", "other_staff", json=_wish(world)).status_code == 404
    assert world.call("POST", "/api/series/preview", "viewer", json=_wish(world)).status_code == 403


def test_what_is_booked_is_what_was_previewed_or_nothing(world: World) -> None:
    refused = world.call("POST", "/api/series", "client", json=_wish(world))
    assert (409, "conflicts", 1) == (refused.status_code, refused.json["code"], refused.json["preview"]["conflicts"])
    starts = world.call("POST", "/api/series/preview", "client", json=_wish(world, mode="skip")).json["starts"]
    day = {"start_at": starts[0], "service_id": world.service("Massage"), "staff_id": LINA}
    other = world.call("POST", "/api/sessions/request", "operator", json={**day, "client_phone": ZED.address})
    assert other.status_code == 201
    late = world.call("POST", "/api/series", "client", json=_wish(world, mode="skip", starts=starts))
    assert (409, "changed_since", 2) == (late.status_code, late.json["code"], late.json["preview"]["conflicts"])
    assert 2 == len(world.call("GET", "/api/series", "admin").json["items"])
    key = {"Idempotency-Key": "series"}
    made = [
        world.call("POST", "/api/series", "client", headers=key, json=_wish(
            world, mode="skip", starts=late.json["preview"]["starts"], note="before work"
        )) for _ in range(2)
    ]  # fmt: skip
    assert [201, 201] == [each.status_code for each in made] and made[0].json == made[1].json
    assert ({"pending": 2}, 2, "before work") == tuple(made[0].json[name] for name in ("visits", "left_out", "note"))
    assert ["taken", "taken"] == [one["why"] for one in made[0].json["items"] if one["status"] is None]
    world.settle()
    assert f"S{made[0].json['id']}" in world.read_by(OMAR)[-1]
    assert "before work" in "".join(world.read_by(OMAR)[-1:])
    world.check()


def test_staff_ask_for_their_clients_and_answer_in_part(world: World) -> None:
    wish = _for("+97455507777", **_wish(world, mode="skip"))
    assert world.call("POST", "/api/series", "other_staff", json=wish).status_code == 404
    made = world.call("POST", "/api/series", "staff", json=wish).json
    assert ("Una", {"pending": 3}) == (made["client"]["name"], made["visits"])
    path = f"/api/series/{made['id']}"
    other = world.call("POST", "/api/sessions/request", "operator", json={
        "client_phone": "+97455508888", "service_id": world.service("Massage"), "staff_id": MAYA,
        "start_at": "2026-03-24T09:00:00+03:00",
    }).json["id"]  # fmt: skip
    tag = world.call("GET", path, "staff").headers["ETag"]
    for note in (f"{other}", f", {other}", f"S{MINE}"):  # words, and no more bookings or series
        assert world.call("GET", path, "staff").status_code == 200
        refused = world.call("PUT", f"{path}/decline", "staff", json={"items": [99], "note": note})
        assert (409, "refused") == (refused.status_code, refused.json["code"])
    declined = world.call("PUT", f"{path}/decline", "staff", json={"items": [4], "note": f", {other}"})
    assert {"pending": 2, "declined": 1} == declined.json["visits"]
    assert "pending" == world.status(other)
    assert world.call("PUT", f"{path}/approve", "staff", json={}, headers={"If-Match": tag}).status_code == 412
    approved = world.call("PUT", f"{path}/approve", "staff", json={"note": "welcome; decline 1"})
    assert {"confirmed": 2, "declined": 1} == approved.json["visits"]
    assert approved.headers["ETag"] == world.call("GET", path, "staff").headers["ETag"]
    for word in ("approve", "decline"):
        assert (404, 403) == tuple(
            world.call("PUT", f"{path}/{word}", role, json={}).status_code for role in ("other_staff", "client")
        )
    world.says(OMAR, f"cancel s{made['id']}.2")
    gone = world.call("DELETE", f"{path}?item=1&reason=ill", "staff")
    assert {"cancelled": 2, "declined": 1} == gone.json["visits"]
    world.passes(seconds=1)
    assert "refused" == world.call("DELETE", path, "staff").json["code"]
    world.check()


def test_a_client_calls_off_one_then_it_and_all_later_ones(world: World) -> None:
    path = f"/api/series/{MINE}"
    assert {"cancelled": 1, "confirmed": 3} == world.call("DELETE", f"{path}?item=1", "client").json["visits"]
    assert "over" == world.call("DELETE", f"{path}?item=1", "client").json["code"]
    later = world.call("DELETE", f"{path}?item=3&and_later=true", "client").json
    assert ["cancelled", "confirmed", "cancelled", "cancelled"] == [one["status"] for one in later["items"]]
    assert {"cancelled": 4} == world.call("DELETE", path, "client").json["visits"]
    assert (404, 409) == tuple(world.call("DELETE", f"{path}{part}", "client").status_code for part in ("?item=9", ""))
    assert world.call("DELETE", path, "other_client").status_code == 404
    world.check()


def _given_away(world: World) -> list[int]:
    """The numbers of its bookings, the last of which is Maya's now."""
    own = [row.id for row in world.rows(bookings, series_id=MINE)]
    moved = world.call("POST", "/api/commands", json={"words": f"MOVE {own[-1]} 3 april 12:00 with Maya"})
    assert ("done", MAYA) == (moved.json["outcome"], world.rows(bookings, id=own[-1])[0].staff_id)
    return own


def test_what_of_their_series_is_anothers_is_not_touched_by_staff(world: World) -> None:
    path, own = f"/api/series/{MINE}", _given_away(world)
    for part in ("?item=4", "?item=4&and_later=true", "?item=2&and_later=true"):
        assert 404 == world.call("DELETE", f"{path}{part}", "staff").status_code, part
    for word in ("approve", "decline"):
        assert 404 == world.call("PUT", f"{path}/{word}", "staff", json={"items": [1, 4]}).status_code
        assert 404 == world.call("PUT", f"{path}/{word}", "other_staff", json={}).status_code
        refused = world.call("PUT", f"{path}/{word}", "staff", json={})
        assert (409, "refused") == (refused.status_code, refused.json["code"])
    assert ["confirmed"] * 4 == [world.status(number) for number in own]
    assert 200 == world.call("DELETE", f"{path}?item=1", "staff").status_code
    assert 200 == world.call("DELETE", path, "staff").status_code
    assert ["cancelled", "cancelled", "cancelled", "confirmed"] == [world.status(number) for number in own]
    assert 200 == world.call("DELETE", f"{path}?item=3&and_later=true", "operator").status_code
    assert "cancelled" == world.status(own[-1])
    world.check()


def test_who_has_given_away_all_of_a_series_has_none_of_it(world: World) -> None:
    world.call("DELETE", f"/api/series/{MINE}", "operator")
    world.desk.database.transact(
        lambda session: session.execute(bookings.update().where(bookings.c.series_id == MINE).values(staff_id=MAYA))
    )
    assert 404 == world.call("DELETE", f"/api/series/{MINE}", "staff").status_code


def test_what_waits_is_answered_where_it_is_theirs(world: World) -> None:
    made = world.call("POST", "/api/series", "staff", json=_for("+97455507777", **_wish(world, mode="skip"))).json
    waits = [one["booking_id"] for one in made["items"] if one["booking_id"]]
    world.desk.database.transact(
        lambda session: session.execute(bookings.update().where(bookings.c.id == waits[0]).values(staff_id=MAYA))
    )
    assert 200 == world.call("PUT", f"/api/series/{made['id']}/approve", "staff", json={}).status_code
    assert ["pending", "confirmed", "confirmed"] == [world.status(number) for number in waits]


def test_what_is_too_near_goes_to_the_coordinator_or_costs_what_was_agreed_to(world: World) -> None:
    policy, path = f"/api/policies/{LINA}/{world.service('Massage')}", f"/api/series/{MINE}"
    world.call("PUT", policy, "admin", json={"cancel_minutes": 14 * 24 * 60, "cancel_fee": 900})
    refused = world.call("DELETE", path, "client")
    assert (409, "costs_a_fee", 1800) == (refused.status_code, refused.json["code"], refused.json["fee"]["amount"])
    world.call("PUT", policy, "admin", json={"cancel_minutes": 14 * 24 * 60})
    answer = world.call("DELETE", path, "client")
    done = answer.json
    assert 202 == answer.status_code
    assert ["confirmed", "confirmed", "cancelled", "cancelled"] == [one["status"] for one in done["items"]]
    world.settle()
    assert "too near" in "".join(world.read_by(SARA)[-3:])
    assert "cancel" in "".join(world.read_by(OMAR)[-2:])
    world.call("PUT", policy, "admin", json={"cancel_minutes": 14 * 24 * 60, "cancel_fee": 900})
    paid = world.call("DELETE", f"{path}?item=2&accept_fee=true", "client").json
    assert ["confirmed", "cancelled"] == [one["status"] for one in paid["items"]][:2]


def test_what_is_no_series_is_refused(world: World) -> None:
    for values, status, code in (
        ({"count": None}, 422, "invalid"), ({"until": "2026-04-01"}, 422, "invalid"), ({"count": 53}, 422, "invalid"),
        ({"count": 1}, 422, "invalid"), ({"interval": 0}, 422, "invalid"), ({"days_of_week": [7]}, 422, "invalid"),
        ({"start_at": "2026-03-11T09:00:30+03:00"}, 422, "invalid"), ({"frequency": "hourly"}, 422, "invalid"),
        ({"count": None, "until": "2026-03-12"}, 409, "too_few"), ({"service_ids": [999]}, 409, "no_such_service"),
        ({"count": None, "until": "2026-03-01"}, 409, "ends_before"), ({"staff_id": 99}, 409, "no_such_service"),
        ({"count": None, "frequency": "daily", "until": "2026-12-01"}, 409, "too_many"),
        ({"frequency": "daily", "days_of_week": [1]}, 409, "days"),
        ({"service_ids": [world.service("Yoga")]}, 409, "no_such_service"),
        ({"service_ids": [world.service("Counselling")]}, 409, "agreement_needed"),
        ({"start_at": "2199-12-30T09:00:00+03:00"}, 409, "none_free"),
        ({"start_at": "1990-01-03T09:00:00+03:00"}, 409, "none_free"),
    ):  # fmt: skip
        answer = world.call("POST", "/api/series", "client", json=_wish(world, mode="skip", **values))
        assert (status, code) == (answer.status_code, answer.json["code"]), (values, answer.json)
        tried = world.call("POST", "/api/series/preview", "client", json=_wish(world, mode="skip", **values))
        assert tried.status_code in (200, status)


@pytest.mark.every_database
def test_of_two_series_that_want_the_same_one_is_booked(world: World) -> None:
    def ask(phone: str) -> int:
        body = _for(phone, **_wish(world, start_at="2026-04-08T09:00:00+03:00"))
        return world.call("POST", "/api/series", "operator", json=body).status_code

    with ThreadPoolExecutor(3) as several:
        statuses = sorted(several.map(ask, [f"+9745550777{number}" for number in range(3)]))
    assert [201, 409, 409] == statuses
    assert 3 == len(world.call("GET", "/api/series", "admin").json["items"])
    world.check()
