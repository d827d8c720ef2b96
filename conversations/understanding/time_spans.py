"""What each wording of a stretch of time says: from one clock to another, after or before one, by a part of the day."""

from collections.abc import Sequence

from conversations.understanding.clocks import core_of, is_plausible, read_clock
from conversations.understanding.hours import Clock, resolve
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.times import Said

_LEADS = (Kind.AFTER, Kind.BEFORE, Kind.FROM, Kind.BETWEEN, Kind.ONWARDS, Kind.OR_BEFORE)
_ONE_PM = 13 * 60
_PLAIN_SPAN = 4
"""The words of "from 3 to 4"."""
_REFERENCE = 3
"""The words of "12-0825"."""
_OF_A_REFERENCE = ([1, 4], [2, 4])
_THREE_DIGITS = 3
_MARKS = frozenset({Kind.AT, Kind.MERIDIEM, Kind.OCLOCK, Kind.HOUR_MARK, Kind.HOURS})
_BESIDE_A_PART = (Kind.PART, Kind.IN, Kind.ON, Kind.FROM)
_SEPARATORS = (Kind.TO, Kind.DASH, Kind.AND, Kind.BEFORE, Kind.OR_BEFORE)
_CLOCKS = frozenset({Kind.NUMBER, Kind.ONE, Kind.LONG, Kind.YEAR, Kind.NAMED, Kind.SPOKEN})


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
    bare = _is_like_a_reference(lexemes) or _are_two_numbers(lexemes)
    return Said(after=start, before=end, bare=bare) if start and end else None


def _is_like_a_reference(lexemes: Sequence[Lexeme]) -> bool:
    """ "12-0825", "100-150": in figures that are seldom hours; beside a day they may be."""
    figures = [lexeme.digits for lexeme in lexemes if lexeme.kind in _CLOCKS]
    if len(lexemes) == _REFERENCE and lexemes[1].kind is Kind.DASH and sorted(figures) in _OF_A_REFERENCE:
        return True
    is_marked = any(lexeme.kind in _MARKS for lexeme in lexemes)
    return not is_marked and all(digits == _THREE_DIGITS for digits in figures)


def _are_two_numbers(lexemes: Sequence[Lexeme]) -> bool:
    """ "3 and 5", which may count anything; "3 to 5" and "between 3 and 5" are hours."""
    return [lexeme.kind for lexeme in lexemes] == [Kind.NUMBER, Kind.AND, Kind.NUMBER]


def span_in_words(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "From three thirty to four fifteen": an hour and its minutes side by side, at either end or at both."""
    return span_of(lexemes) if len(lexemes) > _PLAIN_SPAN else None


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
    said = span_of([*lexemes[:at], lexemes[at]._replace(kind=Kind.TO), *lexemes[at + 1 :]])
    return None if said and said.after and said.before and _turns_back(said.after, said.before) else said


def _turns_back(start: Clock, end: Clock) -> bool:
    """ "15 a las 8:00": an hour of the clock of 24 and an earlier one are no range."""
    return not start.either and start.minutes >= _ONE_PM and end.either and end.minutes < start.minutes


def _has_clock(words: Sequence[Lexeme]) -> bool:
    return any(word.kind in _CLOCKS for word in words) and words[-1].kind not in _SEPARATORS


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


def between_parts(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "between the afternoon and the evening", "بين العصر والمغرب": from where one begins to where the other does."""
    first, last = (lexeme for lexeme in lexemes if lexeme.kind is Kind.PART)
    return Said(part=(first.value, last.value)) if first.value < last.value else None


def part_bound_at(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "By evening 5": the hour, in that part of the day."""
    span = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.PART)
    clock = _in_its_part(lexemes[1:])
    if clock is None or not span.value <= clock.minutes <= span.until:
        return None
    return Said(before=clock) if lexemes[0].kind is Kind.BEFORE else Said(after=clock)


def part_bound(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "before lunch", "قبل المغرب": until the part begins; "after" it: from its end."""
    span = lexemes[-1]
    if lexemes[0].kind is Kind.BEFORE:
        return Said(before=Clock(span.until if lexemes[0].value else span.value))
    return Said(after=Clock(span.value if lexemes[0].value else span.until % (24 * 60)))
