"""`forget`, `export-person` and `retention`, as an operator types them."""

import json
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.clock import Clock, SetClock
from bot.desk import Desk
from bot.stories import Phone, Player
from config import Settings
from models.bookings import bookings

SARA = Phone("Sara", "sms", "+15550001234", "Sara Marked")
Types = Callable[..., str]


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def types(
    desk: Desk, clock: SetClock, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Types]:  # fmt: skip
    """Over the demonstration, in which Sara has asked for something: what a command prints, or complains of."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "a key of these tests")
    monkeypatch.chdir(tmp_path)
    player = Player(desk, clock)
    for text in ("therapy tomorrow 3pm", "yes"):
        player.say(SARA, text)
    booked_ahead(desk)

    def typed(*words: str, status: int = 0) -> str:
        capsys.readouterr()
        try:
            came = main(list(words))
        except SystemExit as ended:
            came = int(ended.code or 0)
        said = capsys.readouterr()
        assert status == came, said
        return said.err if status == 2 else said.out

    yield typed


def booked_ahead(desk: Desk) -> None:
    """Commands have the real clock: what was asked for lies ahead by that one too."""
    ahead = Clock().now() + timedelta(days=3)
    later = bookings.update().values(start_at=ahead, end_at=ahead + timedelta(hours=1))
    desk.database.transact(lambda session: session.execute(later))


def test_a_person_is_handed_their_data_and_forgotten(types: Types, tmp_path: Path) -> None:
    assert "client +999" in types("forget", "+999", status=2)
    said = types("forget", SARA.address, status=1)
    assert "would be erased from 1 conversations, 1 bookings" in said
    assert "bookings lie ahead (#1): cancel them, or let --cancel do it" in said
    assert "cannot be forgotten yet" in types("forget", SARA.address, "--yes", status=1)

    out = types("export-person", SARA.address, "--out", "sara.json").split()
    assert ["sara.json", "sara.html"] == out
    files = [tmp_path / name for name in out]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}
    assert "Sara Marked" == json.loads(files[0].read_text(encoding="utf-8"))["person"][0]["name"]
    assert "Sara Marked" in files[1].read_text(encoding="utf-8")
    assert "sara.json cannot be written" in types("export-person", SARA.address, "--out", "sara.json", status=2)

    assert "who they are was erased" in types("forget", "1", "--yes", "--cancel")
    assert "There is no client" in types("forget", SARA.address, status=2)
    assert "forgotten before" in types("forget", "1", status=2)
    assert SARA.address not in types("conversations")


def test_how_much_is_still_to_be_emptied(types: Types) -> None:
    said = types("retention")
    assert "are emptied by a running worker" in said
    assert "messages: none to go" in said
