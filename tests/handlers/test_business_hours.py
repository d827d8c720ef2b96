"""Hours as a business file writes them: read, refused with the line at fault, and written again."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.business_hours import dated, shifts, written_dates, written_shifts

FIVE = st.integers(0, 287).map(lambda cell: time(cell // 12, cell % 12 * 5))
HOURS = st.tuples(FIVE, FIVE).filter(lambda hours: hours[0] < hours[1])
DATES = st.lists(
    st.tuples(st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.none() | HOURS),
    max_size=12,
    unique_by=lambda one: one[0],
)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("2026-12-24", "wanted"),
        ("2026-12-24 late", "wanted"),
        ("2026-02-30 closed", "no such date"),
        ("2026-12-24 22:00-02:00", "two lines"),
        ("2026-12-24 10:00-10:00", "two lines"),
        ("2026-12-24 25:00-26:00", "no such time"),
        ("2026-12-24 09:02-10:00", "steps of 5"),
        ("2026-12-31..2026-12-24 closed", "ends before"),
        ("2026-01-01..2027-12-24 closed", "over a year"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_the_reason(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        dated(line)
    assert f'"{line}"' in str(refused.value)


def test_weekly_hours_come_in_steps_of_five_minutes() -> None:
    with pytest.raises(ValueError, match="steps of 5"):
        shifts("Mon 09:03-10:00")


def test_a_date_and_a_run_of_dates() -> None:
    hours = time(9), time(13)
    assert [(date(2026, 12, 24), hours)] == dated("2026-12-24 09:00-13:00")
    days = [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)]
    assert (
        [(day, None) for day in days]
        == dated("2026-12-30..2027-01-01 closed")
        == dated("2026-12-30 to 2027-01-01 closed")
    )


@given(DATES)
def test_what_is_written_is_read_again(dates: list[tuple[date, tuple[time, time] | None]]) -> None:
    read = [day for line in written_dates(dates) for day in dated(line)]
    assert sorted(dates, key=lambda one: one[0]) == sorted(read, key=lambda one: one[0])


@given(st.lists(st.tuples(st.integers(0, 6), HOURS), max_size=10, unique_by=lambda one: one[0]))
def test_weekly_hours_are_too(week: list[tuple[int, tuple[time, time]]]) -> None:
    wanted = sorted((day, *hours) for day, hours in week)
    assert wanted == sorted(shift for line in written_shifts(wanted) for shift in shifts(line))
