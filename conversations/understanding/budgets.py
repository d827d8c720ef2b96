"""How much a client wants to spend, as people text it: "50k-100k", "2 lakh", "80 mil euros", "laki tatu"."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple

from babel.numbers import get_currency_name

from conversations.money import minor_units
from conversations.understanding.amount_words import Lexicon
from conversations.understanding.phrases import Words
from conversations.understanding.said_amounts import Amount, Link, Said, ends

_THOUSAND = Decimal(1000)
MOST = Decimal(10**12)
MOST_BARE = Decimal(10**9)
"""Bare figures from here on are a telephone number or the like."""
_DOLLAR_SIGN = ("$",)
_PESOS_WITH_DOLLAR_SIGN = frozenset({"ARS", "CLP", "COP", "CUP", "DOP", "MXN", "UYU"})
_NONE_MEANT = "XXX"
"""ISO 4217: no currency."""


@dataclass(frozen=True, slots=True)
class Budget:
    """From the least to the most, in minor units of `currency`; both the same where one figure was said."""

    low: int
    high: int
    currency: str


class Unsaid(StrEnum):
    """Why a text gives no budget."""

    NO_IDEA = "no_idea"
    """They do not know yet, or leave it open."""
    UNIT = "unit"
    """A figure too small to be a whole budget, with no unit: thousands may be meant ("50-100")."""
    NONE = "none"


class _Sure(IntEnum):
    """What tells that a figure is a sum of money, the surest last: nothing, its size, its scale or currency."""

    SMALL = 0
    LARGE = 1
    UNIT = 2


class _Range(NamedTuple):
    """Whole units of a currency, as they were said; the words for the currency."""

    first: Decimal
    last: Decimal
    sure: _Sure
    currency: Words


def read_budget(text: str, currency: str, language: str) -> Budget | Unsaid:
    """The budget that a text tells; `currency` is the business's. A fraction of a whole unit is rounded; "at most" is
    from nothing on, "at least" the figure itself."""
    said = Said(text, language)
    amounts = [each for each in said.amounts if not each.counts_people or each.currency]
    ranges = _ranges(said, amounts)
    surest = max((each.sure for each in ranges), default=None)
    if surest in (None, _Sure.SMALL) and not any(each.is_written for each in amounts) and said.has("unsure"):
        return Unsaid.NO_IDEA
    found = [each for each in ranges if each.sure is surest]
    has_most = said.has("under", but="at_least")
    if len(found) == 2 and has_most and all(each.first == each.last for each in found):
        found = [_Range(found[0].first, found[1].last, found[0].sure, found[0].currency or found[1].currency)]
    if len(found) != 1 or _is_negative(said, amounts):
        return Unsaid.NONE
    low, high = sorted((found[0].first, found[0].last))
    low = Decimal(0) if low == high and has_most else low
    if not 0 < high <= (MOST_BARE if surest is _Sure.LARGE else MOST):
        return Unsaid.NONE
    if surest is _Sure.SMALL:
        return Unsaid.UNIT
    code = currency_of(found[0].currency or _named(said), currency, said.lexicon)
    budget = Budget(minor_units(low.quantize(Decimal(1)), code), minor_units(high.quantize(Decimal(1)), code), code)
    return budget if budget.high else Unsaid.NONE


def _ranges(said: Said, amounts: Sequence[Amount]) -> list[_Range]:
    """Each amount, and each two that are the ends of a range, as one; three in a row are none."""
    chains: list[list[Amount]] = []
    for amount in amounts:
        if chains and Link.RANGE in said.links(chains[-1][-1], amount):
            chains[-1].append(amount)
        else:
            chains.append([amount])
    return [_range(chain[0], chain[-1]) for chain in chains if len(chain) <= 2]


def _range(first: Amount, last: Amount) -> _Range:
    low, high = ends(first, last) if first is not last else (first.value, first.value)
    currency = first.currency or last.currency
    if currency or max(first.scale, last.scale) >= _THOUSAND:
        sure = _Sure.UNIT
    else:
        sure = _Sure.LARGE if max(low, high) >= _THOUSAND else _Sure.SMALL
    return _Range(low, high, sure, currency)


def _is_negative(said: Said, amounts: Sequence[Amount]) -> bool:
    """ "-5000", "$-500", as the whole of what is said."""
    before = said.texts[: amounts[0].start] if amounts else ()
    return before[:1] == ("-",) or (before[-1:] == ("-",) and len(before) == 2 and not before[0].isalnum())


def _named(said: Said) -> Words:
    """The words for a currency that stand apart from the amount ("in dollars: 50k")."""
    known = said.lexicon.currencies.keys() | said.lexicon.shared.keys()
    phrases = (said.texts[at : at + size] for size in (3, 2, 1) for at in range(len(said.texts)))
    return next((each for each in phrases if each in known and (len("".join(each)) > 2 or not each[0].isalpha())), ())


def currency_of(said: Words, business: str, words: Lexicon) -> str:
    """The code of a currency by the words for it; the business's where they are none, or those of several."""
    plain = tuple(word for word in said if word != ".")
    if code := words.currencies.get(said) or words.currencies.get(plain):
        return code
    code = words.shared.get(said) or words.shared.get(plain) or _NONE_MEANT
    if plain == _DOLLAR_SIGN and business in _PESOS_WITH_DOLLAR_SIGN:
        return business
    return business if code == _NONE_MEANT or _name(code) == _name(business) else code


def _name(currency: str) -> str:
    """What currencies of several countries are called alike: "Peso" of "Mexican Peso"."""
    return str(get_currency_name(currency, locale="en")).rpartition(" ")[2]
