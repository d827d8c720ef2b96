"""Sums of money to the last unit, as they are written down: "1,500", "KES 79.50", "1 500,00 €"; and what stands behind
one."""

import re
from decimal import Decimal
from enum import StrEnum

from babel.numbers import get_currency_precision

from conversations.money import Money, minor_units
from conversations.understanding.budgets import MOST, MOST_BARE, currency_of
from conversations.understanding.said_amounts import Said

_LONGEST = 5
"""Words of a sum: "1 500 000 US dollars"."""
_JOINING = re.compile(r"\A[,:]\s+")
"""Behind what a sum is for: "PAID 12, 500"."""
_THOUSANDTHS = re.compile(r"[0-9]+[.,][0-9]{3}")
_STOPS = re.compile(r"(?:(?<=[0-9])/[=-])?[.,;:!]*$")
"""Behind a sum, those of "500/=" too."""
_MORE_FIGURES = re.compile(r"\W*[0-9]{1,3}(?!\w)")
"""So few that they may be of the sum before them: "1 50", "1 5 000"."""


class Unread(StrEnum):
    NONE = "none"
    """It is about no sum."""
    UNSURE = "unsure"
    """It is about a sum, and which one cannot be told."""
    OTHER_CURRENCY = "other_currency"


def sum_first(text: str, currency: str, language: str) -> tuple[Money | Unread, str]:
    """The sum that a text begins with, and the words behind it; the whole text where it begins with none."""
    words = _JOINING.sub("", text.strip(), count=1)
    parts = words.split()
    for size in range(min(len(parts), _LONGEST), 0, -1):
        found = read_sum(_STOPS.sub("", " ".join(parts[:size])), currency, language)
        if found is not Unread.NONE:
            behind = " ".join(parts[size:])
            return (Unread.UNSURE if _goes_on(behind, language) else found), behind
    return (Unread.UNSURE if _begins_with_money(words, language) else Unread.NONE), words


def read_sum(text: str, currency: str, language: str) -> Money | Unread:
    """The sum that is all of a text, where `currency` is meant unless another is said. How many decimals that has
    tells "1,50" from "1,500"."""
    said = Said(text, language)
    if len(said.amounts) != 1 or (said.amounts[0].start, said.amounts[0].end) != (0, len(said.texts)):
        return Unread.NONE
    (found,) = said.amounts
    if found.counts_people or not found.is_written:
        return Unread.UNSURE
    if currency_of(found.currency, currency, said.lexicon) != currency:
        return Unread.OTHER_CURRENCY
    figures = next(piece for piece in said.texts if piece[0].isdecimal())
    is_fraction = get_currency_precision(currency) == 3 and found.scale == 1 and _THOUSANDTHS.fullmatch(figures)
    value = Decimal(figures.replace(",", ".")) if is_fraction else found.value
    if value >= (MOST if found.currency or found.scale > 1 else MOST_BARE):
        return Unread.UNSURE
    try:
        return Money(minor_units(value, currency), currency)
    except ValueError:
        return Unread.UNSURE


def _begins_with_money(text: str, language: str) -> bool:
    first = next((sign for sign in text if sign.isalnum()), "")
    return first.isnumeric() or Said(text, language).begins_with_currency


def _goes_on(text: str, language: str) -> bool:
    """Whether what stands behind a sum may belong to it."""
    if not text:
        return False
    is_nothing = not any(sign.isalnum() for sign in text)
    return is_nothing or _MORE_FIGURES.match(text) is not None or Said(text, language).begins_with_currency
