"""Which hour a bare hour is: by the opening hours first, by habit where they do not tell."""

from collections.abc import Sequence
from datetime import time
from typing import NamedTuple

from conversations.business import Shift

_DAY = 24 * 60
_NOON = 12 * 60


class Clock(NamedTuple):
    """A time as said: minutes after midnight. `either` when it may lie twelve hours later as well ("3", "3:30").

    `other`, where hours are counted in two ways: the same words by the other count ("saa 3" is nine, "3" may be);
    `as_spoken` when the words say that it is the spoken count, `doubtful` when either may be meant ("saa 9:00").
    """

    minutes: int
    either: bool = False
    other: int | None = None
    as_spoken: bool = False
    doubtful: bool = False
    as_said: bool = False
    """The hour is what was said ("8h"), unless a part of the day beside it tells otherwise ("8h du soir")."""

    @property
    def readings(self) -> tuple[int, ...]:
        """Every minute of the day it can be; "12" is noon first, then midnight."""
        if not self.either:
            return (self.minutes,)
        return (self.minutes % _NOON, self.minutes % _NOON + _NOON)


def is_open(minutes: int, shifts: Sequence[Shift]) -> bool:
    """Whether some shift is open at that minute."""
    at = to_time(minutes)
    return any(shift.opens <= at < shift.closes for shift in shifts)


def resolve(clock: Clock, shifts: Sequence[Shift], within: tuple[int, int] | None = None) -> tuple[int, ...]:
    """The minutes a clock means: one, or two to ask about. `within` is the part of the day that was named beside it."""
    if clock.other is not None:
        return _by_two_counts(clock, Clock(clock.other, either=True), shifts, within)
    readings = clock.readings
    if within is not None:
        readings = clock._replace(either=clock.either or clock.as_said).readings
        inside = tuple(reading for reading in readings if within[0] <= reading <= within[1])
        if not inside:
            return (_nearest(readings, within),)
        readings = inside
    open_then = tuple([reading for reading in readings if is_open(reading, shifts)])
    if open_then:
        return open_then
    return readings if len(readings) == 1 else _by_habit(clock.minutes % _NOON)


def _by_two_counts(
    clock: Clock, other: Clock, shifts: Sequence[Shift], within: tuple[int, int] | None
) -> tuple[int, ...]:
    """The count whose hour lies in the part of the day that was named; what contradicts it is asked about."""
    own = clock._replace(other=None)
    both: tuple[Clock, ...] = (own, other) if clock.doubtful else (own,)
    if within is not None:
        fitting = tuple(each for each in (own, other) if _fits(each, within))
        both = {(own, other): (own,) if clock.as_spoken else fitting, (other,): fitting}.get(fitting, (own,))
        if clock.as_spoken and not clock.doubtful and fitting == (other,):
            both = (own, other)
    return tuple(sorted({minutes for each in both for minutes in resolve(each, shifts, within)}))


def _fits(clock: Clock, within: tuple[int, int]) -> bool:
    return any(within[0] <= reading < within[1] for reading in clock.readings)


def _by_habit(minutes: int) -> tuple[int, ...]:
    """Bare 1–6 is the afternoon, 9–12 as said, 7 and 8 may be either."""
    hour = minutes // 60
    if hour in (7, 8):
        return (minutes, minutes + _NOON)
    return (minutes,) if hour >= 9 else (minutes + _NOON,)


def span(
    start: Clock, end: Clock, shifts: Sequence[Shift], within: tuple[int, int] | None = None
) -> tuple[tuple[int, int], ...]:
    """The ranges "2 to 4" can be: those in the part of the day that was named, or open ones, or such as begin as habit
    has it. None: no such range ("3-1")."""
    pairs = [(a, b) for a in start.readings for b in end.readings if a < b]
    inside = [pair for pair in pairs if within and within[0] <= pair[0] and pair[1] <= within[1]]
    pairs = inside or pairs
    if not pairs:
        return ()
    if not end.either and start.either:
        return (max(pairs),)
    shortest = tuple(min(pair for pair in pairs if pair[0] == begins) for begins in sorted({a for a, _ in pairs}))
    open_then = tuple(pair for pair in shortest if is_open(pair[0], shifts))
    if open_then:
        return open_then
    habits = resolve(start, (), within)
    return tuple(pair for pair in shortest if pair[0] in habits)


def _nearest(readings: Sequence[int], within: tuple[int, int]) -> int:
    """ "1 in the morning" is before noon, "3 at night" is not the afternoon."""
    if within[1] <= _NOON or (within[1] >= 23 * 60 and readings[0] < 5 * 60):
        return readings[0]
    return min(readings, key=lambda reading: _distance(reading, within))


def _distance(minutes: int, within: tuple[int, int]) -> int:
    return min(min(abs(minutes - edge), _DAY - abs(minutes - edge)) for edge in within)


def to_time(minutes: int) -> time:
    """Minutes after midnight as a time of day; 24:00 is midnight."""
    return time(minutes // 60 % 24, minutes % 60)
