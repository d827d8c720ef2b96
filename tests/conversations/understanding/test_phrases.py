"""What people text, line by line, from the phrase table of each language."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from conversations.dialogue import Awaiting
from conversations.understanding import Context, understand
from tests.conversations.understanding.readings import QATAR, open_daily, written

TABLES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "phrases").glob("*.toml"))
}
CONTEXTS = {
    "anywhere": QATAR,
    "moving": QATAR,
    "awaiting_time": replace(QATAR, awaiting=Awaiting.TIME),
    "open_9_to_18": replace(QATAR, shifts=open_daily(9, 18)),
    "open_6_to_22": replace(QATAR, shifts=open_daily(6, 22)),
    "open_6_to_9": replace(QATAR, shifts=open_daily(6, 9)),
}


def _context(section: str) -> Context:
    """A section is one of CONTEXTS, or region_XX, or region_unknown."""
    name, _, region = section.partition("_")
    return replace(QATAR, region=region.replace("unknown", "")) if name == "region" else CONTEXTS[section]


@pytest.mark.parametrize("language", TABLES)
def test_the_table_is_long_enough_to_mean_something(language: str):
    assert sum(map(len, TABLES[language].values())) >= 150


@pytest.mark.parametrize(
    ("language", "section", "text", "expected"),
    [
        (language, section, text, expected)
        for language, table in TABLES.items()
        for section, phrases in table.items()
        for text, expected in phrases.items()
    ],
)
def test_a_phrase_is_read_as_people_mean_it(language: str, section: str, text: str, expected: str):
    assert expected == written(understand(text, replace(_context(section), language=language)))


@pytest.mark.parametrize("text", ["tomorrow at 3", "next friday", "tmrw arvo", "25 dec", "not friday"])
def test_english_is_understood_in_every_language_and_in_an_unknown_one(text: str):
    expected = written(understand(text, QATAR))
    assert all(
        expected == written(understand(text, replace(QATAR, language=code))) for code in ("zz", "", "en-GB", "../x")
    )
