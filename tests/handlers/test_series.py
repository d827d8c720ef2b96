"""Series on a real database: all of it or none of it, one message, one prompt, one deadline, and its parts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from conversations.messages import Inbound
from conversations.series import ItemStatus
from handlers import bookings_made, series_booked
from handlers.invariants_checked import broken_invariants
from models.booking_series import booking_series, booking_series_items, items_of_series
from models.bookings import bookings, bookings_of_series
from models.claims import stretches
from models.outbox import outbox_after
from models.scheduled_notices import NoticeKind, scheduled_notices
from models.waitlist import waitlist_entries
from tests.conftest import MakeDesk

SARA, BO = Phone("Sara", "sms", "+97455501234", "Sara"), Phone("Bo", "sms", "+97455501299", "Bo")
OMAR = Phone("Omar", "sms", "+97455500000")
FRIDAYS = [datetime(2026, 3, 13, 11, tzinfo=UTC) + timedelta(days=7 * n) for n in range(4)]
"""14:00 in Qatar."""
PENDING, CONFIRMED, DECLINED = BookingStatus.PENDING, BookingStatus.CONFIRMED, BookingStatus.DECLINED


@pytest.fixture
def player(make_desk: MakeDesk, clock: SetClock) -> Player:
    return Player(make_desk(), clock, phones={"Sara": SARA, "Bo": BO, "Omar": OMAR})


def say(player: Player, *said: tuple[Phone, str]) -> list[str]:
    return [line for phone, text in said for line in player.say(phone, text)]


def wished(player: Player, text: str = "haircut every friday at 2, 4 times") -> list[str]:
    return say(player, (SARA, text))


def booked(player: Player) -> list[str]:
    return wished(player) + say(player, (SARA, "yes"))


def of_series(database: Database) -> list[Row[Any]]:
    return database.read(lambda session: bookings_of_series(session, 1))


def items(database: Database) -> list[Row[Any]]:
    return database.read(lambda session: items_of_series(session, 1))


def statuses(database: Database) -> list[BookingStatus]:
    return [row.status for row in of_series(database)]


def whole(database: Database, now: datetime) -> None:
    assert [] == database.read(lambda session: list(broken_invariants(session, now)))


def rows(database: Database) -> int:
    """Rows of anything that a series is made of."""

    def count(session: Any) -> int:
        return sum(
            len(session.execute(select(table)).all())
            for table in (booking_series, booking_series_items, bookings, stretches)
        )

    return database.read(count)


def texts(desk: Desk, phone: Phone) -> list[str]:
    found = desk.database.read(lambda session: outbox_after(session, 0))
    return [row.kind for row in found if row.address == phone.address]


def test_every_occurrence_is_a_booking_with_its_time_owned(player: Player, desk: Desk, database: Database) -> None:
    booked(player)
    assert FRIDAYS == [row.start_at for row in of_series(database)]
    assert [1, 2, 3, 4] == [row.occurrence_index for row in items(database)]
    assert [(ItemStatus.BOOKED, row.id, row.start_at) for row in of_series(database)] == [
        (item.status, item.booking_id, item.start_at) for item in items(database)
    ]
    assert {PENDING} == set(statuses(database))
    assert 1 == len({row.decide_by for row in of_series(database)})
    whole(database, desk.clock.now())


def test_what_cannot_be_had_is_kept_with_its_reason(player: Player, desk: Desk, database: Database) -> None:
    say(player, (BO, "haircut 20 march at 2pm"), (BO, "yes"))
    wished(player)
    say(player, (SARA, "1"), (SARA, "yes"))
    left = [(item.occurrence_index, item.status, item.reason) for item in items(database) if item.booking_id is None]
    assert [(2, ItemStatus.SKIPPED, "taken")] == left
    assert 3 == len(of_series(database))
    whole(database, desk.clock.now())


def test_a_time_that_is_taken_before_the_yes_gives_a_new_preview_and_books_nothing(
    player: Player, desk: Desk, database: Database
) -> None:
    wished(player)
    say(player, (BO, "haircut 27 march at 2pm"), (BO, "yes"))
    before = rows(database)
    answer = "\n".join(say(player, (SARA, "yes")))
    assert "Free, 3 of 4" in answer and "27 Mar" in answer
    assert before == rows(database)
    say(player, (SARA, "1"), (SARA, "yes"))
    assert 3 == len(of_series(database))
    whole(database, desk.clock.now())


def test_a_fault_half_way_leaves_nothing_of_it(
    player: Player, desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wished(player)
    before, made, book_start = rows(database), 0, bookings_made.book_start

    def failing(*args: Any, **values: Any) -> int:
        nonlocal made
        made += 1
        if made == 3:
            raise RuntimeError("the third goes wrong")
        return book_start(*args, **values)

    monkeypatch.setattr(series_booked, "book_start", failing)
    say(player, (SARA, "yes"))
    assert (3, before) == (made, rows(database))
    whole(database, desk.clock.now())


def test_of_two_who_say_yes_to_the_same_fridays_at_once_one_has_them_all(
    player: Player, desk: Desk, database: Database
) -> None:
    for phone in (SARA, BO):
        say(player, (phone, "haircut every friday at 2, 8 times"))
    said = [Inbound("sms", f"at-once-{who.name}", who.address, who.address, "yes") for who in (SARA, BO)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: receive(desk, one), said))
    player.settle()
    found = database.read(lambda session: session.execute(select(bookings)).all())
    assert 8 == len(found)
    assert 1 == len({row.series_id for row in found}) == len({row.client_id for row in found})
    assert 1 == len(database.read(lambda session: session.execute(select(booking_series)).all()))
    whole(database, desk.clock.now())


def test_one_prompt_and_one_answer_for_all(player: Player, desk: Desk, database: Database) -> None:
    booked(player)
    assert ["series_prompt"] == [kind for kind in texts(desk, OMAR) if "prompt" in kind]
    say(player, (OMAR, "approve"))
    assert {CONFIRMED} == set(statuses(database))
    assert 1 == texts(desk, SARA).count("series_approved")
    whole(database, desk.clock.now())


def test_part_of_it_is_answered_and_the_rest_still_waits(player: Player, desk: Desk, database: Database) -> None:
    booked(player)
    say(player, (OMAR, "decline s1.4 away"), (OMAR, "approve S1.1,3"))
    assert [CONFIRMED, PENDING, CONFIRMED, DECLINED] == statuses(database)
    assert ["away"] == [row.decline_reason for row in of_series(database) if row.status is DECLINED]
    assert "1 visit" in "\n".join(say(player, (OMAR, "pending")))
    whole(database, desk.clock.now())


def test_a_series_counts_as_one_open_request(player: Player, database: Database) -> None:
    booked(player)
    say(player, (SARA, "haircut saturday at 10"), (SARA, "yes"))
    assert 5 == len(database.read(lambda session: session.execute(select(bookings)).all()))
    assert "S1" in "\n".join(say(player, (SARA, "haircut saturday at 12")))


def notices(database: Database) -> list[tuple[NoticeKind, datetime]]:
    """What is to be said while it waits."""
    kinds = NoticeKind.STILL_WAITING, NoticeKind.BACKUP
    wanted = select(scheduled_notices).where(scheduled_notices.c.kind.in_(kinds)).order_by(scheduled_notices.c.due_at)
    found = database.read(lambda session: session.execute(wanted).all())
    return [(row.kind, row.due_at) for row in found]


def test_its_reminders_and_its_deadline_come_once(
    player: Player, desk: Desk, clock: SetClock, database: Database
) -> None:
    booked(player)
    (first, half), (second, late) = notices(database)
    assert (NoticeKind.STILL_WAITING, NoticeKind.BACKUP) == (first, second)
    say(player, (OMAR, "approve s1.1"))
    for moment in (half, late):
        clock.at = moment
        player.settle()
    assert 2 == texts(desk, OMAR).count("series_still_waiting")
    assert 1 == texts(desk, SARA).count("series_takes_longer")
    clock.at = max(row.decide_by for row in of_series(database) if row.decide_by is not None)
    player.settle()
    assert [CONFIRMED, *3 * [BookingStatus.EXPIRED]] == statuses(database)
    assert (1, 1) == (texts(desk, SARA).count("series_expired"), texts(desk, OMAR).count("series_expired_notice"))
    whole(database, clock.now())


def test_the_past_never_changes(player: Player, desk: Desk, clock: SetClock, database: Database) -> None:
    booked(player)
    say(player, (OMAR, "approve s1"))
    clock.at = FRIDAYS[1] + timedelta(hours=3)
    player.settle()
    say(player, (OMAR, "cancel s1"))
    assert [CONFIRMED, CONFIRMED, BookingStatus.CANCELLED, BookingStatus.CANCELLED] == statuses(database)
    say(player, (OMAR, "cancel s1.1"), (OMAR, "move s1.1+ saturday 10:00"))
    assert FRIDAYS == [row.start_at for row in of_series(database)]
    whole(database, clock.now())


def test_this_and_all_later_are_cancelled_by_their_client(player: Player, desk: Desk, database: Database) -> None:
    booked(player)
    say(player, (OMAR, "approve s1"), (SARA, "cancel my haircut on 20 march"), (SARA, "2"), (SARA, "yes"))
    cancelled = 3 * [BookingStatus.CANCELLED]
    assert [CONFIRMED, *cancelled] == statuses(database)
    assert 1 == texts(desk, SARA).count("series_cancelled_yourself")
    whole(database, desk.clock.now())


def test_this_and_all_later_are_moved_by_the_coordinator(player: Player, desk: Desk, database: Database) -> None:
    booked(player)
    say(player, (OMAR, "approve s1"), (OMAR, "move s1.2+ saturday 10:00"))
    saturday = datetime(2026, 3, 21, 7, tzinfo=UTC)
    expected = [FRIDAYS[0], *(saturday + timedelta(days=7 * n) for n in range(3))]
    assert expected == [row.start_at for row in of_series(database)] == [item.start_at for item in items(database)]
    assert 1 == texts(desk, SARA).count("series_moved")
    say(player, (OMAR, "undo"))
    assert FRIDAYS == [row.start_at for row in of_series(database)]
    whole(database, desk.clock.now())


def test_a_date_that_was_left_out_is_added_later(player: Player, desk: Desk, database: Database) -> None:
    say(player, (BO, "haircut 20 march at 2pm"), (BO, "yes"))
    wished(player)
    say(player, (SARA, "1"), (SARA, "yes"), (OMAR, "approve s1"), (OMAR, "cancel 1"))
    say(player, (SARA, "add 20 march to my series"), (SARA, "yes"))
    assert 4 * [ItemStatus.BOOKED] == [item.status for item in items(database)]
    assert FRIDAYS == [item.start_at for item in items(database)]
    say(player, (SARA, "add 21 march at 10am to my series"), (SARA, "yes"))
    assert 5 == len(items(database)) == len(of_series(database))
    whole(database, desk.clock.now())


@pytest.fixture
def gap(player: Player) -> Player:
    """Bo has one of Sara's Fridays; Sara has the other three, and waits for it."""
    say(player, (BO, "haircut 20 march at 2pm"), (BO, "yes"))
    wished(player)
    say(player, (SARA, "1"), (SARA, "yes"), (SARA, "wait"), (OMAR, "approve s1"))
    return player


def waiting(database: Database) -> list[Row[Any]]:
    return database.read(lambda session: list(session.execute(select(waitlist_entries)).all()))


def test_a_date_that_was_left_out_and_comes_free_becomes_part_of_the_series(
    gap: Player, desk: Desk, database: Database
) -> None:
    (entry,) = waiting(database)
    assert (FRIDAYS[1], FRIDAYS[1] + timedelta(minutes=45)) == (entry.wanted_from, entry.wanted_until)
    say(gap, (OMAR, "cancel 1"), (SARA, "yes"))
    assert ["offer_time"] == [kind for kind in texts(desk, SARA) if kind.startswith("offer")]
    assert 4 * [ItemStatus.BOOKED] == [item.status for item in items(database)]
    assert FRIDAYS == [item.start_at for item in items(database)] == [row.start_at for row in of_series(database)]
    say(gap, (SARA, "yes"))
    assert 4 == len(of_series(database))
    whole(database, desk.clock.now())


def test_a_date_that_was_let_pass_stays_left_out(gap: Player, desk: Desk, database: Database) -> None:
    say(gap, (OMAR, "cancel 1"), (SARA, "no"))
    assert [ItemStatus.SKIPPED] == [item.status for item in items(database) if item.booking_id is None]
    assert ["waiting"] == [entry.status for entry in waiting(database)]
    whole(database, desk.clock.now())


def test_a_date_of_a_series_that_is_cancelled_is_a_booking_of_its_own(
    gap: Player, desk: Desk, database: Database
) -> None:
    say(gap, (OMAR, "cancel s1"), (OMAR, "cancel 1"), (SARA, "yes"))
    (made,) = [row for row in database.read(lambda session: session.execute(select(bookings)).all()) if row.id == 5]
    assert (None, FRIDAYS[1]) == (made.series_id, made.start_at)
    assert 3 == len(of_series(database))
    whole(database, desk.clock.now())


def test_of_two_channels_that_wait_for_the_same_dates_there_is_one_place(
    gap: Player, desk: Desk, database: Database
) -> None:
    other = Phone("SaraW", "whatsapp", SARA.address, "Sara")
    say(gap, (other, "wait"))
    assert 1 == len(waiting(database))
    whole(database, desk.clock.now())


def test_an_item_that_lies_is_noticed(player: Player, desk: Desk, database: Database) -> None:
    booked(player)

    def broken(**values: object) -> list[str]:
        mine = booking_series_items.c.occurrence_index == 2

        def work(session: Any) -> list[str]:
            savepoint = session.begin_nested()
            session.execute(update(booking_series_items).where(mine).values(**values))
            found = list(broken_invariants(session, desk.clock.now()))
            savepoint.rollback()
            return found

        return database.transact(work)

    assert any("starts at another time" in line for line in broken(start_at=FRIDAYS[2]))
    assert any("no occurrence" in line for line in broken(booking_id=None))
    assert any("left out" in line for line in broken(status=ItemStatus.SKIPPED))
    assert any("missing" in line for line in broken(occurrence_index=9))
