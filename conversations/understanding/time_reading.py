"""From the wordings of times in a text to one reading, with the opening hours deciding bare hours."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.business import Shift
from conversations.understanding.hours import Clock, resolve, span, to_time
from conversations.understanding.kinds import Kind
from conversations.understanding.lexemes import Lexeme, as_written
from conversations.understanding.meaning import Certainty, TimeReading
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import Said

NO_SUCH_TIME = "no_such_time"
_EVENING = (17 * 60, 23 * 60)
_BESIDE_A_DATE = frozenset({Kind.COMMA, Kind.ON, Kind.THE, Kind.DASH, Kind.MARK, Kind.SOFT, Kind.ABOUT, Kind.AT})
_NEVER_AFTER = frozenset(
    {
        Kind.PEOPLE,
        Kind.HOURS,
        Kind.MINUTES,
        Kind.DAY,
        Kind.WEEK,
        Kind.MONTHS_UNIT,
        Kind.HALF,
        Kind.ORDINAL,
        Kind.DOT,
        Kind.STREET,
    }
)
_LEADS = frozenset({Kind.AT, Kind.TO})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a bare hour is read against: the opening hours that count, and whether a time was what we asked for."""

    shifts: tuple[Shift, ...] = ()
    time_asked: bool = False


def read_time(
    found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme], asked: Asked, *, last_wins: bool
) -> TimeReading:
    """`out` are the places ruled out: a bound there turns round ("not before 4"), anything else is dropped."""
    kept: list[tuple[Found, Said]] = []
    for place, item in enumerate(found):
        said = Said(part=_EVENING) if item.rule == "tonight" else item.said
        if said is None or said.is_empty or (said.bare and not _counts(found, place, lexemes, asked, bool(kept))):
            continue
        if place not in out:
            kept.append((item, said))
        elif (said.after is None) != (said.before is None):
            kept.append((item, Said(after=said.before, before=said.after)))
    words = " ".join(as_written(lexemes[item.start : item.end]) for item, _ in kept)
    return _combined([said for _, said in kept], words, asked.shifts, last_wins=last_wins)


def _counts(
    found: Sequence[Found],
    place: int,
    lexemes: Sequence[Lexeme],
    asked: Asked,
    after_a_time: bool,
) -> bool:
    """Whether a bare number is an hour: after "at", beside a date, beside another time, or when a time was asked."""
    item = found[place]
    following = lexemes[item.end].kind if item.end < len(lexemes) else Kind.MARK
    leading = lexemes[item.start - 1].kind if item.start else Kind.MARK
    if following in _NEVER_AFTER or leading in (Kind.NOISE, Kind.SLASH, Kind.DOT):
        return False
    begins = found[place - 1].end if place else 0
    gap = {lexeme.kind for lexeme in lexemes[begins : item.start]}
    if _is_led(item, lexemes):
        return True
    if following is Kind.OTHER or (following is Kind.ONE and lexemes[item.start].kind is not Kind.AT):
        return False
    if asked.time_asked:
        return lexemes[item.start].kind is not Kind.ONE or len(lexemes) == 1
    if lexemes[item.start].kind is Kind.ONE or Kind.FOR in gap:
        return False
    before = found[place - 1] if place else None
    if before is not None and (before.day is not None or (before.said and before.said.part)) and gap <= _BESIDE_A_DATE:
        return True
    if before is not None and after_a_time and gap == {Kind.OR}:
        return True
    return _before_a_time(found, place, lexemes) or _before_a_date(found, place, lexemes)


def _is_led(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    first = lexemes[item.start].kind
    return (
        first is Kind.AT
        or lexemes[item.end - 1].kind is Kind.ISH
        or (item.start > 0 and lexemes[item.start - 1].kind in _LEADS)
        or (first is Kind.ABOUT and item.start > 0 and lexemes[item.start - 1].kind is Kind.AT)
    )


def _before_a_time(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "3 or 4pm"."""
    following = found[place + 1].said if place + 1 < len(found) else None
    exact = following is not None and following.clock is not None and not following.bare
    return exact and gap_before(found, place + 1, lexemes) == {Kind.OR}


def _before_a_date(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    if place + 1 >= len(found) or found[place + 1].day is None:
        return False
    gap = {lexeme.kind for lexeme in lexemes[found[place].end : found[place + 1].start]}
    return gap <= {Kind.ON, Kind.COMMA} and found[place + 1].rule not in ("day_of_month", "number_of_month")


def _combined(said: list[Said], words: str, shifts: tuple[Shift, ...], *, last_wins: bool) -> TimeReading:
    if any(each.impossible for each in said):
        return TimeReading(Certainty.IMPOSSIBLE, reason=NO_SUCH_TIME, words=words)
    parts = [each.part for each in said if each.part is not None]
    within = parts[0] if len(set(parts)) == 1 else None
    clocks = [each.clock for each in said if each.clock is not None]
    if clocks:
        return _points(clocks, within, shifts, words)
    bounds = [each for each in said if each.after is not None or each.before is not None]
    if last_wins and len(bounds) == 1 and bounds[0].after and bounds[0].before:
        return _points([bounds[0].before], within, shifts, words)
    if bounds:
        return _bounded(bounds, within, shifts, words)
    if within is not None:
        return TimeReading(Certainty.CERTAIN, earliest=to_time(within[0]), latest=to_time(within[1]), words=words)
    return TimeReading()


def _points(
    clocks: Sequence[Clock], within: tuple[int, int] | None, shifts: tuple[Shift, ...], words: str
) -> TimeReading:
    if len(clocks) > 1 and any(not clock.either for clock in clocks):
        within = within or _half_of(clocks)
    minutes = sorted({reading for clock in clocks for reading in resolve(clock, shifts, within)})
    certainty = Certainty.CERTAIN if len(minutes) == 1 else Certainty.AMBIGUOUS
    return TimeReading(certainty, tuple(map(to_time, minutes)), words=words)


def _half_of(clocks: Sequence[Clock]) -> tuple[int, int] | None:
    """ "3 or 4pm": what was said of one hour holds for the other."""
    halves = {clock.minutes >= 720 for clock in clocks if not clock.either}
    return None if len(halves) != 1 else ((720, 1439) if True in halves else (0, 719))


def _bounded(
    bounds: Sequence[Said], within: tuple[int, int] | None, shifts: tuple[Shift, ...], words: str
) -> TimeReading:
    first = bounds[0]
    if first.after is not None and first.before is not None:
        ranges = span(first.after, first.before, shifts)
    else:
        after = next((bound.after for bound in bounds if bound.after is not None), None)
        before = next((bound.before for bound in bounds if bound.before is not None), None)
        if after is not None and before is not None:
            ranges = span(after, before, shifts)
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
