"""Alternatives that name day and time in pairs: "mon 3pm or tue 4pm"."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conversations.business import Shift
from conversations.understanding.bare_hours import counts
from conversations.understanding.dates import Day
from conversations.understanding.day_reading import joined
from conversations.understanding.hours import Clock, resolve, to_time
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.meaning import Pair
from conversations.understanding.scan import Found

_MOST = 8


@dataclass(slots=True)
class _Group:
    day: Day | None = None
    clock: Clock | None = None
    part: tuple[int, int] | None = None


def read_pairs(
    found: Sequence[Found],
    out: frozenset[int],
    lexemes: Sequence[Lexeme],
    shifts_on: Callable[[Day], tuple[Shift, ...]],
) -> list[tuple[Pair, ...]]:
    """Every reading of every pair, in the order said; nothing where not all alternatives name both day and time."""
    if sum(item.day is not None for item in found) < 2:
        return []
    groups = _groups(found, out, lexemes)
    if len(groups) < 2 or len(groups) > _MOST or any(group.day is None or group.clock is None for group in groups):
        return []
    return [_readings(group, shifts_on) for group in groups]


def _groups(found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme]) -> list[_Group]:
    groups = [_Group()]
    for place, item in enumerate(found):
        said, day, here = item.said, item.day, groups[-1]
        if place in out or (said is not None and said.is_empty):
            continue
        if day is not None:
            if day.reason or day.stretch:
                return []
            both = joined(here.day, day) if here.day is not None and here.clock is None else None
            if here.day is not None and both is None:
                groups.append(_Group(day=day))
            else:
                here.day = both or day
        elif said is not None and said.clock is not None:
            if said.bare and not counts(found, place, lexemes, time_asked=False, after_a_time=here.clock is not None):
                continue
            if here.clock is not None:
                groups.append(_Group(clock=said.clock))
            else:
                here.clock = said.clock
        elif said is not None and said.part is not None:
            here.part = said.part
        else:
            return []
    return groups


def _readings(group: _Group, shifts_on: Callable[[Day], tuple[Shift, ...]]) -> tuple[Pair, ...]:
    assert group.day is not None and group.clock is not None
    minutes = resolve(group.clock, shifts_on(group.day), group.part)
    return tuple((day, to_time(minute)) for day in group.day.dates for minute in minutes)


def joins_alternatives(lexemes: Sequence[Lexeme]) -> bool:
    """Whether some word says that there are alternatives."""
    return any(lexeme.kind in (Kind.OR, Kind.SLASH) for lexeme in lexemes)
