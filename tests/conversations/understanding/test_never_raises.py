"""Whatever is texted: an answer, soon, and a sane one."""

import random
import string
from dataclasses import replace
from datetime import datetime
from itertools import count
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.dialogue import Awaiting, Option, Subject
from conversations.understanding import Certainty, Context, Understood, understand
from conversations.understanding.normalise import LONGEST, fold, tidy
from conversations.understanding.understand import read_anew
from conversations.understanding.vocabulary import vocabulary
from tests.conversations.understanding.readings import NOW, QATAR, open_daily
from tests.conversations.understanding.salon import SALON

PHRASES = [
    *vocabulary("en").phrases,
    *map(str, range(100)),
    "1530",
    "330",
    "2026",
    "31/2",
    "5th",
    "#2",
    "b)",
    "haircut",
]
NUMBERED = tuple(Option(str(n), Subject.TIME, f"{12 + n}:00", f"{n}:00 pm") for n in range(1, 6))
CONTEXTS = st.builds(
    replace,
    st.just(SALON),
    region=st.sampled_from(["QA", "US", ""]),
    language=st.sampled_from(["en", "es", "zz"]),
    awaiting=st.sampled_from(list(Awaiting)),
    options=st.sampled_from([(), NUMBERED]),
    shifts=st.sampled_from([(), open_daily(9, 18), open_daily(6, 22)]),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)).map(lambda at: at.replace(tzinfo=NOW.tzinfo)),
)
GLUED = st.lists(st.tuples(st.sampled_from(PHRASES), st.sampled_from([" ", " ", ", ", ""])), max_size=10).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


def check(understood: Understood, context: Context) -> None:
    day, moment = understood.date, understood.time
    if day.certainty in (Certainty.CERTAIN, Certainty.AMBIGUOUS):
        assert all(each >= context.now.date() for each in day.dates)
        assert list(day.dates) == sorted(set(day.dates))
    assert (day.certainty is Certainty.AMBIGUOUS) <= bool(day.dates)
    assert (day.certainty is Certainty.CERTAIN) <= (len(day.dates) == 1)
    assert (len(moment.times) > 1) <= (moment.certainty is Certainty.AMBIGUOUS) <= bool(moment.times)
    assert bool(day.reason) == (day.certainty is Certainty.IMPOSSIBLE)
    if moment.earliest and moment.latest:
        assert moment.earliest < moment.latest
    if moment.certainty is Certainty.CERTAIN:
        assert len(moment.times) == 1 or moment.earliest is not None or moment.latest is not None
    if understood.choice:
        assert (day.certainty, moment.certainty) == (Certainty.NOTHING, Certainty.NOTHING)
        assert understood.choice in context.options


@settings(deadline=None, max_examples=400)
@given(st.text(max_size=400), CONTEXTS)
def test_any_text_at_all_is_read_without_an_exception(text: str, context: Context):
    check(understand(text, context), context)


@settings(deadline=None, max_examples=600)
@given(GLUED, CONTEXTS)
def test_any_heap_of_known_words_gives_a_sane_reading(text: str, context: Context):
    check(understand(text, context), context)


@settings(deadline=None)
@given(st.text())
def test_the_same_text_in_capitals_says_the_same_after_folding(text: str):
    assert fold(text) == fold(tidy(text))
    assert len(fold(text)) <= LONGEST


@given(GLUED)
def test_the_same_text_is_always_read_alike(text: str):
    assert understand(text, QATAR) == read_anew(text, QATAR)


HOSTILE = {
    "random letters": "".join(random.Random(1).choices(string.printable, k=10_000)),
    "random signs of all scripts": "".join(map(chr, random.Random(2).choices(range(32, 0xD7FF), k=10_000))),
    "digits": "1" * 10_000,
    "single digits": "1 " * 5_000,
    "slashes": "1/" * 5_000,
    "ats": "a@" * 5_000,
    "brackets": "1((((( " * 2_000,
    "on the": "on the 5 " * 1_000,
    "ors": "friday or " * 1_000,
    "typos": "tomorow wensday thrusday aprill " * 300,
    "ligatures": "ﷺ" * 5_000,
    "wishes": "yoga 3pm and trim and " * 500,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_costs_more_than_an_ordinary_one_by_far(name: str):
    # A ratio in one run, of processor time: how busy the machine is does not matter.
    assert cost(HOSTILE[name]) < 100 * cost("hi, can i book a haircut for tomorrow at 3 please?")


_ANOTHER = count(1)


def cost(text: str, context: Context = SALON) -> float:
    """Seconds of processor time, the best of a few; never of quite the same text, whose words would be remembered."""
    read_anew(text, context)
    took = []
    for _ in range(5):
        spaced = text + " " * next(_ANOTHER)
        begun = thread_time()
        read_anew(spaced, context)
        took.append(thread_time() - begun)
    return min(took)
