"""Staff and policies by the API: read by who may, changed by admins through the business file."""

import pytest

from tests.bot.api.world import LINA, MAYA, World

ZERO = {"opens": "09:00", "closes": "00:00"}


def test_staff_are_read_by_everybody_and_nothing_of_theirs_that_is_private(world: World) -> None:
    for role in ("client", "staff", "viewer"):
        page = world.call("GET", "/api/staff", role)
        assert ["Lina", "Maya"] == [one["name"] for one in page.json["items"]]
        assert "+974" not in page.text and "token" not in page.text and "meeting" not in page.text
    assert world.call("GET", "/api/staff/1", "client").json["email"] is None
    assert world.call("GET", "/api/staff/99", "client").status_code == 404
    assert world.call("GET", "/api/staff?limit=1", "client").json["next"]


def test_a_day_of_other_hours_is_set_and_taken_back_and_bookings_outside_are_named(world: World) -> None:
    path = "/api/staff/1/dates/2026-03-12"
    wanted = {"hours": [{"opens": "13:00", "closes": "15:00"}]}
    tried = world.call("PUT", f"{path}?dry_run=true", "admin", json=wanted).json
    assert tried["outside"] and not tried["is_done"]
    assert [] == world.call("GET", "/api/staff/1", "admin").json["dates"]
    done = world.call("PUT", path, "admin", json=wanted).json
    assert tried["outside"] == done["outside"] and done["is_done"]
    assert [{"day": "2026-03-12", **wanted}] == world.call("GET", "/api/staff/1", "client").json["dates"]
    why = {"service_id": world.service("Haircut"), "staff_id": LINA, "start_at": "2026-03-12T05:00:00Z"}
    assert world.call("GET", "/api/availability/why", "client", query_string=why).json["code"] == "closed"
    assert world.call("PUT", path, "admin", json={}).json["is_done"]
    assert [{"day": "2026-03-12", "hours": []}] == world.call("GET", "/api/staff/1", "client").json["dates"]
    assert world.call("DELETE", path, "admin").status_code == 200
    assert world.call("DELETE", path, "admin").status_code == 404
    for day in ("2026-02-30", "0001-01-01", "tomorrow", "9999-12-31"):
        assert world.call("PUT", f"/api/staff/1/dates/{day}", "admin", json={}).status_code == 404
    for hours in (
        {"opens": "15:00", "closes": "13:00"},
        {"opens": "13:01", "closes": "15:00"},
        {"opens": "13", "closes": "1"},
    ):
        assert world.call("PUT", path, "admin", json={"hours": [hours]}).status_code == 422


def test_somebody_comes_changes_and_leaves(world: World) -> None:
    massage, haircut = world.service("Massage"), world.service("Haircut")
    new = {"name": "Nur", "hours": [{"weekday": 0, **ZERO}], "service_ids": [massage]}
    made = world.call("POST", "/api/staff", "admin", json=new).json
    path = f"/api/staff/{made['id']}"
    assert [massage] == world.call("GET", path, "client").json["service_ids"]
    assert made["id"] in world.call("GET", f"/api/services/{massage}", "client").json["staff_ids"]
    assert world.call("PATCH", path, "admin", json={"timezone": "Mars/Olympus"}).status_code == 422
    assert world.call("PATCH", path, "admin", json={"service_ids": [999]}).status_code == 404
    assert world.call("PATCH", path, "admin", json={"timezone": "Europe/Paris", "service_ids": [haircut]}).json[
        "is_done"
    ]
    found = world.call("GET", path, "viewer").json
    assert ("Europe/Paris", [haircut], [{"weekday": 0, **ZERO}], "") == tuple(
        found[name] for name in ("timezone", "service_ids", "hours", "email")
    )
    assert [LINA, MAYA] == world.call("GET", f"/api/services/{massage}", "client").json["staff_ids"]
    assert world.call("DELETE", path, "admin").json["is_done"]
    assert world.call("GET", path, "admin").status_code == 404
    leaves = world.call("DELETE", "/api/staff/1?dry_run=true", "admin")
    assert leaves.status_code == 409 and "lina" in leaves.json["detail"]  # classes name her
    world.check()


def test_a_policy_is_written_holds_and_goes(world: World) -> None:
    haircut = world.service("Haircut")
    path = f"/api/policies/{LINA}/{haircut}"
    assert world.call("GET", path, "viewer").status_code == 404
    wanted = {
        "cancel_fee": 500,
        "notice_minutes": 120,
        "requires_approval": "new_clients",
        "payment": "deposit",
        "deposit": 700,
    }
    assert world.call("PUT", f"{path}?dry_run=true", "admin", json=wanted).json["changes"] == ["~ policies"]
    assert world.call("GET", path, "viewer").status_code == 404
    assert world.call("PUT", path, "admin", json=wanted).json["is_done"]
    read = world.call("GET", path, "viewer")
    assert wanted == {name: read.json[name] for name in wanted} and read.json["daily_cap"] is None
    terms = world.call("GET", f"{path}/terms", "staff").json
    assert (500, 120, "new_clients", 1440, 700) == tuple(
        terms[name] for name in ("cancel_fee", "notice_minutes", "requires_approval", "cancel_minutes", "deposit")
    )
    assert world.call("GET", f"/api/policies/{MAYA}/{haircut}/terms", "staff").json["requires_approval"] == "no"
    again = world.call("PUT", path, "admin", json={"notice_minutes": 60}, headers={"If-Match": read.headers["ETag"]})
    assert again.status_code == 200 and world.call("GET", path, "viewer").json["cancel_fee"] is None
    late = world.call("PUT", path, "admin", json={}, headers={"If-Match": read.headers["ETag"]})
    assert late.status_code == 412
    assert world.call("DELETE", path, "admin").json["is_done"]
    assert world.call("DELETE", path, "admin").status_code == 404


def test_every_policy_is_listed_a_page_at_a_time(world: World) -> None:
    found, cursor = [], ""
    while cursor is not None:
        page = world.call(
            "GET", "/api/policies", "viewer", query_string={"limit": 2, **({"cursor": cursor} if cursor else {})}
        ).json
        found += [(one["staff_id"], one["service_id"]) for one in page["items"]]
        cursor = page["next"]
    assert sorted(set(found)) == found and len(found) == 5
    assert "yes" == world.call("GET", "/api/policies/any/any", "viewer").json["requires_approval"]


def test_wrong_policies_are_refused(world: World) -> None:
    for path in (
        "/api/policies/any/999",
        "/api/policies/x/any",
        "/api/policies/0/any",
        f"/api/policies/{'9' * 30}/any",
    ):
        assert world.call("PUT", path, "admin", json={}).status_code == 404, path
    for body in (
        {"daily_cap": 9, "weekly_cap": 3},
        {"grid_minutes": 7},
        {"staff": "lina"},
        {"deposit": 0},
        {"notice_minutes": 1.5},
    ):
        assert world.call("PUT", "/api/policies/any/any", "admin", json=body).status_code == 422, body


@pytest.mark.parametrize("role", ["client", "staff", "viewer", "operator"])
def test_only_admins_change_staff_and_policies(world: World, role: str) -> None:
    for method, path in (
        ("POST", "/api/staff"), ("PATCH", "/api/staff/1"), ("DELETE", "/api/staff/1"),
        ("PUT", "/api/staff/1/dates/2026-03-12"), ("DELETE", "/api/staff/1/dates/2026-03-12"),
        ("PUT", "/api/policies/any/any"), ("DELETE", "/api/policies/any/any"),
    ):  # fmt: skip
        assert world.call(method, path, role, json={"name": "Nur"}).status_code == 403
    reads = world.call("GET", "/api/policies/any/any", role).status_code
    assert (403 if role == "client" else 200) == reads
