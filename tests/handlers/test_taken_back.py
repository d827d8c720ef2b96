"""UNDO of what took a booking from a client: never back beside what they have booked instead, or over it."""

from datetime import timedelta

import pytest

from bot.clock import SetClock
from models.claims import Holder
from tests.handlers.salon import MAYA, OMAR, SARA, Salon


@pytest.fixture
def declined(salon: Salon, clock: SetClock) -> Salon:
    """Sara's massage tomorrow at 10 was declined a minute ago."""
    salon.text(SARA, "massage tomorrow 10am")
    salon.text(SARA, "yes")
    salon.text(OMAR, "DECLINE 1 no room")
    clock.at += timedelta(minutes=1)
    return salon


def books(salon: Salon, words: str) -> None:
    assert "YES" in salon.text(SARA, words)
    assert "Your request" in salon.text(SARA, "yes")


@pytest.mark.parametrize("words", ["b", "massage on friday at 4pm", "haircut with lina tomorrow at 4pm"])
def test_a_declined_request_does_not_come_back_beside_the_one_made_instead(declined: Salon, words: str) -> None:
    books(declined, words)
    told = declined.all(OMAR, "UNDO")
    assert [OMAR.address] == list(told)
    assert "This cannot be taken back: DECLINE 1 no room" in told[OMAR.address]
    assert "#1: stays as it is, +97455501234 has #2 by now" in told[OMAR.address]
    assert ({1: "declined", 2: "pending"}, True) == (declined.statuses(), declined.is_sound())


def test_a_cancelled_booking_does_not_come_back_beside_the_one_made_instead(salon: Salon, clock: SetClock) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "CANCEL 1")
    clock.at += timedelta(minutes=1)
    books(salon, "massage friday 10am")
    assert "has #2 by now: Massage, Fri 13 Mar, 10:00" in salon.text(OMAR, "UNDO")
    assert {1: "cancelled", 2: "pending"} == salon.statuses()


def test_what_was_booked_for_another_day_and_service_stands_beside_it(declined: Salon) -> None:
    books(declined, "haircut with maya friday at 4pm")
    assert "#1, +97455501234: as before" in declined.text(OMAR, "UNDO")
    assert ({1: "pending", 2: "pending"}, True) == (declined.statuses(), declined.is_sound())


def test_what_was_booked_instead_and_called_off_again_is_in_nobodys_way(declined: Salon) -> None:
    books(declined, "b")
    declined.text(SARA, "cancel my booking")
    declined.text(SARA, "yes")
    assert "as before" in declined.text(OMAR, "UNDO")
    assert {1: "pending", 2: "cancelled"} == declined.statuses()


def test_a_time_does_not_come_back_over_what_its_client_has_there_by_now(salon: Salon, clock: SetClock) -> None:
    salon.text(MAYA, "BOOK +97455501234 Sara haircut tomorrow 10:00")
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 15:00")
    salon.text(MAYA, "MOVE 1 tomorrow 12:00")
    clock.at += timedelta(minutes=1)
    salon.text(OMAR, "MOVE 2 tomorrow 10:30")
    assert "has #2 by now: Massage, Wed 11 Mar, 10:30" in salon.text(MAYA, "UNDO")
    assert "11 09:00" == salon.start(1)


def test_of_a_cleared_day_comes_back_what_nothing_was_booked_instead_of(salon: Salon, clock: SetClock) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "BOOK +97455501234 Sara haircut tomorrow 12:00 with Lina")
    salon.text(OMAR, "CLEAR tomorrow lina ill")
    salon.text(OMAR, "yes")
    clock.at += timedelta(minutes=1)
    assert "Your request #3" in salon.text(SARA, "a") + salon.text(SARA, "yes")
    answer = salon.text(OMAR, "UNDO")
    assert "#1: stays as it is, Sara has #3 by now" in answer
    assert "#2, Sara: as before" in answer
    assert ({1: "cancelled", 2: "confirmed", 3: "pending"}, True) == (salon.statuses(), salon.is_sound())


def test_two_at_one_time_that_were_cleared_together_come_back_together(salon: Salon, clock: SetClock) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "BOOK +97455501234 Sara haircut tomorrow 10:00 with Maya")
    salon.text(OMAR, "CLEAR tomorrow")
    salon.text(OMAR, "yes")
    clock.at += timedelta(minutes=1)
    salon.text(OMAR, "UNDO")
    assert ({1: "confirmed", 2: "confirmed"}, True) == (salon.statuses(), salon.is_sound())


def test_who_was_just_choosing_another_time_has_the_first_one_again_and_holds_no_other(declined: Salon) -> None:
    assert "YES" in declined.text(SARA, "b")
    assert 1 == declined.count(Holder.CONVERSATION)[0]
    assert "correction" in declined.all(OMAR, "UNDO")[SARA.address]
    assert (0, 0) == declined.count(Holder.CONVERSATION)
    assert "#1" in declined.text(SARA, "yes")
    assert ({1: "pending"}, True) == (declined.statuses(), declined.is_sound())


def test_a_second_wish_of_the_same_kind_is_not_lost_by_a_correction_about_the_first(salon: Salon) -> None:
    salon.text(SARA, "massage tomorrow 10am")
    salon.text(SARA, "yes")
    salon.text(OMAR, "APPROVE 1")
    assert "YES" in salon.text(SARA, "massage friday 10am")
    salon.text(OMAR, "UNDO")
    assert "Your request #2" in salon.text(SARA, "yes")
