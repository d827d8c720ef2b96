"""Misspelt words of dates and times, and what is done where a word beside a date was not understood."""

from dataclasses import replace

import pytest

from conversations.understanding import Certainty, understand
from conversations.understanding.misspelt import Spelling
from tests.conversations.understanding.readings import QATAR, written

SPELLING = Spelling(
    words=("tomorrow", "thursday", "tuesday", "morning", "after", "next", "three"), real=frozenset({"there", "nest"})
)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("tmrw", ("tomorrow",)),  # its vowels left out
        ("tmrrw", ("tomorrow",)),
        ("thrsdy", ("thursday",)),
        ("mornin", ("morning",)),
        ("aftr", ("after",)),
        ("tomorow", ("tomorrow",)),  # one slip
        ("romorrow", ("tomorrow",)),  # the key beside
        ("toomorow", ("tomorrow",)),  # two, in a long word
        ("thrusdy", ("thursday",)),  # two, the consonants the same
        ("nxet", ("next",)),  # a finger's slip in a short word
        ("nexr", ("next",)),
        ("nest", ()),  # a word of its own
        ("there", ()),
        ("text", ()),
        ("tomato", ()),
        ("mint", ()),
        ("", ()),
    ],
)
def test_a_word_stands_for_the_one_it_misspells(word: str, meant: tuple[str, ...]):
    assert meant == SPELLING.meant(word)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("wedendesay 5pm", "17:00"),
        ("wdensedya 5pm", "17:00"),
        ("quarter friday 3pm", "2026-03-13 15:00"),
        ("friday 45", "2026-03-13"),
        ("5pm next", "17:00"),
    ],
)
def test_a_date_beside_a_word_that_was_not_understood_is_asked_about(text: str, read: str):
    understood = understand(text, replace(QATAR, region="GB"))
    assert read == written(understood)
    assert Certainty.CERTAIN not in (understood.date.certainty, understood.time.certainty)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("any weekdays after 5", "17:00.."),
        ("with Marta friday 3pm", "2026-03-13 15:00"),
        ("balayage tomorrow at 2 please", "2026-03-11 14:00"),
        ("tomorrow 3 boys trims", "2026-03-11"),
        ("sunday after church at 1", "2026-03-15 13:00"),
        ("tomorrow at 3, actually make it 4", "2026-03-11 16:00"),
    ],
)
def test_names_services_and_numbers_of_things_make_no_date_unsure(text: str, read: str):
    understood = understand(text, replace(QATAR, region="GB"))
    assert read == written(understood)
    assert Certainty.AMBIGUOUS not in (understood.date.certainty, understood.time.certainty)
