"""A coordinator's text → commands, ids and the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.commands import COMMANDS
from conversations.commands.parse import MOST_IDS, parse


def calls(text: str) -> list[tuple[str, tuple[int, ...], str]]:
    return [(call.command.word, call.ids, call.rest) for call in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("APPROVE 12", [("APPROVE", (12,), "")]),
        ("approve #12", [("APPROVE", (12,), "")]),
        ("Approve: 12.", [("APPROVE", (12,), ".")]),
        ("approve 12 13", [("APPROVE", (12, 13), "")]),
        ("APPROVE 12,14-16", [("APPROVE", (12, 14, 15, 16), "")]),
        ("approve 1 and 2", [("APPROVE", (1, 2), "")]),
        ("approve 1, 2 & 3", [("APPROVE", (1, 2, 3), "")]),
        ("approve 2 2 2", [("APPROVE", (2,), "")]),
        ("APPROVE 12 see you at the back door", [("APPROVE", (12,), "see you at the back door")]),
        ("DECLINE 2 sick", [("DECLINE", (2,), "sick")]),
        ("DECLINE 2 3 people is too many", [("DECLINE", (2,), "3 people is too many")]),
        ("decline fully booked", [("DECLINE", (), "fully booked")]),
        ("MODIFY 4 Tue 5pm", [("MODIFY", (4,), "Tue 5pm")]),
        ("MODIFY 4 5 March 10:00", [("MODIFY", (4,), "5 March 10:00")]),
        ("modify 4 5pm", [("MODIFY", (4,), "5pm")]),
        ("APPROVE 10:30", [("APPROVE", (), "10:30")]),
        ("PENDING", [("PENDING", (), "")]),
        ("pending please", []),
        ("show me your services", []),
        ("SHOW 3", [("SHOW", (3,), "")]),
        ("commands modify", [("COMMANDS", (), "modify")]),
        ("help", [("COMMANDS", (), "")]),
        (
            "APPROVE 1 3; DECLINE 2 sick; MODIFY 4 Tue 5pm",
            [("APPROVE", (1, 3), ""), ("DECLINE", (2,), "sick"), ("MODIFY", (4,), "Tue 5pm")],
        ),
        ("DECLINE 2 sick; sorry", [("DECLINE", (2,), "sick; sorry")]),
        ("approve 1\ndecline 2", [("APPROVE", (1,), ""), ("DECLINE", (2,), "")]),
        ("I approve 1", []),
        ("", []),
        (";;;", []),
        ("approved", []),
    ],
)
def test_a_text_is_read_as_its_commands(text: str, expected: list[tuple[str, tuple[int, ...], str]]) -> None:
    assert expected == calls(text)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.word)
def test_every_commands_own_example_is_that_command(command: object) -> None:
    assert [command.word] == [call.command.word for call in parse(command.example)]  # type: ignore[attr-defined]


def test_a_huge_range_names_no_more_than_a_text_can_report() -> None:
    assert MOST_IDS == len(parse("approve 1-999999999")[0].ids)


@given(st.text(max_size=300))
def test_no_text_is_too_odd_to_read(text: str) -> None:
    for call in parse(text) + parse(f"approve {text}"):
        assert len(call.ids) <= MOST_IDS


@given(
    st.lists(st.integers(1, 999_999_999), min_size=1, max_size=10, unique=True), st.sampled_from(["APPROVE", "DECLINE"])
)
def test_a_call_written_out_is_the_same_call(ids: list[int], word: str) -> None:
    call = parse(f"{word} {' '.join(map(str, ids))}")[0]
    assert [call] == parse(call.text)
