"""When reminders go: elapsed time before the start whatever the clocks do, never in the quiet hours, never too late."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.rules.quiet_hours import QuietHours
from conversations.rules.reminders import SOON, afterwards, flag_at, reminders

LONDON, CAIRO, KATHMANDU = ZoneInfo("Europe/London"), ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Kathmandu")
NIGHT = QuietHours(time(21), time(8))
USUAL = (1440, 120)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def local(start: datetime, zone: ZoneInfo, now: datetime = LONG_AGO, minutes: tuple[int, ...] = USUAL) -> list[str]:
    """Wall times of the reminders."""
    found = reminders(start, now, minutes, NIGHT, zone)
    return [f"{due.astimezone(zone):%a %H:%M}" for due in found]


def test_a_day_and_two_hours_before() -> None:
    assert ["Wed 15:00", "Thu 13:00"] == local(datetime(2026, 3, 12, 15, tzinfo=LONDON), LONDON)


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        (datetime(2026, 3, 29, 15), LONDON, ["Sat 14:00", "Sun 13:00"]),  # the clocks go forward: 24 hours are 24 hours
        (datetime(2026, 10, 25, 15), LONDON, ["Sat 16:00", "Sun 13:00"]),
        (datetime(2026, 4, 24, 12), CAIRO, ["Thu 11:00", "Fri 10:00"]),
        (datetime(2026, 3, 12, 13), KATHMANDU, ["Wed 13:00", "Thu 11:00"]),
    ],
)
def test_a_change_of_the_clock_moves_the_wall_time_and_not_the_length(
    start: datetime, zone: ZoneInfo, expected: list[str]
) -> None:
    found = reminders(start.replace(tzinfo=zone), LONG_AGO, USUAL, NIGHT, zone)
    assert [timedelta(hours=24), timedelta(hours=2)] == [
        start.replace(tzinfo=zone).astimezone(UTC) - due for due in found
    ]
    assert expected == local(start.replace(tzinfo=zone), zone)


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (7, 0, ["Wed 08:00", "Wed 20:45"]),  # before we open our eyes: the evening before
        (8, 15, ["Wed 08:15", "Wed 20:45"]),
        (9, 0, ["Wed 09:00", "Thu 08:00"]),  # an hour is enough to be reminded in
        (0, 30, ["Wed 08:00", "Wed 20:45"]),
        (22, 30, ["Thu 08:00", "Thu 20:30"]),
    ],
)
def test_quiet_hours_are_gone_round(hour: int, minute: int, expected: list[str]) -> None:
    assert expected == local(datetime(2026, 3, 12, hour, minute, tzinfo=LONDON), LONDON)


def test_what_would_come_too_late_is_not_planned() -> None:
    start = datetime(2026, 3, 12, 15, tzinfo=LONDON)
    assert ["Thu 13:00"] == local(start, LONDON, now=start - timedelta(hours=20))
    assert [] == local(start, LONDON, now=start - timedelta(hours=2, minutes=20))
    assert [] == local(start, LONDON, now=start + timedelta(days=1))


def test_an_early_visit_booked_at_night_is_reminded_of_in_the_morning() -> None:
    start = datetime(2026, 3, 12, 8, 30, tzinfo=LONDON)
    assert ["Thu 08:00"] == local(start, LONDON, now=start - timedelta(hours=10))
    assert [] == local(start.replace(hour=8, minute=5), LONDON, now=start - timedelta(hours=10))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    st.lists(st.integers(10, 30 * 1440), max_size=5),
    st.integers(0, 40 * 1440),
    st.sampled_from([LONDON, CAIRO, KATHMANDU, ZoneInfo("Australia/Sydney"), ZoneInfo("America/New_York")]),
    st.sampled_from([NIGHT, None, QuietHours(time(13), time(14)), QuietHours(time(8), time(20))]),
)
def test_every_reminder_goes_after_now_before_the_start_and_not_in_the_quiet_hours(
    start: datetime, minutes: list[int], ahead: int, zone: ZoneInfo, quiet: QuietHours | None
) -> None:
    begins = start.replace(tzinfo=zone).astimezone(UTC)
    now = begins - timedelta(minutes=ahead)
    found = reminders(begins, now, minutes, quiet, zone)
    assert sorted(set(found)) == found
    for due in found:
        assert now + SOON <= due < begins
        assert quiet is None or not quiet.holds(due.astimezone(zone))


def test_the_coordinator_hears_four_hours_before_but_leaves_time_to_answer() -> None:
    start = datetime(2026, 3, 12, 15, tzinfo=UTC)
    asked = start - timedelta(hours=24)
    assert start - timedelta(hours=4) == flag_at(start, asked, asked, NIGHT, ZoneInfo("UTC"))
    assert flag_at(start, start - timedelta(hours=4, minutes=30), asked, NIGHT, ZoneInfo("UTC")) is None
    early = datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert datetime(2026, 3, 11, 20, 45, tzinfo=UTC) == flag_at(early, asked, asked, NIGHT, ZoneInfo("UTC"))


def test_after_a_visit_nobody_is_written_to_at_night_or_of_old_news() -> None:
    over = datetime(2026, 3, 12, 20, tzinfo=UTC)
    wait, zone = timedelta(hours=2), ZoneInfo("UTC")
    assert datetime(2026, 3, 13, 8, tzinfo=UTC) == afterwards(over, over, wait, NIGHT, zone)
    assert over + wait == afterwards(over, over, wait, None, zone)
    later = over + timedelta(hours=20)
    assert later + wait == afterwards(over, later, wait, NIGHT, zone)
    assert afterwards(over, over + timedelta(days=3), wait, NIGHT, zone) is None
