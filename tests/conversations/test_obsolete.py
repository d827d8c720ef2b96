"""What did not arrive goes out again only while it is still so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conversations.booking import BookingStatus
from conversations.rules.obsolete import BookingNow, Lost, Obsolete, why_obsolete

NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PENDING = BookingNow(BookingStatus.PENDING, NOW + 5 * HOUR, None, NOW + HOUR)
CONFIRMED = replace(PENDING, status=BookingStatus.CONFIRMED, decide_by=None)
REQUEST = Lost(NOW - HOUR, PENDING.told, PENDING, is_opted_out=False, went_on=False)
NEWS = Lost(NOW - HOUR, CONFIRMED.told, CONFIRMED, is_opted_out=False, went_on=True)
ANSWER = Lost(NOW - HOUR, "", None, is_opted_out=False, went_on=False)


@pytest.mark.parametrize(
    ("lost", "now", "expected"),
    [
        (REQUEST, NOW, None),
        (NEWS, NOW, None),
        (ANSWER, NOW, None),
        (replace(REQUEST, is_opted_out=True), NOW, Obsolete.OPTED_OUT),
        (replace(ANSWER, is_opted_out=True), NOW, Obsolete.OPTED_OUT),
        (replace(REQUEST, booking=CONFIRMED), NOW, Obsolete.CHANGED),
        (replace(REQUEST, booking=replace(PENDING, start=NOW + 6 * HOUR)), NOW, Obsolete.CHANGED),
        (replace(REQUEST, booking=replace(PENDING, proposed=NOW + 6 * HOUR)), NOW, Obsolete.CHANGED),
        (replace(NEWS, booking=replace(CONFIRMED, status=BookingStatus.CANCELLED)), NOW, Obsolete.CHANGED),
        (replace(NEWS, told=""), NOW, Obsolete.CHANGED),
        (REQUEST, NOW + HOUR, Obsolete.DEADLINE_OVER),
        (NEWS, NOW + 5 * HOUR, Obsolete.PAST),
        (replace(NEWS, written_at=NOW + 6 * HOUR), NOW + 7 * HOUR, None),  # written afterwards, about what was
        (replace(ANSWER, went_on=True), NOW, Obsolete.WENT_ON),
    ],
)
def test_why_a_text_is_obsolete(lost: Lost, now: datetime, expected: Obsolete | None) -> None:
    assert expected is why_obsolete(lost, now)


def test_the_zone_a_time_is_written_in_makes_no_other_state() -> None:
    elsewhere = replace(PENDING, start=PENDING.start.astimezone())
    assert PENDING.told == elsewhere.told


def test_the_longest_state_fits_its_column() -> None:
    assert all(len(replace(PENDING, status=status, proposed=NOW).told) <= 100 for status in BookingStatus)
