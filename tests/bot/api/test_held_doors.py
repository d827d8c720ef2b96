"""Ways round what somebody may do that an adversary has found, each of them shut."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from conversations.delivery import Delivery, SendFailure
from models.api import sign_in_codes
from models.bookings import bookings
from models.business import staff, touch_business
from models.clients import clients
from models.outbox import outbox
from tests.bot.api.world import LINA, MAYA, SARA, TOM, World

LINK = re.compile(r"/(?:b|pay|intake)/[\w-]{20,}")


@pytest.mark.parametrize("role", ["viewer", "staff"])
def test_who_only_reads_gets_no_link_by_which_a_client_acts(world: World, role: str) -> None:
    for path in ("/api/sessions?limit=100", "/api/conversations", "/api/conversations/1/messages?limit=100",
                 "/api/payments", "/api/dead-letters"):  # fmt: skip
        answer = world.call("GET", path, role)
        assert 200 == answer.status_code, path
        assert not LINK.search(answer.text), path
    assert LINK.search(world.call("GET", "/api/sessions?limit=100", "operator").text)
    assert LINK.search(world.call("GET", "/api/conversations/1/messages?limit=100", "operator").text)


def test_what_staff_read_is_what_if_match_is_held_against(world: World) -> None:
    number = world.bookings(SARA, "pending")[0]
    tag = world.call("GET", f"/api/sessions/{number}", "staff").headers["ETag"]
    note = {"note": "a quiet one"}
    path = f"/api/sessions/{number}/note"
    assert 200 == world.call("POST", path, "staff", json=note, headers={"If-Match": tag}).status_code


def test_staff_do_not_rename_whom_they_book_for(world: World) -> None:
    before = world.rows(clients, phone=TOM.address)[0]
    wish = {"client_phone": TOM.address, "service_id": world.service("Haircut"), "staff_id": LINA, "name": "X",
            "email": "evil@evil.example", "start_at": "2026-03-26T09:00:00Z"}  # fmt: skip
    assert 201 == world.call("POST", "/api/sessions/request", "staff", json=wish).status_code
    weekly = {key: value for key, value in wish.items() if key != "service_id"} | {
        "service_ids": [wish["service_id"]], "frequency": "weekly", "count": 2, "mode": "skip",
        "start_at": "2026-03-27T09:00:00Z",
    }  # fmt: skip
    assert 201 == world.call("POST", "/api/series", "staff", json=weekly).status_code
    after = world.rows(clients, phone=TOM.address)[0]
    assert (before.name, before.email) == (after.name, after.email)


def test_a_code_that_did_not_arrive_is_read_by_nobody(world: World) -> None:
    world.call("POST", "/api/sign-in/code", None, json={"phone": TOM.address})
    row = [row for row in world.rows(outbox) if row.address == TOM.address][-1]
    lost = update(outbox).where(outbox.c.id == row.id).values(status=Delivery.FAILED, failure=SendFailure.UNREACHABLE)
    world.desk.database.transact(lambda session: session.execute(lost))
    code = re.search(r"\d{6}", row.body)
    assert code is not None
    assert all(code[0] not in world.call("GET", "/api/dead-letters", role).text for role in ("viewer", "admin"))
    assert 409 == world.call("POST", f"/api/dead-letters/{row.id}/resend", "operator").status_code


@pytest.mark.every_database
def test_codes_asked_for_at_once_are_no_more_than_one_after_another(world: World) -> None:
    def ask(_: int) -> int:
        return world.call("POST", "/api/sign-in/code", None, json={"phone": TOM.address}).status_code

    with ThreadPoolExecutor(6) as pool:
        came = list(pool.map(ask, range(6)))
    assert [202] * 3 + [429] * 3 == sorted(came)
    assert 3 == len(world.rows(sign_in_codes))


def test_a_narrowed_token_makes_none_that_reaches_further(world: World) -> None:
    narrow = {"name": "narrow", "role": "admin", "scopes": ["tokens:write", "tokens:read"]}
    token = world.call("POST", "/api/tokens", "admin", json=narrow).json["token"]
    for scopes in ([], ["clients:read"], ["tokens:write", "clients:read"]):
        wide = {"name": "wide", "role": "admin", "scopes": scopes}
        refused = world.call("POST", "/api/tokens", token, json=wide)
        assert (403, "out_of_scope") == (refused.status_code, refused.json["code"])
    same = {"name": "same", "role": "admin", "scopes": ["tokens:read"]}
    assert 201 == world.call("POST", "/api/tokens", token, json=same).status_code


def test_the_token_of_who_has_left_opens_nothing(world: World) -> None:
    assert 200 == world.call("GET", "/api/sessions", "staff").status_code
    left = update(staff).where(staff.c.id == LINA).values(active=False)
    world.desk.database.transact(lambda session: (session.execute(left), touch_business(session)))
    assert 401 == world.call("GET", "/api/sessions", "staff").status_code


def test_a_reason_or_a_name_is_no_part_of_the_wish(world: World) -> None:
    far = world.clock.now() + timedelta(days=3)
    number = next(
        one for one in world.bookings(SARA, "confirmed")
        if (row := world.rows(bookings, id=one)[0]).start_at > far and not row.class_session_id and row.staff_id == LINA
    )  # fmt: skip
    wish = {"start_at": "2026-03-26T08:00:00Z", "reason": "Maya is away"}
    moved = world.call("PUT", f"/api/sessions/{number}/time", "operator", json=wish)
    assert (200, LINA) == (moved.status_code, moved.json["staff_id"])
    now = {"client_phone": "+97455509999", "name": "Sara with Lina", "service_id": world.service("Haircut")}
    begun = world.call("POST", "/api/sessions/instant", "operator", json=now | {"staff_id": MAYA})
    assert begun.status_code == 409 or begun.json["staff_id"] == MAYA


def test_a_move_outside_hours_is_asked_about(world: World) -> None:
    far = world.clock.now() + timedelta(days=3)
    number = next(
        one for one in world.bookings(SARA, "confirmed")
        if (row := world.rows(bookings, id=one)[0]).start_at > far and not row.class_session_id and row.staff_id == LINA
    )  # fmt: skip
    late = {"start_at": "2026-03-26T20:00:00Z"}
    asked = world.call("PUT", f"/api/sessions/{number}/time", "operator", json=late)
    assert (409, "unusual") == (asked.status_code, asked.json["code"])
    assert asked.json["warnings"]
    assert (
        200 == world.call("PUT", f"/api/sessions/{number}/time", "operator", json=late | {"even_so": True}).status_code
    )


def test_sums_that_no_database_holds_are_refused(world: World) -> None:
    number = world.bookings(SARA, "confirmed")[0]
    large = world.call("PUT", f"/api/sessions/{number}/verify-payment", "operator", json={"amount": 3_000_000_000})
    assert 422 == large.status_code
