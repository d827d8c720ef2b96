"""What each list of a language file means: its phrases, their kinds and their values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from conversations.understanding.holidays import NAMES
from conversations.understanding.kinds import Kind
from conversations.understanding.neighbours import (
    A_DAY,
    ABOUT,
    ADDRESS,
    AND_TO,
    BEGINS,
    CLOCK_HOURS,
    DATED,
    EITHER_WAY,
    FOR_HOUR,
    FOR_TO,
    HAD,
    HOLIDAY,
    LATE_CLOCK_HOURS,
    LATER,
    LEAVES,
    MAYBE_HOLIDAY,
    NAMED_AFTER_IT,
    NAMED_BEFORE_IT,
    PAID,
    THROUGH,
    WEEKDAY_DATES,
    WITHIN,
    WORKING,
)

Words = tuple[str, ...]
Table = Mapping[str, Any]

_SHORT = 5
GLUED = "#"
"""Before a phrase: only where it is glued to a number."""

_MARKERS = {
    "numbers": {"suffixes": Kind.SUFFIX, "prefixes": Kind.PREFIX, "pronouns": Kind.ONE, "article": Kind.ARTICLE},
    "words": {
        "plain": Kind.OTHER, "rather": Kind.RATHER, "me": Kind.ME, "fits": Kind.FITS, "praise": Kind.PRAISE,
        "things": Kind.THING, "labels": Kind.LABEL, "units": Kind.UNIT, "arriving": Kind.ARRIVING,
        "or": Kind.OR, "the": Kind.THE, "on": Kind.ON, "for": Kind.FOR,
        "people": Kind.PEOPLE, "group": Kind.GROUP, "street": Kind.STREET, "soft": Kind.SOFT, "noise": Kind.NOISE,
    },
    "dates": {
        "tonight": Kind.TONIGHT, "next": Kind.NEXT, "this": Kind.THIS, "last": Kind.LAST, "in": Kind.IN,
        "ago": Kind.AGO, "hence": Kind.HENCE, "weekend": Kind.WEEKEND, "day": Kind.DAY, "months_unit": Kind.MONTHS_UNIT,
        "years_unit": Kind.YEARS_UNIT, "rest": Kind.REST,
        "not": Kind.NOT, "not_good": Kind.NOT_GOOD, "coming": Kind.COMING, "day_lead": Kind.DAY_LEAD,
        "day_mark": Kind.DAY_MARK, "week_of": Kind.WEEK_OF, "early": Kind.EARLY, "mid": Kind.MID,
        "eve": Kind.EVE,
    },
    "times": {
        "quarter": Kind.QUARTER, "minus": Kind.MINUS,
        "past": Kind.PAST, "to": Kind.TO, "at": Kind.AT, "from": Kind.FROM,
        "onwards": Kind.ONWARDS, "between": Kind.BETWEEN, "ish": Kind.ISH,
        "about": Kind.ABOUT,
        "hours": Kind.HOURS, "minutes": Kind.MINUTES, "greeting": Kind.GREETING,
    },
}  # fmt: skip
"""Lists of the language file that only mark a kind; what carries a value is read in `_valued`."""


_SETTLED = (("for_hour", Kind.AT, FOR_HOUR), ("at_to", Kind.AT, AND_TO), ("for_to", Kind.FOR, FOR_TO),
            ("after_day", Kind.AFTER, A_DAY), ("before_day", Kind.BEFORE, A_DAY))  # fmt: skip


class Meaning(NamedTuple):
    """What a phrase is; `value` and `until` as its kind says."""

    kind: Kind
    value: int = 0
    until: int = 0


def phrases_of(table: Table) -> Iterable[tuple[str, Meaning]]:
    """Every phrase of dates and times, as written in the file ("#h"), and what it is."""
    yield from _valued(table)
    for name, markers in _MARKERS.items():
        for key, kind in markers.items():
            until = shift_of(table) if kind is Kind.ONE else 0
            yield from ((said, Meaning(kind, 0, until)) for said in table.get(name, {}).get(key, ()))


def shift_of(table: Table) -> int:
    """How many hours later a spoken hour lies than it is written."""
    return int(table.get("times", {}).get("clock_shift", 0))


def _valued(table: Table) -> Iterable[tuple[str, Meaning]]:
    dates, times, numbers = table.get("dates", {}), table.get("times", {}), table.get("numbers", {})
    dated = WEEKDAY_DATES if dates.get("weekday_dates") else 0
    for weekday, named in enumerate(dates.get("weekdays", ())):
        yield from ((phrase, Meaning(Kind.WEEKDAY, weekday, dated)) for phrase in named)
    for kind, said_by_value in (
        (Kind.NUMBER, numbers.get("words", {}).items()),
        (Kind.MONTH, enumerate(map(_with_dots, dates.get("months", ())), start=1)),
        (Kind.NAMED_DAY, ((day.replace("-", ""), said) for day, said in dates.get("named", {}).items())),
        (Kind.WEEK, dates.get("weeks", {}).items()),
        (Kind.DAY, dates.get("day_counts", {}).items()),
        (Kind.MONTHS_UNIT, dates.get("month_counts", {}).items()),
        (Kind.HOURS, times.get("hour_counts", {}).items()),
        (Kind.MINUTES, times.get("minute_counts", {}).items()),
        (Kind.NUMBER, _composed(numbers)),
        (Kind.YEAR, _years(numbers)),
        (Kind.ORDINAL_WORD, numbers.get("ordinals", {}).items()),
        (Kind.MERIDIEM, ((0, times.get("am", ())), (12, times.get("pm", ())))),
        (Kind.NAMED, ((_minutes(clock), said) for clock, said in times.get("named", {}).items())),
        (Kind.SPOKEN, ((_minutes(clock), said) for clock, said in times.get("spoken", {}).items())),
        (Kind.ADDED, times.get("added", {}).items()),
        (Kind.LEANING, times.get("before_hour", {}).items()),
        (Kind.HALF, ((30, times.get("half", ())), (-30, times.get("half_to", ())))),
        (Kind.IN, ((1, dates.get("within", ())), (WITHIN, dates.get("any_time_within", ())))),
        (Kind.DID, ((PAID, _of(table, "paid")), (0, _of(table, "did")), (HAD, _of(table, "had")))),
        (Kind.BUSY, ((0, _of(table, "busy")), (LEAVES, _of(table, "leaves")), (DATED, _of(table, "dated")))),
        (Kind.DAY_LEAD, ((1, dates.get("day_to", ())),)),
        (Kind.ON, ((1, dates.get("day_on", ())),)),
        (Kind.LATE, ((0, dates.get("late", ())), (1, dates.get("end_of", ())), (LATER, dates.get("later", ())))),
        (Kind.MONTH_MARK, dates.get("month_marks", {}).items()),
        (Kind.PERIOD_END, dates.get("period_ends", {}).items()),
        (Kind.ZONE, ((_offset(zone), said) for zone, said in times.get("zones", {}).items())),
        (Kind.WEEK_AHEAD, dates.get("week_ahead", {}).items()),
        (Kind.TO, ((1, times.get("to_hour", ())),)),
        (Kind.AFTER, ((0, times.get("after", ())), (1, times.get("starting", ())), (BEGINS, times.get("begins", ())))),
        (
            Kind.BEFORE,
            (
                (0, times.get("before", ())),
                (1, times.get("until", ())),
                (2, times.get("by", ())),
                (THROUGH, times.get("through", ())),
            ),
        ),
        (Kind.OR_BEFORE, ((0, times.get("or_before", ())), (1, times.get("before_it", ())))),
        (Kind.AT, ((shift_of(table), times.get("shifted", ())),)),
        (Kind.OCLOCK, ((times.get("as_said_from", 0), times.get("oclock", ())),)),
        (Kind.HOUR_MARK, ((times.get("as_said_from", 0), times.get("hour_mark", ())),)),
        (
            Kind.STREET,
            (
                (NAMED_AFTER_IT, _of(table, "places")),
                (NAMED_BEFORE_IT, _of(table, "places_after")),
                (ADDRESS, _of(table, "addresses")),
            ),
        ),
        (Kind.AND, ((1 if times.get("and_adds") else 0, table.get("words", {}).get("and", ())),)),
    ):
        until = shift_of(table) if kind is Kind.NUMBER else 0
        yield from ((phrase, Meaning(kind, int(value), until)) for value, said in said_by_value for phrase in said)
    for key, kind, until in _SETTLED:
        yield from ((phrase, Meaning(kind, 0, until)) for phrase in times.get(key, ()))
    on_the_clock = CLOCK_HOURS if times.get("clock_hours") else LATE_CLOCK_HOURS
    yield from ((phrase, Meaning(Kind.HOURS, 0, on_the_clock)) for phrase in times.get("hours", ()))
    either_way = set(_of(table, "either_way"))
    for day, said in dates.get("days", {}).items():
        yield from (
            (phrase, Meaning(Kind.RELATIVE_DAY, int(day), EITHER_WAY if phrase in either_way else 0)) for phrase in said
        )
    yield from ((phrase, Meaning(Kind.RELATIVE_DAY, 2)) for phrase in _after_tomorrow(dates.get("days", {})))
    yield from ((phrase, Meaning(Kind.DAY, 0, WORKING)) for phrase in dates.get("working_days", ()))
    yield from ((phrase, Meaning(Kind.WEEK, 1, WORKING)) for phrase in dates.get("working_weeks", ()))
    for weeks, said in dates.get("about_weeks", {}).items():
        yield from ((phrase, Meaning(Kind.WEEK, int(weeks), ABOUT)) for phrase in said)
    for span, said in dates.get("today_parts", {}).items():
        start, _, end = span.partition("-")
        yield from ((phrase, Meaning(Kind.TONIGHT, _minutes(start), _minutes(end))) for phrase in said)
    for until, name in ((HOLIDAY, "holidays"), (MAYBE_HOLIDAY, "maybe_holidays")):
        for holiday, said in dates.get(name, {}).items():
            yield from ((phrase, Meaning(Kind.NAMED_DAY, NAMES.index(holiday), until)) for phrase in said)
    for span, said in dates.get("seasons", {}).items():
        start, until_day = (int(day.replace("-", "")) for day in span.split(".."))
        yield from ((phrase, Meaning(Kind.SEASON, start, until_day)) for phrase in said)
    for span, said in dates.get("year_parts", {}).items():
        first, _, last = span.partition("..")
        yield from ((phrase, Meaning(Kind.YEAR_PART, int(first), int(last))) for phrase in said)
    for span, said in times.get("parts", {}).items():
        start, _, end = span.partition("-")
        yield from ((phrase, Meaning(Kind.PART, _minutes(start), _minutes(end))) for phrase in said)


def _after_tomorrow(days: Table) -> Iterable[str]:
    """The words that lead tomorrow ("après demain"), before each way that it is written ("après dmain")."""
    tomorrow = [said for said in days.get("1", ()) if " " not in said]
    leads = {said[: -len(each)] for said in days.get("2", ()) for each in tomorrow if said.endswith(f" {each}")}
    return (lead + each for lead in leads for each in tomorrow)


def _of(table: Table, words: str) -> Iterable[str]:
    return table.get("words", {}).get(words, ())  # type: ignore[no-any-return]


def _composed(numbers: Table) -> Iterable[tuple[int, Iterable[str]]]:
    """The numbers from 11 to 59 that are said as tens and a unit, after the language's patterns."""
    words = {int(value): said for value, said in numbers.get("words", {}).items()}
    words[1] = [*words.get(1, ()), *numbers.get("pronouns", ())]
    for tens in (10, 20, 30, 40, 50):
        patterns = numbers.get("compose" if tens > 10 else "compose_teens", ())
        for unit in range(1, 10):
            yield (
                tens + unit,
                [
                    pattern.format(tens=ten, unit=one)
                    for pattern in patterns
                    for ten in words.get(tens, ())
                    for one in words.get(unit, ())
                ],
            )


def _years(numbers: Table) -> Iterable[tuple[int, Iterable[str]]]:
    """The years of this century that are said in words, after the language's patterns."""
    for number, said in (*numbers.get("words", {}).items(), *_composed(numbers)):
        yield 2000 + int(number), [pattern.format(one) for pattern in numbers.get("years", ()) for one in said]


def _with_dots(names: Sequence[str]) -> list[str]:
    """The names of a month, the short ones also with the dot they are written with."""
    return [*names, *(f"{name}." for name in names[1:] if len(name) < _SHORT)]


def _offset(zone: str) -> int:
    """ "-03:30" as minutes ahead of UTC."""
    return _minutes(zone.lstrip("+-")) * (-1 if zone.startswith("-") else 1)


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
