"""`python -m bot dead-letters`: what did not arrive, as an operator and as a program reads it, and sent again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands.dead_letters import REASONS, REFUSALS
from bot.database import Database
from bot.desk import Desk
from config import Settings
from conversations.delivery import Delivery, SendFailure
from conversations.rules.obsolete import Obsolete
from tests.conftest import MakeDesk
from tests.handlers.test_message_resent import FILTERED, Line
from tests.handlers.test_outbox import OMAR, SARA, opt_out, queue, status

Types = Callable[..., tuple[int, str]]


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk(coordinator_phone_number=f"sms:{OMAR}")


@pytest.fixture
def line(desk: Desk) -> Line:
    return Line(desk)


@pytest.fixture
def types(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Types:
    """Type the command; its exit status and what it prints."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)

    def typed(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        status = main(["dead-letters", *words])
        return status, capsys.readouterr().out

    return typed


def lost_text(database: Database, line: Line, words: str = "Hello\nand more", to: str = SARA) -> int:
    outbox_id = queue(database, words, to=to)
    line.provider.outcomes = [FILTERED]
    line.sends()
    return outbox_id


def test_there_are_none(types: Types) -> None:
    assert (0, "No dead letters.\n") == types()
    assert (0, "[]\n") == types("--json")


def test_each_says_to_whom_why_and_what_they_are_missing(database: Database, line: Line, types: Types) -> None:
    lost_text(database, line)
    code, out = types()
    assert 1 == code
    assert out.splitlines() == [
        "#1  2026-03-10 10:15  sms …234  text",
        "    the provider refuses this text (content: 30007 filtered)",
        "    missing: Hello",
    ]
    assert SARA not in out
    assert f"sms {SARA}  text" in types("--show-addresses")[1]


def test_one_about_a_booking_says_how_it_stands(line: Line, types: Types) -> None:
    line.request()
    line.lose("request_prompt")
    out = types()[1].splitlines()
    assert "    missing: 🔔 NEW BOOKING REQUEST #1" in out
    assert "    booking #1: pending, Wed 11 Mar 2026 15:00" in out
    assert "    the phone could not be reached (unreachable: 30003)" in out


def test_programs_read_the_same(line: Line, types: Types) -> None:
    line.request()
    lost = line.lose("request_prompt")
    (letter,) = json.loads(types("--json")[1])
    assert letter == {
        "id": lost, "at": "2026-03-10T10:15:00+03:00", "channel": "sms", "to": "…000", "kind": "request_prompt",
        "reason": "unreachable", "code": "30003", "provider_words": "", "first_line": "🔔 NEW BOOKING REQUEST #1",
        "booking": {"id": 1, "status": "pending", "start": "2026-03-11T15:00:00+03:00"},
    }  # fmt: skip


def test_they_are_sorted_by_reason(database: Database, line: Line, types: Types) -> None:
    lost_text(database, line)
    assert [1, 1, 0, 0] == [types("--reason", reason)[0] for reason in ("content", "30007", "setup", "30003")]


def test_they_are_sent_again_by_number_once(database: Database, line: Line, types: Types) -> None:
    first, second = lost_text(database, line), lost_text(database, line, to=OMAR)
    opt_out(database, OMAR)
    code, out = types("--resend", f"#{first}", str(second), "77", str(first))
    assert 1 == code
    assert out.splitlines() == [
        "#1: queued as #3",
        "#2: not sent: the person wants no texts",
        "#77: not sent: is not among the dead letters",
        "1 queued, 2 not.",
    ]
    assert Delivery.QUEUED == status(database, 3)
    assert (1, "#1: not sent: has been sent again already\n0 queued, 1 not.\n") == types("--resend", "1")


def test_all_of_a_reason_are_sent_again_oldest_first(database: Database, line: Line, types: Types) -> None:
    for words in ("first", "second"):
        lost_text(database, line, words)
    assert (0, "#1: queued as #3\n#2: queued as #4\n2 queued, 0 not.\n") == types(
        "--resend", "all", "--reason", "30007"
    )
    assert [Delivery.QUEUED] * 2 == [status(database, outbox_id) for outbox_id in (3, 4)]
    assert (0, "0 queued, 0 not.\n") == types("--resend", "all", "--reason", "30007")


def test_what_became_of_each_is_told_to_programs_too(database: Database, line: Line, types: Types) -> None:
    lost_text(database, line)
    code, out = types("--resend", "1", "9", "--json")
    assert 1 == code
    assert json.loads(out) == [
        {"id": 1, "resent_as": 2, "refused": None},
        {"id": 9, "resent_as": None, "refused": "not_lost"},
    ]


@pytest.mark.parametrize("words", [("--resend", "all"), ("--resend", "two"), ("--resend", "all", "3", "--reason", "x")])
def test_what_it_cannot_do_it_refuses(types: Types, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        types(*words)
    assert 2 == stopped.value.code


def test_every_reason_and_every_refusal_has_its_words() -> None:
    assert (set(SendFailure), set(Obsolete)) == (set(REASONS), set(REFUSALS))


def test_the_list_of_conversations_marks_them(
    database: Database, line: Line, types: Types, capsys: pytest.CaptureFixture[str]
) -> None:
    lost_text(database, line)
    capsys.readouterr()
    main(["conversations"])
    (listed,) = capsys.readouterr().out.splitlines()
    assert listed.endswith("needs a person, 1 undelivered")


def test_a_conversation_shows_what_each_text_cost(line: Line, types: Types, capsys: pytest.CaptureFixture[str]) -> None:
    line.text("book")
    line.text("haircut tomorrow 10am")
    capsys.readouterr()
    main(["conversations", "show", SARA])
    out = capsys.readouterr().out
    assert out.count("SMS segment") == 2
