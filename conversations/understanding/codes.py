"""Codes and references, whose letters may be those of a day or a month: "SUN2-88KT", "MAR-2231", "code friday20"."""

import re
from functools import lru_cache

from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.phrases import Words
from conversations.understanding.vocabulary import Vocabulary

_BY_TURNS = re.compile(r"(?<![^\W_])(?=[A-Z0-9]{8,}(?![^\W_]))[0-9]*(?:[A-Z]+[0-9]+){2,}[A-Z]*(?![^\W_])")
_BETWEEN_LETTERS = re.compile(r"(?<![^\W_])[A-Z][0-9]{1,4}[B-GI-MQ-Z](?![^\W_])")
"""A door's code ("A12B"); "A15H" is an hour."""
_JOINED = re.compile(r"(?<![^\W_])[A-Z][A-Z0-9]+(?:-[A-Z0-9]+)+(?![^\W_])")
_MAY_BE_CODE = re.compile(r"[A-Z][A-Z0-9]*[0-9-]")
_OF_A_DATE = re.compile(
    r"(?:[0-9]{1,4}|[A-Z]+[0-9]{0,4})"
    r"(?:(?<=[0-9])(?:A|P|AM|PM|HR?S?|H[0-9]{2}|ST|ND|RD|TH|ER|[OAE]|MINS?|PAX|PPL|[0-9]*[AP]M))?"
)
"""What dates, hours and counts of people are typed of: "SAT", "5TH", "9AM", "15H30", "FRI9AM"."""
_GLUED = re.compile(r"[0-9](?:(?<=[^\W\d_][0-9])|(?<=[^\W\d_]-[0-9]))")
_OF_THE_CLOCK = re.compile(r"[0-9](?:am|pm|a|p|h[0-9]*|hrs?|ish)$")
_LAST_HOUR, _LAST_MINUTE = 24, 59
_STEP = 5
"""Minutes: no appointment is at 22:31."""


def without_codes(text: str) -> str:
    """A text as it was typed without the codes in it: capitals and figures by turns, or joined to what is no date."""
    if text.islower() or not _MAY_BE_CODE.search(text):
        return text
    text = _BETWEEN_LETTERS.sub(TAKEN_OUT, _BY_TURNS.sub(TAKEN_OUT, text))
    return _JOINED.sub(lambda found: TAKEN_OUT if _is_code(found[0].split("-")) else found[0], text)


def without_named_codes(folded: str, known: Vocabulary) -> str:
    """A folded text without what is called a code ("use code friday20", "cupon mayo15"); "the code? sat10am" is a
    wish."""
    if not _GLUED.search(folded):
        return folded
    named = _named(known.phrase_set("topics", "code_leads") | known.phrase_set("topics", "codes"))
    return named.sub(lambda found: found[0] if _OF_THE_CLOCK.search(found[2]) else found[1] + TAKEN_OUT, folded)


def _is_code(pieces: list[str]) -> bool:
    if not all(_OF_A_DATE.fullmatch(piece) for piece in pieces):
        return True
    figures = [int(piece) for piece in pieces if piece.isdecimal() and len(piece) == len("1530")]
    return any(not _is_year(each) and not _is_clock(each) for each in figures)


def _is_year(figure: int) -> bool:
    return figure // 100 in (19, 20)


def _is_clock(figure: int) -> bool:
    hour, minute = divmod(figure, 100)
    return hour <= _LAST_HOUR and minute <= _LAST_MINUTE and not minute % _STEP


@lru_cache(maxsize=32)
def _named(leads: frozenset[Words]) -> re.Pattern[str]:
    """A lead, up to two small words, and letters with figures glued to them."""
    said = "|".join(sorted((re.escape(" ".join(lead)) for lead in leads), key=len, reverse=True))
    return re.compile(
        rf"((?<!\w)(?:{said})(?:\W{{1,3}}[^\W\d_]{{1,8}}){{0,2}}\W{{1,3}})([^\W\d_]{{2,}}-?[0-9][\w-]*)(?!\w|:[0-9])"
    )
