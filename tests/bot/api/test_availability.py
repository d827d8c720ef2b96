"""When something can be had, by the API: the very starts that a conversation offers and a booking takes, and the reason
for every other."""

from datetime import datetime, timedelta

from tests.bot.api.world import LINA, MAYA, SARA, World

SPAN = {"since": "2026-03-24T00:00:00+03:00", "until": "2026-03-26T00:00:00+03:00"}


def _starts(world: World, role: str, **asked: object) -> dict[str, list[int]]:
    found, cursor = {}, None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = world.call("GET", "/api/availability", role, query_string={"limit": 30, **SPAN, **asked, **more})
        assert page.status_code == 200, page.json
        found |= {one["start_at"]: one["staff_ids"] for one in page.json["items"]}
        if (cursor := page.json["next"]) is None:
            return found


def test_every_start_that_is_listed_can_be_had_and_no_other(world: World) -> None:
    massage = world.service("Massage")
    found = _starts(world, "client", service_id=massage)
    assert ["2026-03-24T08:00:00+03:00", "2026-03-24T08:15:00+03:00"] == list(found)[:2]
    assert "2026-03-25T08:15:00+03:00" not in found  # both are blocked from 9 to 11
    assert {"2026-03-25T08:00:00+03:00", "2026-03-25T11:00:00+03:00"} <= set(found)
    assert all([LINA, MAYA] == staff for staff in found.values())
    world.call("POST", "/api/sessions/request", "client", json={
        "service_id": massage, "staff_id": LINA, "start_at": "2026-03-24T10:00:00+03:00",
    })  # fmt: skip
    after = _starts(world, "client", service_id=massage)
    assert [MAYA] == after["2026-03-24T10:00:00+03:00"] == after["2026-03-24T09:15:00+03:00"]
    assert [LINA, MAYA] == after["2026-03-24T11:00:00+03:00"]
    assert "2026-03-24T10:00:00+03:00" not in _starts(world, "client", service_id=massage, staff_id=LINA)
    said = "".join(world.says(SARA, "massage with Lina 24 march"))
    assert "10:00" not in said and "08:00" in said


def test_two_services_are_one_visit_and_a_class_is_its_sessions(world: World) -> None:
    both = [world.service("Massage"), world.service("Haircut")]
    found = _starts(world, "client", service_id=both)
    assert "2026-03-24T18:30:00+03:00" in found and "2026-03-24T18:45:00+03:00" not in found
    span = {"since": "2026-03-10T00:00:00Z", "until": "2026-04-10T00:00:00Z", "service_id": world.service("Yoga")}
    classes = world.call("GET", "/api/availability", "client", query_string=span).json["items"]
    assert [(1, 7, [LINA])] == [(one["class_session_id"], one["seats_left"], one["staff_ids"]) for one in classes]
    assert [] == world.call("GET", "/api/availability", "client", query_string={**span, "seats": 8}).json["items"]


def test_the_reason_is_the_true_one_for_staff_and_the_plain_one_for_clients(world: World) -> None:
    asked = {"service_id": world.service("Massage"), "start_at": "2026-03-25T09:30:00+03:00"}
    client = world.call("GET", "/api/availability/why", "client", query_string=asked).json
    assert (False, "taken", []) == (client["is_free"], client["code"], client["staff"])
    assert "is taken" in client["detail"]
    admin = world.call("GET", "/api/availability/why", "admin", query_string=asked).json
    assert "blocked" == admin["code"] and {LINA: "blocked", MAYA: "blocked"} == {
        one["staff_id"]: one["code"] for one in admin["staff"]
    }
    own = world.call("GET", "/api/availability/why", "staff", query_string=asked).json
    assert [LINA] == [one["staff_id"] for one in own["staff"]]
    refused = world.call("POST", "/api/sessions/request", "client", json=asked)
    assert (409, "taken") == (refused.status_code, refused.json["code"])
    for start, code in (
        ("2026-03-25T04:00:00+03:00", "closed"), ("2026-03-01T10:00:00+03:00", "past"),
        ("2028-03-01T10:00:00+03:00", "too_far"), ("2026-03-25T11:00:00+03:00", None),
    ):  # fmt: skip
        found = world.call("GET", "/api/availability/why", "client", query_string={**asked, "start_at": start}).json
        assert (code, code is None) == (found["code"], found["is_free"])


def test_staff_see_their_own_time_alone(world: World) -> None:
    massage = world.service("Massage")
    assert {(LINA,)} == {tuple(staff) for staff in _starts(world, "staff", service_id=massage).values()}
    asked = {**SPAN, "service_id": massage, "staff_id": MAYA}
    assert world.call("GET", "/api/availability", "staff", query_string=asked).status_code == 404
    assert world.call("GET", "/api/availability", "other_staff", query_string=asked).status_code == 200


def test_what_cannot_be_asked_is_refused(world: World) -> None:
    massage, yoga = world.service("Massage"), world.service("Yoga")
    wrong = [
        ({**SPAN, "service_id": massage, "until": "2026-06-26T00:00:00Z"}, 422),
        ({**SPAN, "service_id": massage, "until": SPAN["since"]}, 422), ({**SPAN}, 422),
        ({**SPAN, "service_id": 999}, 404), ({**SPAN, "service_id": [massage, yoga]}, 404),
        ({**SPAN, "service_id": massage, "staff_id": 99}, 404), ({**SPAN, "service_id": [massage] * 7}, 422),
        ({**SPAN, "service_id": massage, "since": "2026-03-24T00:00:00"}, 422),
        ({**SPAN, "service_id": massage, "limit": 1001}, 422), ({**SPAN, "service_id": massage, "cursor": "x"}, 422),
    ]  # fmt: skip
    for asked, status in wrong:
        answer = world.call("GET", "/api/availability", "client", query_string=asked)
        assert status == answer.status_code, (asked, answer.json)
    why = {"service_id": yoga, "start_at": "2026-03-25T09:30:00+03:00"}
    assert world.call("GET", "/api/availability/why", "client", query_string=why).json["code"] == "is_class"
    by_other_names = {"service_id": massage, "from": SPAN["since"], "to": SPAN["until"]}
    assert world.call("GET", "/api/availability", "client", query_string=by_other_names).status_code == 200


def test_two_months_of_everybody_end_in_bounds(world: World) -> None:
    first = datetime.fromisoformat(SPAN["since"])
    span = {"since": first.isoformat(), "until": (first + timedelta(days=62)).isoformat(), "limit": 1000}
    page = world.call(
        "GET", "/api/availability", "admin", query_string={**span, "service_id": world.service("Haircut")}
    )
    assert 1000 == len(page.json["items"]) and page.json["next"]
