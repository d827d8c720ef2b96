"""Businesses on a fresh database: a salon, for the tests of what coordinators command, and a wedding planner."""

from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from tests.conftest import MakeDesk
from tests.handlers import planner as weddings
from tests.handlers.planner import Planner
from tests.handlers.salon import BUSINESS, Salon


@pytest.fixture
def salon(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Salon:
    desk = make_desk()
    path = tmp_path / "business.toml"
    path.write_text(BUSINESS, encoding="utf-8")
    load_business(desk.database, path)
    return Salon(desk, clock)


@pytest.fixture
def planner(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Planner:
    desk = make_desk()
    path = tmp_path / "planner.toml"
    path.write_text(weddings.BUSINESS, encoding="utf-8")
    load_business(desk.database, path)
    return Planner(desk, clock)
