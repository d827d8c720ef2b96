"""The kinds of words a date or a time is made of, and patterns written in them.

A text becomes a string with one letter for each of its words, so that a grammar rule is a short regular expression over
kinds, the same for every language: `next weekday`, `number oclock? meridiem`.
"""

import re
from enum import StrEnum, unique


@unique
class Kind(StrEnum):
    """What a word does. The value is its letter; patterns use the name."""

    OTHER = "x"
    """A word that says nothing about time."""
    MARK = "u"
    """Punctuation that ends what came before."""
    COMMA = "c"
    NOISE = "z"
    """Something taken out: a phone number, a price, an address."""
    SOFT = "s"
    """A small word that may stand beside a bare hour: please, works, then."""
    GREETING = "g"
    WEEKDAY = "w"
    MONTH = "m"
    RELATIVE_DAY = "r"
    """Today, tomorrow, yesterday: `value` days from now."""
    TONIGHT = "t"
    NAMED_DAY = "_"
    """New Year's Eve: `value` is a hundred times the month, and the day."""
    NUMBER = "n"
    """One or two digits, or a word for them."""
    LONG = "l"
    """Three or four digits."""
    YEAR = "y"
    """Four digits that begin with 20."""
    ONE = "o"
    ORDINAL = "O"
    ORDINAL_WORD = "q"
    ARTICLE = "a"
    SUFFIX = "e"
    NEXT = "N"
    THIS = "T"
    LAST = "L"
    IN = "i"
    AGO = "G"
    HENCE = "h"
    DAY = "d"
    WEEK = "k"
    MONTHS_UNIT = "M"
    WEEKEND = "E"
    FROM = "f"
    NOT = "X"
    NOT_GOOD = "Y"
    OR = "R"
    AND = "A"
    THE = "W"
    ON = "Z"
    FOR = "F"
    PEOPLE = "p"
    GROUP = "P"
    STREET = "S"
    SLASH = "H"
    DASH = "D"
    DOT = "j"
    COLON = "C"
    MERIDIEM = "K"
    """`value` 0 for am, 12 for pm."""
    OCLOCK = "Q"
    HOUR_MARK = "J"
    HALF = "B"
    QUARTER = "I"
    PAST = "U"
    TO = "V"
    NAMED = "b"
    """Noon: `value` minutes after midnight."""
    PART = "v"
    """A part of the day, from `value` to `until` minutes after midnight."""
    AT = "0"
    AFTER = "1"
    BEFORE = "2"
    ONWARDS = "3"
    OR_BEFORE = "4"
    BETWEEN = "5"
    ISH = "6"
    ABOUT = "7"
    HOURS = "8"
    MINUTES = "9"


_NAME = re.compile(r"(?<!\?P<)\b[a-z][a-z_]*\b(?!>)")


def letters(pattern: str) -> str:
    """A pattern in names of kinds ("weekday the? ordinal") as one over their letters. KeyError: no such kind."""
    return _NAME.sub(lambda name: Kind[name[0].upper()].value, pattern).replace(" ", "")
