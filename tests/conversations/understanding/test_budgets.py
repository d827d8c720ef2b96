"""What people text when they are asked for their budget, in eight languages."""

from collections import Counter
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.engagements.opening import budget_of
from conversations.languages import language, spoken
from conversations.understanding.budgets import Budget, Unsaid, read_budget

RANGES: dict[tuple[str, str], dict[str, tuple[int, int]]] = {
    ("en", "USD"): {
        "50k-100k": (50_000, 100_000),
        "50-100k": (50_000, 100_000),
        "100k-50k": (50_000, 100_000),
        "100-50k": (50_000, 100_000),
        "50k–100k": (50_000, 100_000),
        "2M": (2_000_000, 2_000_000),
        "1.5 mil": (1_500_000, 1_500_000),
        "1.250 million": (1_250_000, 1_250_000),
        "under 30k": (0, 30_000),
        "30k max": (0, 30_000),
        "30k or less": (0, 30_000),
        "no more than 25k please": (0, 25_000),
        "not less than 25k": (25_000, 25_000),
        "at least 20k": (20_000, 20_000),
        "20k+": (20_000, 20_000),
        "$40,000 - $60,000": (40_000, 60_000),
        "40-60,000": (40_000, 60_000),
        "35k-ish": (35_000, 35_000),
        "30k more or less": (30_000, 30_000),
        "500-1k": (500, 1_000),
        "under 5000": (0, 5_000),
        "between 10 and 15 thousand": (10_000, 15_000),
        "Between $20,000 and $30,000": (20_000, 30_000),
        "from 20k up to 30k": (20_000, 30_000),
        "minimum 20k maximum 30k": (20_000, 30_000),
        "about 75,000": (75_000, 75_000),
        "about $75": (75, 75),
        "half a million": (500_000, 500_000),
        "a million and a half": (1_500_000, 1_500_000),
        "two and a half million": (2_500_000, 2_500_000),
        "twenty-five thousand dollars": (25_000, 25_000),
        "one hundred to two hundred thousand": (100_000, 200_000),
        "two hundred and fifty thousand": (250_000, 250_000),
        "1 million 500 thousand": (1_500_000, 1_500_000),
        "a few thousand": (3_000, 3_000),
        "15 to 20 grand": (15_000, 20_000),
        "we have around thirty thousand": (30_000, 30_000),
        "50k for 100 guests": (50_000, 50_000),
        "50k for june 2027": (50_000, 50_000),
        "12/05/2027, 50k": (50_000, 50_000),
        "not sure, maybe 50k": (50_000, 50_000),
        "open bar 20k": (20_000, 20_000),
        "20000": (20_000, 20_000),
        "$12,500.75": (12_501, 12_501),
    },
    ("en", "INR"): {
        "2 lakh": (200_000, 200_000),
        "5-7 lakhs": (500_000, 700_000),
        "1.2 crore": (12_000_000, 12_000_000),
        "₹5L": (500_000, 500_000),
        "Rs. 1,50,000/-": (150_000, 150_000),
    },
    ("en", "KES"): {"KES 300,000": (300_000, 300_000), "ksh 300k": (300_000, 300_000)},
    ("en", "KWD"): {"5k": (5_000, 5_000)},
    ("en", "JPY"): {"¥3,000,000": (3_000_000, 3_000_000)},
    ("es", "EUR"): {
        "80 mil euros": (80_000, 80_000),
        "15.000 - 20.000 €": (15_000, 20_000),
        "unos 12 mil": (12_000, 12_000),
    },
    ("es", "MXN"): {
        "$150,000 pesos": (150_000, 150_000),
        "150 mil": (150_000, 150_000),
        "entre 10 y 15 mil": (10_000, 15_000),
        "de 100 a 150 mil": (100_000, 150_000),
        "hasta 80 mil": (0, 80_000),
        "menos de 90 mil pesos": (0, 90_000),
        "medio millón": (500_000, 500_000),
        "cien mil pesos": (100_000, 100_000),
        "dos millones y medio de pesos": (2_500_000, 2_500_000),
        "como 200 mil pesos más o menos": (200_000, 200_000),
        "mil quinientos pesos": (1_500, 1_500),
        "ochenta y cinco mil": (85_000, 85_000),
        "doscientos cincuenta mil": (250_000, 250_000),
    },
    ("es", "COP"): {"50 millones de pesos": (50_000_000, 50_000_000)},
    ("es", "PEN"): {"S/ 20,000": (20_000, 20_000)},
    ("fr", "EUR"): {
        "40.000 €": (40_000, 40_000),
        "40 000 EUR": (40_000, 40_000),
        "12.500,50 €": (12_500, 12_500),
        "20-30k€": (20_000, 30_000),
        "15 000 à 20 000 euros": (15_000, 20_000),
        "entre 20 000 et 30 000 €": (20_000, 30_000),
        "entre dix et quinze mille euros": (10_000, 15_000),
        "moins de 30 000 €": (0, 30_000),
        "maximum 25 000": (0, 25_000),
        "environ 10k": (10_000, 10_000),
        "vingt mille euros": (20_000, 20_000),
        "quatre-vingt-dix mille": (90_000, 90_000),
    },
    ("fr", "XOF"): {"3 millions fcfa": (3_000_000, 3_000_000), "deux millions et demi": (2_500_000, 2_500_000)},
    ("fr", "CHF"): {"20'000 francs": (20_000, 20_000)},
    ("pt", "BRL"): {
        "R$ 50 mil": (50_000, 50_000),
        "R$ 30.000,00": (30_000, 30_000),
        "entre 40 e 60 mil": (40_000, 60_000),
        "20 a 30 mil reais": (20_000, 30_000),
        "até 30 mil": (0, 30_000),
        "no máximo 20 mil": (0, 20_000),
        "um milhão e meio": (1_500_000, 1_500_000),
        "2 milhões": (2_000_000, 2_000_000),
        "cinquenta mil reais": (50_000, 50_000),
        "uns 25k": (25_000, 25_000),
    },
    ("ar", "QAR"): {
        "٥٠ ألف": (50_000, 50_000),
        "مليون": (1_000_000, 1_000_000),
        "مليون ونص": (1_500_000, 1_500_000),
        "١٠٠٬٠٠٠": (100_000, 100_000),
        "100,000 ريال": (100_000, 100_000),
        "بين 50 و 80 ألف": (50_000, 80_000),
        "من 50 الى 100 ألف ريال": (50_000, 100_000),
        "ثلاثين إلى خمسين ألف": (30_000, 50_000),
        "200-300 الف": (200_000, 300_000),
        "أقل من 30 ألف": (0, 30_000),
        "لا يزيد عن 50 ألف": (0, 50_000),
        "خمسين الف ريال قطري": (50_000, 50_000),
        "مية وخمسين ألف ريال": (150_000, 150_000),
        "خمسة وسبعين ألف": (75_000, 75_000),
        "مليونين": (2_000_000, 2_000_000),
        "ألفين وخمسمية": (2_500, 2_500),
    },
    ("sw", "KES"): {
        "laki tatu": (300_000, 300_000),
        "laki moja": (100_000, 100_000),
        "milioni mbili": (2_000_000, 2_000_000),
        "milioni mbili na nusu": (2_500_000, 2_500_000),
        "milioni 1.5": (1_500_000, 1_500_000),
        "elfu hamsini": (50_000, 50_000),
        "elfu hamsini na tano": (55_000, 55_000),
        "elfu mia mbili": (200_000, 200_000),
        "elfu mbili mia tano": (2_500, 2_500),
        "50 elfu": (50_000, 50_000),
        "laki moja na elfu hamsini": (150_000, 150_000),
        "laki mbili hadi laki tatu": (200_000, 300_000),
        "laki 2 hadi 3": (200_000, 300_000),
        "kati ya laki mbili na laki tatu": (200_000, 300_000),
        "chini ya laki mbili": (0, 200_000),
        "isizidi laki tatu": (0, 300_000),
        "Sh 500,000": (500_000, 500_000),
        "500,000/=": (500_000, 500_000),
        "shilingi milioni mbili": (2_000_000, 2_000_000),
    },
    ("fil", "PHP"): {
        "P200,000": (200_000, 200_000),
        "200k php": (200_000, 200_000),
        "₱250,000": (250_000, 250_000),
        "Php 350,000.00": (350_000, 350_000),
        "mga 300k po": (300_000, 300_000),
        "50 hanggang 100k": (50_000, 100_000),
        "hanggang 50k lang": (0, 50_000),
        "hindi lalagpas sa 200k": (0, 200_000),
        "isang milyon": (1_000_000, 1_000_000),
        "isa't kalahating milyon": (1_500_000, 1_500_000),
        "kalahating milyon": (500_000, 500_000),
        "dalawang daang libo": (200_000, 200_000),
        "limampung libo": (50_000, 50_000),
        "singkwenta mil": (50_000, 50_000),
        "sandaang libo": (100_000, 100_000),
        "80k lang po budget namin": (80_000, 80_000),
    },
    ("hi", "INR"): {
        "50 hazaar": (50_000, 50_000),
        "पचास हजार": (50_000, 50_000),
        "ek lakh": (100_000, 100_000),
        "dedh lakh": (150_000, 150_000),
        "dhai lakh": (250_000, 250_000),
        "ढाई लाख": (250_000, 250_000),
        "saadhe teen lakh": (350_000, 350_000),
        "sava lakh": (125_000, 125_000),
        "paune do lakh": (175_000, 175_000),
        "pachhattar hazaar": (75_000, 75_000),
        "do teen lakh": (200_000, 300_000),
        "do se teen lakh": (200_000, 300_000),
        "दो से तीन लाख रुपये": (200_000, 300_000),
        "10-15 lakh tak": (1_000_000, 1_500_000),
        "2 lakh se kam": (0, 200_000),
        "kam se kam 2 lakh": (200_000, 200_000),
        "20 lakh rupees": (2_000_000, 2_000_000),
        "१.५ करोड़": (15_000_000, 15_000_000),
    },
}
"""By language and the business's currency, in whole units of it."""

CURRENCIES = [
    ("en", "USD", "around 2 million pesos", 2_000_000_00, "PHP"),
    ("fil", "USD", "2 million pesos", 2_000_000_00, "PHP"),
    ("en", "MXN", "2 million pesos", 2_000_000_00, "MXN"),
    ("es", "USD", "2 millones de pesos", 2_000_000_00, "MXN"),
    ("es", "COP", "2 millones de pesos", 2_000_000_00, "COP"),
    ("en", "CAD", "$40k", 40_000_00, "CAD"),
    ("en", "CAD", "US$ 40k", 40_000_00, "USD"),
    ("en", "EUR", "$40k", 40_000_00, "USD"),
    ("en", "PHP", "$40k", 40_000_00, "USD"),
    ("en", "MXN", "$40,000", 40_000_00, "MXN"),
    ("en", "USD", "less than ten thousand pounds", 10_000_00, "GBP"),
    ("en", "USD", "in euros: 50k", 50_000_00, "EUR"),
    ("en", "USD", "KES 300,000", 300_000_00, "KES"),
    ("en", "ZAR", "R150 000", 150_000_00, "ZAR"),
    ("sw", "KES", "dola 5000", 5_000_00, "USD"),
    ("sw", "TZS", "shilingi milioni tano", 5_000_000_00, "TZS"),
    ("ar", "KWD", "5000 دينار", 5_000_000, "KWD"),
    ("ar", "KWD", "5000 دينار أردني", 5_000_000, "JOD"),
    ("ar", "USD", "100 ألف درهم", 100_000_00, "USD"),
    ("fr", "MAD", "100 000 dirhams", 100_000_00, "MAD"),
    ("en", "EUR", "¥500,000", 500_000, "JPY"),
    ("pt", "EUR", "R$ 50 mil", 50_000_00, "BRL"),
]

UNSAID = {
    Unsaid.UNIT: [
        ("en", "50-100"),
        ("en", "75"),
        ("es", "entre 50 y 80"),
        ("sw", "hamsini"),
        ("hi", "50"),
        ("en", "idk 50-60?"),
    ],
    Unsaid.NO_IDEA: [
        ("en", "no idea"),
        ("en", "not sure yet"),
        ("en", "flexible"),
        ("en", "it depends"),
        ("en", "open"),
        ("en", "idk lol"),
        ("en", "I don't know"),
        ("en", "tbd"),
        ("es", "no sé todavía"),
        ("es", "depende"),
        ("es", "ni idea"),
        ("fr", "je ne sais pas encore"),
        ("fr", "ça dépend"),
        ("pt", "não sei ainda"),
        ("pt", "depende"),
        ("ar", "ما أعرف"),
        ("ar", "مش عارف لسه"),
        ("ar", "حسب"),
        ("sw", "sijui"),
        ("sw", "hatujui bado"),
        ("sw", "inategemea"),
        ("fil", "hindi ko pa alam"),
        ("fil", "wala pa pong budget"),
        ("fil", "depende po"),
        ("hi", "pata nahi"),
        ("hi", "पता नहीं"),
        ("hi", "abhi tay nahi"),
        ("es", "no idea"),
    ],
    Unsaid.NONE: [
        ("en", "hello"),
        ("en", "what do you offer?"),
        ("en", "-5000"),
        ("en", "$-500"),
        ("en", "0"),
        ("en", "$0"),
        ("en", "10000000000000"),
        ("en", "9999999999999k"),
        ("en", "12/05/2026"),
        ("en", "2026-05-12"),
        ("en", "12.05.2026"),
        ("en", "5 june"),
        ("en", "june 5"),
        ("en", "june 12 2027"),
        ("en", "June 12, 2027"),
        ("en", "3pm"),
        ("en", "10:30"),
        ("en", "the 5th"),
        ("en", "50%"),
        ("en", "150 guests"),
        ("en", "in 3 months"),
        ("en", "+254 712 345678"),
        ("en", "0712345678"),
        ("en", "555-123-4567"),
        ("en", "5551234567"),
        ("en", "ana50@mail.com"),
        ("es", "un presupuesto ajustado"),
        ("hi", "do you have any packages"),
        ("en", "10k 20k 30k"),
        ("en", ""),
        ("es", "5 de la tarde"),
        ("ar", "مرحبا"),
    ],
}


@pytest.mark.parametrize(
    ("code", "currency", "text", "low", "high"),
    [(*asked, text, *budget) for asked, texts in RANGES.items() for text, budget in texts.items()],
)
def test_a_budget_is_read_in_minor_units(code: str, currency: str, text: str, low: int, high: int) -> None:
    minor = {"KWD": 1000, "JPY": 1, "XOF": 1}.get(currency, 100)
    assert Budget(low * minor, high * minor, currency) == read_budget(text, currency, code)


@pytest.mark.parametrize(("code", "business", "text", "high", "currency"), CURRENCIES)
def test_the_currency_is_the_one_named_where_its_name_is_its_own(
    code: str, business: str, text: str, high: int, currency: str
) -> None:
    found = read_budget(text, business, code)
    assert isinstance(found, Budget)
    assert (high, currency) == (found.high, found.currency)


@pytest.mark.parametrize(
    ("why", "code", "text"), [(why, code, text) for why, texts in UNSAID.items() for code, text in texts]
)
def test_a_text_without_a_budget_says_why(why: Unsaid, code: str, text: str) -> None:
    assert why == read_budget(text, "USD", code)


def test_the_estimate_is_the_middle() -> None:
    found = read_budget("50k-100k", "USD", "en")
    assert isinstance(found, Budget)
    assert (75_000_00, "USD") == budget_of(f"{found.low}-{found.high} {found.currency}")


def test_english_words_count_in_every_language() -> None:
    found = Counter(read_budget("between 10 and 15 thousand", "USD", code) for code in spoken())
    assert {Budget(10_000_00, 15_000_00, "USD"): len(spoken())} == found


def test_every_language_has_the_same_lists_of_amounts() -> None:
    lists = {code: set(language(code)["amounts"]) - {"scale_first"} for code in spoken()}
    assert [] == [code for code, names in lists.items() if names != lists["en"]]


_WORDS = """
50 1.5 300,000 k - to and million lakh under max $ € usd two hundred half a laki tatu na mil y ألف و ونص do se + = 0
"""
WORDS = st.sampled_from(_WORDS.split())
TEXTS = st.text(max_size=400) | st.lists(WORDS, max_size=12).map(" ".join) | st.lists(WORDS, max_size=12).map("".join)
CODES = st.sampled_from([*spoken(), "zz", "en-GB", "tl"])
MONEY = st.sampled_from(["USD", "KWD", "JPY", "PHP", "XYZ"])


@settings(deadline=None, max_examples=300)
@given(TEXTS, MONEY, CODES)
def test_any_text_is_a_sane_budget_or_none(text: str, currency: str, code: str) -> None:
    found = read_budget(text, currency, code)
    if isinstance(found, Budget):
        assert 0 <= found.low <= found.high <= 10**15
        assert found.high > 0


HOSTILE = {
    "digits": "1" * 10_000,
    "single digits": "1 " * 5_000,
    "groups": "100 000 " * 1_250,
    "dashes": "50-" * 3_333,
    "words": "two hundred and fifty thousand " * 320,
    "laki": "laki na mia " * 900,
    "commas": "1,000" * 2_000,
    "slashes": "1/" * 5_000,
    "signs": "$€£" * 3_333,
    "ligatures": "ﷺ" * 5_000,
}


@pytest.mark.parametrize("code", ["en", "sw", "ar"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_text_costs_little(name: str, code: str) -> None:
    read_budget("50k", "USD", code)
    begun = thread_time()
    read_budget(HOSTILE[name], "USD", code)
    assert thread_time() - begun < 0.5
