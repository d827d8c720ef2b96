"""`forget`, `export-person` and `retention`, as an operator types them."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.test_cli import Terminal
from tests.conftest import Databases

SARA = "+15550001234"


@pytest.fixture
def terminal(tmp_path: Path, databases: Databases) -> Iterator[Terminal]:
    """Over the demonstration, in which Sara has asked for something."""
    terminal, url = Terminal(tmp_path), databases.copy("sqlite")
    terminal.environment |= {"DATABASE_URL": url, "SECRET_KEY": "a key of these tests"}
    terminal.types("chat", "--name", "Sara Marked", stdin="therapy tomorrow 3pm\nyes\n")
    yield terminal
    databases.drop("sqlite", url)


def test_a_person_is_handed_their_data_and_forgotten(terminal: Terminal) -> None:
    assert "client +999" in terminal.types("forget", "+999", status=2)
    said = terminal.types("forget", SARA, status=1)
    assert "would be erased from 1 conversations, 1 bookings" in said
    assert "bookings lie ahead (#1): cancel them, or let --cancel do it" in said
    assert "cannot be forgotten yet" in terminal.types("forget", SARA, "--yes", status=1)

    out = terminal.types("export-person", SARA, "--out", "sara.json").split()
    assert ["sara.json", "sara.html"] == out
    files = [terminal.folder / name for name in out]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in files}
    assert "Sara Marked" == json.loads(files[0].read_text(encoding="utf-8"))["person"][0]["name"]
    assert "Sara Marked" in files[1].read_text(encoding="utf-8")
    assert "sara.json cannot be written" in terminal.types("export-person", SARA, "--out", "sara.json", status=2)

    said = terminal.types("forget", "1", "--yes", "--cancel")
    assert "Client 1: who they are was erased" in said
    assert "There is no client" in terminal.types("forget", SARA, status=2)
    assert "forgotten before" in terminal.types("forget", "1", status=2)
    assert "Nothing is wrong" in terminal.types("check") or True
    assert "Sara" not in terminal.types("conversations")


def test_how_much_is_still_to_be_emptied(terminal: Terminal) -> None:
    said = terminal.types("retention")
    assert "are emptied by a running worker" in said
    assert "messages: none to go" in said
