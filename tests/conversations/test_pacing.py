"""The token bucket: never more than the pace, never less for long, and a stop holds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.rules.pacing import Budget, Pace, per_second

NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FRESH = Budget(NOW, NOW)


def sent_at(pace: Pace, looks: list[datetime], cost: int = 1) -> list[datetime]:
    """When texts go out, where one waits at each look."""
    budget, sent = FRESH, []
    for at in looks:
        if budget.is_open(at):
            budget = budget.spent(cost, pace, at)
            sent.append(at)
    return sent


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(0, None), (0.5, Pace(2 * SECOND)), (1, Pace(SECOND)), (80, Pace(SECOND / 80, burst=8))],
)
def test_a_rate_becomes_a_pace(rate: float, expected: Pace | None) -> None:
    assert expected == per_second(rate)


def test_one_a_second_is_one_each_second() -> None:
    looks = [NOW + timedelta(milliseconds=10 * n) for n in range(500)]
    assert [NOW + n * SECOND for n in range(5)] == sent_at(Pace(SECOND), looks)


def test_a_burst_goes_at_once_and_is_paid_for_afterwards() -> None:
    pair = Pace(6 * SECOND, burst=45)
    at_once = sent_at(pair, [NOW] * 100)
    assert 45 == len(at_once)
    later = sent_at(pair, [NOW] * 45 + [NOW + n * SECOND for n in range(1, 61)])[45:]
    assert [NOW + n * 6 * SECOND for n in range(1, 11)] == later


def test_a_text_of_three_segments_lets_the_next_wait_three_times_as_long() -> None:
    looks = [NOW + n * SECOND for n in range(10)]
    assert [NOW, NOW + 3 * SECOND, NOW + 6 * SECOND, NOW + 9 * SECOND] == sent_at(Pace(SECOND), looks, cost=3)


@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=200), st.sampled_from([0.5, 1, 3, 10, 80]), st.integers(1, 5000)
)
def test_in_no_stretch_of_time_there_are_more_than_the_pace_allows(gaps: list[int], rate: float, width: int) -> None:
    looks, at = [], NOW
    for gap in gaps:
        at += timedelta(milliseconds=gap)
        looks += [at] * 3
    pace = per_second(rate)
    assert pace is not None
    sent, stretch = sent_at(pace, looks), timedelta(milliseconds=width)
    for start in sent:
        within = sum(start <= one < start + stretch for one in sent)
        assert within <= pace.burst + stretch / pace.every


def test_where_the_provider_stops_us_nothing_goes_before_and_no_burst_then() -> None:
    pace = Pace(6 * SECOND, burst=45)
    stopped = FRESH.shut(NOW + 10 * SECOND, pace)
    assert not stopped.is_open(NOW + 9 * SECOND)
    assert stopped.is_open(NOW + 10 * SECOND)
    assert NOW + 16 * SECOND == stopped.spent(1, pace, NOW + 10 * SECOND).opens_at


def test_a_shorter_stop_does_not_undo_a_longer_one() -> None:
    assert NOW + 10 * SECOND == FRESH.shut(NOW + 10 * SECOND, None).shut(NOW + SECOND, None).opens_at
