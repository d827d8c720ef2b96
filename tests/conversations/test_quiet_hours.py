"""The hours in which we start nothing of our own accord."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.rules.quiet_hours import QuietHours, read_quiet_hours

NIGHT, SIESTA = QuietHours(time(21), time(8)), QuietHours(time(13), time(16))
ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Qatar", "Europe/London", "America/New_York")])
MOMENTS = st.builds(
    lambda at, zone: at.replace(tzinfo=zone),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
    ZONES,
)


@pytest.mark.parametrize(
    ("hours", "at", "over_at"),
    [
        (NIGHT, "2026-03-10 20:59", "2026-03-10 20:59"),
        (NIGHT, "2026-03-10 21:00", "2026-03-11 08:00"),
        (NIGHT, "2026-03-11 00:30", "2026-03-11 08:00"),
        (NIGHT, "2026-03-11 08:00", "2026-03-11 08:00"),
        (SIESTA, "2026-03-10 13:00", "2026-03-10 16:00"),
        (SIESTA, "2026-03-10 23:00", "2026-03-10 23:00"),
    ],
)
def test_when_they_are_over(hours: QuietHours, at: str, over_at: str) -> None:
    zone = ZoneInfo("Asia/Qatar")
    moment = datetime.fromisoformat(at).replace(tzinfo=zone)
    assert hours.over_at(moment) == datetime.fromisoformat(over_at).replace(tzinfo=zone)


@given(st.builds(QuietHours, st.times(), st.times()).filter(lambda hours: hours.begins != hours.ends), MOMENTS)
def test_it_is_never_quiet_when_they_are_over_nor_more_than_a_day_later(hours: QuietHours, at: datetime) -> None:
    over = hours.over_at(at)
    assert not hours.holds(over)
    assert timedelta(0) <= over.replace(tzinfo=None) - at.replace(tzinfo=None) <= timedelta(days=1)


@pytest.mark.parametrize("text", ["21-8", "21:00", "25:00-08:00", "21:00-21:00", "night"])
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are for people, and another test's
        read_quiet_hours(text)


def test_nothing_is_no_quiet_hours() -> None:
    assert read_quiet_hours("") is None
    assert read_quiet_hours("21:00-08:00") == NIGHT
