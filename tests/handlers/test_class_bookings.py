"""Seats in a class, from the day they are booked to the class itself: another class, undone, missed, come after all."""

from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Player
from conversations.booking import BookingStatus
from handlers.invariants_checked import broken_invariants
from models.bookings import booking_by_id
from models.class_sessions import class_by_id

pytestmark = pytest.mark.every_database

YOGA = Path(__file__).parent / "yoga.toml"
MONDAY, NEXT_MONDAY = 1, 2
PEOPLE = """clock 2026-03-10 10:15
person Sara sms +447700900111
person Lea sms +447700900112
person Kai sms +447700900101
"""


@pytest.fixture
def studio(desk: Desk, clock: SetClock) -> Player:
    load_business(desk.database, YOGA, now=clock.now())
    player = Player(desk, clock)
    player.play(PEOPLE)
    return player


def taken(player: Player) -> tuple[int, int]:
    """The seats that are booked on Monday and on the Monday after; and nothing is broken."""
    broken = player.desk.database.read(lambda session: list(broken_invariants(session, player.clock.now())))
    assert [] == broken
    classes = [player.desk.database.read(lambda session, n=n: class_by_id(session, n)) for n in (MONDAY, NEXT_MONDAY)]
    return classes[0].seats_taken, classes[1].seats_taken


def status(player: Player, booking_id: int) -> BookingStatus:
    row = player.desk.database.read(lambda session: booking_by_id(session, booking_id))
    return BookingStatus(row.status)


def book(player: Player, who: str, seats: int = 1, when: str = "monday 16 march 9am") -> str:
    return player.play(f"{who}> yoga {when}, {seats} people\n{who}> yes\n")


class TestAnotherClass:
    def test_a_client_takes_their_seats_along(self, studio: Player) -> None:
        book(studio, "Sara", 2)
        said = studio.play("Sara> can I move my yoga to the 23rd of march?\n")
        assert "Instead of #1 Morning yoga × 2, Mon 16 Mar, 09:00:" in said
        assert (2, 0) == taken(studio)
        said = studio.play("Sara> yes\n")
        assert "Monday 23 March 2026, 09:00" in said
        assert "Kai<" in said
        assert (0, 2) == taken(studio)

    def test_the_class_they_have_is_no_other_one(self, studio: Player) -> None:
        book(studio, "Sara")
        said = studio.play("Sara> move my yoga to the 16th of march\n")
        assert "You are in Morning yoga" in said
        assert (1, 0) == taken(studio)

    def test_where_it_is_for_the_coordinator_it_is_passed_on(self, studio: Player, clock: SetClock) -> None:
        book(studio, "Sara")
        clock.at = clock.now().replace(day=15, hour=20)  # within the day before the class
        said = studio.play("Sara> move my yoga to the 23rd of march\nSara> yes\n")
        assert "I have asked Studio Kai to move #1" in said
        assert "MOVE 1 with that time does it" in said
        assert (1, 0) == taken(studio)
        assert "Monday 23 March 2026, 09:00" in studio.play("Kai> move 1 23 march 9am\n")
        assert (0, 1) == taken(studio)

    def test_the_coordinator_moves_and_takes_it_back(self, studio: Player) -> None:
        book(studio, "Sara", 3)
        said = studio.play("Kai> move 1 mon 23 march 9am\n")
        assert "Sara<" in said
        assert (0, 3) == taken(studio)
        studio.play("Kai> undo\n")
        assert (3, 0) == taken(studio)

    def test_a_time_without_a_class_is_refused_with_the_next(self, studio: Player) -> None:
        book(studio, "Sara")
        said = studio.play("Kai> move 1 tue 17 march 9am\n")
        assert "#1: there is no class of Morning yoga at Tue 17 Mar 2026, 09:00" in said
        assert "Mon 23 Mar" in said
        assert (1, 0) == taken(studio)

    def test_a_class_without_enough_seats_is_refused(self, studio: Player) -> None:
        book(studio, "Sara", 2)
        book(studio, "Lea", 2, "monday 23 march 9am")
        assert "too full (1 seat left)" in studio.play("Kai> move 1 23 march 9am\n")
        assert (2, 2) == taken(studio)

    def test_who_is_in_that_class_already_stays_where_they_are(self, studio: Player) -> None:
        book(studio, "Sara")
        book(studio, "Sara", 1, "monday 23 march 9am")
        assert "has a place in that class already" in studio.play("Kai> move 1 23 march 9am\n")
        assert (1, 1) == taken(studio)


class TestTheDay:
    def test_a_seat_that_was_given_up_is_taken_back_while_it_is_free(self, studio: Player) -> None:
        book(studio, "Sara", 3)
        studio.play("Kai> cancel 1 flood\n")
        assert (0, 0) == taken(studio)
        studio.play("Kai> undo\n")
        assert (3, 0) == taken(studio)
        assert BookingStatus.CONFIRMED is status(studio, 1)

    def test_it_is_not_where_somebody_has_it(self, studio: Player) -> None:
        book(studio, "Sara", 3)
        studio.play("Kai> cancel 1 flood\n")
        book(studio, "Lea", 2)
        studio.play("Kai> undo\n")
        assert (2, 0) == taken(studio)
        assert BookingStatus.CANCELLED is status(studio, 1)

    def test_who_is_missed_frees_their_seat_and_who_comes_after_all_has_it_again(
        self, studio: Player, clock: SetClock
    ) -> None:
        book(studio, "Sara", 2)
        clock.at = clock.now().replace(day=16, hour=9, minute=10)
        studio.play("Kai> noshow 1\n")
        assert (0, 0) == taken(studio)
        studio.play("Kai> done 1\n")
        assert (2, 0) == taken(studio)
        assert BookingStatus.COMPLETED is status(studio, 1)

    def test_more_seats_are_added_to_the_booking(self, studio: Player) -> None:
        book(studio, "Sara")
        assert "Done: 2 seats more" in book(studio, "Sara", 2)
        assert (3, 0) == taken(studio)
