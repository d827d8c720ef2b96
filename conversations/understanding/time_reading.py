"""From the wordings of times in a text to one reading, with the opening hours deciding bare hours."""

from collections.abc import Sequence

from conversations.business import Shift
from conversations.understanding.bare_hours import counts
from conversations.understanding.hours import Clock, resolve, span, to_time
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme, as_written
from conversations.understanding.meaning import Certainty, TimeReading
from conversations.understanding.neighbours import BEGINS
from conversations.understanding.scan import Found
from conversations.understanding.times import Said

NO_SUCH_TIME = "no_such_time"
SKIPPED = "skipped"
"""The clocks go forward over it that night."""
_EVENING = (17 * 60, 23 * 60)
_LENGTHS = frozenset({"duration", "length_of"})


Heard = list[tuple[Found, Said]]
"""The wordings of times that count, and what each says of it."""


def hear(found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme], *, time_asked: bool) -> Heard:
    """`out` are the places ruled out: a bound there turns round ("not before 4"), anything else is dropped.
    `time_asked`: a time was what we asked for."""
    kept: Heard = []
    for place, item in enumerate(found):
        is_night = item.rule in ("tonight", "eve") and item.day is not None
        said = _tonight(lexemes[item.start]) if is_night else item.said
        if said is None or said.is_empty:
            continue
        if said.bare and not counts(found, place, lexemes, time_asked=time_asked, after_a_time=bool(kept)):
            continue
        if said.part and kept and kept[-1][0].end == item.start and _is_one_sided(kept[-1][1]) and place not in out:
            kept[-1] = (item._replace(start=kept[-1][0].start), _settled(kept[-1][1], said.part))
        elif place not in out:
            kept.append((item, said))
        elif (said.after is None) != (said.before is None):
            kept.append((item, Said(after=said.before, before=said.after)))
    if not _LENGTHS.isdisjoint([item.rule for item in found]):
        return [(item, _begun(item, said, lexemes)) for item, said in kept]
    return kept


def read_time(heard: Heard, lexemes: Sequence[Lexeme], shifts: tuple[Shift, ...], *, last_wins: bool) -> TimeReading:
    """`shifts` are the opening hours that a bare hour is read against."""
    words = " ".join(as_written(lexemes[item.start : item.end]) for item, _ in heard)
    return _combined([said for _, said in heard], words, shifts, last_wins=last_wins)


def _begun(item: Found, said: Said, lexemes: Sequence[Lexeme]) -> Said:
    """ "2 hours starting at 6pm": where a length is said, what it begins at is its time."""
    lead = lexemes[item.start]
    begins = lead.kind is Kind.AFTER and lead.value == BEGINS
    return Said(clock=said.after) if begins and said.after is not None and said.before is None else said


def _is_one_sided(said: Said) -> bool:
    return (said.after is None) != (said.before is None)


def _settled(bound: Said, part: tuple[int, int]) -> Said:
    """ "After 4 in the afternoon": the part of the day says which 4 it is, and sets no end of its own."""
    after, before = (
        Clock(resolve(clock, (), part)[0]) if clock is not None else None for clock in (bound.after, bound.before)
    )
    return Said(after=after, before=before)


def _tonight(lexeme: Lexeme) -> Said:
    return Said(part=(lexeme.value, lexeme.until) if lexeme.until else _EVENING)


def _combined(said: list[Said], words: str, shifts: tuple[Shift, ...], *, last_wins: bool) -> TimeReading:
    if any(each.impossible for each in said):
        return TimeReading(Certainty.IMPOSSIBLE, reason=NO_SUCH_TIME, words=words)
    parts = [each.part for each in said if each.part is not None]
    within = _narrowest(parts)
    clocks = [each.clock for each in said if each.clock is not None]
    bounded_last = said and (said[-1].after or said[-1].before) and not (said[-1].after and said[-1].before)
    if clocks and not bounded_last:
        return _points(clocks, within, shifts, words)
    bounds = [each for each in said if each.after is not None or each.before is not None]
    if last_wins and len(bounds) == 1 and bounds[0].before and (bounds[0].after or bounds[0].until):
        return _points([bounds[0].before], within, shifts, words)
    if bounds:
        return _bounded(bounds, within, shifts, words)
    if len(parts) > 1 and within is None:
        starts = tuple(to_time(start) for start in sorted({start for start, _ in parts}))
        return TimeReading(Certainty.AMBIGUOUS, starts, words=words) if len(starts) > 1 else TimeReading()
    if within is not None:
        return TimeReading(Certainty.CERTAIN, earliest=to_time(within[0]), latest=to_time(within[1]), words=words)
    return TimeReading()


def _narrowest(parts: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The part of the day that lies within all the others ("first thing in the morning"); None where they differ."""
    return next((a for a in parts if all(b[0] <= a[0] and a[1] <= b[1] for b in parts)), None)


def _points(
    clocks: Sequence[Clock], within: tuple[int, int] | None, shifts: tuple[Shift, ...], words: str
) -> TimeReading:
    if len(clocks) > 1:
        clocks, within = _alike(clocks, within)
    minutes = sorted({reading for clock in clocks for reading in resolve(clock, shifts, within)})
    certainty = Certainty.CERTAIN if len(minutes) == 1 else Certainty.AMBIGUOUS
    return TimeReading(certainty, tuple(map(to_time, minutes)), words=words)


def _alike(clocks: Sequence[Clock], within: tuple[int, int] | None) -> tuple[Sequence[Clock], tuple[int, int] | None]:
    """What was said of one of several hours, said of the others."""
    if any(clock.as_spoken for clock in clocks):
        clocks = [_as_spoken(clock) for clock in clocks]
    if any(not clock.either for clock in clocks):
        within = within or _half_of(clocks)
        clocks = [clock if clock.as_spoken else clock._replace(other=None) for clock in clocks]
    return clocks, within


def _as_spoken(clock: Clock) -> Clock:
    """ "Saa tatu au nne": what was said of one hour holds for the other."""
    return clock if clock.as_spoken or clock.other is None else Clock(clock.other, either=True)


def _half_of(clocks: Sequence[Clock]) -> tuple[int, int] | None:
    """ "3 or 4pm": what was said of one hour holds for the other."""
    halves = {clock.minutes >= 720 for clock in clocks if not clock.either}
    return None if len(halves) != 1 else ((720, 1439) if True in halves else (0, 719))


def _bounded(
    bounds: Sequence[Said], within: tuple[int, int] | None, shifts: tuple[Shift, ...], words: str
) -> TimeReading:
    first = bounds[0]
    if first.after is not None and first.before is not None:
        ranges = span(first.after, first.before, shifts, within)
    else:
        after = next((bound.after for bound in bounds if bound.after is not None), None)
        before = next((bound.before for bound in bounds if bound.before is not None), None)
        if after is not None and before is not None:
            ranges = span(after, before, shifts, within)
        else:
            return _one_bound(after, before, within, shifts, words)
    if not ranges:
        return TimeReading()
    if len(ranges) > 1:
        return TimeReading(Certainty.AMBIGUOUS, tuple(to_time(start) for start, _ in ranges), words=words)
    earliest, latest = ranges[0]
    return TimeReading(Certainty.CERTAIN, earliest=to_time(earliest), latest=to_time(latest), words=words)


def _one_bound(
    after: Clock | None, before: Clock | None, within: tuple[int, int] | None, shifts: tuple[Shift, ...], words: str
) -> TimeReading:
    clock = after or before
    if clock is None:
        return TimeReading()
    minutes = resolve(clock, shifts, within)
    if len(minutes) > 1:
        return TimeReading(Certainty.AMBIGUOUS, tuple(map(to_time, minutes)), words=words)
    earliest = minutes[0] if after else (within[0] if within and within[0] < minutes[0] else None)
    latest = minutes[0] if before else (within[1] if within and within[1] > minutes[0] else None)
    return TimeReading(
        Certainty.CERTAIN,
        earliest=None if earliest is None else to_time(earliest),
        latest=None if latest is None else to_time(latest),
        words=words,
    )
