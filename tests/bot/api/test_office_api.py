"""What the office does by the API: audit, commands, dead letters, webhooks, figures, imports and exports."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SetClock
from conversations.delivery import Delivery, SendFailure
from models.outbox import outbox
from tests.bot.api.callers import Callers, planner_at
from tests.conftest import MakeDesk
from tests.handlers.planner import ANA, BEN, Planner
from tests.patience import eventually

CLIENTS = "name,phone,email\nJo,+97455504444,jo@example.com\n=cmd(),+97455504445,\n"


@pytest.fixture
def planner(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Planner:
    planner = planner_at(make_desk, clock, tmp_path)
    planner.opened()
    planner.text(BEN, "hello")
    return planner


@pytest.fixture
def call(planner: Planner) -> Callers:
    return Callers(planner.desk, planner.clock)


def test_the_audit_log_is_read_by_admins_alone_and_by_filters(planner: Planner, call: Callers) -> None:
    assert 200 == call.does("operator", "PUT", "/api/sessions/1/approve", note="<b>welcome</b>")[0]
    mine = call.get("operator", "/api/me")
    entries = call.get("admin", "/api/audit", subject="booking 1")["items"]
    assert [("commanded", "APPROVE 1")] == [(one["action"], one["words"]) for one in entries]
    by_them = call.get("admin", "/api/audit", operator_id=entries[0]["operator_id"], subject="booking 1")["items"]
    assert (entries, "operator") == (by_them, mine["role"])
    first = call.get("admin", "/api/audit", limit=1)
    assert first["items"][0]["id"] > call.get("admin", "/api/audit", limit=1, cursor=first["next"])["items"][0]["id"]
    assert [] == call.get("admin", "/api/audit", subject="booking 999")["items"]
    for who in ("operator", "viewer", "staff Rita", f"client {ANA.address}"):
        assert 403 == call(who, "GET", "/api/audit").status_code


def test_commands_are_given_as_they_are_texted(planner: Planner, call: Callers) -> None:
    listed = call.get("operator", "/api/commands")["items"]
    assert {"APPROVE", "PAID", "UNDO"} <= {one["word"] for one in listed}
    done = call.does("operator", "POST", "/api/commands", words="APPROVE 1 welcome")
    assert (200, "done") == (done[0], done[1]["outcome"])
    assert "confirmed" == call.get("operator", "/api/sessions/1")["status"]
    refused = call.does("operator", "POST", "/api/commands", words="APPROVE 999")[1]
    assert ("refused", True) == (refused["outcome"], bool(refused["texts"]))
    assert "tells" == call.does("operator", "POST", "/api/commands", words="TODAY")[1]["outcome"]
    assert "tells" == call.does("operator", "POST", "/api/commands", words="<script>")[1]["outcome"]
    for wrong in ({}, {"words": ""}, {"words": "x" * 4097}, {"words": 1}):
        assert (422, "invalid") == call.refused("operator", "POST", "/api/commands", **wrong)
    for who in ("viewer", "staff Rita", f"client {ANA.address}"):
        assert (403, "not_for_you") == call.refused(who, "POST", "/api/commands", words="TODAY")


def test_a_key_lets_a_command_be_given_once(planner: Planner, call: Callers) -> None:
    key = {"Idempotency-Key": "note-1"}
    for _ in range(2):
        answer = call("operator", "POST", "/api/commands", json={"words": "NOTE 1 left knee"}, headers=key)
        assert 200 == answer.status_code
    assert 1 == len(call.get("admin", "/api/audit", subject="booking 1")["items"])


def test_what_did_not_arrive_is_sent_again_once(planner: Planner, call: Callers) -> None:
    def lose(session: Any) -> int:
        number = session.execute(outbox.select().where(outbox.c.address == BEN.address)).first().id
        lost = {"status": Delivery.FAILED, "failure": SendFailure.UNREACHABLE, "failure_words": "<b>off</b>"}
        session.execute(outbox.update().where(outbox.c.id == number).values(**lost))
        return int(number)

    number = planner.desk.database.transact(lose)
    (dead,) = call.get("viewer", "/api/dead-letters", reason="unreachable")["items"]
    assert (number, BEN.address, "<b>off</b>") == (dead["id"], dead["address"], dead["said"])
    assert [] == call.get("staff Rita", "/api/dead-letters")["items"]
    assert [] == call.get("viewer", "/api/dead-letters", reason="busy")["items"]
    again = f"/api/dead-letters/{number}/resend"
    assert (403, "not_for_you") == call.refused("viewer", "POST", again)
    assert 202 == call.does("operator", "POST", again)[0]
    assert (409, "resent") == call.refused("operator", "POST", again)
    assert (404, "not_found") == call.refused("operator", "POST", "/api/dead-letters/999/resend")


def test_webhooks_are_added_changed_and_closed(planner: Planner, call: Callers) -> None:
    status, made = call.does("admin", "POST", "/api/webhooks", url="https://hook.example/x", events=["booking."])
    assert (201, True) == (status, made["secret"].startswith("whsec_"))
    at = f"/api/webhooks/{made['id']}"
    assert (["booking."], True) == (lambda one: (one["events"], one["is_active"]))(call.get("admin", at))
    assert "secret" not in call.get("admin", at)
    other = call.does("admin", "POST", f"{at}/rotate")[1]["secret"]
    assert other != made["secret"]
    changed = call.does("admin", "PUT", at, events=["payment.received"], is_active=False)[1]
    assert (["payment.received"], False) == (changed["events"], changed["is_active"])
    assert call.does("admin", "PUT", at, is_active=True)[1]["is_active"]
    assert [] == call.get("admin", f"{at}/deliveries")["items"]
    assert 202 == call("admin", "POST", f"{at}/replay").status_code
    assert (404, "not_found") == call.refused("admin", "POST", f"{at}/deliveries/1/replay")
    assert 204 == call("admin", "DELETE", at).status_code
    assert not call.get("admin", "/api/webhooks")["items"][0]["is_active"]
    for url in ("http://hook.example/x", "https://user:pass@hook.example", "ftp://x", "https://"):
        assert (422, "forbidden_address") == call.refused("admin", "POST", "/api/webhooks", url=url)
    again = {"url": "https://hook.example/y"}
    assert 201 == call.does("admin", "POST", "/api/webhooks", **again)[0]
    assert (409, "already_told") == call.refused("admin", "POST", "/api/webhooks", **again)
    wrong = {"url": "https://hook.example/z", "events": ["booking.exploded"]}
    assert (422, "no_such_event") == call.refused("admin", "POST", "/api/webhooks", **wrong)
    assert (404, "not_found") == call.refused("admin", "PUT", "/api/webhooks/999", is_active=True)
    assert 403 == call("operator", "GET", "/api/webhooks").status_code


def test_the_dashboards_numbers(planner: Planner, call: Callers) -> None:
    found = call.get("viewer", "/api/figures", days=7)
    assert (7, [{"name": "pending", "count": 1, "words": ""}]) == (found["days"], found["requests"])
    assert 422 == call("viewer", "GET", "/api/figures?days=8").status_code
    assert 403 == call("staff Rita", "GET", "/api/figures").status_code


def test_a_file_is_tried_then_taken_over_and_its_report_read(planner: Planner, call: Callers) -> None:
    def ended(number: str) -> Any:
        found = call.get("admin", f"/api/imports/{number}")
        return found if found["is_over"] else None

    sent = call("admin", "POST", "/api/imports?kind=clients", data=CLIENTS, content_type="text/csv")
    assert 202 == sent.status_code
    number = sent.json["id"]
    tried = eventually(lambda: ended(number))
    assert ("tried", "", 2, True) == (tried["step"], tried["wrong"], sum(tried["counts"].values()), tried["has_file"])
    assert [] == call.get("operator", "/api/clients", q="+97455504444")["items"]
    assert 202 == call("admin", "POST", f"/api/imports/{number}/take").status_code
    assert "taken" == eventually(lambda: ended(number))["step"]
    assert ["Jo"] == [one["name"] for one in call.get("operator", "/api/clients", q="+97455504444")["items"]]
    report = call("admin", "GET", f"/api/imports/{number}/report").get_data(as_text=True)
    assert 3 == len(report.strip().splitlines())
    assert (409, "taken") == call.refused("admin", "POST", f"/api/imports/{number}/take")
    assert [number] == [one["id"] for one in call.get("admin", "/api/imports")["items"]]
    assert 204 == call("admin", "DELETE", f"/api/imports/{number}").status_code
    assert 404 == call("admin", "GET", f"/api/imports/{number}").status_code


def test_what_cannot_be_imported_is_refused(planner: Planner, call: Callers) -> None:
    at = "/api/imports?kind=clients"
    for data in (b"", b"%PDF-1.7", b"PK\x03\x04xx"):
        assert 422 == call("admin", "POST", at, data=data).status_code
    assert 422 == call("admin", "POST", "/api/imports?kind=secrets", data=CLIENTS).status_code
    assert 422 == call("admin", "POST", "/api/imports?kind=ics", data="BEGIN:VCALENDAR").status_code
    assert 413 == call("admin", "POST", at, data=b"x" * (20 * 1024 * 1024 + 1)).status_code
    assert 404 == call("admin", "GET", "/api/imports/..%2F..%2Fetc").status_code
    assert 403 == call("operator", "POST", at, data=CLIENTS).status_code


def test_exports_run_nothing_in_a_spreadsheet_and_are_written_down(planner: Planner, call: Callers) -> None:
    ana = call.get("operator", "/api/clients", q=ANA.address)["items"][0]["id"]
    call.does("operator", "PUT", f"/api/clients/{ana}", name="=cmd|' /C calc'!A0")
    for path in ("bookings", "clients", "ledger"):
        answer = call("admin", "GET", f"/api/exports/{path}.csv")
        assert (200, "text/csv") == (answer.status_code, answer.mimetype)
        rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
        assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
        assert isinstance(call("admin", "GET", f"/api/exports/{path}.json").json, list)
    assert 1 == len(call("staff Rita", "GET", "/api/exports/bookings.json").json)
    assert [] == call("staff Paul", "GET", "/api/exports/bookings.json").json
    assert [] == call("admin", "GET", "/api/exports/bookings.json?status=declined").json
    assert 403 == call("operator", "GET", "/api/exports/clients.csv").status_code
    assert 403 == call("viewer", "GET", "/api/exports/bookings.csv").status_code
    actions = [one["action"] for one in call.get("admin", "/api/audit")["items"]]
    assert {"exported bookings", "exported people", "exported the ledger"} <= set(actions)
