"""Engagements by the API: read, opened by hand, changed, ticked, closed, tried again; each as by text."""

from pathlib import Path
from typing import Any

import pytest

from bot.clock import SetClock
from conversations.engagements.states import WorkState
from models.engagements import engagement_work
from tests.bot.api.callers import Callers, planner_at
from tests.conftest import MakeDesk
from tests.handlers.planner import BEN, Planner


@pytest.fixture
def planner(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Planner:
    return planner_at(make_desk, clock, tmp_path)


@pytest.fixture
def call(planner: Planner) -> Callers:
    return Callers(planner.desk, planner.clock)


def at(number: int, *behind: object) -> str:
    return "/".join(map(str, ("/api/engagements", number, *behind)))


def test_one_is_read_by_whom_it_concerns(planner: Planner, call: Callers) -> None:
    number = planner.opened().id
    (line,) = call.get("viewer", "/api/engagements")["items"]
    assert (number, "Ana & Ben", "2026-06-12", 6) == (
        line["id"], line["name"], line["event_date"], line["milestones_in_all"]
    )  # fmt: skip
    found = call.get("staff Rita", at(number))
    assert ("Oasis Garden", 160, 7_500_000) == (found["venue"], found["guests"], found["budget"]["amount"])
    assert {"client created", "wedding created"} <= {one["what"] for one in found["activity"]}
    assert [] == call.get("staff Paul", "/api/engagements")["items"]
    assert 404 == call("staff Paul", "GET", at(number)).status_code
    assert 404 == call("operator", "GET", at(999)).status_code
    assert 403 == call(f"client {BEN.address}", "GET", at(number)).status_code
    assert 403 == call("viewer", "PUT", at(number), json={"venue": "x"}).status_code
    assert 422 == call("operator", "GET", "/api/engagements?kind=war").status_code
    assert [] == call.get("operator", "/api/engagements", status="closed", kind="wedding")["items"]


def test_it_is_changed_as_by_a_command(planner: Planner, call: Callers) -> None:
    number = planner.opened().id
    status, found = call.does(
        "operator", "PUT", at(number), event_date="2026-07-12", venue="Beach; CLOSE W1", guests=90, budget="20k-30k",
        requests="cake, flowers, <b>no</b> nuts", name="Ana, & Ben",
    )  # fmt: skip
    assert 200 == status
    assert ("2026-07-12", "Beach, CLOSE W1", 90, 2_500_000, "cake, flowers, <b>no</b> nuts", "Ana, & Ben") == (
        found["event_date"], found["venue"], found["guests"], found["budget"]["amount"], found["requests"],
        found["name"],
    )  # fmt: skip
    assert "planning" == found["status"]
    assert (409, "refused") == call.refused("operator", "PUT", at(number), event_date="2026-01-01")
    assert (422, "invalid") == call.refused("operator", "PUT", at(number), event_date="2026-02-31")
    assert (422, "invalid") == call.refused("operator", "PUT", at(number), progress=100)
    tag = call("operator", "GET", at(number)).headers["ETag"]
    planner.text(planner_phone(), f"set W{number} venue Barn")
    stale = call("operator", "PUT", at(number), json={"venue": "Church"}, headers={"If-Match": tag})
    assert 412 == stale.status_code


def test_of_several_changes_all_are_made_or_none(planner: Planner, call: Callers) -> None:
    number = planner.opened().id
    before = call.get("operator", at(number))
    for wrong in ({"budget": "banana"}, {"event_date": "2026-01-01"}):
        told = {"name": "New Name", "venue": "Barn", **wrong}
        assert (409, "refused") == call.refused("operator", "PUT", at(number), **told)
        assert before == call.get("operator", at(number))
    told = {"kind": "wedding", "name": "New Name", "budget": "banana"}
    assert (409, "refused") == call.refused("operator", "POST", "/api/engagements", **told)
    assert [number] == [one["id"] for one in call.get("operator", "/api/engagements")["items"]]
    step = at(number, "milestones", before["milestones"][0]["id"])
    key = {"Idempotency-Key": "both"}
    for _ in range(2):
        done = call("operator", "PUT", step, json={"completed": True, "due_date": "2026-05-05"}, headers=key)
        assert 200 == done.status_code
    assert "closed" == call.does("operator", "POST", at(number, "close"), reason="ill")[1]["status"]
    assert (409, "refused") == call.refused("operator", "POST", at(number, "close"), reason="ill")


def planner_phone() -> Any:
    from tests.handlers.planner import RITA

    return RITA


def test_milestones_are_done_moved_and_added(planner: Planner, call: Callers) -> None:
    number = planner.opened().id
    first = call.get("operator", at(number))["milestones"][0]
    path = at(number, "milestones", first["id"])
    status, found = call.does("operator", "PUT", path, completed=True, due_date="2026-05-05")
    mine = next(one for one in found["milestones"] if one["id"] == first["id"])
    assert (200, True, "2026-05-05", 1) == (status, mine["completed"], mine["due_date"], found["milestones_done"])
    assert 200 == call.does("operator", "PUT", path, completed=True)[0]  # so it is already
    assert 0 == call.does("operator", "PUT", path, completed=False)[1]["milestones_done"]
    assert (404, "not_found") == call.refused("operator", "PUT", at(number, "milestones", 99_999), completed=True)
    _, found = call.does("operator", "POST", at(number, "milestones"), title="Cake, tasting", due_date="2026-05-20")
    assert ("2026-05-20") in [one["due_date"] for one in found["milestones"] if one["title"] == "Cake tasting"]
    _, found = call.does("operator", "POST", at(number, "spent"), line="venue", amount=123_456)
    assert 123_456 == found["spent"]["amount"]
    assert (422, "no_such_line") == call.refused("operator", "POST", at(number, "spent"), line="x", amount=1)


def test_it_is_opened_by_hand_closed_and_opened_again(planner: Planner, call: Callers) -> None:
    told = {"kind": "wedding:beach", "name": "Venue Smith, Jones", "event_date": "2026-09-01", "guests": 40,
            "phone": "+97455507777", "venue": "Bay, north", "email": "smith@example.com"}  # fmt: skip
    status, made = call.does("operator", "POST", "/api/engagements", **told)
    assert (201, "Venue Smith Jones", "2026-09-01", 40, "Bay, north", "smith@example.com", "+97455507777", None) == (
        status, made["name"], made["event_date"], made["guests"], made["venue"], made["email"], made["phone"],
        made["booking_id"],
    )  # fmt: skip
    assert "beach wedding" == made["kind"]
    assert "closed" == call.does("operator", "POST", at(made["id"], "close"), reason="called off")[1]["status"]
    assert (409, "refused") == call.refused("operator", "PUT", at(made["id"]), venue="x")
    assert "planning" == call.does("operator", "POST", at(made["id"], "reopen"))[1]["status"]
    assert (422, "no_such_kind") == call.refused("operator", "POST", "/api/engagements", kind="war", name="A")
    assert (422, "invalid") == call.refused("operator", "POST", "/api/engagements", kind="wedding")


def test_a_failed_opening_is_tried_again(planner: Planner, call: Callers) -> None:
    planner.wedding()

    def fail(session: Any) -> None:
        session.execute(engagement_work.update().values(state=WorkState.FAILED, due_at=None, error="broke", tries=8))

    planner.desk.database.transact(fail)
    (failed,) = call.get("operator", "/api/engagements/failed")["items"]
    assert ("Ana & Ben", "broke") == (failed["name"], failed["error"])
    again = f"/api/engagements/failed/{failed['booking_id']}/retry"
    assert 202 == call("operator", "POST", again).status_code
    planner.settle()
    assert [] == call.get("operator", "/api/engagements/failed")["items"]
    assert 1 == len(call.get("operator", "/api/engagements")["items"])
    assert (409, "refused") == call.refused("operator", "POST", again)


def test_the_list_goes_on_where_a_page_ended(planner: Planner, call: Callers) -> None:
    for name, day in (("A", "2026-05-01"), ("B", None), ("C", "2026-04-01"), ("D", None)):
        told = {"kind": "wedding", "name": name} | ({"event_date": day} if day else {})
        assert 201 == call.does("operator", "POST", "/api/engagements", **told)[0]
    names, cursor = [], None
    while True:
        page = call.get("operator", "/api/engagements", limit=1, **({"cursor": cursor} if cursor else {}))
        names += [one["name"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert ["C", "A", "B", "D"] == names
