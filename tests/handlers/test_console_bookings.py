"""Bookings as the console lists them: walked both ways without a gap, narrowed, exported, laid out; and what waits."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from bot.spreadsheets import as_csv, as_json
from conversations.booking import BookingStatus, BookingType
from conversations.business import Money
from handlers.console import bookings_shown
from handlers.console.booked_by_hand import ByHand, in_words
from handlers.console.bookings_calendar import MOST_LANES, by_day, by_staff, week_of
from handlers.console.bookings_one import shown_of
from handlers.console.bookings_shown import (
    Line,
    board_of,
    export_pages,
    in_time,
    page_of,
    requests_of,
)
from handlers.console.bookings_written import FIELDS, values_of
from handlers.profile import Profile
from models.booking_listing import Place, Wanted, booked_since, listed, newest_transition, touching
from models.bookings import add_booking, add_proposal
from models.clients import client_for
from tests.conftest import NOW
from tests.handlers.salon import SARA, TOM, Salon

QATAR = ZoneInfo("Asia/Qatar")
LINA, MAYA, EVA = 1, 2, 3
PENDING, CONFIRMED = BookingStatus.PENDING, BookingStatus.CONFIRMED
MIDNIGHT = datetime(2026, 3, 10, tzinfo=QATAR)


def add(
    session: Session, staff_id: int, hours: float, status: BookingStatus = CONFIRMED, client: str = "Sara Ahmed",
    phone: str = SARA.address, service_id: int = 2, who: str = "coordinator:1", at: datetime = NOW, **values: object,
) -> int:  # fmt: skip
    """A booking of one hour that starts so many hours after the midnight of Tuesday, wherever its time is owned."""
    start = (MIDNIGHT + timedelta(hours=hours)).astimezone(UTC)
    return add_booking(
        session, who, at,
        booking_type=BookingType.ONE_ON_ONE, status=status, service_id=service_id, staff_id=staff_id,
        client_id=client_for(session, phone, client, NOW), preferred_datetime=start, start_at=start,
        end_at=start + timedelta(hours=1), timezone="Asia/Qatar", requires_approval=True, price=3500, currency="USD",
        session_rate=3500, intake_answers={}, **values,
    )  # fmt: skip


@pytest.fixture
def profile(salon: Salon) -> Profile:
    return salon.desk.database.read(salon.desk.profiles.current)


def test_the_list_is_walked_both_ways_without_a_gap(salon: Salon) -> None:
    database = salon.desk.database
    made = database.transact(
        lambda session: [(hour, add(session, staff, hour)) for hour in range(9, 14) for staff in (LINA, MAYA, EVA)]
    )
    expected = [number for _, number in sorted(made)]
    place, found = Place(MIDNIGHT, 0), []
    at = {number: MIDNIGHT + timedelta(hours=hour) for hour, number in made}

    def page(place: Place, *, before: bool) -> list[int]:
        return database.read(lambda session: listed(session, Wanted(), place, 4, before=before))

    while some := page(place, before=False):
        found += some
        place = Place(at[some[-1]], some[-1])
    assert expected == found
    found, place = [], Place(MIDNIGHT + timedelta(days=2), 0)
    while some := page(place, before=True):
        found += some
        place = Place(at[some[-1]], some[-1])
    assert expected[::-1] == found


def test_pages_know_what_is_before_and_behind_them(
    salon: Salon, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings_shown, "PAGE", 2)
    database = salon.desk.database
    numbers = database.transact(lambda session: [add(session, LINA, hour) for hour in (-3, 9, 10, 11)])

    def page(place: Place, *, before: bool = False) -> bookings_shown.Page:
        return database.read(lambda session: page_of(session, Wanted(), place, profile, before=before))

    first = page(Place(MIDNIGHT, 0))
    assert numbers[1:3] == [line.id for line in first.lines]
    assert first.later is not None
    assert first.earlier is not None
    second = page(first.later)
    assert (numbers[3:], None) == ([line.id for line in second.lines], second.later)
    assert second.earlier is not None
    assert first.lines == page(second.earlier, before=True).lines
    past = page(first.earlier, before=True)
    assert (numbers[:1], None) == ([line.id for line in past.lines], past.earlier)
    beyond = page(Place(MIDNIGHT + timedelta(days=9), 0))
    assert ((), None) == (beyond.lines, beyond.later)
    assert beyond.earlier is not None, "there is a way back"


def test_filters_narrow_what_is_listed(salon: Salon) -> None:
    def work(session: Session) -> dict[str, int]:
        return {
            "sara": add(session, LINA, 9),
            "tom": add(session, MAYA, 10, PENDING, "Tom 100%_x", TOM.address, service_id=2, more_service_ids=[4]),
            "late": add(session, LINA, 33, BookingStatus.CANCELLED, service_id=1),
        }

    made, database = salon.desk.database.transact(work), salon.desk.database

    def found(wanted: Wanted) -> set[str]:
        numbers = database.read(lambda session: listed(session, wanted, None, 50))
        return {name for name, number in made.items() if number in numbers}

    assert {"sara", "tom", "late"} == found(Wanted())
    assert {"tom"} == found(Wanted(statuses=(PENDING,)))
    assert {"sara", "late"} == found(Wanted(staff_id=LINA))
    assert {"tom"} == found(Wanted(service_id=4)), "behind another in the same visit"
    assert {"late"} == found(Wanted(service_id=1))
    assert {"late"} == found(Wanted(since=MIDNIGHT + timedelta(days=1)))
    assert {"sara", "tom"} == found(Wanted(until=MIDNIGHT + timedelta(days=1)))
    assert {"sara", "late"} == found(Wanted(words="aHMe"))
    assert {"tom"} == found(Wanted(words=f"{TOM.address[-6:-3]} {TOM.address[-3:]}"))
    assert {"tom"} == found(Wanted(words="100%_"))
    assert set() == found(Wanted(words="a_m"))
    assert set() == found(Wanted(class_id=1))


def test_a_search_that_fits_many_clients_finds_the_same(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    database = salon.desk.database
    numbers = database.transact(
        lambda session: [add(session, LINA, 9 + i, client=f"Sara {i}", phone=f"+9745550123{i}") for i in range(5)]
    )
    pending = database.transact(
        lambda session: [
            add(session, MAYA, 9 + i, PENDING, name, f"+9745550133{i}") for i, name in enumerate(["Sara", "Tom"])
        ]
    )
    monkeypatch.setattr("models.booking_listing.FEW_CLIENTS", 2)
    by_hour = database.read(lambda session: listed(session, Wanted(words="sara"), None, 50))
    assert sorted([*numbers, pending[0]]) == sorted(by_hour)
    waiting = Wanted(words="sara", statuses=(PENDING,))
    assert pending[:1] == database.read(lambda session: listed(session, waiting, None, 50))


def test_what_waits_is_listed_oldest_first_with_what_clients_wish(salon: Salon, profile: Profile) -> None:
    def work(session: Session) -> list[int]:
        newest = add(session, LINA, 33, PENDING, at=NOW - timedelta(minutes=5), decide_by=NOW + timedelta(hours=1))
        oldest = add(session, MAYA, 34, PENDING, at=NOW - timedelta(hours=9))
        moved, offered = add(session, EVA, 35), add(session, EVA, 37)
        for booking, who, expires in (
            (moved, "client:1", NOW + timedelta(hours=2)), (offered, "coordinator:1", NOW + timedelta(hours=2)),
        ):  # fmt: skip
            start = NOW + timedelta(days=3)
            add_proposal(
                session, booking_id=booking, start_at=start, end_at=start + timedelta(hours=1), words="later, please",
                proposed_by=who, expires_at=expires, created_at=NOW - timedelta(hours=1),
            )  # fmt: skip
        return [oldest, moved, newest]

    database = salon.desk.database
    expected = database.transact(work)
    asked, later = database.read(lambda session: requests_of(session, None, NOW, profile))
    assert (expected, None) == ([one.line.id for one in asked], later)
    assert (NOW + timedelta(hours=2), "later, please", True) == (
        asked[1].until, asked[1].line.wish_words, asked[1].line.is_wish
    )  # fmt: skip
    assert NOW + timedelta(hours=1) == asked[2].until
    behind = Place(asked[0].since, asked[0].line.id)
    rest, _ = database.read(lambda session: requests_of(session, behind, NOW, profile))
    assert expected[1:] == [one.line.id for one in rest]
    later_on = NOW + timedelta(hours=3)
    rest, _ = database.read(lambda session: requests_of(session, None, later_on, profile))
    assert [expected[0], expected[2]] == [one.line.id for one in rest], "a wish that has lapsed waits no more"


def test_a_series_waits_as_one(salon: Salon, profile: Profile) -> None:
    database = salon.desk.database
    database.transact(
        lambda session: (
            [add(session, LINA, 33 + 24 * i, PENDING, series_id=7) for i in range(3)]
            + [add(session, MAYA, 33, PENDING, series_id=8)]
        )
    )
    asked, _ = database.read(lambda session: requests_of(session, None, NOW, profile))
    assert [("S7", 3), ("4", 1)] == [(one.named, one.visits) for one in asked]


def test_an_export_goes_on_from_where_a_transaction_ended(
    salon: Salon, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings_shown, "AT_ONCE", 2)
    database = salon.desk.database
    numbers = database.transact(lambda session: [add(session, LINA, 9 + i, client_note="=1") for i in range(5)])

    def exported() -> list[Line]:
        pages = export_pages(database.read, Wanted(), Place(MIDNIGHT, 0), profile)
        return [line for page in pages for line in page]

    lines = exported()
    assert numbers == [line.id for line in lines]
    rows = [values_of(line) for line in lines]
    assert 6 == "".join(as_csv(FIELDS, [rows])).count("\r\n")
    assert 5 == "".join(as_json(FIELDS, [rows[:2], rows[2:]])).count('"client_note": "=1"')


def test_a_booking_is_shown_with_who_did_what(salon: Salon, profile: Profile) -> None:
    database = salon.desk.database
    salon.text(SARA, "haircut tomorrow 15:00 with Maya")
    salon.text(SARA, "Sara")
    salon.text(SARA, "yes")
    shown = database.read(lambda session: shown_of(session, 1, profile))
    assert shown is not None
    assert "the client" == shown.changes[0].who
    assert None is database.read(lambda session: shown_of(session, 999, profile))


def test_the_board_has_a_column_for_each_status(salon: Salon, profile: Profile) -> None:
    database = salon.desk.database
    database.transact(lambda session: [add(session, LINA, 9), add(session, MAYA, 10, PENDING)])
    columns = database.read(lambda session: board_of(session, Wanted(), profile))
    assert {PENDING: 1, CONFIRMED: 1} == {status: len(lines) for status, lines, _ in columns if lines}
    assert 1 == len(database.read(lambda session: board_of(session, Wanted(statuses=(PENDING,)), profile)))


def test_a_calendar_shows_what_touches_its_days(salon: Salon, profile: Profile) -> None:
    database = salon.desk.database
    over, _, gone = database.transact(
        lambda session: (add(session, LINA, -0.5), add(session, MAYA, 24), add(session, EVA, 9, BookingStatus.DECLINED))
    )
    day = MIDNIGHT, MIDNIGHT + timedelta(days=1)
    lines = database.read(lambda session: in_time(session, *day, Wanted(), profile))
    assert [over] == [line.id for line in lines]
    assert gone in database.read(lambda session: touching(session, *day, Wanted(), 50))
    calendar = by_staff(lines, day[0].date(), [(LINA, "Lina"), (MAYA, "Maya")], QATAR)
    assert ["Lina", "Maya"] == [column.title for column in calendar.columns]
    (block,) = calendar.columns[0].blocks
    assert (0, 1, 2) == (calendar.hours.start, block.row, block.rows), "the half hour after midnight"


def test_who_booked_by_hand_is_told_which(salon: Salon) -> None:
    def work(session: Session) -> tuple[int | None, int | None]:
        before = newest_transition(session)
        made = add(session, LINA, 9, who="operator:3")
        add(session, MAYA, 9, who="operator:4")
        assert made == booked_since(session, before, "operator:3")
        return booked_since(session, before, "operator:5"), booked_since(
            session, newest_transition(session), "operator:3"
        )

    assert (None, None) == salon.desk.database.transact(work)


def test_a_form_becomes_one_command(profile: Profile) -> None:
    wish = ByHand("+974 5550 1234", "Sara;\nCANCEL 1", 2, MAYA, "2026-03-11", "15:00")
    assert "BOOK +974 5550 1234 Sara CANCEL 1 Haircut with Maya 2026-03-11 15:00" == in_words(wish, profile)


def line(number: int, start: float, hours: float = 1, class_id: int | None = None, staff_id: int = LINA) -> Line:
    at = MIDNIGHT + timedelta(hours=start)
    return Line(
        id=number, status=CONFIRMED, service="Cut", staff_id=staff_id, staff="Lina", client="Sara", phone="",
        start=at, end=at + timedelta(hours=hours), price=Money(1, "USD"), seats=1, attendee="", note="", staff_note="",
        why="", conversation_id=None, series_id=None, class_id=class_id, created_at=NOW, decide_by=None, proposed=None,
        is_wish=False, wish_words="", wish_until=None,
    )  # fmt: skip


def test_what_overlaps_lies_beside_each_other() -> None:
    lines = [line(1, 9), line(2, 9.5), line(3, 10), line(4, 6.1, 0.05)]
    calendar = by_day(lines, week_of(date(2026, 3, 10)), QATAR, date(2026, 3, 10))
    assert (7, "Mon 9 Mar", range(6, 18)) == (len(calendar.columns), calendar.columns[0].title, calendar.hours)
    tuesday = calendar.columns[1]
    assert (2, True) == (tuesday.lanes, tuesday.is_today)
    assert [(4, 1, 1, 1), (1, 13, 4, 1), (2, 15, 4, 2), (3, 17, 4, 1)] == [
        (block.line.id, block.row, block.rows, block.lane) for block in tuesday.blocks
    ]


def test_a_class_is_one_block_and_lanes_are_few() -> None:
    seats = [line(number, 9, class_id=5) for number in range(3)]
    crowd = [line(number, 12) for number in range(10, 20)]
    (column,) = by_day([*seats, *crowd], [date(2026, 3, 10)], QATAR, date(2026, 3, 10)).columns
    assert (3, False) == (column.blocks[0].bookings, column.blocks[0].is_movable)
    assert MOST_LANES == column.lanes
    assert 11 == len(column.blocks)
