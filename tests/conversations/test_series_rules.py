"""A pattern's occurrences, and what becomes of each."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from conversations.business import Shift, Staff
from conversations.rules.availability import Calendar, Refusal, occupied, why_not
from conversations.rules.policies import Terms
from conversations.rules.series import (
    MOST,
    Missing,
    Pattern,
    Unfit,
    UnfitPattern,
    endless,
    occurrences,
)
from conversations.rules.series_plans import Plan, in_mode, plan, span
from conversations.series import Frequency, Mode

LONDON, QATAR = ZoneInfo("Europe/London"), ZoneInfo("Asia/Qatar")
FIVE = time(17)
TUESDAY = datetime(2026, 3, 10, 17)
DAILY_HOURS = tuple(Shift(day, time(9), time(20)) for day in range(7))


def weekly(start: datetime = TUESDAY, **more: object) -> Pattern:
    return Pattern(Frequency.WEEKLY, start, **{"count": 4, **more})  # type: ignore[arg-type]


def days(pattern: Pattern, zone: ZoneInfo = QATAR) -> list[str]:
    return [
        f"{each.at:%d %b}{'' if each.missing is None else ' ' + each.missing}" for each in occurrences(pattern, zone)
    ]


def unfit(pattern: Pattern) -> Unfit:
    with pytest.raises(UnfitPattern) as caught:
        occurrences(pattern, QATAR)
    return caught.value.reason


# Occurrences


def test_a_weekly_series_falls_on_its_days() -> None:
    assert ["10 Mar", "17 Mar", "24 Mar", "31 Mar"] == days(weekly())
    assert ["10 Mar", "12 Mar", "17 Mar", "19 Mar"] == days(weekly(days_of_week=(3, 1)))
    assert ["10 Mar", "24 Mar", "07 Apr", "21 Apr"] == days(weekly(interval=2))


def test_a_start_on_no_listed_day_moves_to_the_next_listed_one() -> None:
    assert ["12 Mar", "19 Mar", "26 Mar", "02 Apr"] == days(weekly(days_of_week=(3,)))
    assert ["16 Mar", "30 Mar", "13 Apr", "27 Apr"] == days(weekly(days_of_week=(0,), interval=2))


def test_the_last_day_is_part_of_it() -> None:
    assert ["10 Mar", "17 Mar", "24 Mar"] == days(weekly(count=None, until=date(2026, 3, 24)))
    assert ["10 Mar", "17 Mar"] == days(weekly(count=None, until=date(2026, 3, 23)))


def test_a_month_without_the_day_is_shown_and_not_left_out() -> None:
    pattern = Pattern(Frequency.MONTHLY, datetime(2026, 1, 31, 17), count=5)
    assert ["31 Jan", "28 Feb no_such_day", "31 Mar", "30 Apr no_such_day", "31 May"] == days(pattern)


def test_the_29th_of_february_comes_every_four_years_by_the_year() -> None:
    pattern = Pattern(Frequency.MONTHLY, datetime(2028, 2, 29, 9), interval=12, count=5)
    found = occurrences(pattern, QATAR)
    assert [None, Missing.NO_SUCH_DAY, Missing.NO_SUCH_DAY, Missing.NO_SUCH_DAY, None] == [o.missing for o in found]
    assert date(2032, 2, 29) == found[-1].at.date()


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (weekly(count=None), Unfit.LENGTH),
        (weekly(until=date(2026, 5, 1)), Unfit.LENGTH),
        (weekly(count=1), Unfit.TOO_FEW),
        (weekly(count=0), Unfit.TOO_FEW),
        (weekly(count=53), Unfit.TOO_MANY),
        (weekly(count=None, until=date(2029, 1, 1)), Unfit.TOO_MANY),
        (weekly(count=None, until=date(2026, 3, 9)), Unfit.ENDS_BEFORE),
        (weekly(count=None, until=date(2026, 3, 11), days_of_week=(3,)), Unfit.ENDS_BEFORE),
        (weekly(count=None, until=date(2026, 3, 16)), Unfit.TOO_FEW),
        (weekly(days_of_week=(7,)), Unfit.DAYS),
        (weekly(interval=0), Unfit.INTERVAL),
        (weekly(interval=13), Unfit.INTERVAL),
        (Pattern(Frequency.DAILY, TUESDAY, days_of_week=(1,), count=3), Unfit.DAYS),
        (Pattern(Frequency.MONTHLY, TUESDAY, days_of_week=(1,), count=3), Unfit.DAYS),
    ],
)  # fmt: skip
def test_a_pattern_that_does_not_fit_says_why(pattern: Pattern, expected: Unfit) -> None:
    assert expected is unfit(pattern)


# The clock


@pytest.mark.parametrize(
    ("zone", "start", "before", "after"),
    [
        ("Europe/London", datetime(2026, 3, 24, 17), 0, 60),
        ("Europe/London", datetime(2026, 10, 20, 17), 60, 0),
        ("America/New_York", datetime(2026, 3, 3, 17), -300, -240),
        ("America/New_York", datetime(2026, 10, 27, 17), -240, -300),
        ("Australia/Sydney", datetime(2026, 9, 29, 17), 600, 660),
        ("Australia/Sydney", datetime(2026, 3, 31, 17), 660, 600),
        ("Africa/Cairo", datetime(2026, 4, 21, 17), 120, 180),
        ("Africa/Cairo", datetime(2026, 10, 27, 17), 180, 120),
        ("Asia/Kathmandu", datetime(2026, 3, 24, 17), 345, 345),
    ],
)
def test_five_stays_five_when_the_clock_changes(zone: str, start: datetime, before: int, after: int) -> None:
    found = occurrences(weekly(start, count=2), ZoneInfo(zone))
    moments = [each.at.replace(tzinfo=ZoneInfo(zone)) for each in found]
    assert [FIVE, FIVE] == [moment.time() for moment in moments]
    assert [before, after] == [round((moment.utcoffset() or timedelta()).total_seconds() / 60) for moment in moments]


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/London", datetime(2026, 3, 29, 1, 30)),
        ("America/New_York", datetime(2026, 3, 8, 2, 30)),
        ("Australia/Sydney", datetime(2026, 10, 4, 2, 30)),
        ("Africa/Cairo", datetime(2026, 4, 24, 0, 30)),
    ],
)
def test_an_hour_that_the_clock_jumps_over_is_shown_as_missing(zone: str, night: datetime) -> None:
    found = occurrences(weekly(night - timedelta(days=7), count=3), ZoneInfo(zone))
    assert [None, Missing.GAP, None] == [each.missing for each in found]


# Properties

STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31), timezones=st.none()).map(
    lambda at: at.replace(second=0, microsecond=0)
)
WEEKDAYS = st.lists(st.integers(0, 6), max_size=7, unique=True).map(tuple)
PATTERNS = st.one_of(
    st.builds(Pattern, st.sampled_from([Frequency.DAILY, Frequency.MONTHLY]), STARTS, st.integers(1, 12),
              count=st.integers(2, MOST)),
    st.builds(Pattern, st.just(Frequency.WEEKLY), STARTS, st.integers(1, 12), WEEKDAYS, st.integers(2, MOST)),
)  # fmt: skip
RULES: dict[Frequency, Literal[1, 2, 3]] = {
    Frequency.DAILY: DAILY,
    Frequency.WEEKLY: WEEKLY,
    Frequency.MONTHLY: MONTHLY,
}


@given(PATTERNS)
def test_it_has_as_many_as_it_says_each_later_than_the_one_before(pattern: Pattern) -> None:
    found = occurrences(pattern, LONDON)
    assert pattern.count == len(found)
    assert list(range(1, len(found) + 1)) == [each.number for each in found]
    assert all(one.at < other.at for one, other in pairwise(found))
    assert found[0].at == pattern.first >= pattern.start
    assert all(each.at.time() == pattern.start.time() for each in found)


@given(PATTERNS)
def test_it_falls_on_the_days_of_the_calendar_standard(pattern: Pattern) -> None:
    """RFC 5545, which leaves out the months without the day."""
    listed = pattern.days_of_week or None
    rule = rrule(RULES[pattern.frequency], dtstart=pattern.first, interval=pattern.interval, byweekday=listed)
    ours = [each.at for each in islice(endless(pattern, QATAR), 200) if each.missing is None][:20]
    theirs = list(islice(rule, 20))
    assert theirs[: len(ours)] == ours and ours


@given(PATTERNS, st.integers(1, 400))
def test_until_a_day_is_all_that_comes_by_then(pattern: Pattern, ahead: int) -> None:
    until = pattern.first.date() + timedelta(days=ahead)
    by_day = [each for each in islice(endless(pattern, QATAR), 500) if each.at.date() <= until]
    bounded = Pattern(pattern.frequency, pattern.start, pattern.interval, pattern.days_of_week, until=until)
    if 2 <= len(by_day) <= MOST:
        assert tuple(by_day) == occurrences(bounded, QATAR)
    else:
        assert unfit(bounded) is (Unfit.TOO_FEW if len(by_day) < 2 else Unfit.TOO_MANY)


# Plans

NOW = datetime(2026, 3, 10, 10, 15, tzinfo=QATAR)
STAFF, PLAIN = Staff(1, "Lina", QATAR, DAILY_HOURS), Terms()
CAPPED = Terms(buffer_before=10, buffer_after=5, daily_cap=1)


def calendar(*taken: str, staff: Staff = STAFF, terms: Terms = PLAIN) -> Calendar:
    """Taken for an hour from each of these ISO wall times."""
    starts = [datetime.fromisoformat(at).replace(tzinfo=QATAR) for at in taken]
    return Calendar(staff, terms, {Refusal.TAKEN: occupied([(at, at + timedelta(hours=1)) for at in starts])})


def made(found: Calendar, pattern: Pattern, mode: Mode = Mode.SKIP) -> Plan:
    return in_mode(plan(found, pattern, 60, QATAR, NOW), mode, NOW)


def told(found: Plan) -> list[str]:
    return [f"{item.start:%a %d %b %H:%M}" if item.start else f"({item.why})" for item in found.items]


def test_every_occurrence_is_checked_like_a_single_booking() -> None:
    closed = Staff(1, "Lina", QATAR, DAILY_HOURS, {date(2026, 3, 24): ()})
    found = made(calendar("2026-03-17T16:30", staff=closed), weekly())
    assert ["Tue 10 Mar 17:00", "(taken)", "(closed)", "Tue 31 Mar 17:00"] == told(found)


def test_what_is_further_ahead_than_the_business_books_is_shown() -> None:
    found = made(calendar(terms=Terms(horizon_days=14)), weekly())
    assert ["Tue 10 Mar 17:00", "Tue 17 Mar 17:00", "Tue 24 Mar 17:00", "(too_far)"] == told(found)


def test_the_nearest_time_takes_the_place_of_one_that_is_taken() -> None:
    found = made(calendar("2026-03-17T17:00"), weekly(), Mode.REPLACE)
    assert ["Tue 10 Mar 17:00", "Tue 17 Mar 16:00", "Tue 24 Mar 17:00", "Tue 31 Mar 17:00"] == told(found)
    assert found.items[1].is_elsewhen and not found.items[0].is_elsewhen


def test_two_that_are_taken_are_not_both_given_the_same_time() -> None:
    pattern = Pattern(Frequency.DAILY, TUESDAY, count=3)
    late = Staff(1, "Lina", QATAR, tuple(Shift(day, time(16), time(18)) for day in range(7)))
    full = calendar("2026-03-11T16:00", "2026-03-11T17:00", "2026-03-12T17:00", staff=late)
    assert ["Tue 10 Mar 17:00", "(taken)", "(taken)"] == told(made(full, pattern))
    assert ["Tue 10 Mar 17:00", "Thu 12 Mar 16:00", "Fri 13 Mar 16:00"] == told(made(full, pattern, Mode.REPLACE))


def test_one_more_at_the_end_for_each() -> None:
    found = made(calendar("2026-03-17T17:00", "2026-04-07T17:00"), weekly(), Mode.EXTEND)
    expected = ["Tue 10 Mar 17:00", "(taken)", "Tue 24 Mar 17:00", "Tue 31 Mar 17:00", "(taken)", "Tue 14 Apr 17:00"]
    assert expected == told(found)
    assert [1, 2, 3, 4, 5, 6] == [item.number for item in found.items]


def test_what_nobody_books_so_far_ahead_is_not_added_at_the_end() -> None:
    found = made(calendar("2026-03-17T17:00", terms=Terms(horizon_days=21)), weekly(), Mode.EXTEND)
    assert 4 == len(found.items)


def test_a_cap_counts_the_series_itself() -> None:
    found = made(calendar(terms=Terms(weekly_cap=1)), weekly(days_of_week=(1, 3), count=4))
    assert ["Tue 10 Mar 17:00", "(week_cap)", "Tue 17 Mar 17:00", "(week_cap)"] == told(found)


TAKEN = st.lists(
    st.tuples(st.integers(0, 90), st.integers(9 * 4, 19 * 4)).map(
        lambda at: (datetime(2026, 3, 10) + timedelta(days=at[0], minutes=15 * at[1])).isoformat()
    ),
    max_size=40,
)


SOON = PATTERNS.map(lambda each: Pattern(each.frequency, datetime(2026, 3, 11, 17), 1, each.days_of_week, each.count))


@given(TAKEN, SOON, st.sampled_from(sorted(Mode)), st.sampled_from([PLAIN, CAPPED]))
def test_whatever_is_booked_could_be_booked_one_by_one(
    taken: list[str], pattern: Pattern, mode: Mode, terms: Terms
) -> None:
    found = made(calendar(*taken, terms=terms), pattern, mode)
    owned: list[tuple[datetime, datetime]] = []
    for start in found.booked:
        booked = {start.date(): 0} if terms.daily_cap else {}
        assert why_not(Calendar(STAFF, terms, {
            **found.calendar.busy, Refusal.HELD: occupied(owned)}, (), booked), 60, start, NOW) is None  # fmt: skip
        owned.append((start.astimezone(UTC) - terms.before, start.astimezone(UTC) + timedelta(hours=1) + terms.after))
    kept = [item for item in found.items if item.start is not None and not item.is_elsewhen]
    assert all(item.start is not None and item.start.replace(tzinfo=None) == item.at for item in kept)
    assert len(set(found.booked)) == len(found.booked) <= MOST
    first, last = span(pattern, QATAR)
    assert all(first <= start.date() <= last for start in found.booked)
