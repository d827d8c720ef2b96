"""Replies become texts that fit the channel, in the person's language."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.business import Money
from conversations.dialogue import Option, Subject
from conversations.languages.render import money_text, render
from conversations.layout import Capabilities, lay_out, split
from conversations.replies import say

WHEN = datetime(2024, 12, 25, 10, tzinfo=ZoneInfo("Asia/Qatar"))


def test_the_prompt_reads_as_the_specification_writes_it() -> None:
    client = say("client_and_phone", name="Sara Ahmed", phone="+97455501234")
    reply = say(
        "request_prompt", id=12, client=client, service="Individual Therapy Session", minutes=60, when=WHEN,
        staff="Dr Lina", note="first visit",
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
    reply = say("approved", id=1, service="Haircut", staff="Maya", when=WHEN, place="", note="")
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
    assert ["Which service would you like?\n1. Haircut\n2. Massage"] == texts


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
