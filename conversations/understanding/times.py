"""The grammar of times: what each wording says, as rules over kinds of words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conversations.understanding.hours import Clock
from conversations.understanding.kinds import Kind, letters
from conversations.understanding.lexemes import Lexeme, letters_of


@dataclass(frozen=True, slots=True)
class Said:
    """What one wording says of the time. Empty: it is no time of day ("90 minutes", "for 3 people")."""

    clock: Clock | None = None
    after: Clock | None = None
    before: Clock | None = None
    part: tuple[int, int] | None = None
    bare: bool = False
    """A number and nothing else: it counts only beside a date, an "at" or when a time was asked."""
    impossible: bool = False
    ahead: int | None = None
    """Minutes from now ("in 2 hours")."""

    @property
    def is_empty(self) -> bool:
        return self == Said()


TimeRule = Callable[[Sequence[Lexeme]], Said | None]

_FULL = (
    "(?:number (?:colon|dot) number oclock? meridiem? | number (?:oclock|hour_mark) number meridiem?"
    " | half past? number oclock? meridiem? | (?:quarter (?:past|after)|number minutes? past) number oclock? meridiem?"
    " | quarter to number oclock? meridiem? | number minutes to number oclock? meridiem?"
    " | number number meridiem | number oclock meridiem? | number meridiem | number (?=part)"
    " | one (?:oclock|meridiem) meridiem?"
    " | number? named | (?:long|year) oclock? meridiem?)"
)
_ANY = f"(?:{_FULL} | number hour_mark? | one)"
_LED = "(?:at|about)*"
_SEPARATOR = "(?:to|dash|and|before|or_before)"
_NO_MONTH = "(?!(?:on|the)* month)(?!slash|colon|dot|ordinal)"
_NO_COUNT = "(?!number|hours|minutes|people|day|week|months_unit)"
_RANGE = re.compile(letters(f"(?:from|between|after)? {_LED} ({_ANY}) {_SEPARATOR} {_LED} ({_ANY}) ish?"))
_COUNT = "(?:number|one|article|long)"


def read_clock(lexemes: Sequence[Lexeme]) -> Clock | None:
    """The clock that words of the patterns above spell; None when there is no such time (25:00, 3:75, 13 am)."""
    kinds = {lexeme.kind for lexeme in lexemes}
    numbers = [lexeme for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.ONE, Kind.LONG, Kind.YEAR)]
    halves = [lexeme.value for lexeme in lexemes if lexeme.kind is Kind.MERIDIEM]
    if named := [lexeme.value for lexeme in lexemes if lexeme.kind is Kind.NAMED]:
        return Clock(named[0])
    values = [1 if number.kind is Kind.ONE else number.value for number in numbers]
    if numbers[-1].kind in (Kind.LONG, Kind.YEAR):
        values = [*divmod(values[-1], 100)]
        as_typed = numbers[-1].digits == 4
    else:
        as_typed = numbers[0].text.startswith("0") and numbers[0].digits == 2
    hour, minute, shift = values[0], values[1] if len(values) > 1 else 0, 0
    if Kind.HALF in kinds:
        minute = 30
    elif Kind.QUARTER in kinds or (kinds & {Kind.PAST, Kind.TO, Kind.AFTER}):
        hour = values[-1]
        minute = 15 if Kind.QUARTER in kinds else values[0]
        shift = -2 * minute if Kind.TO in kinds else 0
    return _clock(hour, minute, shift, halves, as_typed=as_typed)


def _clock(hour: int, minute: int, shift: int, halves: Sequence[int], *, as_typed: bool) -> Clock | None:
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if halves and (hour == 0 or (hour > 12 and halves[0] == 0)):
        return None
    if halves:
        return Clock(((hour % 12 + halves[0]) * 60 + minute + shift) % (24 * 60))
    either = 1 <= hour <= 12 and not as_typed
    return Clock((hour % 24 * 60 + minute + shift) % (24 * 60), either=either)


def _exact(lexemes: Sequence[Lexeme]) -> Said | None:
    parts = [lexeme for lexeme in lexemes if lexeme.kind not in (Kind.AT, Kind.ABOUT, Kind.ISH, Kind.THE, Kind.DASH)]
    if not _is_plausible(parts):
        return None
    clock = read_clock(parts)
    if clock is not None:
        lone = len(parts) == 1 and (parts[0].kind is Kind.YEAR or parts[0].digits == 3)
        return Said(clock=clock, bare=lone)
    return None if any(lexeme.kind in (Kind.DOT, Kind.LONG, Kind.YEAR) for lexeme in parts) else Said(impossible=True)


def _is_plausible(parts: Sequence[Lexeme]) -> bool:
    """Minutes are typed with two digits; a lone 4-digit number ends in full five minutes (2026 is a year)."""
    kinds = [part.kind for part in parts]
    if Kind.COLON in kinds or Kind.DOT in kinds or (Kind.HOUR_MARK in kinds and len(parts) > 2):
        return parts[2].digits == 2
    if kinds[:2] == [Kind.NUMBER, Kind.NUMBER]:
        return parts[1].digits in (0, 2)
    return parts[0].kind not in (Kind.LONG, Kind.YEAR) or len(parts) > 1 or parts[0].value % 5 == 0


def _bare(lexemes: Sequence[Lexeme]) -> Said | None:
    numbers = [lexeme for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.ONE)]
    if not _is_plausible(numbers) or (numbers[0].kind is Kind.NUMBER and not 1 <= numbers[0].value <= 23):
        return None
    clock = read_clock(numbers)
    return Said(clock=clock, bare=True) if clock is not None else None


def _range(lexemes: Sequence[Lexeme]) -> Said | None:
    found = _RANGE.fullmatch(letters_of(lexemes))
    if found is None:
        return None
    ends = [lexemes[slice(*found.span(group))] for group in (1, 2)]
    if not all(map(_is_plausible, ends)):
        return None
    start, end = (read_clock(side) for side in ends)
    if start is None or end is None:
        return None
    return Said(after=start, before=end)


def _minutes_to(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "20 to 4", "at 10 to 4", "ten to four"; a plain "10 to 4" is a range."""
    minutes, hour = (lexeme for lexeme in lexemes if lexeme.kind is Kind.NUMBER)
    spoken = minutes.value in (20, 25) or minutes.digits == 0 or lexemes[0].kind is not Kind.NUMBER
    if minutes.value not in (5, 10, 20, 25) or not spoken or not 1 <= hour.value <= 12:
        return None
    clock = read_clock(lexemes[next(at for at, lexeme in enumerate(lexemes) if lexeme is minutes) :])
    return Said(clock=clock) if clock is not None else None


def _bound(lexemes: Sequence[Lexeme]) -> Said | None:
    kinds = {lexeme.kind for lexeme in lexemes}
    core = [
        lexeme
        for lexeme in lexemes[1 if lexemes[0].kind in (Kind.AFTER, Kind.BEFORE, Kind.FROM) else 0 :]
        if lexeme.kind not in (Kind.AT, Kind.ABOUT, Kind.ISH, Kind.THE, Kind.ONWARDS, Kind.OR_BEFORE)
    ]
    if not core or not _is_plausible(core):
        return None
    clock = read_clock(core)
    if clock is None:
        return None
    if lexemes[0].kind is Kind.BEFORE or Kind.OR_BEFORE in kinds:
        return Said(before=clock)
    return Said(after=clock)


def _part(lexemes: Sequence[Lexeme]) -> Said | None:
    return Said(part=(lexemes[-1].value, lexemes[-1].until))


def _ahead(lexemes: Sequence[Lexeme]) -> Said | None:
    count = next((lexeme.value for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.LONG)), 1)
    minutes = count * (1 if any(lexeme.kind is Kind.MINUTES for lexeme in lexemes) else 60)
    return Said(ahead=minutes // 2 if any(lexeme.kind is Kind.HALF for lexeme in lexemes) else minutes)


def _nothing(_lexemes: Sequence[Lexeme]) -> Said | None:
    return Said()


RULES: dict[str, tuple[str, TimeRule]] = {
    "ahead": (f"in (?:half? {_COUNT}) (?:hours|minutes)", _ahead),
    "hence": (f"(?:half? {_COUNT}) (?:hours|minutes) hence", _ahead),
    "duration": (
        f"(?:half? {_COUNT} | number dot number | number half) dash? (?:hours|minutes)(?!past|to|after)", _nothing
    ),
    "people": ("for? (?:number|one|article|long) people | group (?:number|one|long)", _nothing),
    "address": ("at? (?:number|long|year) other{1,2} street", _nothing),
    "minutes_to": (f"{_LED} number to number meridiem?", _minutes_to),
    "range": (f"(?:from|between|after)? {_LED} {_ANY} {_SEPARATOR} {_LED} {_ANY} ish? {_NO_MONTH}", _range),
    "bound": (f"(?:after|before|from) about* {_ANY} ish? {_NO_MONTH} {_NO_COUNT}", _bound),
    "open_end": (f"{_ANY} (?:onwards|or_before)", _bound),
    "part": ("this? part", _part),
    "exact": (f"{_LED} {_FULL} (?:dash? ish)?", _exact),
    "bare_pair": (f"{_LED} number number {_NO_MONTH}(?!number|long)", _bare),
    "bare": (f"{_LED} (?:number|one) (?:dash? ish)? {_NO_MONTH}", _bare),
}  # fmt: skip
"""In order of preference where several begin at the same word."""
