"""From the words of a clock time to the clock: "half 3", "las tres y media", "saa tatu kasorobo", "saadhe teen"."""

from collections.abc import Sequence

from conversations.understanding.hours import Clock
from conversations.understanding.kinds import Kind, letters
from conversations.understanding.lexeme import Lexeme, letters_of

_DAY = 24 * 60
_QUARTERS = 3
_HOURS = frozenset({Kind.NUMBER, Kind.ONE, Kind.LONG, Kind.YEAR})
_WHOLE = frozenset({Kind.LONG, Kind.YEAR})
"""Hour and minutes in one number."""
_PAST_OR_TO = frozenset({Kind.PAST, Kind.TO, Kind.AFTER})
_PLAIN = frozenset({
    Kind.NUMBER, Kind.ONE, Kind.COLON, Kind.DOT, Kind.ADDED, Kind.MINUS, Kind.AND, Kind.MINUTES, Kind.OCLOCK,
})  # fmt: skip
_MARKS = frozenset({Kind.OCLOCK, Kind.HOUR_MARK, Kind.COLON})
_ADDING = frozenset({Kind.ADDED, Kind.LEANING, Kind.MINUS, Kind.AND})
_TO_THE_HOUR = frozenset({Kind.TO, Kind.BEFORE, Kind.ON})
"""After a quarter: "to", "till", "of" the hour."""
_HOUR_MARK_MINUTES = (letters("number hour_mark number"), letters("number oclock number"))
_HOUR_MINUTES, _NAMED_MINUTES = letters("number number"), letters("named number")
_IDLE = frozenset({Kind.ABOUT, Kind.ISH, Kind.THE, Kind.DAY_LEAD, Kind.DASH, Kind.ZONE})


def core_of(lexemes: Sequence[Lexeme]) -> list[Lexeme]:
    """Without what only leads or loosens a time. An AT stays: it may shift the clock."""
    return [lexeme for lexeme in lexemes if lexeme.kind not in _IDLE]


def read_clock(lexemes: Sequence[Lexeme], shift: int = 0) -> Clock | None:
    """The clock that words of the patterns in time_rules.py spell; None when there is no such time (25:00, 13 am).

    `shift`: hours that a bare hour lies later, where the words themselves do not tell.
    """
    words: Sequence[Lexeme] = lexemes
    kinds = {lexeme.kind for lexeme in lexemes}
    if Kind.AT in kinds:
        shift = next((lexeme.value for lexeme in lexemes if lexeme.kind is Kind.AT and lexeme.value), shift)
        words = [lexeme for lexeme in lexemes if lexeme.kind is not Kind.AT]
    halves = [lexeme.value for lexeme in words if lexeme.kind is Kind.MERIDIEM] if Kind.MERIDIEM in kinds else []
    more, words = (0, words) if kinds.isdisjoint(_ADDING) else _added(words)
    if Kind.NAMED in kinds and (named := [lexeme.value for lexeme in words if lexeme.kind is Kind.NAMED]):
        half = next((word.value for word in words if word.kind is Kind.HALF), 0)
        minutes = words[1].value if [word.kind for word in words[:2]] == [Kind.NAMED, Kind.NUMBER] else 0
        return Clock((named[0] + minutes + more + half + _beside_named(words, kinds)) % _DAY)
    if Kind.SPOKEN in kinds and (spoken := [lexeme.value for lexeme in words if lexeme.kind is Kind.SPOKEN]):
        return _clock(*divmod(spoken[0], 60), more, halves, either=True)
    hour, minute, leans, as_typed = _digits(words, kinds)
    if not halves and not as_typed and 1 <= hour <= 12 and (counts := _two_counts(lexemes, words, hour, shift)):
        hour, other, doubtful = counts
        more += leans
        own, later = _clock(hour, minute, more, (), either=True), _clock(other, minute, more, (), either=True)
        return own and later and own._replace(other=later.minutes, as_spoken=bool(shift), doubtful=doubtful)
    either = 1 <= hour <= 12 and not as_typed
    as_said = [] if halves else [lexeme.value for lexeme in words if lexeme.kind in _MARKS and lexeme.value]
    if either and as_said and hour >= as_said[0]:
        clock = _clock(hour, minute, more + leans, (), either=False)
        return clock and clock._replace(as_said=True)
    return _clock(hour, minute, more + leans, halves, either=either)


def _beside_named(words: Sequence[Lexeme], kinds: set[Kind]) -> int:
    """ "A quarter past noon", "15 to noon": the minutes before the name, more or less; "12 noon" has none."""
    if not kinds & (_TO_THE_HOUR | {Kind.PAST, Kind.AFTER}) or not kinds & {Kind.QUARTER, Kind.NUMBER}:
        return 0
    minutes = next((word.value for word in words if word.kind is Kind.NUMBER), 15)
    return -minutes if kinds & _TO_THE_HOUR else minutes


def _two_counts(
    lexemes: Sequence[Lexeme], words: Sequence[Lexeme], hour: int, shift: int
) -> tuple[int, int, bool] | None:
    """Where hours are said so many later than they are written: the hour as it is meant, as it may be meant instead,
    and whether nothing tells which. None: only as written ("at 3")."""
    number = next((word for word in words if word.kind in (Kind.NUMBER, Kind.ONE)), None)
    plain = all(word.kind in _PLAIN for word in words)
    if number is None or not number.until or not plain or (not shift and any(word.kind is Kind.AT for word in lexemes)):
        return None
    spoken = (hour + number.until - 1) % 12 + 1
    if shift:
        return spoken, hour, any(word.kind in (Kind.COLON, Kind.DOT) for word in words)
    return hour, spoken, number.digits == 0


def _added(words: Sequence[Lexeme]) -> tuple[int, list[Lexeme]]:
    """The minutes that are added or taken away, and the words without the numbers that say so."""
    more = sum(word.value for word in words if word.kind in (Kind.ADDED, Kind.LEANING))
    for place, word in enumerate(words):
        if word.kind in (Kind.MINUS, Kind.AND) and place:
            minutes = sum(each.value for each in words[place:] if each.kind is Kind.NUMBER)
            kept = [*words[:place], *(each for each in words[place:] if each.kind is Kind.MERIDIEM)]
            return more + (minutes if word.kind is Kind.AND else -minutes), kept
    return more, list(words)


def _digits(words: Sequence[Lexeme], kinds: set[Kind]) -> tuple[int, int, int, bool]:
    """Hour, minute, minutes to lean by, and whether the hour was typed as on a clock of 24."""
    numbers = [word for word in words if word.kind in _HOURS]
    values = [1 if number.kind is Kind.ONE else number.value for number in numbers]
    if numbers[-1].kind in _WHOLE:
        hour, minute = divmod(values[-1], 100)
        return hour, minute, 0, numbers[-1].digits == 4
    as_typed = numbers[0].text.startswith("0") and numbers[0].digits == 2
    minute = values[1] if len(values) > 1 else 0
    if Kind.HALF in kinds:
        half = next(word.value for word in words if word.kind is Kind.HALF)
        return values[-1], 0, half, as_typed
    if Kind.QUARTER in kinds:
        more = 15 * (values[0] if len(values) > 1 and values[0] <= _QUARTERS else 1)
        return values[-1], 0, -more if kinds & _TO_THE_HOUR else more, as_typed
    if not kinds.isdisjoint(_PAST_OR_TO):
        return values[-1], 0, -values[0] if Kind.TO in kinds else values[0], as_typed
    return values[0], minute, 0, as_typed


def _clock(hour: int, minute: int, more: int, halves: Sequence[int], *, either: bool) -> Clock | None:
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if halves and (hour == 0 or (hour > 12 and halves[0] == 0)):
        return None
    if halves:
        return Clock(((hour % 12 + halves[0]) * 60 + minute + more) % _DAY)
    return Clock((hour % 24 * 60 + minute + more) % _DAY, either=either)


def is_plausible(words: Sequence[Lexeme]) -> bool:
    """Minutes are typed with two digits; a lone 4-digit number ends in full five minutes (2026 is a year)."""
    parts = [word for word in words if word.kind is not Kind.AT]
    kinds = letters_of(parts)
    if kinds == Kind.NUMBER:
        return parts[0].value != 0 or parts[0].digits != 1
    if Kind.COLON in kinds or Kind.DOT in kinds:
        return parts[2].digits == 2
    if kinds.startswith(_HOUR_MARK_MINUTES):
        return parts[2].digits in (0, 2)
    if kinds.startswith(_HOUR_MINUTES):
        return parts[1].digits in (0, 2)
    if kinds.startswith(_NAMED_MINUTES):
        return parts[1].digits in (0, 2) and 0 < parts[1].value < 60 and parts[1].value % 5 == 0
    if Kind.AND in kinds:
        at = kinds.index(Kind.AND)
        minutes = next((part.value for part in parts[at:] if part.kind is Kind.NUMBER), 0)
        return (bool(parts[at].value) or Kind.MINUTES in kinds) and minutes % 5 == 0 and 0 < minutes < 60
    return parts[0].kind not in _WHOLE or len(parts) > 1 or parts[0].value % 5 == 0
