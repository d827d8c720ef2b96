"""The words, signs and figures of a text in which amounts are looked for, and the numbers that figures are."""

import re
from collections.abc import Iterator
from decimal import Decimal

from conversations.understanding.amount_words import Lexicon
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import tokens

_LAKH = 100_000
_GROUP = 3
"""Figures between two signs of thousands."""
_LONGEST_LEAD = 2
"""Letters of the small words that are written onto a number ("ومليون")."""
_MARKS = str.maketrans({"٫": ".", "٬": ",", "،": ","})
_NO_AMOUNT = re.compile(
    r"\S*@\S*|https?:\S*|www\.\S*"
    r"|[0-9]+(?:[/:][0-9]+)+|[0-9]+⁄[0-9]+"
    r"|\b[0-9]{4}([.-])[0-9]{1,2}\1[0-9]{1,2}\b|\b[0-9]{1,2}([.-])[0-9]{1,2}\2(?:19|20)?[0-9]{2}\b"
    r"|\+[0-9][0-9 ().-]{6,}[0-9]|(?<![0-9.,])(?<![0-9][ .,-])0[0-9]{2}[0-9 .-]{3,}[0-9]"
    r"|\(?\b[0-9]{3}\)?[-. ]{1,2}[0-9]{3}[-. ][0-9]{4}\b"
)
"""Figures of another sort: in addresses, dates, clocks, fractions, telephone numbers."""
_TAKEN_OUT = " ¤ "
_FIGURES = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3}(?![0-9]))+(?:[.,][0-9]{1,2}(?![0-9]))?|[0-9]+(?:[.,][0-9]+)*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{2,3}(?:\1[0-9]{2,3})*)?")


def pieces(text: str, words: Lexicon) -> Iterator[tuple[str, bool]]:
    """The words, signs and figures of a text, folded, and of each whether it is written onto the one before it."""
    text, end = _NO_AMOUNT.sub(_TAKEN_OUT, fold(text.translate(_MARKS))), -1
    at = 0
    for figures in (*_FIGURES.finditer(text), None):
        for token in tokens(text[at : figures.start() if figures else len(text)]):
            lead = _lead(token.text, words)
            if lead:
                yield token.text[:lead], at + token.start == end
            yield token.text[lead:], bool(lead) or at + token.start == end
            end = at + token.end
        if figures:
            yield figures[0], figures.start() == end
            at = end = figures.end()


def _lead(word: str, words: Lexicon) -> int:
    """How many letters of a small word are written onto a word of amounts."""
    if word in words.openings:
        return 0
    leads = (lead for lead in words.words.attached if len(lead) <= _LONGEST_LEAD and word.startswith(lead))
    return next((len(lead) for lead in leads if word[len(lead) :] in words.openings), 0)


def value_of(figures: str, scale: Decimal) -> Decimal | None:
    """ "300,000", "40.000", "1,50,000", "2.500,50", "1.5"; None for what is no number. Before a million a dot is that
    of a fraction ("1.250 million")."""
    figures = figures.replace(" ", "")
    signs = [sign for sign in figures if sign in ".,"]
    *whole, last = re.split("[.,]", figures)
    if not signs:
        return Decimal(figures)
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1:
        return Decimal(f"{''.join(whole)}.{last}") if _GROUPED.fullmatch(figures[: -len(last) - 1]) else None
    if len(signs) == 1 and (len(last) != _GROUP or scale >= _LAKH or whole[0] == "0" or len(whole[0]) > len(last)):
        return Decimal(f"{whole[0]}.{last}")
    return Decimal("".join((*whole, last))) if _GROUPED.fullmatch(figures) and len(last) == _GROUP else None
