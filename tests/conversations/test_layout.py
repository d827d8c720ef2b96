"""Replies become texts that fit the channel, in the person's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.business import Money
from conversations.dialogue import Option, Subject
from conversations.languages.render import money_text, render
from conversations.layout import Capabilities, Laid, Shape, lay_out, shape, split
from conversations.replies import say

WHEN = datetime(2024, 12, 25, 10, tzinfo=ZoneInfo("Asia/Qatar"))


def test_the_prompt_reads_as_the_specification_writes_it() -> None:
    client = say("client_and_phone", name="Sara Ahmed", phone="+97455501234")
    reply = say(
        "request_prompt", id=12, client=client, service="Individual Therapy Session", minutes=60, when=WHEN,
        staff="Dr Lina", note="first visit", attendee="",
    )  # fmt: skip
    assert render(reply, "en") == (
        "🔔 NEW BOOKING REQUEST #12\n"
        "Client: Sara Ahmed (+97455501234)\n"
        "Service: Individual Therapy Session (60 min)\n"
        "When: Wed 25 Dec 2024, 10:00 (Asia/Qatar)\n"
        "Staff: Dr Lina\n"
        "Note: first visit\n"
        "Reply APPROVE 12, DECLINE 12 [reason] or MODIFY 12 [new time or reason]"
    )


def test_a_line_that_has_nothing_to_say_is_left_out() -> None:
    empty = dict.fromkeys(("place", "meeting", "intake", "note", "page", "elsewhere"), "")
    reply = say("approved", id=1, service="Haircut", staff="Maya", when=WHEN, **empty)
    assert 2 == len(render(reply, "en").splitlines())


def test_what_a_person_wrote_is_never_a_template() -> None:
    reply = say("person_wanted", client="{words}", words="{client} {0} %s")
    assert '🙋 {words} wants a person:\n"{client} {0} %s"' == render(reply, "en").strip()


@pytest.mark.parametrize(
    ("money", "expected"),
    [(Money(7900, "USD"), "79.00 USD"), (Money(500, "JPY"), "500.00 JPY"), (Money(1500, "KWD"), "1.50 KWD")],
)
def test_money_names_its_currency(money: Money, expected: str) -> None:
    assert expected.split()[1] in money_text(money, "en")
    assert expected.split()[0][:3] in money_text(money, "en")


def test_options_stand_under_their_question() -> None:
    options = (Option("1", Subject.SERVICE, "7", "Haircut"), Option("2", Subject.SERVICE, "8", "Massage"))
    texts = lay_out([say("ask_service", options)], "en", Capabilities())
    assert [Laid("Which service would you like?\n1. Haircut\n2. Massage")] == texts


BUTTONS = Capabilities(longest=4096, buttons=3, rows=10)
HAIRCUT, MASSAGE = Option("1", Subject.SERVICE, "7", "Haircut"), Option("2", Subject.SERVICE, "8", "Massage")


def test_a_channel_that_shows_options_gets_them_beside_the_question() -> None:
    (laid,) = lay_out([say("hello", business="Corner House"), say("ask_service", (HAIRCUT, MASSAGE))], "en", BUTTONS)
    assert laid.text.endswith("\nWhich service would you like?")
    assert (("1", "Haircut"), ("2", "Massage")) == laid.choices
    assert laid.plain.endswith("\nWhich service would you like?\n1. Haircut\n2. Massage")


def test_of_two_questions_the_last_is_the_one_to_press() -> None:
    replies = [say("ask_which_service", (HAIRCUT,)), say("ask_service", (MASSAGE,)), say("thanks")]
    (laid,) = lay_out(replies, "en", BUTTONS)
    assert (("2", "Massage"),) == laid.choices
    assert "1. Haircut" in laid.text
    assert "2. Massage" not in laid.text


def test_what_a_button_would_not_say_whole_stays_numbered() -> None:
    long = Option("1", Subject.SERVICE, "7", "x" * 73)
    (laid,) = lay_out([say("ask_service", (long, MASSAGE))], "en", BUTTONS)
    assert ((), True) == (laid.choices, laid.text.endswith(f"1. {'x' * 73}\n2. Massage"))


def test_a_whole_command_is_typed_and_not_pressed() -> None:
    (laid,) = lay_out([say("command_which", (Option("12", Subject.COMMAND, "APPROVE 12", "Ana"),))], "en", BUTTONS)
    assert ((), True) == (laid.choices, laid.text.endswith("\n12. Ana"))


def test_options_stand_under_the_last_part_of_a_long_text() -> None:
    laid = lay_out([say("ask_service", (HAIRCUT, MASSAGE))], "en", Capabilities(longest=20, buttons=3))
    assert [("Which service would", ()), ("you like?", (("1", "Haircut"), ("2", "Massage")))] == [
        (part.text, part.choices) for part in laid
    ]


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ("?", [], Shape.NUMBERED),
        ("?", ["a", "b", "c"], Shape.BUTTONS),
        ("?", ["x" * 20], Shape.BUTTONS),
        ("?", ["x" * 21], Shape.LIST),
        ("?", ["💇" * 10], Shape.BUTTONS),
        ("?", ["💇" * 11], Shape.LIST),
        ("?", ["a", "b", "c", "d"], Shape.LIST),
        ("?", ["a", "a"], Shape.LIST),
        ("x" * 1024, ["a"], Shape.BUTTONS),
        ("x" * 1025, ["a"], Shape.LIST),
        ("?", ["a"] * 10, Shape.LIST),
        ("?", ["a"] * 11, Shape.NUMBERED),
        ("?", ["x" * 72], Shape.LIST),
        ("?", ["x" * 73], Shape.NUMBERED),
    ],
)
def test_options_are_shown_in_what_holds_them_all(text: str, labels: list[str], expected: Shape) -> None:
    choices = [(str(n), label) for n, label in enumerate(labels, start=1)]
    assert expected is shape(text, choices, BUTTONS)
    assert Shape.NUMBERED is shape(text, choices, Capabilities())


def test_nothing_to_say_sends_nothing() -> None:
    assert [] == lay_out([], "en", Capabilities())


@given(st.text(st.characters(codec="utf-8"), max_size=400), st.integers(5, 100))
def test_no_part_is_too_long_and_no_word_is_lost(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert all(len(part) <= longest for part in parts)
    assert "".join(text.split()) == "".join("".join(parts).split())


def test_a_long_text_is_cut_where_a_line_or_a_word_ends() -> None:
    assert ["one two", "three"] == split("one two three", 9)
    assert ["one", "two three"] == split("one\ntwo three", 10)
