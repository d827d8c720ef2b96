"""What people text, line by line, from the phrase table of each language."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from conversations.dialogue import Awaiting
from conversations.understanding import understand
from tests.conversations.understanding.readings import QATAR, open_daily, written

PHRASES = tomllib.loads((Path(__file__).parents[1] / "phrases" / "en.toml").read_text(encoding="utf-8"))
CONTEXTS = {
    "anywhere": QATAR,
    "moving": QATAR,
    "awaiting_time": replace(QATAR, awaiting=Awaiting.TIME),
    "open_9_to_18": replace(QATAR, shifts=open_daily(9, 18)),
    "open_6_to_22": replace(QATAR, shifts=open_daily(6, 22)),
    "open_6_to_9": replace(QATAR, shifts=open_daily(6, 9)),
    "region_US": replace(QATAR, region="US"),
    "region_PH": replace(QATAR, region="PH"),
    "region_GB": replace(QATAR, region="GB"),
    "region_unknown": replace(QATAR, region=""),
}


def test_the_table_is_long_enough_to_mean_something():
    assert sum(map(len, PHRASES.values())) >= 200


@pytest.mark.parametrize(
    ("section", "text", "expected"),
    [(section, text, expected) for section, phrases in PHRASES.items() for text, expected in phrases.items()],
)
def test_a_phrase_is_read_as_people_mean_it(section: str, text: str, expected: str):
    assert expected == written(understand(text, CONTEXTS[section]))


@pytest.mark.parametrize("text", ["tomorrow at 3", "next friday", "tmrw arvo", "25 dec", "not friday"])
def test_english_is_understood_in_every_language_and_in_an_unknown_one(text: str):
    expected = written(understand(text, QATAR))
    assert all(
        expected == written(understand(text, replace(QATAR, language=code))) for code in ("zz", "", "en-GB", "../x")
    )
