"""A backup coordinator commands as the one they stand in for, and nothing beyond that."""

import pytest

from bot.clock import SetClock
from models.claims import Holder
from tests.handlers.salon import EVA, MAYA, OMAR, ROSA, SARA, TOM, Salon


def test_the_backup_answers_requests_and_the_first_answer_counts(salon: Salon) -> None:
    salon.text(TOM, "haircut with maya tomorrow 10am")
    salon.text(TOM, "yes")
    assert "#1" in salon.text(ROSA, "PENDING")
    assert "is held and offered" in salon.text(ROSA, "MODIFY 1 tomorrow 12:00")
    assert "withdrawn" in salon.text(ROSA, "UNDO")
    assert "APPROVED" in salon.text(ROSA, "yes")
    assert "#1 is already confirmed: by Rosa" in salon.text(MAYA, "DECLINE 1")
    assert "#1 is already confirmed: by Rosa" in salon.text(ROSA, "APPROVE 1")
    assert ({1: "confirmed"}, True) == (salon.statuses(), salon.is_sound())


def test_the_backup_runs_the_day(salon: Salon, clock: SetClock) -> None:
    booked = salon.text(ROSA, "BOOK +97455508888 Tom haircut today 10:30")
    assert "BOOKED" in booked
    assert "Maya" in booked
    assert "#1 Tom" in salon.text(ROSA, "TODAY")
    assert "Maya" in salon.text(ROSA, "FREE today")
    assert "taken" in salon.text(ROSA, "WHY today 10:45 with maya")
    assert "tel:+97455508888" in salon.text(ROSA, "CALL 1")
    assert "Noted" in salon.text(ROSA, "NOTE 1 window seat")
    assert "MOVED" in salon.text(ROSA, "MOVE 1 today 11:00")
    clock.at = clock.at.replace(hour=8)
    for words, status in (("ARRIVED 1", "in_progress"), ("DONE 1", "completed")):
        salon.text(ROSA, words)
        assert {1: status} == salon.statuses()
    assert "as before" in salon.text(ROSA, "UNDO")
    assert ({1: "in_progress"}, True) == (salon.statuses(), salon.is_sound())


def test_the_backup_takes_time_out_gives_it_back_and_clears_a_day(salon: Salon) -> None:
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 13:00")
    assert "BLOCKED: Wed 11 Mar, 09:00-12:00, Maya" in salon.text(ROSA, "BLOCK tomorrow 9:00-12:00")
    assert "⛔ Wed 11 Mar, 09:00-12:00, Maya" in salon.text(MAYA, "TOMORROW")
    assert "UNBLOCKED" in salon.text(ROSA, "UNBLOCK tomorrow 9:00-12:00")
    assert (0, 0) == salon.count(Holder.BLOCK)
    assert "#1" in salon.text(ROSA, "CLEAR tomorrow Maya is ill")
    told = salon.all(ROSA, "yes")
    assert "CLEARED" in told[ROSA.address]
    assert "Sorry" in told[TOM.address]
    assert ({1: "cancelled"}, True) == (salon.statuses(), salon.is_sound())


@pytest.mark.parametrize("words", ["CANCEL 1", "MOVE 1 friday", "NOTE 1 x", "CALL 1", "SHOW 1", "WHY 1"])
def test_the_backup_of_one_knows_nothing_of_another(salon: Salon, words: str) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    assert "There is no request #1." in salon.text(ROSA, words)


def test_the_backup_of_one_changes_nothing_of_another(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    assert "no bookings" in salon.text(ROSA, "TOMORROW")
    assert "not yours" in salon.text(ROSA, "BLOCK tomorrow lina")
    assert "not yours" in salon.text(ROSA, "BOOK +97455508888 Tom haircut with Lina tomorrow 12:00")
    assert "MOVED" not in salon.text(SARA, "MOVE 1 friday")
    assert ({1: "confirmed"}, (0, 0)) == (salon.statuses(), salon.count(Holder.BLOCK))


def test_who_has_people_of_their_own_stands_in_for_others_only_by_name(salon: Salon) -> None:
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 13:00")
    assert "RESERVADA" in salon.text(EVA, "BOOK +97455501234 Sara manicura tomorrow 10:00")
    assert "BLOCKED: Wed 11 Mar, 15:00-16:00, Maya\n" in salon.text(MAYA, "BLOCK tomorrow 15:00-16:00")
    shown = salon.text(MAYA, "CLEAR tomorrow ill")
    assert "CLEAR Wednesday 11 March, Maya\n" in shown
    assert "Eva 1 (Eva)" in shown
    assert "CLEAR Wednesday 11 March, Eva\n" in salon.text(MAYA, "CLEAR tomorrow eva ill")
    salon.text(MAYA, "yes")
    assert {1: "confirmed", 2: "cancelled"} == salon.statuses()
    assert "Eva" in salon.text(MAYA, "BOOK +97455501234 Sara manicura friday 10:00")
    assert salon.is_sound()


def test_whoever_else_was_asked_hears_who_has_answered(salon: Salon, clock: SetClock) -> None:
    salon.text(TOM, "haircut with maya friday 10am")
    salon.text(TOM, "yes")
    told = salon.all(ROSA, "APPROVE 1")
    assert "✔ Rosa has answered request #1: confirmed." in told[MAYA.address]
    salon.text(TOM, "haircut with maya friday 2pm")
    salon.text(TOM, "yes")
    assert ROSA.address not in salon.all(MAYA, "APPROVE 2")
    salon.text(TOM, "haircut with maya friday 4pm")
    salon.text(TOM, "yes")
    clock.at = clock.at.replace(day=11, hour=16)
    salon.player.settle()
    assert "Rosa has been asked too." in salon.news()[MAYA.address]
    told = salon.all(OMAR, "DECLINE 3 no")
    assert "✔ Omar has answered request #3: declined." in told[MAYA.address]
    assert "✔ Omar has answered request #3: declined." in told[ROSA.address]
