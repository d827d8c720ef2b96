"""A series in words: its rhythm, its dates, and what it leaves out. In nobody's language yet."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from conversations.flows.reasons import told
from conversations.replies import Reply, say
from conversations.rules.availability import Refusal
from conversations.rules.series import Pattern
from conversations.rules.series_plans import Item, Plan
from conversations.series import Frequency, SeriesItem, SeriesView

Words = Reply | str
_MONDAY = date(2024, 1, 1)


def joined(parts: Iterable[Words]) -> Words:
    """One behind the other, as the language parts them; "" for none."""
    found: Words = ""
    for part in reversed(list(parts)):
        found = say("joined", one=part, others=found) if found else part
    return found


def rhythm_line(pattern: Pattern) -> Reply:
    """ "every week, Tue, 16:00"."""
    every = how_often(pattern.frequency, pattern.interval)
    days = weekdays(pattern.frequency, pattern.days_of_week, pattern.first)
    if not days:
        return say("series_rhythm", every=every, at=pattern.first.time())
    named = joined(say("series_weekday", day=_MONDAY + timedelta(days=day)) for day in sorted(days))
    return say("series_rhythm_days", every=every, days=named, at=pattern.first.time())


def how_often(frequency: Frequency, interval: int) -> Reply:
    """ "Every 2 weeks"."""
    return say(f"series_{frequency}") if interval == 1 else say(f"series_{frequency}_many", count=interval)


def pattern_of(series: SeriesView) -> Pattern:
    rhythm, first = series.rhythm, series.items[0].at.replace(tzinfo=None)
    return Pattern(rhythm.frequency, first, rhythm.interval, rhythm.days_of_week)


def weekdays(frequency: Frequency, listed: Sequence[int], first: datetime) -> tuple[int, ...]:
    """Those it falls on, where it goes by the week."""
    return tuple(listed or (first.weekday(),)) if frequency is Frequency.WEEKLY else ()


def dates(starts: Sequence[datetime], pattern: Pattern) -> Words:
    """Every one, as short as it can be told: one weekday at its usual hour needs neither."""
    return joined(date_words(start, pattern) for start in sorted(starts))


def date_words(start: datetime, pattern: Pattern) -> Reply:
    if start.time().replace(fold=0) != pattern.first.time():
        return say("series_moment", when=start)
    days = weekdays(pattern.frequency, pattern.days_of_week, pattern.first)
    return say("series_date" if len(days) == 1 and start.weekday() in days else "series_day", when=start)


def left_out(items: Iterable[Item | SeriesItem]) -> Words:
    """ "24 Dec (closed), 7 Jan, 14 Jan (taken)"."""
    lines = []
    for why, days in groupby(items, key=_why):
        which = joined(say("series_date", when=item.at) for item in days)
        lines.append(say("series_without", which=which, why=say(f"series_why_{why}")))
    return joined(lines)


def pairs(made: Plan) -> Words:
    """What takes the place of what: "24 Dec → Tue 23 Dec, 16:00"."""
    instead = [(item.at, item.start) for item in made.items if item.is_elsewhen and item.start is not None]
    return joined(say("series_instead", wanted=at, when=start) for at, start in instead)


def numbered_dates(series: SeriesView, items: Iterable[SeriesItem]) -> Words:
    """ "1: Tue 10 Mar, 2: Tue 17 Mar": by the numbers that a coordinator answers with."""
    pattern = pattern_of(series)
    return joined(
        say("series_numbered", number=item.number, when=date_words(item.booking.start, pattern))
        for item in items
        if item.booking is not None
    )


def _why(item: Item | SeriesItem) -> str:
    """What a client is told of it."""
    why = str(item.why or "")
    return told(Refusal(why)) if why in set(Refusal) else why
