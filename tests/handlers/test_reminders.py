"""Reminders as rows: they follow the booking whoever changes it, are said once by however many workers, and never when
they are stale or late."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from bot.clock import SetClock
from bot.desk import Desk
from bot.schedule import run_due
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from handlers.notice_due import notice_due
from models.bookings import booking_by_id, bookings, change_booking, move_booking
from models.business import business, services
from models.outbox import outbox_after
from models.scheduled_notices import NoticeKind, notices_due, scheduled_notices
from tests.conftest import MakeDesk

SARA, OMAR = Phone("Sara", "sms", "+97455501234", "Sara"), Phone("Omar", "sms", "+97455500000")
START = datetime(2026, 3, 13, 12, tzinfo=UTC)
"""Friday 13 March, 15:00 in Qatar."""


@pytest.fixture
def player(make_desk: MakeDesk, clock: SetClock) -> Player:
    """Sara has a haircut on Friday at 15:00."""
    player = Player(make_desk(), clock, phones={"Sara": SARA, "Omar": OMAR})
    for phone, text in ((SARA, "haircut friday 3pm"), (SARA, "yes"), (OMAR, "approve 1")):
        player.say(phone, text)
    return player


def planned(desk: Desk) -> list[tuple[str, datetime]]:
    """What is to be said before and after visits, soonest first."""
    visits = NoticeKind.UPCOMING, NoticeKind.UNCONFIRMED, NoticeKind.REVIEW, NoticeKind.NO_SHOW
    wanted = select(scheduled_notices).where(
        scheduled_notices.c.done_at.is_(None), scheduled_notices.c.kind.in_(visits)
    )
    rows = desk.database.read(lambda session: list(session.execute(wanted.order_by(scheduled_notices.c.due_at))))
    return [(row.kind.value, row.due_at) for row in rows]


def found(desk: Desk) -> Row[Any]:
    row = desk.database.read(lambda session: booking_by_id(session, 1))
    assert row is not None
    return row


def said(desk: Desk, *, to: Phone = SARA, since: int = 0) -> list[str]:
    rows = desk.database.read(lambda session: outbox_after(session, since))
    return [row.kind for row in rows if row.address == to.address]


def reminded(desk: Desk) -> list[str]:
    return [kind for kind in said(desk) if kind.startswith("reminder")]


def at(clock: SetClock, player: Player, moment: datetime) -> list[str]:
    clock.at = moment
    return player.settle()


BEFORE, SHORTLY_BEFORE, FLAG = START - timedelta(hours=24), START - timedelta(hours=2), START - timedelta(hours=4)


def test_a_booking_that_becomes_confirmed_has_its_reminders(player: Player) -> None:
    assert [("upcoming", BEFORE), ("unconfirmed", FLAG), ("upcoming", SHORTLY_BEFORE)] == planned(player.desk)


def test_a_request_that_waits_has_none(player: Player) -> None:
    player.say(SARA, "massage saturday 11am")
    player.say(SARA, "yes")
    assert 3 == len(planned(player.desk))


@pytest.mark.parametrize(
    "status", [BookingStatus.CANCELLED, BookingStatus.NO_SHOW, BookingStatus.COMPLETED, BookingStatus.IN_PROGRESS]
)
def test_a_booking_that_ends_has_none_whoever_ends_it(player: Player, status: BookingStatus) -> None:
    row, now = found(player.desk), player.clock.now()
    player.desk.database.transact(
        lambda session: move_booking(session, 1, row.version, row.status, status, "test", "", now)
    )
    assert [] == [kind for kind, _ in planned(player.desk) if kind in ("upcoming", "unconfirmed")]


def test_a_booking_that_moves_takes_them_along_whoever_moves_it(player: Player) -> None:
    row, now, day = found(player.desk), player.clock.now(), timedelta(days=1)
    player.desk.database.transact(
        lambda session: change_booking(
            session, 1, row.version, now, start_at=row.start_at + day, end_at=row.end_at + day
        )
    )
    assert [BEFORE + day, FLAG + day, SHORTLY_BEFORE + day] == [due for _, due in planned(player.desk)]


def test_the_service_says_when(player: Player, clock: SetClock) -> None:
    def set_minutes(session: Any) -> None:
        session.execute(update(services).values(reminder_minutes=[180]))
        session.execute(update(business).values(version=business.c.version + 1))

    player.desk.database.transact(set_minutes)
    for phone, text in ((SARA, "haircut saturday 3pm"), (SARA, "yes"), (OMAR, "approve 2")):
        player.say(phone, text)
    day = timedelta(days=1)
    assert [("upcoming", START + day - timedelta(hours=3))] == [row for row in planned(player.desk) if row[1] > START]
    at(clock, player, START + day - timedelta(hours=3))
    assert "reminder_asks" in said(player.desk)


def test_a_service_without_reminders_has_none(player: Player) -> None:
    row, now = found(player.desk), player.clock.now()

    def change(session: Any) -> None:
        session.execute(update(services).values(reminder_minutes=[]))
        change_booking(session, 1, row.version, now, status=row.status)

    player.desk.database.transact(change)
    assert [] == planned(player.desk)


def test_the_first_asks_and_the_second_does_not(player: Player, clock: SetClock) -> None:
    at(clock, player, BEFORE - timedelta(minutes=1))
    assert [] == reminded(player.desk)
    at(clock, player, BEFORE)
    assert ["reminder_asks"] == reminded(player.desk)
    player.say(SARA, "C")
    assert found(player.desk).client_confirmed_at == BEFORE
    at(clock, player, FLAG)
    assert "unconfirmed_notice" not in said(player.desk, to=OMAR)
    at(clock, player, SHORTLY_BEFORE)
    assert ["reminder_asks", "reminder"] == reminded(player.desk)


def test_a_worker_that_comes_late_says_the_newest_alone(player: Player, clock: SetClock) -> None:
    at(clock, player, SHORTLY_BEFORE + timedelta(minutes=20))
    assert ["reminder"] == reminded(player.desk)
    assert "unconfirmed_notice" not in said(player.desk, to=OMAR)  # nobody had asked her
    assert [] == planned(player.desk)


def test_a_worker_that_comes_after_the_start_says_nothing(player: Player, clock: SetClock) -> None:
    at(clock, player, START)
    assert ([], []) == (reminded(player.desk), planned(player.desk))


def test_a_worker_that_wakes_at_night_waits_for_the_morning(player: Player, clock: SetClock) -> None:
    night = datetime(2026, 3, 12, 20, tzinfo=UTC)  # 23:00 in Qatar
    at(clock, player, night)
    assert [] == reminded(player.desk)
    assert ("upcoming", datetime(2026, 3, 13, 5, tzinfo=UTC)) in planned(player.desk)
    at(clock, player, datetime(2026, 3, 13, 5, tzinfo=UTC))
    assert ["reminder_asks"] == reminded(player.desk)


def test_a_clock_that_goes_back_repeats_nothing(player: Player, clock: SetClock) -> None:
    at(clock, player, BEFORE)
    at(clock, player, BEFORE - timedelta(hours=3))
    at(clock, player, BEFORE + timedelta(minutes=5))
    assert ["reminder_asks"] == reminded(player.desk)


def test_one_that_was_made_for_another_start_says_nothing(player: Player, clock: SetClock) -> None:
    player.desk.database.transact(
        lambda session: (
            session.execute(
                update(bookings).values(start_at=START + timedelta(days=2), end_at=START + timedelta(days=2, hours=1))
            )
            and None
        )
    )  # behind everybody's back: the rows stay as they were
    at(clock, player, SHORTLY_BEFORE)
    assert ([], []) == (reminded(player.desk), planned(player.desk))


def test_who_opted_out_is_not_reminded(player: Player, clock: SetClock) -> None:
    player.say(SARA, "STOP")
    at(clock, player, SHORTLY_BEFORE)
    assert [] == reminded(player.desk)


def test_a_client_who_is_silent_is_flagged_once(player: Player, clock: SetClock) -> None:
    at(clock, player, BEFORE)
    at(clock, player, FLAG)
    at(clock, player, FLAG + timedelta(minutes=1))
    assert 1 == said(player.desk, to=OMAR).count("unconfirmed_notice")


def test_a_reminder_amid_another_booking_leaves_its_question_open(player: Player, clock: SetClock) -> None:
    clock.at = BEFORE - timedelta(minutes=2)
    player.say(SARA, "massage saturday 11am")
    at(clock, player, BEFORE)
    assert ["reminder"] == reminded(player.desk)
    player.say(SARA, "yes")
    assert "requested" in said(player.desk)
    assert found(player.desk).client_confirmed_at is None


def test_several_workers_say_it_once(player: Player, clock: SetClock) -> None:
    clock.at = BEFORE
    desk = player.desk
    due = desk.database.read(lambda session: notices_due(session, clock.now(), 50))
    assert due

    def work(number: int) -> None:
        one = due[number % len(due)]
        desk.database.transact(lambda session: notice_due(session, one, desk.circumstances("test")))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(4 * len(due))))
    run_due(desk)
    assert ["reminder_asks"] == reminded(desk)


def finish(player: Player, status: BookingStatus) -> None:
    row, now = found(player.desk), player.clock.now()
    player.desk.database.transact(
        lambda session: move_booking(session, 1, row.version, row.status, status, "test", "", now)
    )


def test_a_missed_visit_is_written_about_after_a_while_unless_it_was_a_mistake(player: Player, clock: SetClock) -> None:
    at(clock, player, START + timedelta(hours=1))
    finish(player, BookingStatus.NO_SHOW)
    assert "missed" not in said(player.desk)
    finish(player, BookingStatus.COMPLETED)
    at(clock, player, START + timedelta(hours=3))
    assert "missed" not in said(player.desk)


def review(link: str) -> Callable[[Any], None]:
    def change(session: Any) -> None:
        session.execute(update(business).values(review_minutes=60, review_link=link, version=business.c.version + 1))

    return change


@pytest.mark.parametrize(("link", "expected"), [("https://x.example/r", 1), ("", 0)])
def test_thanks_go_where_the_business_wants_them(player: Player, clock: SetClock, link: str, expected: int) -> None:
    player.desk.database.transact(review(link))
    player.say(SARA, "massage 18 march 11am")  # so that only a place to say how it was is worth a text
    player.say(SARA, "yes")
    player.say(OMAR, "approve 2")
    at(clock, player, START + timedelta(hours=1))
    finish(player, BookingStatus.COMPLETED)
    at(clock, player, START + timedelta(hours=3))
    assert expected == said(player.desk).count("thanks_for_visit")


def test_thanks_are_off_by_default(player: Player, clock: SetClock) -> None:
    at(clock, player, START + timedelta(hours=1))
    finish(player, BookingStatus.COMPLETED)
    at(clock, player, START + timedelta(days=1))
    assert "thanks_for_visit" not in said(player.desk)
