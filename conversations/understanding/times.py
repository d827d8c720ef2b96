"""What each wording of a time says, from the words that its rule in time_rules.py has found."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from conversations.understanding.clocks import core_of, is_plausible, read_clock
from conversations.understanding.hours import Clock
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_DAY = 24 * 60
_LAST_HOUR = 24
_LEAST_PRICE = 40
"""A number this high beside a day is rather an amount."""
_TO_THE_HOUR = (5, 10, 15, 20, 25)
_HOURS_SAID = frozenset({Kind.NUMBER, Kind.ONE, Kind.SPOKEN})


class Said(NamedTuple):
    """What one wording says of the time. Empty: it is no time of day ("90 minutes", "for 3 people")."""

    clock: Clock | None = None
    after: Clock | None = None
    before: Clock | None = None
    part: tuple[int, int] | None = None
    until: bool = False
    """`before` itself counts: a time that is moved "until" it is moved to it."""
    bare: bool = False
    """A number and nothing else: it counts only beside a date, an "at" or when a time was asked."""
    impossible: bool = False
    ahead: int | None = None
    """Minutes from now ("in 2 hours")."""
    within: bool = False
    """Any time until then."""
    rest: bool = False
    """What is left of today."""
    over: bool = False
    """A time that has passed by its own words ("the last 2 hours")."""

    @property
    def is_empty(self) -> bool:
        return self == EMPTY


EMPTY = Said()
TimeRule = Callable[[Sequence[Lexeme]], Said | None]


def exact(lexemes: Sequence[Lexeme]) -> Said | None:
    """A clock with its mark or its minutes; "38 et demi", which no "at" leads, is a size."""
    parts = core_of(lexemes)
    if not is_plausible(parts):
        return None
    clock = read_clock(parts)
    lone = [part for part in parts if part.kind is not Kind.AT]
    doubtful = len(lone) == 1 and lone[0].kind in (Kind.YEAR, Kind.LONG)
    dotted = len(lone) == 3 and lone[1].kind is Kind.DOT
    if clock is not None:
        return Said(clock=clock, bare=doubtful or dotted)
    if lone[-1].kind is Kind.ADDED and lone[0].value > _LAST_HOUR and lone[0] is parts[0]:
        return EMPTY
    return None if dotted or doubtful or lone[0].kind in (Kind.LONG, Kind.YEAR) else Said(impossible=True)


def bare(lexemes: Sequence[Lexeme]) -> Said | None:
    words = core_of(lexemes)
    numbers = [word for word in words if word.kind in _HOURS_SAID]
    if not is_plausible(numbers) or (numbers[0].kind is Kind.NUMBER and not 1 <= numbers[0].value <= 23):
        return None
    clock = read_clock(words)
    return Said(clock=clock, bare=True) if clock is not None else None


def beyond(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Tomorrow at 26": beside a day, what "at" leads is an hour, and there is none such."""
    number = lexemes[-1]
    return Said(impossible=True) if number.digits == 2 and _LAST_HOUR < number.value < _LEAST_PRICE else None


def dashed(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "4-15pm", "five-thirty": a dash for the colon, where the second number is no hour."""
    hour, minute = (lexeme for lexeme in lexemes if lexeme.kind is Kind.NUMBER)
    is_said = minute.digits == 2 and lexemes[-1].kind is Kind.MERIDIEM
    if not is_said and (hour.digits or minute.digits):
        return None
    if minute.value % 5 or 0 < minute.value < 13:
        return None
    clock = read_clock([lexeme for lexeme in lexemes if lexeme.kind is not Kind.DASH])
    return Said(clock=clock) if clock is not None else None


def minutes_to(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "20 to 4", "at 10 to 4", "ten to four", "15 to noon"; a plain "10 to 4" is a range."""
    minutes, hour = (lexeme for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.NAMED))
    to = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.TO)
    spoken = minutes.value in (20, 25) or not minutes.digits or lexemes[0].kind is not Kind.NUMBER or bool(to.until)
    if not to.value or minutes.value not in _TO_THE_HOUR or not spoken or not 1 <= hour.value <= 12:
        return None
    clock = read_clock(lexemes[next(at for at, lexeme in enumerate(lexemes) if lexeme is minutes) :])
    return Said(clock=clock) if clock is not None else None


def minutes_to_named(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Quinze para o meio-dia"."""
    minutes, named = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.NUMBER), lexemes[-1]
    return Said(clock=Clock((named.value - minutes.value) % _DAY)) if minutes.value in _TO_THE_HOUR else None


def minutes_after(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Ten after 3 pm", in words, or "at 10 after 3"; "2 after 3pm" is a number of something."""
    minutes = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.NUMBER)
    if (minutes.digits and minutes is lexemes[0]) or minutes.value not in _TO_THE_HOUR:
        return None
    clock = read_clock(lexemes)
    return Said(clock=clock) if clock is not None else None


def part(lexemes: Sequence[Lexeme]) -> Said | None:
    return Said(part=(lexemes[-1].value, lexemes[-1].until))


def half_day(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Friday pm": before or after noon."""
    return Said(part=(12 * 60, 18 * 60) if lexemes[-1].value else (6 * 60, 12 * 60))
