"""Conversations and clients by the API: read page by page, stepped into, put right; as in the console."""

from pathlib import Path
from typing import Any

import pytest

from bot.clock import SetClock
from tests.bot.api.callers import Callers, planner_at
from tests.conftest import MakeDesk
from tests.handlers.planner import ANA, BEN, Planner


@pytest.fixture
def planner(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Planner:
    planner = planner_at(make_desk, clock, tmp_path)
    planner.opened()
    planner.text(BEN, "flamingo <script>alert(1)</script>")
    return planner


@pytest.fixture
def call(planner: Planner) -> Callers:
    return Callers(planner.desk, planner.clock)


def room(call: Callers, address: str) -> int:
    lines = call.get("operator", "/api/conversations")["items"]
    return int(next(one["id"] for one in lines if one["address"] == address))


def pages(call: Callers, path: str, **query: Any) -> list[Any]:
    found, cursor = [], None
    while True:
        page = call.get("operator", path, **query, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        if (cursor := page["next"]) is None:
            return found


def test_the_inbox_is_read_page_by_page_and_by_filters(planner: Planner, call: Callers) -> None:
    assert {ANA.address, BEN.address} == {one["address"] for one in pages(call, "/api/conversations", limit=1)}
    ana = room(call, ANA.address)
    assert [ana] == [one["id"] for one in call.get("staff Rita", "/api/conversations")["items"]]
    assert [] == call.get("staff Paul", "/api/conversations")["items"]
    assert [] == call.get("operator", "/api/conversations", channel="sms")["items"]
    assert [ana] == [one["id"] for one in call.get("operator", "/api/conversations", outcome="requested")["items"]]
    for wrong in ("state=flying", "outcome=x", "cursor=WzEsMl0", "limit=0", "since=2026-01-01", "nonsense=1"):
        assert 422 == call("operator", "GET", f"/api/conversations?{wrong}").status_code
    assert 403 == call(f"client {ANA.address}", "GET", "/api/conversations").status_code


def test_messages_are_read_in_both_directions_with_what_became_of_them(planner: Planner, call: Callers) -> None:
    path = f"/api/conversations/{room(call, ANA.address)}/messages"
    newest_first = pages(call, path, limit=3)
    numbers = [one["id"] for one in newest_first]
    assert numbers == sorted(numbers, reverse=True)
    behind = pages(call, path, limit=3, after=numbers[-1])
    assert sorted(numbers)[1:] == [one["id"] for one in behind]
    ours = next(one for one in newest_first if one["is_ours"])
    assert ("sent", True) == (ours["delivery"]["status"], ours["delivery"]["segments"] >= 0)
    assert next(one for one in newest_first if not one["is_ours"])["delivery"] is None
    assert numbers[0] == call.get("staff Rita", path)["items"][0]["id"]
    assert 404 == call("staff Paul", "GET", path).status_code
    assert 404 == call("operator", "GET", "/api/conversations/999/messages").status_code
    (found,) = call.get("viewer", "/api/messages", q="flamingo")["items"]
    assert "flamingo <script>alert(1)</script>" == found["body"]
    assert 403 == call("staff Rita", "GET", "/api/messages?q=flamingo").status_code
    assert 422 == call("operator", "GET", "/api/messages").status_code


def test_an_operator_steps_in_and_hands_back(planner: Planner, call: Callers) -> None:
    number = room(call, ANA.address)
    at = f"/api/conversations/{number}"
    status, taken = call.does("operator", "POST", f"{at}/take-over")
    assert (200, True) == (status, taken["taken_by"] is not None)
    assert (409, "others") == call.refused("admin", "POST", f"{at}/messages", text="hi")
    key = {"Idempotency-Key": "once"}
    for _ in range(2):
        answer = call("operator", "POST", f"{at}/messages", json={"text": "Hello from a person"}, headers=key)
        assert 200 == answer.status_code
    heard = planner.settle()[ANA.address]
    assert 1 == heard.count("Hello from a person")
    assert call.does("operator", "POST", f"{at}/hand-back")[1]["taken_by"] is None
    assert 200 == call.does("operator", "POST", f"{at}/hand-back")[0]  # so it is already
    assert (404, "not_found") == call.refused("operator", "POST", "/api/conversations/999/take-over")
    for who in ("viewer", "staff Rita"):
        assert (403, "not_for_you") == call.refused(who, "POST", f"{at}/messages", text="hi")
    planner.text(ANA, "stop")
    assert (409, "opted_out") == call.refused("operator", "POST", f"{at}/messages", text="hi")
    assert (422, "invalid") == call.refused("operator", "POST", f"{at}/messages", text="")


def test_what_operators_keep_beside_it(planner: Planner, call: Callers) -> None:
    at = f"/api/conversations/{room(call, BEN.address)}"
    for text in ("first <b>note</b>", "second"):
        assert 204 == call("operator", "POST", f"{at}/notes", json={"text": text}).status_code
    assert ["second", "first <b>note</b>"] == [one["body"] for one in pages(call, f"{at}/notes", limit=1)]
    assert 403 == call("staff Rita", "GET", f"{at}/notes").status_code
    assert ["vip"] == call.does("operator", "PUT", f"{at}/labels/VIP")[1]["labels"]
    assert 1 == len(call.get("operator", "/api/conversations", label="Vip")["items"])
    assert [] == call.does("operator", "DELETE", f"{at}/labels/vip")[1]["labels"]
    assert (422, "too_long") == call.refused("operator", "PUT", f"{at}/labels/{'x' * 41}")
    assert call.does("operator", "PUT", f"{at}/marks", needs_person=True)[1]["needs_person"]
    assert BEN.address == call.get("operator", "/api/conversations", needs_person="true")["items"][0]["address"]
    assert not call.does("operator", "PUT", f"{at}/marks", needs_person=False, unread=True)[1]["needs_person"]
    assert (422, "invalid") == call.refused("operator", "PUT", f"{at}/marks")
    assert (409, "no_such_operator") == call.refused("operator", "PUT", f"{at}/assignee", operator_id=9999)
    assert call.does("operator", "PUT", f"{at}/spam", is_spam=True)[1]["is_blocked"]
    assert [BEN.address] == [one["address"] for one in call.get("operator", "/api/conversations", spam="true")["items"]]


def test_clients_are_looked_up_put_right_and_merged(planner: Planner, call: Callers) -> None:
    ana, ben = (call.get("operator", "/api/clients", q=one.address)["items"][0]["id"] for one in (ANA, BEN))
    assert {ana, ben} == {one["id"] for one in pages(call, "/api/clients", limit=1)}
    assert [ana] == [one["id"] for one in call.get("staff Rita", "/api/clients")["items"]]
    assert 404 == call("staff Rita", "GET", f"/api/clients/{ben}").status_code
    assert ana == call.get(f"client {ANA.address}", f"/api/clients/{ana}")["id"]
    assert 404 == call(f"client {ANA.address}", "GET", f"/api/clients/{ben}").status_code
    status, changed = call.does("operator", "PUT", f"/api/clients/{ben}", name="Ben <b>", language="es")
    assert (200, "Ben <b>", "es") == (status, changed["name"], changed["language"])
    assert (422, "bad_email") == call.refused("operator", "PUT", f"/api/clients/{ben}", email="nobody")
    assert (422, "no_such_language") == call.refused("operator", "PUT", f"/api/clients/{ben}", language="xx")
    assert (404, "not_found") == call.refused("operator", "PUT", "/api/clients/999", name="x")
    assert (403, "not_for_you") == call.refused("operator", "POST", f"/api/clients/{ana}/merge", client_id=ben)
    assert (409, "same") == call.refused("admin", "POST", f"/api/clients/{ana}/merge", client_id=ana)
    assert (409, "no_such_client") == call.refused("admin", "POST", f"/api/clients/{ana}/merge", client_id=999)
    assert 2 == len(call.does("admin", "POST", f"/api/clients/{ana}/merge", client_id=ben)[1]["conversations"])
    assert (409, "before") == call.refused("admin", "POST", f"/api/clients/{ana}/merge", client_id=ben)


def test_a_client_is_handed_what_is_held_on_them_and_forgotten(planner: Planner, call: Callers) -> None:
    ana, ben = (call.get("operator", "/api/clients", q=one.address)["items"][0]["id"] for one in (ANA, BEN))
    assert "flamingo" in call("admin", "GET", f"/api/clients/{ben}/export").get_data(as_text=True)
    assert 403 == call("operator", "GET", f"/api/clients/{ben}/export").status_code
    assert 403 == call("operator", "DELETE", f"/api/clients/{ben}").status_code
    assert (409, "in_the_way") == call.refused("admin", "DELETE", f"/api/clients/{ana}")
    assert 204 == call("admin", "DELETE", f"/api/clients/{ben}").status_code
    assert 404 == call("admin", "DELETE", f"/api/clients/{ben}").status_code
    assert [] == call.get("operator", "/api/clients", q=BEN.address)["items"]
    assert 404 == call("admin", "GET", "/api/clients/999/export").status_code
