"""Sums as coordinators write them behind PAID and REFUND: read to the last unit, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.languages import spoken
from conversations.money import Money
from conversations.understanding.sums import Unread, read_sum, sum_first

SUMS: dict[tuple[str, str], dict[str, tuple[int, str]]] = {
    ("en", "KES"): {
        "500": (50_000, ""),
        "79.50": (7_950, ""),
        "1,50": (150, ""),
        "1,500": (150_000, ""),
        "1.500": (150_000, ""),
        "1,500.00": (150_000, ""),
        "3.500,00": (350_000, ""),
        "1 500": (150_000, ""),
        "1 500,50": (150_050, ""),
        "1\u202f500": (150_000, ""),
        "1'500": (150_000, ""),
        "1’500 REF9": (150_000, "REF9"),
        "1,50,000": (15_000_000, ""),
        "1.500.000": (150_000_000, ""),
        "KES 500": (50_000, ""),
        "500 KES": (50_000, ""),
        "500kes QGH7": (50_000, "QGH7"),
        "Ksh 1,500.50 QGH7 K2": (150_050, "QGH7 K2"),
        "500/= cash": (50_000, "cash"),
        "500, ref 12": (50_000, "ref 12"),
        ": 500": (50_000, ""),
        "2.5k": (250_000, ""),
        "79 500123": (7_900, "500123"),
        "0": (0, ""),
        "١٥٠٠": (150_000, ""),
    },
    ("en", "KWD"): {"1.500": (1_500, ""), "1,500": (1_500, ""), "1,500.250": (1_500_250, ""), "1.5": (1_500, "")},
    ("en", "JPY"): {"1,500": (1_500, ""), "¥1.500": (1_500, "")},
    ("es", "USD"): {"$40": (4_000, ""), "35 dólares": (3_500, ""), "1.500,00 US$": (150_000, "")},
    ("fr", "EUR"): {"1 500,50 euros": (150_050, ""), "1500€ VIR": (150_000, "VIR")},
    ("ar", "QAR"): {"٥٠٫٥": (5_050, ""), "١٬٥٠٠ ريال": (150_000, "")},
    ("hi", "INR"): {"₹1,50,000": (15_000_000, ""), "500 रुपये": (50_000, "")},
    ("fil", "PHP"): {"P200": (20_000, ""), "₱1,000 GC1": (100_000, "GC1")},
}


@pytest.mark.parametrize(
    ("language", "currency", "text", "amount", "behind"),
    [(*whose, text, *found) for whose, texts in SUMS.items() for text, found in texts.items()],
)
def test_a_sum_and_what_stands_behind_it(language: str, currency: str, text: str, amount: int, behind: str) -> None:
    assert (Money(amount, currency), behind) == sum_first(text, currency, language)


@pytest.mark.parametrize(
    "text",
    [
        "-20", "500.5.5", "1,500,00", "4XK99", "#123", "12:30", "10%", "500-600", "1e3", "½", ",500", "KES", "KES -500",
        "KES 500 KES", "1 50", "1 5 000", "500 5 June", "500 %", "0712345678", "123456789012", "five hundred",
        "3 people", "99999999999999999999 KES",
    ],
)  # fmt: skip
def test_what_is_no_sure_sum_is_none_at_all(text: str) -> None:
    assert Unread.UNSURE is sum_first(text, "KES", "en")[0]


@pytest.mark.parametrize("text", ["1.5", "1,50", "1,500.50"])
def test_a_currency_has_no_more_decimals_than_it_has(text: str) -> None:
    assert Unread.UNSURE is sum_first(text, "JPY", "en")[0]
    assert isinstance(sum_first(text, "USD", "en")[0], Money)


@pytest.mark.parametrize("text", ["500 USD", "$500", "€ 20 REF", "500 euros"])
def test_another_currency_is_not_taken_for_this_one(text: str) -> None:
    assert Unread.OTHER_CURRENCY is sum_first(text, "KES", "en")[0]


@pytest.mark.parametrize("text", ["", "TRX-1", "QGH72K", "MPESA QGH7", "cash", "real madrid", "K12345"])
def test_words_without_a_sum_are_a_reference(text: str) -> None:
    assert (Unread.NONE, text) == sum_first(text, "KES", "en")


@given(st.integers(1, 99_999_999), st.sampled_from(["USD", "KWD", "JPY"]), st.sampled_from(sorted(spoken())))
def test_a_plain_figure_is_read_to_the_last_unit(amount: int, currency: str, language: str) -> None:
    decimals = {"USD": 2, "KWD": 3, "JPY": 0}[currency]
    whole, part = divmod(amount, 10**decimals)
    figure = f"{whole}.{part:0{decimals}}" if decimals else f"{whole}"
    for said in (figure, figure.replace(".", ","), f"{currency} {figure}"):
        assert Money(amount, currency) == read_sum(said, currency, language)


@given(st.text(max_size=80), st.sampled_from(["KES", "JPY", "KWD"]), st.sampled_from(sorted(spoken())))
def test_no_text_breaks_it(text: str, currency: str, language: str) -> None:
    amount, _ = sum_first(text, currency, language)
    assert isinstance(amount, Unread) or amount.amount >= 0
