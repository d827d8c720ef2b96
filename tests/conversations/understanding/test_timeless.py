"""What says the same at any time is read once; whatever looks at the calendar is read anew."""

import random
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conversations.dialogue import Awaiting, Option, Subject
from conversations.understanding import Context, Understood, understand
from conversations.understanding.timeless import at_any_time
from conversations.understanding.understand import read_anew
from tests.conversations.understanding.readings import QATAR, open_daily
from tests.conversations.understanding.salon import SALON

PHRASES = Path(__file__).parents[1] / "phrases"
TOMORROW = replace(QATAR, now=QATAR.now + timedelta(days=1))
OFFERED = (Option("1", Subject.SERVICE, "1", "Haircut"),)


class Reader:
    """Notes what it was asked; looks at the clock where the text begins with "at"."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.read = at_any_time(self._read)

    def _read(self, text: str, context: Context) -> Understood:
        self.asked.append(text)
        return Understood(note=f"{context.now:%H:%M}" if text.startswith("at") else text)


def test_what_did_not_look_at_the_clock_is_known_tomorrow():
    reader = Reader()
    later = replace(TOMORROW, day=TOMORROW.now.date(), shifts=open_daily(9, 18))
    assert ["yes"] == [reader.read("yes", context).note for context in (QATAR, TOMORROW, later)][-1:]
    assert ["yes"] == reader.asked


def test_what_looked_at_the_clock_is_read_anew():
    reader = Reader()
    later = replace(QATAR, now=QATAR.now + timedelta(minutes=5))
    assert ["10:15", "10:20"] == [reader.read("at 3", context).note for context in (QATAR, later)]


@pytest.mark.parametrize(
    "other",
    [
        SALON,
        replace(QATAR, region="US"),
        replace(QATAR, language="es"),
        replace(QATAR, awaiting=Awaiting.TIME),
        replace(QATAR, options=OFFERED),
        replace(QATAR, wanted=(1,)),
        replace(QATAR, may_owe=False),
    ],
)
def test_what_is_read_against_something_else_is_read_anew(other: Context):
    reader = Reader()
    for context in (QATAR, other):
        reader.read("yes", context)
    assert 2 == len(reader.asked)


def test_few_are_kept_and_no_long_ones():
    reader = Reader()
    for text in (*map(str, range(200)), "199", "0", "long " * 30, "long " * 30):
        reader.read(text, QATAR)
    assert 203 == len(reader.asked)


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_nothing_is_understood_otherwise_because_it_was_heard_before(code: str):
    chance = random.Random(7)
    texts = [text for table in sorted(PHRASES.rglob(f"{code}.toml")) for text in _texts(table)]
    for text in chance.sample(texts, 150):
        for _ in range(3):
            now = QATAR.now + timedelta(minutes=chance.randrange(500_000))
            day = chance.choice([None, now.date() + timedelta(days=chance.randrange(9))])
            shifts = chance.choice([(), open_daily(9, 18), open_daily(12, 23)])
            context = replace(SALON, language=code, now=now, day=day, shifts=shifts)
            assert read_anew(text, context) == understand(text, context), text


def _texts(table: Path) -> list[str]:
    found = tomllib.loads(table.read_text(encoding="utf-8"))
    return sorted({text for section in found.values() if isinstance(section, dict) for text in section})
