"""Which hour a bare hour is: by the opening hours first, by habit where they do not tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from conversations.business import Shift

_DAY = 24 * 60
_NOON = 12 * 60


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as said: minutes after midnight. `either` when it may lie twelve hours later as well ("3", "3:30")."""

    minutes: int
    either: bool = False

    @property
    def readings(self) -> tuple[int, ...]:
        """Every minute of the day it can be; "12" is noon first, then midnight."""
        if not self.either:
            return (self.minutes,)
        return (self.minutes % _NOON, self.minutes % _NOON + _NOON)


def is_open(minutes: int, shifts: Sequence[Shift]) -> bool:
    """Whether some shift is open at that minute."""
    return any(shift.opens <= to_time(minutes) < shift.closes for shift in shifts)


def resolve(clock: Clock, shifts: Sequence[Shift], within: tuple[int, int] | None = None) -> tuple[int, ...]:
    """The minutes a clock means: one, or two to ask about. `within` is the part of the day that was named beside it."""
    readings = clock.readings
    if within is not None:
        inside = tuple(reading for reading in readings if within[0] <= reading <= within[1])
        if not inside:
            return (min(readings, key=lambda reading: _distance(reading, within)),)
        readings = inside
    open_then = tuple(reading for reading in readings if is_open(reading, shifts))
    if open_then:
        return open_then
    return readings if len(readings) == 1 else _by_habit(clock.minutes % _NOON)


def _by_habit(minutes: int) -> tuple[int, ...]:
    """Bare 1–6 is the afternoon, 9–12 as said, 7 and 8 may be either."""
    hour = minutes // 60
    if hour in (7, 8):
        return (minutes, minutes + _NOON)
    return (minutes,) if hour >= 9 else (minutes + _NOON,)


def span(start: Clock, end: Clock, shifts: Sequence[Shift]) -> tuple[tuple[int, int], ...]:
    """The ranges "2 to 4" can be: open ones, else those that begin as habit has it."""
    pairs = [(a, b) for a in start.readings for b in end.readings if a < b]
    if not pairs:
        return ()
    if not end.either and start.either:
        return (max(pairs),)
    shortest = tuple(min(pair for pair in pairs if pair[0] == begins) for begins in sorted({a for a, _ in pairs}))
    open_then = tuple(pair for pair in shortest if is_open(pair[0], shifts))
    if open_then:
        return open_then
    habits = resolve(start, ())
    return tuple(pair for pair in shortest if pair[0] in habits) or shortest[:1]


def _distance(minutes: int, within: tuple[int, int]) -> int:
    return min(min(abs(minutes - edge), _DAY - abs(minutes - edge)) for edge in within)


def to_time(minutes: int) -> time:
    """Minutes after midnight as a time of day; 24:00 is midnight."""
    return time(minutes // 60 % 24, minutes % 60)
