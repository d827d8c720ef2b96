"""A salon on a fresh database, for the tests of what coordinators command."""

from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from tests.conftest import MakeDesk
from tests.handlers.salon import BUSINESS, Salon


@pytest.fixture
def salon(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Salon:
    desk = make_desk()
    path = tmp_path / "business.toml"
    path.write_text(BUSINESS, encoding="utf-8")
    load_business(desk.database, path)
    return Salon(desk, clock)
