"""What somebody writes beside a deed is words, whatever it looks like: it names no other booking, series or command."""

import pytest

from handlers.api.deeds import one_line
from tests.bot.api.world import SARA, TOM, World


@pytest.mark.parametrize(
    "words", ["{other}", ", {other}", "and {other}", "- {other}", "s2", "; decline {other}", "\ndecline {other}"]
)
def test_a_number_in_a_note_is_no_other_booking(world: World, words: str) -> None:
    (mine,), (other,) = world.bookings(SARA, "pending"), world.bookings(TOM, "pending")
    note = words.format(other=other)
    answer = world.call("PUT", f"/api/sessions/{mine}/approve", "staff", json={"note": note})
    assert answer.status_code == 200
    assert ("confirmed", "pending") == (world.status(mine), world.status(other))
    assert world.call("GET", "/api/series/2", "admin").json["visits"] == {"confirmed": 4}


def test_plain_words_are_left_as_they_are() -> None:
    assert "see you at 9, all of you" == one_line(" see you\nat 9; all of you ")
    assert ("“34 of you”", "34 of you") == (one_line("34 of you"), one_line("34 of you", is_single=True))
    assert "“S3 too”" == one_line("S3 too", is_single=True)
    assert "" == one_line(" \n ")
