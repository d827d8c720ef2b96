"""What each wording of a time says, from the words that its rule in time_rules.py has found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from conversations.understanding.clocks import core_of, is_plausible, read_clock
from conversations.understanding.hours import Clock, resolve
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_LEADS = (Kind.AFTER, Kind.BEFORE, Kind.FROM, Kind.BETWEEN, Kind.ONWARDS, Kind.OR_BEFORE)
_DAY = 24 * 60
_ONE_PM = 13 * 60
_LAST_HOUR = 24
_LEAST_PRICE = 40
"""A number this high beside a day is rather an amount."""
_TO_THE_HOUR = (5, 10, 15, 20, 25)
_HOURS = 12


@dataclass(frozen=True, slots=True)
class Said:
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
    over: bool = False
    """A time that has passed by its own words ("the last 2 hours")."""

    @property
    def is_empty(self) -> bool:
        return self == EMPTY


EMPTY = Said()
TimeRule = Callable[[Sequence[Lexeme]], Said | None]


def exact(lexemes: Sequence[Lexeme]) -> Said | None:
    parts = core_of(lexemes)
    if not is_plausible(parts):
        return None
    clock = read_clock(parts)
    lone = [part for part in parts if part.kind is not Kind.AT]
    doubtful = len(lone) == 1 and lone[0].kind in (Kind.YEAR, Kind.LONG)
    dotted = len(lone) == 3 and lone[1].kind is Kind.DOT
    if clock is not None:
        return Said(clock=clock, bare=doubtful or dotted)
    return None if dotted or doubtful or lone[0].kind in (Kind.LONG, Kind.YEAR) else Said(impossible=True)


def bare(lexemes: Sequence[Lexeme]) -> Said | None:
    words = core_of(lexemes)
    numbers = [word for word in words if word.kind in (Kind.NUMBER, Kind.ONE, Kind.SPOKEN)]
    if not is_plausible(numbers) or (numbers[0].kind is Kind.NUMBER and not 1 <= numbers[0].value <= 23):
        return None
    clock = read_clock(words)
    return Said(clock=clock, bare=True) if clock is not None else None


def beyond(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Tomorrow at 26": beside a day, what "at" leads is an hour, and there is none such."""
    number = lexemes[-1]
    return Said(impossible=True) if number.digits == 2 and _LAST_HOUR < number.value < _LEAST_PRICE else None


def dashed(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "4-15pm": a dash for the colon, where the second number is no hour."""
    _hour, minute = (lexeme for lexeme in lexemes if lexeme.kind is Kind.NUMBER)
    if minute.digits != 2 or minute.value % 5 or 0 < minute.value < 13:
        return None
    clock = read_clock([lexeme for lexeme in lexemes if lexeme.kind is not Kind.DASH])
    return Said(clock=clock) if clock is not None else None


def span_of(lexemes: Sequence[Lexeme]) -> Said | None:
    """From one clock to another: the separator is the last one that leaves a clock on either side."""
    first = lexemes[1:] if lexemes[0].kind in _LEADS else lexemes
    for place in range(len(first) - 1, 0, -1):
        ends = core_of(first[:place]), core_of(first[place + 1 :])
        if first[place].kind in _SEPARATORS and all(map(_has_clock, ends)):
            break
    else:
        return None
    if _adds_minutes(first[place], first[place + 1], lexemes[0]):
        return None
    if not all(map(is_plausible, ends)):
        return None
    start = read_clock(ends[0])
    shift = next((word.value for word in ends[0] if word.kind is Kind.AT), 0)
    end = read_clock(ends[1], shift)
    return Said(after=start, before=end) if start and end else None


def span_in_parts(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Between 9 in the morning and 3 in the afternoon": each end in its own part of the day."""
    cut = _between_parts(lexemes)
    led = lexemes[0].kind in _LEADS
    if not cut or (lexemes[cut].kind is Kind.AT and not (lexemes[cut].until or led)):
        return None
    first, last = _in_its_part(lexemes[led:cut]), _in_its_part(lexemes[cut + 1 :])
    if first is None or last is None or (lexemes[0].kind is Kind.AFTER and not lexemes[0].value):
        return None
    return Said(after=first, before=last) if first.minutes < last.minutes or last.either else None


def _between_parts(lexemes: Sequence[Lexeme]) -> int:
    """The place of the word that joins both ends: the first joining one after a clock and its part of the day."""
    seen: set[Kind] = set()
    for place, lexeme in enumerate(lexemes):
        if lexeme.kind in (*_SEPARATORS, Kind.AT) and Kind.PART in seen and seen & _CLOCKS:
            return place
        seen.add(lexeme.kind)
    return 0


def _in_its_part(words: Sequence[Lexeme]) -> Clock | None:
    """The clock that the words spell, settled by the part of the day that they name."""
    core = [word for word in core_of(words) if word.kind not in _BESIDE_A_PART]
    if not core or not is_plausible(core) or (clock := read_clock(core)) is None:
        return None
    part = next(((word.value, word.until) for word in words if word.kind is Kind.PART), None)
    return Clock(resolve(clock, (), part)[0]) if part else clock


def _adds_minutes(joining: Lexeme, following: Lexeme, leading: Lexeme) -> bool:
    """ "a las 4 y 20" is no range; "entre las 4 y las 20" is."""
    if joining.kind is not Kind.AND or not joining.value or leading.kind is Kind.BETWEEN:
        return False
    return following.kind is Kind.NUMBER and following.value % 5 == 0 and following.value < 60


def joined_by_at(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "das 14h às 16h", "de las 3 a las 5": the second "at" means "to", where the language says it so."""
    joins = [at for at, lexeme in enumerate(lexemes) if at and lexeme.kind is Kind.AT and lexeme.until]
    if not joins:
        return None
    at = joins[-1]
    said = span_of([*lexemes[:at], replace(lexemes[at], kind=Kind.TO), *lexemes[at + 1 :]])
    return None if said and said.after and said.before and _turns_back(said.after, said.before) else said


def _turns_back(start: Clock, end: Clock) -> bool:
    """ "15 a las 8:00": an hour of the clock of 24 and an earlier one are no range."""
    return not start.either and start.minutes >= _ONE_PM and end.either and end.minutes < start.minutes


_BESIDE_A_PART = (Kind.PART, Kind.IN, Kind.ON, Kind.FROM)
_SEPARATORS = (Kind.TO, Kind.DASH, Kind.AND, Kind.BEFORE, Kind.OR_BEFORE)
_CLOCKS = frozenset({Kind.NUMBER, Kind.ONE, Kind.LONG, Kind.YEAR, Kind.NAMED, Kind.SPOKEN})


def _has_clock(words: Sequence[Lexeme]) -> bool:
    return any(word.kind in _CLOCKS for word in words) and words[-1].kind not in _SEPARATORS


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
    """ "Ten after 3 pm", in words; "2 after 3pm" is a number of something."""
    if lexemes[0].digits or lexemes[0].value not in _TO_THE_HOUR:
        return None
    clock = read_clock(lexemes)
    return Said(clock=clock) if clock is not None else None


def bound(lexemes: Sequence[Lexeme]) -> Said | None:
    kinds = {lexeme.kind for lexeme in lexemes}
    leads = lexemes[0].kind in _LEADS
    later = lexemes[-1].kind in (Kind.AFTER, Kind.BEFORE)
    core = [
        lexeme
        for lexeme in core_of(lexemes[1 if leads else 0 : -2 if later else None])
        if lexeme.kind not in (Kind.ONWARDS, Kind.OR_BEFORE, Kind.HENCE)
    ]
    if not any(map(_is_clock, core)) or not is_plausible(core):
        return None
    clock = read_clock(core)
    if clock is None:
        return None
    if lexemes[0].kind is Kind.BEFORE or Kind.OR_BEFORE in kinds or lexemes[-1].kind is Kind.BEFORE:
        return Said(before=clock, until=lexemes[0].kind is Kind.BEFORE and lexemes[0].value == 1)
    return Said(after=clock)


def _is_clock(lexeme: Lexeme) -> bool:
    return lexeme.kind in _CLOCKS


def part(lexemes: Sequence[Lexeme]) -> Said | None:
    return Said(part=(lexemes[-1].value, lexemes[-1].until))


def half_day(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Friday pm": before or after noon."""
    return Said(part=(12 * 60, 18 * 60) if lexemes[-1].value else (6 * 60, 12 * 60))


def between_parts(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "between the afternoon and the evening", "بين العصر والمغرب": from where one begins to where the other does."""
    first, last = (lexeme for lexeme in lexemes if lexeme.kind is Kind.PART)
    return Said(part=(first.value, last.value)) if first.value < last.value else None


def part_bound(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "before lunch", "قبل المغرب": until the part begins; "after" it: from its end."""
    span = lexemes[-1]
    if lexemes[0].kind is Kind.BEFORE:
        return Said(before=Clock(span.until if lexemes[0].value else span.value))
    return Said(after=Clock(span.value if lexemes[0].value else span.until % (24 * 60)))
