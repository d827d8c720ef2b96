"""A trial goes through every step of a booking's life, and leaves every table as it was."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from tests.bot.api.callers import Callers
from tests.conftest import MakeDesk
from tests.handlers.planner import BUSINESS
from tests.handlers.till import CLINIC

pytestmark = pytest.mark.every_database
AT = "/api/sessions/debug/test"
NAMES = ["declined", "requested", "approved", "paid", "engagement", "begun", "completed"]


def call_over(desk: Desk, clock: SetClock, business: Path) -> Callers:
    load_business(desk.database, business, now=clock.now())
    call = Callers(desk, clock)
    call.get("admin", "/api/me")
    return call


def everything(desk: Desk) -> dict[str, list[Any]]:
    tables = SQLModel.metadata.sorted_tables
    return desk.database.read(
        lambda session: {one.name: sorted(map(repr, session.execute(select(one)).all())) for one in tables}
    )


@pytest.fixture
def planner(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Callers:
    path = tmp_path / "planner.toml"
    path.write_text(BUSINESS, encoding="utf-8")
    return call_over(make_desk(), clock, path)


def test_every_step_of_a_wedding_is_done_and_nothing_is_kept(planner: Callers) -> None:
    before = everything(planner.desk)
    tried = planner.get("admin", AT)
    steps = {one["step"]: one for one in tried["steps"]}
    assert (True, False, NAMES) == (tried["ok"], tried["kept"], list(steps))
    statuses = [one["status"] for one in tried["steps"]]
    assert ["declined", "pending", "confirmed", "confirmed", "confirmed", "in_progress", "completed"] == statuses
    assert "Debug & Test" in steps["engagement"]["what"]
    assert any(one["to"].startswith("+1555555") for one in steps["approved"]["texts"])
    assert any("Debug & Test" in one["text"] for one in steps["engagement"]["texts"])
    assert before == everything(planner.desk)


def test_what_is_to_be_paid_is_paid(make_desk: MakeDesk, clock: SetClock) -> None:
    call = call_over(make_desk(), clock, CLINIC)
    before = everything(call.desk)
    therapy = next(
        one.id for one in call.desk.database.read(call.desk.profiles.current).services if one.name == "Therapy"
    )
    steps = call.get("admin", AT, service_id=therapy)["steps"]
    assert ["approved", "confirmed"] == [one["status"] for one in steps if one["step"] in ("approved", "paid")]
    assert "completed" == steps[-1]["status"]
    assert before == everything(call.desk)


def test_the_step_that_cannot_be_done_is_the_last_one(planner: Callers) -> None:
    tried = planner.get("admin", AT, service_id=999_999)
    assert (False, [("requested", False)]) == (tried["ok"], [(one["step"], one["ok"]) for one in tried["steps"]])


@pytest.mark.parametrize(
    ("who", "status"),
    [("operator", 403), ("viewer", 403), ("staff Rita", 403), ("nobody", 401), ("client +15005550199", 403)],
)  # fmt: skip
def test_it_is_for_admins_and_never_read_as_a_bookings_number(planner: Callers, who: str, status: int) -> None:
    assert status == planner(who, "GET", AT).status_code
    assert 422 == planner("admin", "GET", f"{AT}?service_id=x").status_code
