"""The day and the time of a text, from its words to what they mean at the moment it was sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from conversations.business import Shift
from conversations.dialogue import Awaiting
from conversations.understanding.backdrops import without_backdrop
from conversations.understanding.birthdates import without_birthdates
from conversations.understanding.bygone import told_of_the_past, without_bygone
from conversations.understanding.dates import PAST
from conversations.understanding.day_reading import read_day
from conversations.understanding.excuses import moved_to, taken, without_excuses
from conversations.understanding.hours import to_time
from conversations.understanding.kinds import Kind
from conversations.understanding.leftovers import in_doubt, is_partly_read
from conversations.understanding.lengths import without_lengths
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.meaning import Certainty, Context, DateReading, Pair, TimeReading
from conversations.understanding.memories import without_memories
from conversations.understanding.moments import joins_alternatives, read_pairs
from conversations.understanding.scan import Found, ruled_out, scan, without_taken_back
from conversations.understanding.tales import without_tales
from conversations.understanding.time_reading import SKIPPED, hear, read_time
from conversations.understanding.times import EMPTY
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.zones import in_our_zone

_TIME_ASKED = frozenset({Awaiting.TIME, Awaiting.TIME_READING, Awaiting.PROPOSAL})
_NOTHING_ASKED = frozenset({Awaiting.NOTHING, Awaiting.MENU})
_HALF_DAY = 12
_TWO_DIGITS = 10
"""An hour that is typed like one of the clock of 24 ("10:00"), and whose evening is late."""
_LAST_MINUTE = time(23, 59)
_A_MARK = ["5", "/", "5"]


class When(NamedTuple):
    """What was read, and the wordings it was `found` in."""

    day: DateReading
    time: TimeReading
    moments: tuple[Pair, ...] = ()
    found: tuple[Found, ...] = ()


_NOTHING = When(DateReading(), TimeReading())


def read_when(lexemes: Sequence[Lexeme], context: Context, known: Vocabulary, *, moves: bool) -> When:
    """`moves`: of "from friday to monday" Monday is meant."""
    if not (found := scan(lexemes, context)):
        return _NOTHING
    now = context.now
    found = without_taken_back(found, lexemes)
    found = told_of_the_past(_as_a_mark(found, lexemes, context.awaiting), lexemes)
    found = without_bygone(found, lexemes, known)
    found = without_excuses(moved_to(found, lexemes) if moves else found, lexemes)
    found = without_birthdates(found, lexemes, known)
    found = without_lengths(found, lexemes, known)
    found = without_tales(found, lexemes, known, now.date())
    found = without_memories(found, lexemes, known)
    out = ruled_out(found, lexemes)
    found = without_backdrop(found, out, lexemes, known, moves=moves)
    out |= taken(found, out, lexemes)
    for place, item in enumerate(found):
        if item.said is not None and item.said.ahead is not None and place not in out:
            return When(*_from_now(item.said.ahead, now, within=item.said.within), found=tuple(found))
    if not any(item.day for item in found):
        if any(item.said is not None and item.said.rest for item in found):
            return When(*_until(_LAST_MINUTE, now), found=tuple(found))
        if any(item.said is not None and item.said.over for item in found):
            return When(DateReading(Certainty.IMPOSSIBLE, reason=PAST), TimeReading(), found=tuple(found))
    day = read_day(found, out, lexemes, now.date(), last_wins=moves)
    heard = hear(found, out, lexemes, time_asked=context.awaiting in _TIME_ASKED)
    said = read_time(heard, lexemes, _shifts(day.dates, context), last_wins=moves)
    moments: tuple[Pair, ...] = ()
    if len(day.dates) > 1 and len(said.times) > 1 and (moves or joins_alternatives(lexemes)):
        pairs = read_pairs(found, out, lexemes, lambda one: _shifts(one.dates, context))
        moments = _ahead(pairs[-1] if moves and pairs else [pair for each in pairs for pair in each], now)
    if moments:
        day, said = _of_pairs(moments, day, said)
    day, said = in_our_zone(day, said, lexemes, found, now)
    day, said = _not_over(day, said, found, now)
    if is_partly_read(lexemes, found, out, heard):
        day, said = in_doubt(day, said)
    return When(day, _on_the_clock(day, said, now.tzinfo), moments if len(moments) > 1 else (), tuple(found))


def _as_a_mark(found: Sequence[Found], lexemes: Sequence[Lexeme], awaiting: Awaiting) -> list[Found]:
    """ "5/5" and nothing else, where nothing was asked, is a mark rather than a day."""
    if awaiting not in _NOTHING_ASKED or [each.text for each in lexemes if each.kind is not Kind.MARK] != _A_MARK:
        return list(found)
    return [Found("ratio", item.start, item.end, said=EMPTY) for item in found]


def _shifts(dates: Sequence[date], context: Context) -> tuple[Shift, ...]:
    """The opening hours of the day that is spoken of; all of them where it has none or no day is."""
    weekdays = {each.weekday() for each in dates or ((context.day,) if context.day else ())}
    if not weekdays:
        return context.shifts
    return tuple(shift for shift in context.shifts if shift.weekday in weekdays) or context.shifts


def _from_now(minutes: int, now: datetime, *, within: bool) -> tuple[DateReading, TimeReading]:
    """ "In 2 hours", by the clock that runs on through a change of the hour."""
    moment = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    at = to_time(moment.hour * 60 + moment.minute)
    if within and minutes and moment.date() == now.date():
        return _until(at, now)
    return DateReading(Certainty.CERTAIN, (moment.date(),)), TimeReading(Certainty.CERTAIN, (at,))


def _until(latest: time, now: datetime) -> tuple[DateReading, TimeReading]:
    """From now to a time of today."""
    begins = to_time(now.hour * 60 + now.minute)
    return DateReading(Certainty.CERTAIN, (now.date(),)), TimeReading(Certainty.CERTAIN, earliest=begins, latest=latest)


def _ahead(pairs: Sequence[Pair], now: datetime) -> tuple[Pair, ...]:
    today, clock = now.date(), now.time()
    kept = (pair for pair in pairs if pair[0] and pair[1] and (pair[0] > today or pair[1] > clock))
    return tuple(dict.fromkeys(kept))


def _of_pairs(moments: Sequence[Pair], day: DateReading, said: TimeReading) -> tuple[DateReading, TimeReading]:
    dates = tuple(sorted({one for one, _ in moments if one}))
    times = tuple(sorted({at for _, at in moments if at}))
    return (
        replace(day, certainty=_sure(dates), dates=dates, earliest=None, latest=None),
        replace(said, certainty=_sure(times), times=times),
    )


def _sure(readings: Sequence[object]) -> Certainty:
    return Certainty.CERTAIN if len(readings) == 1 else Certainty.AMBIGUOUS


def _not_over(
    day: DateReading, said: TimeReading, found: Sequence[Found], now: datetime
) -> tuple[DateReading, TimeReading]:
    """Today's weekday with an hour that is over means next week's; today's hour that is over means the evening's."""
    if day.dates[:1] != (now.date(),) or not said.times:
        return day, said
    clock = now.time()
    over = all(each <= clock for each in said.times)
    if day.certainty is Certainty.AMBIGUOUS and len(day.dates) == 2 and over:
        return replace(day, certainty=Certainty.CERTAIN, dates=day.dates[1:]), said
    if day.certainty is not Certainty.CERTAIN:
        return day, said
    ahead = tuple(each for each in said.times if each > clock)
    if ahead:
        return day, replace(said, certainty=_sure(ahead), times=ahead)
    later = said.times[0].hour + _HALF_DAY
    parts = [item.said.part for item in found if item.said and item.said.part]
    in_part = all(begins <= later * 60 <= ends for begins, ends in parts)
    is_typed = said.times[0].hour >= _TWO_DIGITS and ":" in said.words
    if (
        later < 24
        and in_part
        and not is_typed
        and any(item.said and item.said.clock and item.said.clock.either for item in found)
    ):
        times = (said.times[0], time(later, said.times[0].minute))
        return day, replace(said, certainty=Certainty.AMBIGUOUS, times=times)
    return day, said


def _on_the_clock(day: DateReading, said: TimeReading, zone: tzinfo | None) -> TimeReading:
    """A time the clocks skip that night (they go forward) does not exist."""
    certain = day.certainty is Certainty.CERTAIN and said.certainty is Certainty.CERTAIN and len(said.times) == 1
    if not certain or zone is None:
        return said
    moment = datetime.combine(day.dates[0], said.times[0], zone)
    if moment.utcoffset() == moment.replace(fold=1).utcoffset():
        return said  # the clocks do not change then
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None):
        return said
    return replace(said, certainty=Certainty.IMPOSSIBLE, reason=SKIPPED)
