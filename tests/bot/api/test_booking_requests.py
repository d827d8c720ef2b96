"""Bookings as older software asks for them: which visit it is, what it tells of the event, and what it opens."""

from pathlib import Path
from typing import Any

import pytest

from bot.clock import SetClock
from models.bookings import bookings
from models.clients import clients
from models.engagements import engagement_work, engagements
from models.outbox import outbox_after
from tests.bot.api.callers import Callers, planner_at
from tests.conftest import MakeDesk
from tests.handlers.planner import ANA, BEN, Planner

AT = "/api/bookings/request"
WEDDING = {
    "serviceType": "Wedding Consultation", "coupleName": "Ana & Ben", "eventDate": "2026-06-12",
    "contactEmail": "ana@example.com", "contactPhone": ANA.address, "guestCount": 160, "budgetRange": "50k-100k",
    "specialRequests": "live band",
}  # fmt: skip


@pytest.fixture
def planner(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Planner:
    return planner_at(make_desk, clock, tmp_path)


@pytest.fixture
def call(planner: Planner) -> Callers:
    return Callers(planner.desk, planner.clock)


def number(call: Callers, name: str) -> int:
    profile = call.desk.database.read(call.desk.profiles.current)
    return next(one.id for one in profile.staff if one.name == name)


def asks(call: Callers, who: str = "operator", **told: Any) -> tuple[int, Any]:
    return call.does(who, "POST", AT, **{"vendorId": number(call, "Rita"), **WEDDING, **told})


def test_a_wedding_is_booked_at_the_first_free_time_and_opens_what_texts_open(planner: Planner, call: Callers) -> None:
    status, made = asks(call)
    booking = made["booking"]
    assert (201, "pending", number(call, "Rita")) == (status, booking["status"], booking["staff_id"])
    assert "2026-03-10T10:20:00+03:00" <= booking["start_at"] < "2026-03-10T14:00:00+03:00"
    assert {"state": "pending", "client": None, "wedding": None} == made["coordinatorIntegration"]
    assert ("Ana & Ben", ANA.address) == (booking["client"]["name"], booking["client"]["phone"])
    planner.settle()
    found = call.get("operator", f"/api/bookings/{booking['id']}/coordinator-integration")
    assert "done" == found["state"]
    wedding, record = found["wedding"], found["client"]
    assert ("Ana & Ben", "2026-06-12", "TBD", 160, "planning", 0) == tuple(
        wedding[name] for name in ("couple_name", "event_date", "venue", "guest_count", "status", "progress")
    )
    assert (7_500_000, "USD") == (wedding["budget"]["amount"], wedding["budget"]["currency"])
    assert ("ana@example.com", "active") == (record["email"], record["status"])
    by_api = planner.rows(engagement_work)[0].brief
    planner.wedding(BEN, venue="skip", email="ana@example.com")
    by_text = planner.rows(engagement_work)[-1].brief
    assert {name: value for name, value in by_text.items() if value} == by_api


def test_asked_again_it_is_the_same_booking_and_another_event_is_another(planner: Planner, call: Callers) -> None:
    _, first = asks(call)
    status, again = asks(call, eventDate="2026-06-12T00:00:00.000Z")
    assert (200, first["booking"]["id"]) == (status, again["booking"]["id"])
    _, other = asks(call, eventDate="2026-07-01")
    assert first["booking"]["id"] != other["booking"]["id"]
    assert first["booking"]["start_at"] != other["booking"]["start_at"]


def test_it_begins_when_it_is_asked_to(planner: Planner, call: Callers) -> None:
    status, made = asks(call, start_at="2026-03-12T12:00:00Z", serviceType="coordination", vendorId=None)
    assert (201, "2026-03-12T15:00:00+03:00") == (status, made["booking"]["start_at"])
    status, taken = asks(call, start_at="2026-03-12T12:00:00Z", eventDate="2026-08-01", contactPhone="+97455501299")
    assert (409, "taken") == (status, taken["code"])
    assert taken["alternatives"]


def test_what_opens_nothing_keeps_what_was_told_as_the_clients_note(planner: Planner, call: Callers) -> None:
    _, made = asks(call, serviceType="tasting")
    assert "none" == made["coordinatorIntegration"]["state"]
    note = made["booking"]["client_note"]
    assert all(word in note for word in ("Ana & Ben", "12 Jun 2026", "160", "live band", "100,000"))
    assert made["booking"]["id"] == asks(call, serviceType="tasting")[1]["booking"]["id"]


@pytest.mark.parametrize(
    ("told", "status", "code", "at"),
    [
        ({"serviceType": "plumbing"}, 409, "no_such_service", ""),
        ({"serviceType": "Beach Planning"}, 409, "no_such_service", ""),
        ({"vendorId": 99}, 409, "no_such_service", ""),
        ({"eventDate": "2026-03-09"}, 422, "bad_detail", "event_date"),
        ({"eventDate": "2026-02-31"}, 422, "invalid", "eventDate"),
        ({"eventDate": "12/06/2026"}, 422, "invalid", "eventDate"),
        ({"eventDate": "2026-03-11", "start_at": "2026-03-12T12:00:00Z"}, 422, "event_before_visit", "event_date"),
        ({"budgetRange": "lots <script>"}, 422, "bad_detail", "budget_range"),
        ({"coupleName": "!?"}, 422, "bad_detail", "couple_name"),
        ({"coupleName": ""}, 422, "invalid", "coupleName"),
        ({"guestCount": 0}, 422, "invalid", "guestCount"),
        ({"guestCount": "160"}, 422, "invalid", "guestCount"),
        ({"contactEmail": "ana"}, 422, "invalid", "contactEmail"),
        ({"contactPhone": "0701"}, 422, "invalid", "contactPhone"),
        ({"status": "confirmed"}, 422, "invalid", "status"),
        ({"start_at": "2026-03-12T12:00:00"}, 422, "invalid", "start_at"),
        ({"contactPhone": None}, 422, "invalid", ""),
        ({"start_at": "2020-03-12T12:00:00Z"}, 409, "past", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_so_is_refused_and_leaves_nothing(
    planner: Planner, call: Callers, told: dict[str, Any], status: int, code: str, at: str
) -> None:
    texts = len(planner.desk.database.read(lambda session: outbox_after(session, 0)))
    answer = asks(call, **told)
    assert (status, code) == (answer[0], answer[1]["code"])
    if at:
        assert at in str(answer[1]["errors"])
    kept = [len(planner.rows(table)) for table in (bookings, engagement_work, engagements, clients)]
    assert [0, 0, 0, 0] == kept
    assert texts == len(planner.desk.database.read(lambda session: outbox_after(session, 0)))


def test_a_client_asks_for_themselves_and_staff_for_their_own_time(planner: Planner, call: Callers) -> None:
    planner.says(ANA, "hello")
    hers, rita, paul = f"client {ANA.address}", number(call, "Rita"), number(call, "Paul")
    assert 201 == asks(call, hers)[0]
    assert 201 == asks(call, hers, contactPhone=None, eventDate="2026-09-09")[0]
    assert (422, "invalid") == (lambda one: (one[0], one[1]["code"]))(asks(call, hers, contactPhone="+97455501299"))
    assert 404 == asks(call, f"staff {paul}")[0]
    assert 404 == asks(call, f"staff {paul}", vendorId=None)[0]
    assert 201 == asks(call, f"staff {rita}", contactPhone="+97455501290")[0]
    assert 403 == asks(call, "viewer")[0]
    assert 401 == asks(call, "nobody")[0]
    assert 404 == call(f"staff {paul}", "GET", "/api/bookings/1/coordinator-integration").status_code
    assert 404 == call("client +97455501290", "GET", "/api/bookings/1/coordinator-integration").status_code
