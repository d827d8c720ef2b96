"""Class sessions are scheduled, moved, called off and resized; whatever path writes, `check` finds nothing broken."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, insert, select, update

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Player
from conversations.booking import BookingStatus
from conversations.classes import ClassStatus, WaitlistStatus
from handlers.class_time import ClassRefused
from handlers.classes_kept import ClassNews, NewClass, cancel_class, change_capacity, move_class, schedule_class
from handlers.invariants_checked import broken_invariants
from handlers.seats_booked import book_places
from models.bookings import bookings, transitions_of
from models.claims import AT_ONCE, Holder, Scarce, claim_seats, claims, stretches
from models.class_sessions import class_by_id, class_sessions, lock_class, look_at_class
from models.clients import client_for
from models.conversations import conversation_for
from models.waitlist import waitlist_entries

YOGA = Path(__file__).parent / "yoga.toml"
LONDON = ZoneInfo("Europe/London")
MONDAY, NEXT_MONDAY, EASTER, TRIAL = 1, 2, 3, 4
"""The classes of the file that lie ahead, as they are numbered: 16 and 23 March, 6 April; 18 March with Mia."""
BOOK = "{who}> yoga monday 16 march 9am, {seats} seats\n{who}> yes\n"
PEOPLE = """clock 2026-03-10 10:15
person Sara sms +447700900111
person Lea sms +447700900112
person Ben sms +447700900113
person Kai sms +447700900101
"""


@pytest.fixture
def studio(desk: Desk, clock: SetClock) -> Player:
    """A studio whose yoga classes are loaded, on Tuesday 10 March 2026."""
    load_business(desk.database, YOGA, now=clock.now())
    player = Player(desk, clock)
    player.play(PEOPLE)
    return player


def check(player: Player) -> None:
    broken = player.desk.database.read(lambda session: list(broken_invariants(session, player.clock.now())))
    assert [] == broken


def row_of(player: Player, class_id: int) -> Row[Any]:
    found = player.desk.database.read(lambda session: class_by_id(session, class_id))
    assert found is not None
    return found


def booked(player: Player) -> list[Row[Any]]:
    return player.desk.database.read(lambda session: list(session.execute(select(bookings).order_by(bookings.c.id))))


def cancel(player: Player, class_id: int, reason: str = "") -> ClassNews:
    circumstances = player.desk.circumstances("test")
    return player.desk.database.transact(lambda s: cancel_class(s, class_id, "operator", reason, circumstances))


def move(player: Player, class_id: int, start: datetime, minutes: int | None = None) -> ClassNews:
    circumstances = player.desk.circumstances("test")
    return player.desk.database.transact(lambda s: move_class(s, class_id, start, circumstances, minutes))


def resize(player: Player, class_id: int, seats: int) -> None:
    now = player.clock.now()
    player.desk.database.transact(lambda s: change_capacity(s, class_id, seats, now))


def schedule(player: Player, **values: Any) -> int:
    wanted: dict[str, Any] = {
        "service_id": row_of(player, MONDAY).service_id, "staff_id": row_of(player, MONDAY).staff_id,
        "scheduled_start": datetime(2026, 3, 17, 9), "minutes": 60, "capacity": 5,
    }  # fmt: skip
    new = NewClass(**{**wanted, **values})

    def work(session: Any) -> int:
        return schedule_class(session, new, player.clock.now(), player.desk.profiles.current(session))

    return player.desk.database.transact(work)


def wait_for(player: Player, class_id: int, phone: str, status: WaitlistStatus = WaitlistStatus.WAITING) -> int:
    """Somebody's place in the line of a class, made by hand; where it is offered, a seat is held for it."""
    now = player.clock.now()

    def work(session: Any) -> int:
        row = lock_class(session, class_id)
        conversation = conversation_for(session, "sms", phone, now)
        client_id = client_for(session, phone, "", now)
        offered = {"offered_at": now, "offer_expires_at": now + timedelta(hours=2), "offer_seats": 1}
        made = session.execute(
            insert(waitlist_entries).values(
                client_id=client_id, conversation_id=conversation.id, class_session_id=class_id,
                service_id=row.service_id, staff_id=0, wanted="", offer_staff_id=0,
                wanted_from=row.start_at, wanted_until=row.end_at, status=status,
                created_at=now, **(offered if status is WaitlistStatus.OFFERED else {}),
            )
        )  # fmt: skip
        entry_id = int(made.inserted_primary_key[0])
        if status is WaitlistStatus.OFFERED:
            claim_seats(session, row, 1, Holder.OFFER, entry_id, now, now + timedelta(hours=2))
        look_at_class(session, class_id, row.start_at)
        return entry_id

    return player.desk.database.transact(work)


def entry(player: Player, entry_id: int) -> Row[Any]:
    of_entry = select(waitlist_entries).where(waitlist_entries.c.id == entry_id)
    return player.desk.database.read(lambda session: session.execute(of_entry).one())


class TestScheduled:
    def test_every_class_of_the_file_that_lies_ahead_is(self, studio: Player) -> None:
        starts = [row_of(studio, number).scheduled_start for number in (MONDAY, NEXT_MONDAY, EASTER, TRIAL)]
        assert [datetime(2026, 3, 16, 9), datetime(2026, 3, 23, 9), datetime(2026, 4, 6, 9)] == starts[:3]
        assert datetime(2026, 3, 18, 18) == starts[3]
        assert "monday@2026-03-16T09:00" == row_of(studio, MONDAY).name_key
        check(studio)

    def test_wall_time_stays_across_the_change_of_clocks(self, studio: Player) -> None:
        assert datetime(2026, 3, 23, 9, tzinfo=UTC) == row_of(studio, NEXT_MONDAY).start_at
        assert datetime(2026, 4, 6, 8, tzinfo=UTC) == row_of(studio, EASTER).start_at

    def test_a_start_that_the_clocks_skip_is_refused(self, studio: Player) -> None:
        with pytest.raises(ClassRefused, match="there is no 01:30 on 2026-03-29 in Europe/London"):
            schedule(studio, scheduled_start=datetime(2026, 3, 29, 1, 30))

    def test_where_the_clocks_go_back_it_is_the_first(self, studio: Player) -> None:
        number = schedule(studio, scheduled_start=datetime(2026, 10, 25, 1, 30))
        assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) == row_of(studio, number).start_at
        check(studio)

    def test_it_says_which_class_stands_in_the_way(self, studio: Player) -> None:
        """The class before it keeps ten minutes behind itself."""
        with pytest.raises(ClassRefused, match=r"Kai is taken then: class 1 \(Morning yoga, Mon 16 Mar 2026, 09:00\)"):
            schedule(studio, scheduled_start=datetime(2026, 3, 16, 10, 5))
        schedule(studio, scheduled_start=datetime(2026, 3, 16, 10, 10))
        check(studio)

    def test_it_says_which_booking_stands_in_the_way(self, studio: Player) -> None:
        studio.play("Sara> massage tomorrow 3pm\nSara> yes\n")
        with pytest.raises(ClassRefused, match=r"Kai is taken then: booking #1 \(\+447700900111, Wed 11 Mar 2026, 15:"):
            schedule(studio, scheduled_start=datetime(2026, 3, 11, 14, 30))

    def test_it_says_that_the_time_is_blocked(self, studio: Player) -> None:
        studio.play("Kai> block kai tomorrow 2pm-4pm dentist\nKai> yes\n")
        with pytest.raises(ClassRefused, match=r"Kai is taken then: a block from Wed 11 Mar 2026, 14:00"):
            schedule(studio, scheduled_start=datetime(2026, 3, 11, 15, 30))

    def test_it_says_that_a_client_is_being_asked(self, studio: Player) -> None:
        studio.play("Sara> massage tomorrow 3pm\n")
        with pytest.raises(ClassRefused, match="a client is being asked for their YES to Wed 11 Mar 2026, 15:00"):
            schedule(studio, scheduled_start=datetime(2026, 3, 11, 15))

    def test_no_room_is_free_then(self, studio: Player) -> None:
        with pytest.raises(ClassRefused, match=r"no room is free then: class 1 \(Morning yoga"):
            schedule(studio, staff_id=row_of(studio, TRIAL).staff_id, scheduled_start=datetime(2026, 3, 16, 9, 30))

    def test_its_time_must_lie_ahead(self, studio: Player) -> None:
        with pytest.raises(ClassRefused, match="its time has passed"):
            schedule(studio, scheduled_start=datetime(2026, 3, 10, 10, 15))

    def test_two_at_once_become_one(self, studio: Player) -> None:
        results = at_once(
            [partial(schedule, studio, scheduled_start=datetime(2026, 3, 17, 9, 15 * n)) for n in range(4)]
        )
        assert 1 == sum(isinstance(result, int) for result in results), results
        assert 3 == sum(isinstance(result, ClassRefused) for result in results), results
        check(studio)

    def test_nobody_can_be_booked_alone_while_they_teach(self, studio: Player) -> None:
        said = studio.play("Sara> massage monday 16 march 9:30am\n")
        assert "Monday 16 March 2026, 09:30 (Europe/London) is taken." in said
        assert "A. Mon 16 Mar, 10:15" in said
        told = studio.play("Kai> why mon 16 mar 9:30am massage\n")
        assert "taken" in told


class TestCancelled:
    def test_each_is_told_once_and_offered_the_next_classes(self, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=2))
        lea = wait_for(studio, MONDAY, "+447700900112")
        ben = wait_for(studio, MONDAY, "+447700900113", WaitlistStatus.OFFERED)
        check(studio)
        assert ClassNews(1, 2, ()) == cancel(studio, MONDAY, "Kai is ill")
        said = "\n".join(studio.settle())
        assert 3 == said.count("Kai is ill")
        assert "Sara< Sorry, we have to cancel #1, Morning yoga × 2, Monday 16 March 2026, 09:00" in said
        assert "Lea< Sorry, Morning yoga, Monday 16 March 2026, 09:00" in said
        assert "A. Wed 18 Mar, 18:00, Yoga with Mia: 2 seats left" in said
        assert ["cancelled"] == [row.status for row in booked(studio)]
        assert {WaitlistStatus.LEFT} == {entry(studio, lea).status, entry(studio, ben).status}
        row = row_of(studio, MONDAY)
        assert (ClassStatus.CANCELLED, 0, None) == (row.status, row.seats_taken, row.look_at)
        check(studio)
        again = studio.play("Sara> C\nSara> yes\n")
        assert "Sara< You are booked! #2: Morning yoga × 2 with Kai" in again
        check(studio)

    def test_who_did_it_and_why_is_written(self, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=1))
        cancel(studio, MONDAY, "Kai is ill")
        (row,) = booked(studio)
        assert ("operator", "Kai is ill") == (row.cancelled_by, row.cancel_reason)
        last = studio.desk.database.read(lambda session: transitions_of(session, 1))[-1]
        assert ("operator", "Kai is ill") == (last.who, last.why)

    def test_the_teachers_time_is_free_again(self, studio: Player) -> None:
        cancel(studio, MONDAY)
        schedule(studio, scheduled_start=datetime(2026, 3, 16, 9))
        check(studio)

    def test_who_is_filling_in_something_else_is_only_told(self, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=1))
        studio.play("Sara> massage tomorrow\n")
        cancel(studio, MONDAY)
        said = "\n".join(studio.settle())
        assert "we have to cancel #1" in said and "A. " not in said
        assert "Massage" in studio.play("Sara> 3pm\n")

    def test_who_was_being_asked_for_their_yes_cannot_book_it(self, studio: Player) -> None:
        studio.play("Sara> yoga monday 16 march 9am\n")
        cancel(studio, MONDAY)
        assert "Sara< That class can no longer be booked." in studio.play("Sara> yes\n")
        assert [] == booked(studio)
        check(studio)

    def test_who_cannot_be_texted_is_named(self, studio: Player) -> None:
        now = studio.clock.now()

        def work(session: Any) -> None:
            lock_class(session, MONDAY)
            client_id = client_for(session, "+447700900199", "Ada", now)
            circumstances = studio.desk.circumstances("test")
            profile = studio.desk.profiles.current(session)
            book_places(session, MONDAY, 1, client_id, None, circumstances, profile)

        studio.desk.database.transact(work)
        assert ClassNews(1, 0, ("Ada",)) == cancel(studio, MONDAY)
        check(studio)

    @pytest.mark.parametrize(
        ("before", "said"),
        [
            (lambda p: cancel(p, MONDAY), "it is cancelled"),
            (lambda p: p.clock.move(timedelta(days=7)), "it has begun"),
            (lambda p: p.play(BOOK.format(who="Sara", seats=1)) and arrive(p, 1), "booking #1 in it is under way"),
        ],
    )
    def test_what_is_over_or_under_way_is_not(self, before: Callable[[Player], Any], said: str, studio: Player) -> None:
        before(studio)
        with pytest.raises(ClassRefused, match=said):
            cancel(studio, MONDAY)

    def test_there_must_be_such_a_class(self, studio: Player) -> None:
        with pytest.raises(ClassRefused, match="there is no such class"):
            cancel(studio, 99)

    def test_a_booking_made_at_the_same_moment_is_either_told_or_refused(self, studio: Player) -> None:
        studio.play("Sara> yoga monday 16 march 9am\n")
        sara = studio.phones["Sara"]
        at_once([lambda: cancel(studio, MONDAY), lambda: studio.say(sara, "yes")])
        studio.settle()
        assert {row.status for row in booked(studio)} <= {BookingStatus.CANCELLED}
        check(studio)


class TestMoved:
    def test_all_that_belongs_to_it_moves_along_and_each_is_told_once(self, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=2))
        lea = wait_for(studio, MONDAY, "+447700900112", WaitlistStatus.OFFERED)
        assert ClassNews(1, 1, ()) == move(studio, MONDAY, datetime(2026, 3, 17, 9, 30), 75)
        said = "\n".join(studio.settle())
        assert 1 == said.count("Sara<") and 1 == said.count("Lea<")
        assert "Sara< Your booking #1 has a new time: Morning yoga × 2 with Kai" in said
        assert "instead of Mon 16 Mar, 09:00." in said
        assert "Lea< Morning yoga, for which you are waiting, has a new time:" in said
        (row,) = booked(studio)
        start, end = datetime(2026, 3, 17, 9, 30, tzinfo=UTC), datetime(2026, 3, 17, 10, 45, tzinfo=UTC)
        assert (start, end, start) == (row.start_at, row.end_at, row.confirmed_datetime)
        assert (start, end) == (entry(studio, lea).wanted_from, entry(studio, lea).wanted_until)
        check(studio)

    def test_reminders_are_of_the_new_time(self, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=1))
        move(studio, MONDAY, datetime(2026, 3, 20, 17))
        studio.settle()
        assert "Sara<" not in studio.play("wait 7 days\n")
        assert "17:00" in studio.play("wait 2 days\nwait 12 hours\n")

    def test_it_may_overlap_its_own_time(self, studio: Player) -> None:
        move(studio, MONDAY, datetime(2026, 3, 16, 9, 30))
        check(studio)

    def test_who_was_shown_the_old_time_does_not_book_the_new_one(self, studio: Player) -> None:
        studio.play("Sara> yoga monday 16 march 9am\n")
        move(studio, MONDAY, datetime(2026, 3, 17, 9, 30))
        check(studio)
        assert "Sara< That class can no longer be booked." in studio.play("Sara> yes\n")
        assert [] == booked(studio)

    @pytest.mark.parametrize(
        ("start", "said"),
        [
            (datetime(2026, 3, 23, 9, 30), "Kai is taken then: class 2"),
            (datetime(2026, 3, 9, 9), "that time has passed"),
            (datetime(2026, 3, 29, 1, 30), "there is no 01:30"),
            (datetime(2026, 3, 16, 9), "it is at that time already"),
        ],
    )
    def test_what_cannot_be_is_refused_and_changes_nothing(self, start: datetime, said: str, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=1))
        before = row_of(studio, MONDAY)
        with pytest.raises(ClassRefused, match=said):
            move(studio, MONDAY, start)
        assert before == row_of(studio, MONDAY)
        assert [] == studio.settle()
        check(studio)

    def test_a_request_that_waits_gets_a_new_deadline(self, studio: Player, tmp_path: Path) -> None:
        path = tmp_path / "asks.toml"
        path.write_text(YOGA.read_text(encoding="utf-8").replace('approval = "no"', 'approval = "yes"'))
        load_business(studio.desk.database, path, now=studio.clock.now())
        studio.play(BOOK.format(who="Sara", seats=1))
        move(studio, MONDAY, datetime(2026, 3, 10, 18))
        (row,) = booked(studio)
        assert BookingStatus.PENDING is row.status
        assert row.decide_by <= row.start_at - timedelta(minutes=60)
        check(studio)


class TestResized:
    def test_more_seats_wake_the_waiting_list(self, studio: Player) -> None:
        resize(studio, MONDAY, 12)
        row = row_of(studio, MONDAY)
        assert (12, AT_ONCE) == (row.capacity, row.look_at)
        check(studio)

    def test_fewer_wake_nobody(self, studio: Player) -> None:
        resize(studio, MONDAY, 1)
        row = row_of(studio, MONDAY)
        assert (1, None) == (row.capacity, row.look_at)

    def test_not_fewer_than_are_booked_and_offered(self, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=1))
        wait_for(studio, MONDAY, "+447700900112", WaitlistStatus.OFFERED)
        with pytest.raises(
            ClassRefused, match="1 of its seats are booked and 1 offered or held for who is being asked"
        ):
            resize(studio, MONDAY, 1)
        resize(studio, MONDAY, 2)
        check(studio)

    def test_seats_are_numbered_anew_where_that_is_needed(self, studio: Player) -> None:
        for who in ("Sara", "Lea", "Ben"):
            studio.play(BOOK.format(who=who, seats=1))
        studio.play("Sara> cancel my booking\nSara> yes\n")
        resize(studio, MONDAY, 2)
        assert {1, 2} == cells(studio, MONDAY)
        check(studio)
        resize(studio, MONDAY, 3)
        studio.play(BOOK.format(who="Sara", seats=1))
        assert 3 == row_of(studio, MONDAY).seats_taken
        check(studio)

    def test_a_hold_that_has_run_out_counts_no_more(self, studio: Player) -> None:
        studio.play("Sara> yoga monday 16 march 9am, 3 seats\n")
        with pytest.raises(ClassRefused, match="0 of its seats are booked and 3 offered or held"):
            resize(studio, MONDAY, 1)
        studio.clock.move(timedelta(minutes=6))
        resize(studio, MONDAY, 1)
        check(studio)

    def test_of_one_seat_more_or_less_at_once_none_is_sold_twice(self, studio: Player) -> None:
        studio.play("Sara> yoga monday 16 march 9am, 3 seats\n")
        studio.clock.move(timedelta(minutes=6))
        sara = studio.phones["Sara"]
        at_once([lambda: resize(studio, MONDAY, 2), lambda: studio.say(sara, "yes")])
        row = row_of(studio, MONDAY)
        assert row.seats_taken <= row.capacity
        check(studio)


class TestInvariants:
    BREAKS: ClassVar = [
        (update(class_sessions).values(seats_taken=1), "it says that 1 of its seats are taken, but bookings own 2"),
        (update(class_sessions).values(seats_taken=2, capacity=2, minutes=61), "it does not last 61 minutes"),
        (update(class_sessions).values(scheduled_start=datetime(2026, 3, 16, 9, 5)), "it is scheduled for 2026-03-16"),
        (update(class_sessions).values(status=ClassStatus.CANCELLED), "it is cancelled and still owns time"),
        (update(class_sessions).values(status=ClassStatus.CANCELLED), "it is cancelled, but booking #1 in it is"),
        (update(class_sessions).values(staff_id=2), "it owns time of staff"),
        (update(bookings).values(seats_reserved=3), "booking #1 is for 3 of its seats, but owns 2"),
        (update(bookings).values(live_class_id=None), "booking #1 is not known to be its client's only one"),
        (update(bookings).values(status=BookingStatus.CANCELLED), "booking #1 is cancelled and still in it"),
        (update(bookings).values(class_session_id=99), "booking #1: its class, 99, does not exist"),
        (update(bookings).values(class_session_id=2), "booking #1 owns seats of it, but is not in it"),
        (update(bookings).values(end_at=datetime(2026, 3, 16, 11, tzinfo=UTC)), "booking #1 is not at its time"),
        (update(claims).where(claims.c.scarce == Scarce.SEAT, claims.c.cell == 2).values(cell=4), "seats number 4 is"),
        (
            update(stretches).where(stretches.c.scarce == Scarce.SEAT).values(end_at=datetime(2026, 4, 1, tzinfo=UTC)),
            "some of its seats are not at its time",
        ),
        (
            update(stretches).where(stretches.c.holder == Holder.CLASS).values(holder_id=99),
            "its owner, class #99, does not exist",
        ),
        (update(stretches).where(stretches.c.holder == Holder.CLASS).values(holder_id=99), "class #1: it owns no time"),
        (
            update(stretches).where(stretches.c.holder == Holder.BOOKING).values(scarce_id=2),
            "booking #1: it owns more than seats of its class",
        ),
    ]  # fmt: skip

    @pytest.mark.parametrize(("breaks", "said"), BREAKS, ids=[said[:50] for _, said in BREAKS])
    def test_what_is_broken_is_named(self, breaks: Any, said: str, studio: Player) -> None:
        studio.play(BOOK.format(who="Sara", seats=2))
        check(studio)
        if breaks.table is class_sessions:
            breaks = breaks.where(class_sessions.c.id == MONDAY)
        studio.desk.database.transact(lambda session: session.execute(breaks) and None)
        now = studio.clock.now()
        found = studio.desk.database.read(lambda session: list(broken_invariants(session, now)))
        assert any(said in line for line in found), found


def cells(player: Player, class_id: int) -> set[int]:
    mine = claims.c.scarce == Scarce.SEAT, claims.c.scarce_id == class_id
    return player.desk.database.read(lambda s: set(s.execute(select(claims.c.cell).where(*mine)).scalars()))


def arrive(player: Player, booking_id: int) -> None:
    values = {"status": BookingStatus.IN_PROGRESS}
    player.desk.database.transact(
        lambda s: s.execute(update(bookings).where(bookings.c.id == booking_id).values(**values)) and None
    )


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """What each comes to, or the ClassRefused that it raises, all started at the same moment."""
    results: list[Any] = [None] * len(deeds)
    ready = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        ready.wait()
        try:
            results[place] = deeds[place]()
        except ClassRefused as refused:
            results[place] = refused

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
