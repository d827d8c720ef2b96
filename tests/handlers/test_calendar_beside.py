"""What a calendar shows beside its bookings, and the money that no request asked for, on every database."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.logs import new_trace
from handlers.console.bookings_calendar import by_day, by_staff
from handlers.console.calendar_beside import Aside, Beside, beside
from handlers.console.payments_shown import unasked_lines
from tests.handlers.salon import MAYA, OMAR, SARA, Salon

QATAR = ZoneInfo("Asia/Qatar")
FRIDAY = date(2026, 3, 13)
MIDNIGHT = datetime.combine(FRIDAY, time(0), QATAR)


def shown(salon: Salon, days: int = 1, *, together: bool = False) -> Beside:
    desk = salon.desk

    def work(session: Session) -> Beside:
        staff, end = desk.profiles.current(session).staff, MIDNIGHT + timedelta(days=days)
        return beside(session, staff, MIDNIGHT, end, desk.clock.now(), together=together)

    return desk.database.read(work)


def told(asides: tuple[Aside, ...]) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.staff, f"{one.start.astimezone(QATAR):%d %H:%M}", one.words) for one in asides]


def test_what_is_not_free_is_found_with_its_reason_and_only_of_those_days(salon: Salon) -> None:
    salon.text(OMAR, "BLOCK Lina 13 March 14:00-16:00 dentist")
    salon.text(MAYA, "BLOCK Maya 15 March 14:00-16:00 away then")
    salon.text(SARA, "book a massage on 12 March at 10:00")
    salon.text(SARA, "yes")
    salon.text(OMAR, "MODIFY 1 13 March 12:00")
    assert [("blocked", "Lina", "13 14:00", "dentist"), ("held", "Lina", "13 12:00", "for #1")] == told(
        shown(salon).asides
    )
    day = by_staff((), FRIDAY, [(1, "Lina"), (2, "Maya")], QATAR, shown(salon))
    assert [("held", 17, 4), ("blocked", 25, 8)] == [
        (one.aside.kind, one.row, one.rows) for one in day.columns[0].asides
    ]
    assert () == day.columns[1].asides
    assert (range(8, 19), ((1, 4),)) == (day.hours, day.columns[0].closed), "they work from nine to seven"


def test_many_people_and_days_take_no_more_statements(salon: Salon) -> None:
    asked: list[str] = []
    engine = salon.desk.database.engine
    shown(salon)
    event.listen(engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    shown(salon)
    one_day = [words for words in asked if "blocks" in words or "stretches" in words]
    asked.clear()
    shown(salon, 7, together=True)
    assert 2 == len(one_day) == len([words for words in asked if "blocks" in words or "stretches" in words])


def test_a_day_off_is_drawn_over_the_hours_that_fall_out_and_once_for_all(salon: Salon) -> None:
    staff = salon.desk.database.read(salon.desk.profiles.current).staff
    closed = [replace(one, dates={FRIDAY: ()}) for one in staff]

    def found(people: list, *, together: bool) -> Beside:  # type: ignore[type-arg]
        return salon.desk.database.read(
            lambda session: beside(
                session, people, MIDNIGHT, MIDNIGHT + timedelta(days=1), salon.desk.clock.now(), together=together
            )
        )

    assert [("away", "everybody", "13 09:00", "")] == told(found(closed, together=True).asides)
    assert ["Lina"] == [one.staff for one in found([closed[0], *staff[1:]], together=True).asides]
    week = by_day((), [FRIDAY, FRIDAY + timedelta(days=1)], QATAR, FRIDAY, found(closed, together=True))
    assert [1, 0] == [len(column.asides) for column in week.columns]
    assert ((1, 44),) == week.columns[0].closed, "nobody works all day"


def test_money_that_no_request_asked_for_is_listed_a_page_at_a_time(salon: Salon) -> None:
    salon.text(OMAR, f"BOOK {SARA.address} Sara massage 13 March 10:00")
    salon.text(OMAR, "PAID 1 20.00 ONE")
    salon.text(OMAR, "PAID 1 30.00 TWO")
    circumstances = salon.desk.circumstances(new_trace())

    def listed(before: int | None) -> list[tuple[str, int, int | None]]:
        lines, _ = salon.desk.database.read(lambda session: unasked_lines(session, before, circumstances))
        return [(line.reference, line.received.amount, line.booking_id) for line in lines]

    assert [("TWO", 3000, 1), ("ONE", 2000, 1)] == listed(None)
    lines, more = salon.desk.database.read(lambda session: unasked_lines(session, None, circumstances))
    assert (None, [("ONE", 2000, 1)]) == (more, listed(lines[0].id))
