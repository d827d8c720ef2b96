"""Which starts are free, and why the others are not."""

from dataclasses import replace
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
    day_refusals,
    free_slots,
    occupied,
    wall_time,
    why_not,
)
from conversations.rules.cells import cells
from conversations.rules.choosing import apart, nearest, spread
from conversations.rules.policies import Terms

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 3, 10)
LAST = TUESDAY + timedelta(days=6)
ALL_DAY = tuple(Shift(day, time(9), time(17)) for day in range(7))


LINA = Staff(1, "Lina", LONDON, ALL_DAY)


def at(hour: int, minute: int = 0, day: date = TUESDAY + timedelta(days=1)) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON)


def calendar(*busy: tuple[datetime, datetime], terms: Terms | None = None, zone: ZoneInfo = LONDON) -> Calendar:
    return Calendar(Staff(1, "Lina", zone, ALL_DAY), terms or Terms(), {Refusal.TAKEN: occupied(busy)})


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


def test_a_start_is_free_where_anybody_is() -> None:
    other = calendar((at(12), at(17)))
    slots = free_slots([calendar((at(9), at(12))), other], 60, at(9).date(), at(9).date(), NOW)
    assert [at(9), at(12)] == [slot.start for slot in slots if slot.start in (at(9), at(11, 15), at(12))]
    assert at(11, 30) not in [slot.start for slot in slots]


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
    slots = [Slot(at(hour)) for hour in (9, 10, 12, 15)]
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


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ({Refusal.BLOCKED: at(11)}, Refusal.BLOCKED),
        ({Refusal.ELSEWHERE: at(11)}, Refusal.ELSEWHERE),
        ({Refusal.HELD: at(11)}, Refusal.HELD),
        ({Refusal.HELD: at(11), Refusal.TAKEN: at(11, 30)}, Refusal.TAKEN),
        ({Refusal.HELD: at(12)}, None),
    ],
)
def test_busy_time_says_why_it_is(busy: dict[Refusal, datetime], expected: Refusal | None) -> None:
    hours = {why: occupied([(start, start + timedelta(minutes=30))]) for why, start in busy.items()}
    assert expected == why_not(Calendar(LINA, Terms(), hours), 60, at(11), NOW)


def test_a_date_of_its_own_replaces_the_weekly_hours_and_a_holiday() -> None:
    christmas, boxing_day, plain = date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 23)
    lina = replace(LINA, holidays="GB", dates={boxing_day: ((time(20), time(22)),), plain: ()})
    found = Calendar(lina, Terms())

    def starts(day: date) -> list[int]:
        return [slot.start.hour for slot in free_slots([found], 60, day, day, NOW) if not slot.start.minute]

    assert ([], [20, 21], []) == (starts(christmas), starts(boxing_day), starts(plain))
    assert Refusal.HOLIDAY == why_not(found, 60, at(11, day=christmas), NOW)
    assert Refusal.CLOSED == why_not(found, 60, at(11, day=plain), NOW)
    assert frozenset({Refusal.HOLIDAY}) == day_refusals([found], 60, christmas, NOW)


def test_who_works_at_the_same_hours_but_on_one_day_has_other_times_on_that_day() -> None:
    wednesday = TUESDAY + timedelta(days=1)
    usual, away = Calendar(LINA, Terms()), Calendar(replace(LINA, id=9, dates={TUESDAY: ()}), Terms())

    def days(*calendars: Calendar) -> set[date]:
        return {slot.start.date() for slot in free_slots(calendars, 60, TUESDAY, wednesday, NOW)}

    assert {wednesday} == days(away)
    assert {TUESDAY, wednesday} == days(usual, away) == days(away, usual)


def test_hours_that_meet_are_one_at_midnight_too() -> None:
    lina = replace(LINA, shifts=(Shift(1, time(22), time(0)), Shift(2, time(0), time(2)), Shift(2, time(2), time(3))))
    midnight = at(0) - timedelta(minutes=30)
    found = Calendar(lina, Terms())
    assert why_not(found, 120, midnight, NOW) is None
    assert Refusal.CLOSED == why_not(found, 240, midnight, NOW)
    offered = [slot.start for slot in free_slots([found], 120, TUESDAY, TUESDAY, NOW)]
    assert (at(22, day=TUESDAY), at(23, 45, day=TUESDAY)) == (offered[0], offered[-1])


def test_a_full_day_and_a_full_week_are_not_offered() -> None:
    wednesday, friday = TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=3)
    booked = {wednesday: 2, friday: 1}
    by_day = Calendar(LINA, Terms(daily_cap=2), booked=booked)
    by_week = Calendar(LINA, Terms(weekly_cap=3), booked=booked)
    days = {slot.start.date() for slot in free_slots([by_day], 60, TUESDAY, friday, NOW)}
    assert {TUESDAY, TUESDAY + timedelta(days=2), friday} == days
    assert Refusal.DAY_CAP == why_not(by_day, 60, at(11), NOW)
    assert not free_slots([by_week], 60, TUESDAY, TUESDAY + timedelta(days=5), NOW)
    assert Refusal.WEEK_CAP == why_not(by_week, 60, at(11), NOW)
    assert why_not(by_week, 60, at(11, day=TUESDAY + timedelta(days=6)), NOW) is None


def test_a_service_needs_one_of_every_kind_of_thing() -> None:
    first, second = occupied([(at(9), at(12))]), occupied([(at(11), at(14))])
    rooms = Calendar(LINA, Terms(), resources=[[first, second]])
    starts = [slot.start.hour for slot in free_slots([rooms], 60, at(9).date(), at(9).date(), NOW)]
    assert {9, 10, 12, 13, 14, 15, 16} == set(starts)
    assert Refusal.NO_RESOURCE == why_not(rooms, 60, at(11), NOW)
    assert not free_slots([Calendar(LINA, Terms(), resources=[[first], []])], 60, at(9).date(), at(9).date(), NOW)


ZONES = ("Europe/London", "America/New_York", "Australia/Sydney", "Africa/Cairo", "Africa/Nairobi", "Asia/Qatar",
         "Asia/Manila", "Asia/Kolkata", "Asia/Kathmandu")  # fmt: skip
STARTS = (time(0, 30), time(2, 30), time(9), time(13), time(17))


@pytest.mark.parametrize("name", ZONES)
def test_offered_times_are_the_walls_all_year_whatever_the_clock_does(name: str) -> None:
    zone, always = ZoneInfo(name), tuple(Shift(day, time(0), time(0)) for day in range(7))
    found, day = Calendar(Staff(1, "Lina", zone, always), Terms(horizon_days=400)), date(2026, 3, 12)
    last = day + timedelta(days=365)
    offered = [slot.start for slot in free_slots([found], 60, day, last, NOW)]
    assert len(offered) == len({start.astimezone(UTC) for start in offered})
    walls = {start.replace(tzinfo=None) for start in offered}
    while day <= last:
        for wanted in STARTS:
            kind = wall_time(day, wanted, zone)
            assert (datetime.combine(day, wanted) in walls) == (kind is not WallTime.GAP), (day, wanted)
            if kind is WallTime.PLAIN:
                assert why_not(found, 60, datetime.combine(day, wanted, zone), NOW) is None
        day += timedelta(days=1)


minutes = st.integers(0, 7 * 24 * 60)
stretches = st.lists(st.tuples(minutes, st.integers(1, 300)), max_size=8)


@given(
    stretches, stretches, st.integers(5, 180), st.integers(0, 30), st.integers(0, 30), st.sampled_from([5, 15, 30, 60])
)
def test_what_is_offered_can_be_had_and_what_is_not_cannot(
    taken: list[tuple[int, int]], used: list[tuple[int, int]], length: int, before: int, after: int, grid: int
) -> None:
    """Against the plain reckoning, start by start: free_slots() and why_not() are two ways to one truth."""
    busy = [(NOW + timedelta(minutes=s), NOW + timedelta(minutes=s + n)) for s, n in taken]
    room = [(NOW + timedelta(minutes=s), NOW + timedelta(minutes=s + n)) for s, n in used]
    terms = Terms(buffer_before=before, buffer_after=after, grid_minutes=grid, daily_cap=5)
    booked = {TUESDAY + timedelta(days=2): 5}
    found = Calendar(LINA, terms, {Refusal.TAKEN: occupied(busy)}, [[occupied(room)]], booked)
    offered = {slot.start.astimezone(UTC) for slot in free_slots([found], length, TUESDAY, LAST, NOW)}
    start = datetime.combine(TUESDAY, time(9), LONDON).astimezone(UTC)
    while start.astimezone(LONDON).date() <= LAST:
        assert (why_not(found, length, start, NOW) is None) == (start in offered)
        start += timedelta(minutes=grid)
    for slot in offered:
        owned = cells(slot - terms.before, slot + timedelta(minutes=length) + terms.after)
        assert not any(set(owned) & set(cells(*stretch)) for stretch in [*busy, *room])
