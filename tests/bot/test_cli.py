"""What an operator types, as they type it: each command in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS, main
from bot.channels.simulator import SIMULATOR, SimulatorChannel
from bot.clock import SetClock
from bot.desk import Desk
from bot.stories import Player
from config import Settings
from tests.conftest import Databases

TOP = Path(__file__).parent.parent.parent


class Terminal:
    """A folder, and a fresh SQLite in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours = {name.upper() for name in Settings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        self.environment = {**kept, "PYTHONPATH": str(TOP), "DATABASE_URL": f"sqlite:///{folder}/x.db", "BURST_MS": "0"}

    def types(self, *words: str, stdin: str = "", status: int = 0) -> str:
        """What the command prints, having looked at its exit status; what it complains of, where that is not 0."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder, env=self.environment, input=stdin, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert status == done.returncode, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if status == 2 else done.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def ready(terminal: Terminal, databases: Databases) -> Iterator[Terminal]:
    """Over the demonstration."""
    url = databases.copy("sqlite")
    terminal.environment["DATABASE_URL"] = url
    yield terminal
    databases.drop("sqlite", url)


class TestChat:
    def test_it_books_by_piped_lines_and_saves_a_story_that_can_be_played(
        self, terminal: Terminal, desk: Desk, clock: SetClock
    ) -> None:
        typed = "book\n1\ntomorrow\n3pm\nyes\n@ APPROVE 1\n"
        out = terminal.types("chat", "--name", "Sara Ahmed", "--save", "sara.txt", stdin=typed)
        assert out.startswith("Corner House, by text.\nYou are the client.")
        assert "  Coordinator< 🔔 NEW BOOKING REQUEST #1\n    | Client: Sara Ahmed (+15550001234)\n" in out
        assert "  Coordinator< ✅ APPROVED: Appointment #1 confirmed successfully!\n" in out
        assert "  Client< ✅ Confirmed! #1: Individual Therapy Session with Dr Lina\n" in out
        assert out.endswith("\nSaved as sara.txt.\n")
        story = (terminal.folder / "sara.txt").read_text(encoding="utf-8")
        played = Player(replace(desk, channels={SIMULATOR: SimulatorChannel()}), clock).play(story)
        said = [line for line in story.splitlines() if "< " in line or line.startswith("    | ")]
        assert said == [line for line in played.splitlines() if "< " in line or line.startswith("    | ")]

    def test_another_phone_is_another_client(self, ready: Terminal) -> None:
        ready.types("chat", stdin="book\n")
        out = ready.types("chat", "--phone", "+15550005678", stdin="book\n")
        assert "Hello, this is Corner House." in out

    def test_the_next_chat_goes_on_where_this_one_ended(self, ready: Terminal) -> None:
        ready.types("chat", stdin="book\n1\n")
        out = ready.types("chat", stdin="tomorrow\n")
        assert "which time? Free, for example:" in out
        assert "Hello" not in out

    def test_nobody_real_is_texted(self, terminal: Terminal) -> None:
        nowhere = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_SMS_NUMBER": "+15005550009"}
        terminal.environment |= {**nowhere, "TWILIO_API_BASE": "http://127.0.0.1:9"}
        out = terminal.types("chat", stdin="therapy tomorrow 3pm\nyes\n@ yes\n")
        assert "  Coordinator< 🔔 NEW BOOKING REQUEST #1\n" in out
        assert "  Client< ✅ Confirmed! #1" in out


class TestConversations:
    def test_none_yet(self, ready: Terminal) -> None:
        assert "No conversations yet.\n" == ready.types("conversations")

    def test_they_are_listed_and_one_is_shown(self, ready: Terminal) -> None:
        ready.types("chat", stdin="book\n2\n")
        (line,) = ready.types("conversations").splitlines()
        assert ["simulator", "+15550001234", "service_selected"] == line.split()[2:]
        shown = ready.types("conversations", "show", "+15550001234").splitlines()
        assert "simulator +15550001234: service_selected" == shown[0]
        assert any(" → #1 initial chat-" in line for line in shown)
        assert any(line.endswith(" ← #2 sent sim-1") for line in shown)
        assert "    Haircut: which day suits you?" in shown
        assert any("initial→service_selected" in line for line in shown)

    def test_nobody_of_that_number(self, ready: Terminal) -> None:
        ready.types("chat", stdin="hi\n")
        said = ready.types("conversations", "show", "+1", status=2)
        assert "No conversation with +1: give the number as the list shows it.\n" == said

    def test_a_database_without_a_business(self, terminal: Terminal) -> None:
        terminal.types("migrate")
        said = terminal.types("conversations", status=2)
        assert "No business is loaded yet: run `python -m bot load business.toml`.\n" == said


class TestUnderstand:
    def test_for_people(self, terminal: Terminal) -> None:
        out = terminal.types("understand", "book tomorrow at 3pm", "--at", "2026-03-10T10:15", "--zone", "Asia/Qatar")
        assert "    wish: book (from “book”)\n" in out
        assert "    date: Wednesday 11 March 2026 (certain, from “tomorrow”)\n" in out
        assert "    time: 15:00 (certain, from “at 3pm”)\n" in out
        assert " nothing: no date, time or wish was found\n" == terminal.types("understand", "qwxz")

    def test_line_by_line(self, terminal: Terminal) -> None:
        asked = [
            {"text": "tomorrow 3pm", "ref": "2026-03-10T10:15:00+03:00", "tz": "Asia/Qatar"},
            {"text": "5/3", "ref": "2026-01-10T10:15:00+00:00", "region": "US"},
            {"text": "5/3", "ref": "2026-01-10T10:15:00+00:00", "region": "QA"},
            {"text": "after 4", "ref": "2026-03-10T10:15:00+00:00"},
            {"text": "30 February", "ref": "2026-01-10T10:15:00+00:00"},
            {"text": "hello", "ref": "2026-03-10T10:15:00+00:00"},
        ]
        out = terminal.types("understand", "--jsonl", stdin="\n".join(map(json.dumps, asked)) + "\n\n")
        answers = [json.loads(line) for line in out.splitlines()]
        assert {"kind": "point", "date": "2026-03-11", "time": "15:00"} == answers[0]
        assert ["2026-05-03", "2026-03-05"] == [answers[1]["date"], answers[2]["date"]]
        assert ("range", "16:00") == (answers[3]["kind"], answers[3]["time_from"])
        assert ["invalid", "none"] == [answers[4]["kind"], answers[5]["kind"]]


class TestLoad:
    def test_a_dry_run_says_what_would_change_and_changes_nothing(self, terminal: Terminal) -> None:
        terminal.types("migrate")
        path = str(TOP / "business.toml")
        dry = terminal.types("load", path, "--dry-run")
        assert "+ service haircut\n" in dry
        assert dry == terminal.types("load", path)
        assert "No difference.\n" == terminal.types("load", path, "--dry-run")

    def test_what_dump_prints_is_taken_back(self, ready: Terminal) -> None:
        (ready.folder / "mine.toml").write_text(ready.types("dump"), encoding="utf-8")
        assert "No difference.\n" == ready.types("load", "mine.toml")

    def test_a_database_that_is_empty_is_refused(self, terminal: Terminal) -> None:
        said = terminal.types("load", str(TOP / "business.toml"), status=2)
        assert "The database is behind this version: run `python -m bot migrate`, then start again.\n" == said

    def test_a_file_that_is_not_there(self, ready: Terminal) -> None:
        assert "There is no file mine.toml.\n" == ready.types("load", "mine.toml", status=2)


def test_migrate_says_what_it_found(terminal: Terminal) -> None:
    assert "The database was empty, and is current.\n" == terminal.types("migrate")
    assert "The database was current, and is current.\n" == terminal.types("migrate")


def test_check_and_doctor_end_well_on_the_demonstration(ready: Terminal) -> None:
    ready.types("chat", stdin="therapy tomorrow 3pm\nyes\n")
    assert "Nothing is broken.\n" == ready.types("check")
    assert "✓ Business: Corner House. 4 services can be booked, 3 staff.\n" in ready.types("doctor")


def test_they_are_all_listed(terminal: Terminal) -> None:
    out = terminal.types("--help")
    assert all(f"    {name}" in out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_says_how_it_is_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert 0 == stopped.value.code
    assert capsys.readouterr().out.startswith(f"usage: python -m bot {name}")


def test_a_command_that_does_not_exist_is_refused(terminal: Terminal) -> None:
    assert "invalid choice: 'fly'" in terminal.types("fly", status=2)


class TestWebhooks:
    def test_an_address_is_added_listed_given_another_secret_and_closed(self, ready: Terminal) -> None:
        number, secret = ready.types("webhooks", "add", "https://example.com/hooks", "--events", "booking.").split()
        assert ("1", True) == (number, secret.startswith("whsec_"))
        assert "1  https://example.com/hooks  booking.\n" == ready.types("webhooks", "list")
        other = ready.types("webhooks", "rotate", "1").strip()
        assert other.startswith("whsec_")
        assert other != secret
        assert "It was told nothing yet." in ready.types("webhooks", "log", "1")
        assert "nothing more" in ready.types("webhooks", "off", "1")
        assert "OFF: closed by hand" in ready.types("webhooks")
        assert "0 are told again." in ready.types("webhooks", "replay-failed", "1")

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("add", "http://example.com"), "must begin with https://"),
            (("add", "https://example.com", "--events", "weddings"), "no such events: weddings"),
            (("rotate", "9"), "none of that number"), (("off", "9"), "none of that number"),
            (("replay", "9"), "none of that number"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_done_is_said(self, ready: Terminal, words: tuple[str, ...], says: str) -> None:
        assert says in ready.types("webhooks", *words, status=2)
