"""The order of a waiting line, who of it is asked and by when they must answer."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.rules.quiet_hours import QuietHours
from conversations.rules.waitlist import (
    LAST_HOUR,
    Waiter,
    Why,
    answer_by,
    in_order,
    time_to_answer,
    whom_to_offer,
    why_nobody,
    worth_a_look,
)

QATAR = ZoneInfo("Asia/Qatar")
NOW = datetime(2026, 3, 10, 10, tzinfo=QATAR)
NIGHT = QuietHours(time(21), time(8))
JOINED = datetime(2026, 3, 1, tzinfo=UTC)


def waiter(number: int, seats: int = 1, **changes: object) -> Waiter:
    """Somebody who joined in the order of their numbers."""
    return replace(Waiter(number, seats, 0, JOINED + timedelta(minutes=number)), **changes)  # type: ignore[arg-type]


def asked(line: list[Waiter], free: int, unbooked: int | None = None, **how: bool) -> list[int]:
    return [each.id for each in whom_to_offer(line, free, free if unbooked is None else unbooked, **how)]


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [(500, 720), (72.1, 720), (72, 120), (24, 120), (23.9, 30), (6, 30), (5.9, 15), (1.01, 15), (1, None), (0.1, None)],
)
def test_the_time_to_answer_follows_the_lead_time(hours: float, minutes: int | None) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert expected == time_to_answer(timedelta(hours=hours))


@pytest.mark.parametrize(
    ("now", "start", "expected"),
    [
        ("10T10:00", "20T18:00", "10T22:00"),
        ("10T20:00", "12T10:00", "11T09:00"),  # one hour before the night, one after it
        ("10T22:00", "12T10:00", "11T10:00"),
        ("10T22:00", "11T18:00", "11T08:30"),
        ("10T23:00", "11T10:00", "10T23:30"),  # near: the night counts
        ("10T21:30", "11T09:15", "10T22:00"),
    ],
)
def test_the_quiet_hours_stop_the_clock_unless_the_start_is_near(now: str, start: str, expected: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=QATAR)

    quiet = None if now == "10T10:00" else NIGHT
    assert at(expected) == answer_by(at(now), at(start), quiet)


MINUTES = st.integers(1, 20 * 24 * 60)
QUIET = st.one_of(st.none(), st.builds(QuietHours, st.sampled_from([time(18), time(21), time(1)]), st.just(time(12))))


@given(MINUTES, MINUTES, QUIET)
def test_an_offer_ends_before_the_start_and_gives_at_least_the_whole_time(
    shift: int, lead: int, quiet: QuietHours | None
) -> None:
    now = NOW + timedelta(minutes=shift)
    until, within = answer_by(now, now + timedelta(minutes=lead), quiet), time_to_answer(timedelta(minutes=lead))
    assert (until is None) == (within is None) == (timedelta(minutes=lead) <= LAST_HOUR)
    if until is not None and within is not None:
        assert now + within <= until < now + timedelta(minutes=lead)


def test_priority_goes_before_the_time_of_joining() -> None:
    line = [waiter(1), waiter(2, priority=5), waiter(3, priority=5), waiter(4)]
    assert [2, 3, 1, 4] == [each.id for each in in_order(line)]


def test_a_party_that_does_not_fit_is_passed_over_or_waited_for() -> None:
    line = [waiter(1, 3), waiter(2, 2), waiter(3, 1)]
    assert [2] == asked(line, 2)
    assert [] == asked(line, 2, skips_parties=False)
    assert [1] == asked(line, 3, skips_parties=False)
    assert {1: Why.PARTY, 2: Why.BEHIND, 3: Why.BEHIND} == why_nobody(line, 2, 2, skips_parties=False)


def test_in_the_last_hour_everybody_who_fits_is_asked() -> None:
    line = [waiter(1, 3), waiter(2, 2), waiter(3, 1), waiter(4, 1)]
    for skips_parties in (True, False):
        assert [2, 3, 4] == asked(line, 2, all_at_once=True, skips_parties=skips_parties)


def test_a_seat_that_was_let_pass_goes_to_the_next_and_another_one_comes_back_to_the_first() -> None:
    line = [waiter(1, passed=1), waiter(2)]
    assert [2] == asked(line, 1)
    assert [1, 2] == asked(line, 2)
    line = [waiter(1, passed=1), waiter(2, is_asked=True)]
    assert [] == asked(line, 0, 1)
    assert [1] == asked(line, 1, 2)


def test_everybody_can_read_why_they_are_not_asked() -> None:
    line = [
        waiter(1, is_asked=True), waiter(2, is_reachable=False), waiter(3, 5), waiter(4, passed=2), waiter(5),
        waiter(6),
    ]  # fmt: skip
    assert {
        1: Why.ASKED, 2: Why.UNREACHABLE, 3: Why.PARTY, 4: Why.PASSED, 5: Why.NEXT, 6: Why.OTHERS_FIRST,
    } == why_nobody(line, 1, 2)  # fmt: skip
    assert Why.NO_ROOM is why_nobody([waiter(1)], 0, 0)[1]


WAITERS = st.lists(
    st.builds(
        Waiter, st.integers(1, 10_000), st.integers(1, 6), st.integers(-2, 2),
        st.integers(0, 5).map(lambda minutes: JOINED + timedelta(minutes=minutes)), st.integers(0, 8), st.booleans(),
        st.booleans(),
    ),
    max_size=12, unique_by=lambda each: each.id,
)  # fmt: skip


@given(WAITERS, st.integers(0, 12), st.integers(0, 12), st.booleans(), st.booleans())
def test_nobody_is_asked_for_more_than_there_is_and_nobody_is_left_out(
    line: list[Waiter], free: int, held: int, skips_parties: bool, all_at_once: bool
) -> None:
    how = {"skips_parties": skips_parties, "all_at_once": all_at_once}
    chosen = whom_to_offer(line, free, free + held, **how)
    why = why_nobody(line, free, free + held, **how)
    assert {each.id for each in line} == why.keys()
    assert in_order(chosen) == chosen
    assert not any(each.is_asked or not each.is_reachable or each.seats > free + held - each.passed for each in chosen)
    left = free - (0 if all_at_once else sum(each.seats for each in chosen))
    assert left >= 0
    for each in line:
        could = not each.is_asked and each.is_reachable and each.seats <= min(left, free + held - each.passed)
        assert not could or each in chosen or why[each.id] is Why.BEHIND
        assert why[each.id] is not Why.BEHIND or not skips_parties


@given(WAITERS, st.integers(0, 12))
def test_who_is_asked_is_asked_before_who_stands_behind_with_as_many(line: list[Waiter], free: int) -> None:
    chosen = {each.id for each in whom_to_offer(line, free, free)}
    ordered = [each for each in in_order(line) if not each.is_asked and each.is_reachable and not each.passed]
    for place, each in enumerate(ordered):
        behind = [other for other in ordered[place:] if other.seats >= each.seats and other.id in chosen]
        assert each.id in chosen or not behind


def test_a_line_is_looked_at_when_something_ends_or_the_last_hour_begins() -> None:
    start = NOW + timedelta(hours=5)
    ends = NOW + timedelta(minutes=15)
    assert ends == worth_a_look(NOW, start, [None, ends, NOW])
    assert start - LAST_HOUR == worth_a_look(NOW, start, [None])
    assert start == worth_a_look(start - LAST_HOUR, start, [])
