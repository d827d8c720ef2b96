"""What people text when they are asked how many come, in eight languages."""

from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.languages import spoken
from conversations.understanding.head_counts import HeadCount, read_head_count

COUNTS = [
    ("en", "150", 150),
    ("en", "about 150", 150),
    ("en", "150ppl", 150),
    ("en", "1,200", 1_200),
    ("en", "2k", 2_000),
    ("en", "1.5k guests", 1_500),
    ("en", "20000", 20_000),
    ("en", "two hundred", 200),
    ("en", "a hundred", 100),
    ("en", "one hundred and fifty", 150),
    ("en", "one hundred fifty people", 150),
    ("en", "seventy-five", 75),
    ("en", "ninety nine", 99),
    ("en", "a couple hundred", 200),
    ("en", "a few hundred", 300),
    ("en", "a dozen", 12),
    ("en", "half a dozen", 6),
    ("en", "two dozen", 24),
    ("en", "just us two", 2),
    ("en", "just the two of us", 2),
    ("en", "around 80 adults and 20 kids", 100),
    ("en", "80 adults, 20 kids", 100),
    ("en", "80 adults + 20 kids", 100),
    ("en", "40 adults, 10 kids and 2 babies", 52),
    ("en", "120 + 30", 150),
    ("en", "30 adults 10 kids", 40),
    ("en", "75ish", 75),
    ("ar", "١٠٠ كبار و٢٠ طفل", 120),
    ("hi", "50 bade aur 10 bachche", 60),
    ("en", "200 guests, budget $50k", 200),
    ("en", "150 guests on june 5", 150),
    ("en", "at least 100", 100),
    ("es", "doscientos", 200),
    ("es", "unas ciento cincuenta personas", 150),
    ("es", "80 adultos y 20 niños", 100),
    ("es", "unos 60 invitados", 60),
    ("es", "una docena", 12),
    ("fr", "une centaine", 100),
    ("fr", "une cinquantaine de personnes", 50),
    ("fr", "quatre-vingt-dix invités", 90),
    ("fr", "soixante et onze", 71),
    ("fr", "deux cents personnes", 200),
    ("fr", "80 adultes et 20 enfants", 100),
    ("pt", "cento e cinquenta", 150),
    ("pt", "duzentas pessoas", 200),
    ("pt", "umas 80 pessoas", 80),
    ("ar", "٢٠٠", 200),
    ("ar", "٢٠٠ شخص", 200),
    ("ar", "مية وخمسين", 150),
    ("ar", "خمسة وسبعين شخص", 75),
    ("ar", "ميتين", 200),
    ("sw", "mia mbili", 200),
    ("sw", "mia mbili na hamsini", 250),
    ("sw", "watu mia tatu", 300),
    ("sw", "watu 150", 150),
    ("sw", "wageni sabini", 70),
    ("fil", "dalawang daan", 200),
    ("fil", "150 katao po", 150),
    ("fil", "mga walumpu", 80),
    ("hi", "do sau log", 200),
    ("hi", "डेढ़ सौ", 150),
    ("hi", "pachhattar", 75),
    ("hi", "सौ लोग", 100),
    ("hi", "hum dono", 2),
    ("es", "two hundred", 200),
]
RANGES = [
    ("en", "150-200", 150, 200),
    ("en", "100 or 150 or 200", 100, 200),
    ("en", "between 80 and 90 adults and 20 kids", 100, 110),
    ("en", "80-100 adults and 20 kids", 100, 120),
    ("en", "20 kids and 80-100 adults", 100, 120),
    ("en", "80-100 adults and 20-30 kids", 100, 130),
    ("en", "200-150", 150, 200),
    ("en", "150 to 200 guests", 150, 200),
    ("en", "150 or 200", 150, 200),
    ("en", "between 100 and 150", 100, 150),
    ("en", "1-2 hundred", 100, 200),
    ("en", "no more than 60", 1, 60),
    ("en", "max 80", 1, 80),
    ("en", "small, under 50", 1, 50),
    ("es", "entre 100 y 120", 100, 120),
    ("fr", "de 50 à 60 personnes", 50, 60),
    ("pt", "no máximo 60", 1, 60),
    ("ar", "بين 100 و 150", 100, 150),
    ("sw", "100 hadi 150", 100, 150),
    ("fil", "100 hanggang 150", 100, 150),
    ("hi", "150 se 200 log", 150, 200),
]
NO_COUNTS = [
    ("en", "lots"),
    ("en", "many"),
    ("en", "big wedding"),
    ("en", "hundreds"),
    ("en", "a few"),
    ("en", "not sure"),
    ("en", ""),
    ("en", "0"),
    ("en", "20001"),
    ("en", "50k"),
    ("en", "1.5"),
    ("en", "$5000"),
    ("en", "12/05/2026"),
    ("en", "june 5"),
    ("en", "3pm"),
    ("en", "the 5th"),
    ("en", "50%"),
    ("en", "+254 712 345678"),
    ("en", "150 guests no wait 90 guests"),
    ("es", "muchos"),
    ("es", "no sé"),
    ("fr", "beaucoup"),
    ("pt", "muitos"),
    ("ar", "كثير"),
    ("sw", "wengi"),
    ("fil", "marami"),
    ("hi", "bahut"),
    ("hi", "do you know a place"),
    ("hi", "pata nahi"),
]


@pytest.mark.parametrize(("code", "text", "count"), COUNTS)
def test_one_number_is_both_the_fewest_and_the_most(code: str, text: str, count: int) -> None:
    assert HeadCount(count, count) == read_head_count(text, code)


@pytest.mark.parametrize(("code", "text", "low", "high"), RANGES)
def test_the_most_is_planned_for(code: str, text: str, low: int, high: int) -> None:
    found = read_head_count(text, code)
    assert found is not None
    assert (HeadCount(low, high), high) == (found, found.count)


@pytest.mark.parametrize(("code", "text"), NO_COUNTS)
def test_a_text_without_a_number_of_people_has_none(code: str, text: str) -> None:
    assert read_head_count(text, code) is None


_WORDS = """
50 1.5 300 k - to and + dozen adults kids two hundred a few max mia mbili na و مية log se sau under max , vingt
"""
WORDS = st.sampled_from(_WORDS.split())
TEXTS = st.text(max_size=400) | st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join)
CODES = st.sampled_from([*spoken(), "zz", "en-GB", "tl"])


@settings(deadline=None, max_examples=300)
@given(TEXTS, CODES)
def test_any_text_is_a_sane_count_or_none(text: str, code: str) -> None:
    found = read_head_count(text, code)
    assert found is None or 1 <= found.low <= found.high == found.count <= 20_000


@pytest.mark.parametrize(
    "text", ["1" * 10_000, "1 " * 5_000, "80 adults and " * 700, "mia na " * 1_400, "a dozen " * 1_250, "ﷺ" * 5_000]
)
def test_a_long_text_costs_little(text: str) -> None:
    read_head_count("50", "sw")
    begun = thread_time()
    read_head_count(text, "sw")
    assert thread_time() - begun < 0.5
