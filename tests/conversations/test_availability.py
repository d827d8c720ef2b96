"""Which starts are free, and why the others are not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.business import Shift, Staff
from conversations.rules.availability import (
    Calendar,
    Refusal,
    Slot,
    WallTime,
    apart,
    free_slots,
    nearest,
    spread,
    wall_time,
    why_not,
)
from conversations.rules.cells import cells
from conversations.rules.policies import Terms

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 3, 10)
ALL_DAY = tuple(Shift(day, time(9), time(17)) for day in range(7))


def at(hour: int, minute: int = 0, day: date = TUESDAY + timedelta(days=1)) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON)


def calendar(*busy: tuple[datetime, datetime], terms: Terms | None = None, zone: ZoneInfo = LONDON) -> Calendar:
    return Calendar(Staff(1, "Lina", zone, ALL_DAY), terms or Terms(), busy)


def test_the_last_start_leaves_time_for_the_whole_service() -> None:
    slots = free_slots([calendar()], 60, at(9).date(), at(9).date(), NOW)
    assert (at(9), at(16)) == (slots[0].start, slots[-1].start)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (at(9), None),
        (at(16), None),
        (at(16, 15), Refusal.CLOSED),
        (at(8, 45), Refusal.CLOSED),
        (at(11), Refusal.TAKEN),
        (at(10, 15), Refusal.TAKEN),
        (at(12), None),
        (datetime(2026, 3, 10, 8, tzinfo=LONDON), Refusal.PAST),
        (datetime(2026, 3, 10, 9, 30, tzinfo=LONDON), Refusal.TOO_SOON),
        (at(10, day=TUESDAY + timedelta(days=366)), Refusal.TOO_FAR),
    ],
)
def test_every_refused_start_has_its_reason(start: datetime, expected: Refusal | None) -> None:
    assert expected == why_not(calendar((at(11), at(12))), 60, start, NOW)


def test_buffers_keep_their_distance_from_what_is_busy() -> None:
    terms = Terms(buffer_before=15, buffer_after=15)
    found = calendar((at(11), at(12)), terms=terms)
    assert why_not(found, 60, at(9, 45), NOW) is None
    assert Refusal.TAKEN == why_not(found, 60, at(10), NOW)
    assert Refusal.TAKEN == why_not(found, 60, at(12), NOW)
    assert why_not(found, 60, at(12, 15), NOW) is None


def test_whoever_is_free_is_listed_with_the_start() -> None:
    other = Calendar(Staff(2, "Maya", LONDON, ALL_DAY), Terms())
    slots = {
        slot.start: slot.staff_ids
        for slot in free_slots([calendar((at(9), at(12))), other], 60, at(9).date(), at(9).date(), NOW)
    }
    assert ((2,), (1, 2)) == (slots[at(9)], slots[at(12)])


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        (date(2026, 3, 29), time(1, 30), WallTime.GAP),
        (date(2026, 3, 29), time(0, 59), WallTime.PLAIN),
        (date(2026, 3, 29), time(2, 0), WallTime.PLAIN),
        (date(2026, 10, 25), time(1, 30), WallTime.OVERLAP),
        (date(2026, 10, 25), time(2, 0), WallTime.PLAIN),
    ],
)
def test_a_wall_time_exists_once_twice_or_not_at_all(day: date, hour: time, expected: WallTime) -> None:
    assert expected == wall_time(day, hour, LONDON)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_on_the_day_of_a_clock_change_the_hours_stay_the_walls(day: date) -> None:
    night = Staff(1, "Lina", LONDON, tuple(Shift(d, time(0), time(6)) for d in range(7)))
    slots = free_slots([Calendar(night, Terms())], 60, day, day, NOW)
    lengths = {date(2026, 3, 29): 5, date(2026, 10, 25): 7}
    assert lengths[day] == len([slot for slot in slots if slot.start.astimezone(UTC).minute == 0])
    assert len(slots) == len({slot.start.astimezone(UTC) for slot in slots})


def test_closing_at_midnight_is_the_end_of_the_day() -> None:
    late = Staff(1, "Lina", LONDON, (Shift(2, time(22), time(0)),))
    slots = free_slots([Calendar(late, Terms())], 60, TUESDAY, TUESDAY + timedelta(days=3), NOW)
    assert (at(22), at(23)) == (slots[0].start, slots[-1].start)


def test_the_nearest_come_in_calendar_order() -> None:
    slots = [Slot(at(hour), (1,)) for hour in (9, 10, 12, 15)]
    assert [at(10), at(12)] == [slot.start for slot in nearest(slots, at(11), 2)]


def test_other_times_overlap_neither_the_refused_one_nor_each_other() -> None:
    slots = free_slots([calendar()], 60, at(9).date(), at(9).date(), NOW)
    assert [at(9), at(10), at(12)] == [slot.start for slot in apart(slots, at(11), timedelta(hours=1))]


def test_an_offer_is_spread_over_the_day_on_full_hours() -> None:
    slots = free_slots([calendar()], 60, at(9).date(), at(9).date(), NOW)
    offered = spread(slots, 4)
    assert (4, at(9), at(16)) == (len(offered), offered[0].start, offered[-1].start)
    assert all(slot.start.minute == 0 for slot in offered)


def test_a_cell_is_owned_whole_however_little_of_it_is_needed() -> None:
    start = datetime(2026, 3, 10, 9, 2, tzinfo=UTC)
    assert 2 == len(cells(start, start + timedelta(minutes=5)))
    with pytest.raises(ValueError, match="end after"):
        cells(start, start)
    with pytest.raises(ValueError, match="zone"):
        cells(start.replace(tzinfo=None), start)


minutes = st.integers(0, 7 * 24 * 60)
stretches = st.lists(st.tuples(minutes, st.integers(1, 300)), max_size=8)


@given(stretches, st.integers(5, 180), st.integers(0, 30), st.integers(0, 30), st.sampled_from([5, 10, 15, 30, 60]))
def test_what_is_offered_can_be_had_and_nothing_offered_touches_what_is_busy(
    taken: list[tuple[int, int]], length: int, before: int, after: int, grid: int
) -> None:
    busy = tuple((NOW + timedelta(minutes=s), NOW + timedelta(minutes=s + n)) for s, n in taken)
    terms = Terms(buffer_before=before, buffer_after=after, grid_minutes=grid)
    found = calendar(*busy, terms=terms)
    for slot in free_slots([found], length, TUESDAY, TUESDAY + timedelta(days=6), NOW):
        assert why_not(found, length, slot.start, NOW) is None
        owned = cells(slot.start - terms.before, slot.start + timedelta(minutes=length) + terms.after)
        assert not any(set(owned) & set(cells(*stretch)) for stretch in busy)
