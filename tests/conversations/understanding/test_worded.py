"""What the words of a text say is read once, whatever the day; days and hours are read anew."""

import random
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from conversations.dialogue import Awaiting, Option, Subject
from conversations.understanding import Context, Understood, understand, worded
from conversations.understanding.lexemes import lex
from conversations.understanding.understand import read_anew
from tests.conversations.understanding.readings import QATAR, open_daily, written
from tests.conversations.understanding.salon import SALON

PHRASES = Path(__file__).parents[1] / "phrases"
LATER = QATAR.now + timedelta(days=1)
TOMORROW = replace(QATAR, now=LATER, day=QATAR.now.date(), shifts=open_daily(9, 18), wanted=(1,))
OFFERED = (Option("1", Subject.SERVICE, "1", "Haircut"),)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts whose words were read, in order; nothing is remembered before."""
    texts: list[str] = []

    def lexed(text, words):
        texts.append(text)
        return lex(text, words)

    monkeypatch.setattr(worded, "lex", lexed)
    monkeypatch.setattr(worded, "_lately", worded.ReadingsKept(worded._KEPT))
    return texts


def test_the_words_that_were_heard_today_are_known_tomorrow_and_mean_another_day(read: list[str]):
    assert ["2026-03-11", "2026-03-12"] == [written(read_anew("tomorrow", context)) for context in (QATAR, TOMORROW)]
    assert ["tomorrow"] == read


@pytest.mark.parametrize(
    "other",
    [
        SALON,
        replace(QATAR, region="US"),
        replace(QATAR, language="es"),
        replace(QATAR, awaiting=Awaiting.TIME),
        replace(QATAR, options=OFFERED),
        replace(QATAR, may_owe=False),
    ],
)
def test_what_is_read_against_something_else_is_read_anew(read: list[str], other: Context):
    for context in (QATAR, other):
        read_anew("yes", context)
    assert ["yes", "yes"] == read


def test_few_are_kept_and_no_long_ones(read: list[str]):
    for text in (*map(str, range(200)), "199", "0", "long " * 30, "long " * 30):
        read_anew(text, QATAR)
    assert 203 == len(read)


@pytest.mark.parametrize("code", ["en", "es", "ar"])
def test_nothing_is_understood_otherwise_because_it_was_heard_before(code: str, monkeypatch: pytest.MonkeyPatch):
    chance = random.Random(7)
    texts = [text for table in sorted(PHRASES.rglob(f"{code}.toml")) for text in _texts(table)]
    for text in chance.sample(texts, 150):
        for _ in range(3):
            now = QATAR.now + timedelta(minutes=chance.randrange(500_000))
            day = chance.choice([None, now.date() + timedelta(days=chance.randrange(9))])
            shifts = chance.choice([(), open_daily(9, 18), open_daily(12, 23)])
            wanted = chance.choice([(), (1,)])
            context = replace(SALON, language=code, now=now, day=day, shifts=shifts, wanted=wanted)
            assert _unremembered(text, context, monkeypatch) == understand(text, context), text


def _unremembered(text: str, context: Context, monkeypatch: pytest.MonkeyPatch) -> Understood:
    with monkeypatch.context() as nothing:
        nothing.setattr(worded, "_lately", worded.ReadingsKept(worded._KEPT))
        return read_anew(text, context)


def _texts(table: Path) -> list[str]:
    found = tomllib.loads(table.read_text(encoding="utf-8"))
    return sorted({text for section in found.values() if isinstance(section, dict) for text in section})
