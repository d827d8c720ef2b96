"""Services by the API: what can be booked, at what is quoted to who asks, and an admin's changes of the list, which are
those of the console's set-up."""

import pytest

from handlers.business_dumped import business_dumped
from tests.bot.api.world import TOM, World

SAUNA = {"name": "Sauna", "price": 1250, "staff_ids": [1], "minutes": 30, "aliases": ["steam"]}


def _by_name(world: World, role: str) -> dict[str, dict]:
    found, cursor = {}, None
    while True:
        page = world.call(
            "GET", "/api/services", role, query_string={"limit": 3, **({"cursor": cursor} if cursor else {})}
        )
        assert page.status_code == 200 and len(page.json["items"]) <= 3
        found |= {one["name"]: one for one in page.json["items"]}
        if (cursor := page.json["next"]) is None:
            return found


def test_everybody_reads_what_can_be_booked_page_by_page(world: World) -> None:
    for role in ("client", "staff", "viewer", "operator", "admin"):
        found = _by_name(world, role)
        assert {"Massage", "Haircut", "Counselling", "Therapy", "Wedding Consultation", "Yoga", "Pilates"} == set(found)
    counselling = world.call("GET", f"/api/services/{world.service('Counselling')}", "client").json
    assert {"version": "2026-01", "texts": {"en": "What you tell us stays with us."}} == counselling["agreement"]
    assert {"amount": 6000, "currency": "USD", "display": "60.00 USD"} == counselling["price"]
    assert (45, [1, 2], False, None) == tuple(
        counselling[name] for name in ("minutes", "staff_ids", "is_class", "other_prices")
    )
    assert world.call("GET", "/api/services/999", "client").status_code == 404
    assert world.call("GET", "/api/services?cursor=eA", "client").json["code"] == "bad_cursor"


def test_who_asks_is_quoted_in_their_own_currency(world: World) -> None:
    number = world.service("Massage")
    made = world.call("PATCH", f"/api/services/{number}", "admin", json={"other_prices": {"QAR": 18000}})
    assert made.status_code == 200, made.json
    mine = world.call("GET", f"/api/services/{number}", "client").json
    assert (18000, "QAR") == (mine["price"]["amount"], mine["price"]["currency"])
    theirs = world.call("GET", f"/api/services/{number}", "viewer").json
    assert (5000, "USD", ["QAR"]) == (
        theirs["price"]["amount"], theirs["price"]["currency"], [one["currency"] for one in theirs["other_prices"]],
    )  # fmt: skip
    assert "180" in "".join(world.says(TOM, "massage with Maya 24 march 10am"))


def test_an_admin_puts_one_on_the_list_changes_it_and_takes_it_off(world: World) -> None:
    tried = world.call("POST", "/api/services?dry_run=true", "admin", json=SAUNA).json
    assert (False, None) == (tried["is_done"], tried["id"])
    assert "+ service sauna" in tried["changes"] and "Sauna" not in _by_name(world, "admin")
    made = world.call("POST", "/api/services", "admin", json=SAUNA)
    assert made.status_code == 200 and made.json["changes"] == tried["changes"]
    path = f"/api/services/{made.json['id']}"
    read = world.call("GET", path, "admin")
    assert ("Sauna", 30, 1250, ["steam"]) == (
        read.json["name"], read.json["minutes"], read.json["price"]["amount"], read.json["aliases"],
    )  # fmt: skip
    assert "Sauna" in "".join(world.says(TOM, "sauna 24 march 10am"))
    changed = world.call("PATCH", path, "admin", json={"session_types": {"couples": {"price": 2000}}, "isVideo": True})
    assert changed.status_code == 200, changed.json
    couples = next(
        one
        for one in world.call("GET", "/api/services?limit=100", "client").json["items"]
        if one["main_id"] != one["id"]
    )
    assert (made.json["id"], "Sauna", "couples", 2000) == (
        couples["main_id"], couples["name"], couples["session_type"], couples["price"]["amount"],
    )  # fmt: skip
    assert (
        world.call("PATCH", f"/api/services/{couples['id']}", "admin", json={"minutes": 20}).json["code"]
        == "session_type"
    )
    kept = world.call("GET", path, "admin").json
    assert (["steam"], True) == (kept["aliases"], kept["is_video"])
    assert world.call("DELETE", path, "admin").json["is_done"]
    assert world.call("GET", path, "admin").status_code == 404
    world.check()


def test_what_would_make_no_business_is_refused_and_changes_nothing(world: World) -> None:
    before = world.desk.database.read(business_dumped)
    massage, yoga = world.service("Massage"), world.service("Yoga")
    wrong = [
        ("POST", "/api/services", {"name": ""}, 422), ("POST", "/api/services", {**SAUNA, "price": -1}, 422),
        ("POST", "/api/services", {**SAUNA, "staff_ids": [77]}, 404),
        ("POST", "/api/services", {**SAUNA, "currency": "ZZZ"}, 422),
        ("POST", "/api/services", {**SAUNA, "needs": "room"}, 422),
        ("POST", "/api/services", {**SAUNA, "key": "massage"}, 422),
        ("PATCH", f"/api/services/{massage}", {"other_prices": {"USD": 1}}, 422),
        ("PATCH", f"/api/services/{world.service('Counselling')}",
         {"agreement": {"version": "2026-01", "texts": {"en": "Other words."}}}, 422),
        ("PATCH", f"/api/services/{massage}", {"intake": [{"key": "a", "texts": {"en": "?"}}] * 2}, 422),
        ("PATCH", f"/api/services/{massage}", {"name": None}, 422),
        ("DELETE", f"/api/services/{yoga}", None, 409),
    ]  # fmt: skip
    for method, path, body, status in wrong:
        answer = world.call(method, path, "admin", **({"json": body} if body is not None else {}))
        assert status == answer.status_code, (method, path, body, answer.json)
        assert answer.json["detail"]
    assert before == world.desk.database.read(business_dumped)


@pytest.mark.parametrize("role", ["client", "staff", "viewer", "operator"])
def test_only_an_admin_changes_the_list(world: World, role: str) -> None:
    path = f"/api/services/{world.service('Massage')}"
    for method, where in (("POST", "/api/services"), ("PATCH", path), ("DELETE", path)):
        assert world.call(method, where, role, json=SAUNA).status_code == 403


def test_a_change_is_made_to_what_was_read_or_not_at_all(world: World) -> None:
    path = f"/api/services/{world.service('Massage')}"
    tag = world.call("GET", path, "admin").headers["ETag"]
    first = world.call("PATCH", path, "admin", json={"minutes": 75}, headers={"If-Match": tag})
    assert first.status_code == 200 and "ETag" not in first.headers
    second = world.call("PATCH", path, "admin", json={"minutes": 90}, headers={"If-Match": tag})
    assert (412, "changed_since") == (second.status_code, second.json["code"])
    assert world.call("GET", path, "admin").json["minutes"] == 75
    key = {"Idempotency-Key": "sauna"}
    made = [world.call("POST", "/api/services", "admin", json=SAUNA, headers=key).json["id"] for _ in range(2)]
    assert made[0] == made[1]


def test_how_it_was_before_leads_back_from_the_console(world: World) -> None:
    history = world.desk.settings.journal_dir.parent / "setup-history"
    world.call("PATCH", f"/api/services/{world.service('Massage')}", "admin", json={"minutes": 75})
    (kept,) = history.glob("*.toml")
    assert "~ service massage: minutes" in kept.read_text(encoding="utf-8")
    world.call("POST", "/api/services?dry_run=true", "admin", json=SAUNA)
    assert [kept] == list(history.glob("*.toml"))


def test_script_and_other_scripts_are_words_like_any(world: World) -> None:
    name = "<script>alert(1)</script> تدليك \U0001f486"
    made = world.call("POST", "/api/services", "admin", json={**SAUNA, "name": name}).json
    assert name == world.call("GET", f"/api/services/{made['id']}", "client").json["name"]
    refused = world.call("POST", "/api/services", "admin", json={**SAUNA, "name": "a\x00b"})
    assert refused.status_code == 422
