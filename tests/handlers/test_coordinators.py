"""Commands on a desk with several coordinators: what they leave in the database, and what each may touch."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import SetClock
from models.blocks import blocks
from models.bookings import transitions_of
from models.claims import Holder, LostRace, claim
from models.command_log import command_log
from models.consents import ConsentSource, consents
from tests.conftest import NOW
from tests.handlers.salon import EVA, MAYA, OMAR, SARA, TOM, Salon


def test_a_coordinator_is_told_nothing_of_anothers_bookings_and_changes_none(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    for words in ("CANCEL 1", "MOVE 1 friday", "NOTE 1 x", "CALL 1", "SHOW 1", "NOSHOW 1", "WHY 1"):
        assert "There is no request #1." in salon.text(MAYA, words)
    assert "no bookings" in salon.text(MAYA, "TOMORROW")
    assert {1: "confirmed"} == salon.statuses()
    assert "There is nothing to take back" in salon.text(MAYA, "UNDO")
    assert "#1" in salon.text(OMAR, "TOMORROW")


def test_a_coordinator_blocks_and_clears_their_own_people_alone(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 10:00")
    answer = salon.text(MAYA, "CLEAR tomorrow ill")
    assert "#2" in answer
    assert "#1" not in answer
    salon.text(MAYA, "yes")
    assert {1: "confirmed", 2: "cancelled"} == salon.statuses()
    staff = salon.desk.database.read(lambda session: list(session.execute(select(blocks.c.staff_id)).scalars()))
    assert 1 == len(staff)
    assert salon.is_sound()


def test_two_coordinators_answer_at_once_and_the_second_is_told_by_whom(salon: Salon) -> None:
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 10:00")
    assert "CANCELLED" in salon.text(OMAR, "CANCEL 1")
    assert "#1 is already cancelled: by Omar" in salon.text(MAYA, "CANCEL 1")
    assert "There is nothing to take back" not in salon.text(OMAR, "UNDO")
    assert {1: "confirmed"} == salon.statuses()


def test_each_coordinator_takes_back_their_own_last_command(salon: Salon) -> None:
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 10:00")
    salon.text(OMAR, "BLOCK friday lina")
    assert "BOOK +97455508888" in salon.text(MAYA, "UNDO")
    assert ({1: "cancelled"}, 1) == (salon.statuses(), salon.count(Holder.BLOCK)[0])
    assert "BLOCK friday" in salon.text(OMAR, "UNDO")
    assert (0, 0) == salon.count(Holder.BLOCK)
    assert salon.is_sound()


def test_what_another_has_changed_since_is_not_taken_back(salon: Salon) -> None:
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 10:00")
    salon.text(MAYA, "MOVE 1 tomorrow 12:00")
    salon.text(OMAR, "MOVE 1 tomorrow 14:00")
    assert "it has changed since" in salon.text(MAYA, "UNDO")
    assert "11 11:00" == salon.start(1)
    salon.text(MAYA, "NOTE 1 window seat")
    salon.text(OMAR, "MOVE 1 tomorrow 15:00")
    assert "as before" in salon.text(MAYA, "UNDO")
    assert "11 12:00" == salon.start(1)


def test_a_coordinator_books_and_moves_to_their_own_people_alone(salon: Salon) -> None:
    assert "not yours" in salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 10:00 with Lina")
    assert "Maya" in salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 10:00")
    assert "not yours" in salon.text(MAYA, "MOVE 1 tomorrow 12:00 with Lina")
    assert "MOVED" in salon.text(OMAR, "MOVE 1 tomorrow 12:00 with Lina")
    assert ({1: "confirmed"}, True) == (salon.statuses(), salon.is_sound())


def test_a_time_that_has_gone_meanwhile_is_not_taken_back(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "CANCEL 1")
    salon.text(TOM, "massage tomorrow 10am")
    salon.text(TOM, "yes")
    assert "is taken by now" in salon.text(OMAR, "UNDO")
    assert {1: "cancelled", 2: "pending"} == salon.statuses()
    assert salon.is_sound()


def test_a_blocked_time_is_offered_to_nobody_and_owned_where_it_was_free(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "BLOCK tomorrow 9:00-12:00 lina training")
    assert (1, 24) == salon.count(Holder.BLOCK)
    assert "taken" in salon.text(TOM, "massage tomorrow 9am")
    salon.text(OMAR, "BLOCK tomorrow 9:00-12:00 lina training")
    assert 1 == salon.count(Holder.BLOCK)[0]
    salon.text(OMAR, "UNBLOCK tomorrow 11:00-12:00 lina")
    assert (1, 12) == salon.count(Holder.BLOCK)
    assert salon.is_sound()


def test_who_is_booked_by_hand_has_given_consent_once_and_an_opt_out_stays(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 12:00")
    rows = salon.desk.database.read(lambda session: list(session.execute(select(consents))))
    assert [ConsentSource.BOOKED_BY_HAND] == [row.source for row in rows]
    salon.text(SARA, "STOP")
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 14:00")
    rows = salon.desk.database.read(lambda session: list(session.execute(select(consents))))
    assert not rows[-1].granted


def test_a_blocked_time_can_be_owned_by_nobody_else(salon: Salon) -> None:
    salon.text(OMAR, "BLOCK tomorrow 9:00-12:00 lina")
    start = NOW.replace(day=11, hour=7)
    with pytest.raises(LostRace):
        salon.desk.database.transact(
            lambda session: claim(session, 1, start, start + timedelta(hours=1), Holder.BOOKING, 9, NOW)
        )


def test_a_piece_out_of_a_long_block_leaves_both_ends_and_undo_makes_it_whole(salon: Salon) -> None:
    salon.text(OMAR, "BLOCK 3 may to 7 may lina")
    assert 5 == salon.count(Holder.BLOCK)[0]
    salon.text(OMAR, "UNBLOCK 5 may lina")
    assert 4 == salon.count(Holder.BLOCK)[0]
    salon.text(OMAR, "UNDO")
    assert (5, 5 * 288) == salon.count(Holder.BLOCK)
    assert 1 == len(salon.desk.database.read(lambda session: list(session.execute(select(blocks)))))
    assert salon.is_sound()


def test_a_cleared_day_tells_each_client_once_and_a_second_clear_changes_nothing(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 12:00")
    salon.text(TOM, "massage tomorrow 2pm")
    salon.text(TOM, "yes")
    salon.text(OMAR, "CLEAR tomorrow lina ill")
    told = salon.all(OMAR, "yes")
    assert (1, 1) == (told[SARA.address].count("Sorry"), told[TOM.address].count("Sorry"))
    assert {1: "cancelled", 2: "cancelled", 3: "declined"} == salon.statuses()
    again = salon.all(OMAR, "CLEAR tomorrow lina ill")
    assert [OMAR.address] == list(again)
    assert "blocked already" in again[OMAR.address]
    told = salon.all(OMAR, "UNDO")
    assert (1, 1) == (told[SARA.address].count("correction"), told[TOM.address].count("correction"))
    assert {1: "confirmed", 2: "confirmed", 3: "pending"} == salon.statuses()
    assert salon.is_sound()


def test_clear_is_taken_back_as_far_as_possible(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    salon.text(OMAR, "BOOK +97455508888 Tom massage tomorrow 12:00")
    salon.text(OMAR, "CLEAR tomorrow lina ill")
    salon.text(OMAR, "yes")
    salon.text(OMAR, "NOTE 2 x")
    salon.text(OMAR, "UNDO")
    words = select(command_log.c.words).order_by(command_log.c.id)
    logged = salon.desk.database.read(lambda session: session.execute(words).scalars().all())
    assert ["CLEAR 2026-03-11 Lina ill", "NOTE 2 x"] == list(logged)[-2:]
    assert "taken back already" in salon.text(OMAR, "UNDO")
    assert {1: "cancelled", 2: "cancelled"} == salon.statuses()


def test_every_step_of_a_day_can_be_taken_back_and_leaves_its_trace(salon: Salon, clock: SetClock) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage today 10:30")
    clock.at = clock.at.replace(hour=7, minute=40)
    for words, status in (("ARRIVED 1", "in_progress"), ("DONE 1 well", "completed")):
        salon.text(OMAR, words)
        assert {1: status} == salon.statuses()
        salon.text(OMAR, "UNDO")
        salon.text(OMAR, words)
        assert {1: status} == salon.statuses()
    steps = salon.desk.database.read(lambda session: transitions_of(session, 1))
    assert ["confirmed", "in_progress", "confirmed", "in_progress", "completed", "in_progress", "completed"] == [
        step.after.value for step in steps
    ]
    assert {"coordinator:1"} == {step.who for step in steps}
    assert salon.is_sound()


def test_who_was_missed_and_came_after_all_has_their_time_again_unless_it_has_gone(
    salon: Salon, clock: SetClock
) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage today 10:30")
    clock.at = clock.at.replace(hour=7, minute=50)
    salon.text(OMAR, "NOSHOW 1")
    assert (0, 0) == salon.count(Holder.BOOKING)
    assert "DONE" in salon.text(OMAR, "DONE 1")
    assert ({1: "completed"}, True) == (salon.statuses(), salon.is_sound())
    salon.text(OMAR, "UNDO")
    salon.text(OMAR, "BOOK +97455508888 Tom massage today 10:55")
    assert "has gone to somebody else" in salon.text(OMAR, "DONE 1")
    assert ({1: "no_show", 2: "confirmed"}, True) == (salon.statuses(), salon.is_sound())


def test_a_coordinator_is_answered_in_their_own_language_and_understood_in_both(salon: Salon) -> None:
    assert "RESERVADA" in salon.text(EVA, "reservar 55501234 Sara manicura mañana 10:00")
    assert "1 reserva" in salon.text(EVA, "mañana")
    assert "CAMBIADA" in salon.text(EVA, "mover 1 mañana 12:00")
    assert "CANCELADA" in salon.text(EVA, "CANCEL 1")
    assert "como antes" in salon.text(EVA, "deshacer")
    assert {1: "confirmed"} == salon.statuses()
    assert "11 09:00" == salon.start(1)
    assert "CLEAR" in salon.text(EVA, "despejar mañana enferma")
    salon.text(EVA, "sí")
    assert ({1: "cancelled"}, True) == (salon.statuses(), salon.is_sound())


def test_a_client_who_has_opted_out_is_booked_and_the_coordinator_must_call(salon: Salon) -> None:
    salon.text(SARA, "hello")
    salon.text(SARA, "STOP")
    assert "please call +97455501234" in salon.text(OMAR, "BOOK +97455501234 Sara massage tomorrow 10:00")
    assert "please call +97455501234" in salon.text(OMAR, "MOVE 1 tomorrow 12:00")
    assert "please call +97455501234" in salon.text(OMAR, "SHOW 1")
    assert SARA.address not in salon.all(OMAR, "CANCEL 1")


def test_an_undo_of_both_keeps_the_reminders_of_the_time_in_force(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara massage friday 10:00")
    salon.text(OMAR, "MOVE 1 friday 16:00")
    salon.text(OMAR, "UNDO")
    assert "13 07:00" == salon.start(1)
    assert salon.is_sound()


def test_a_cleared_day_says_what_it_leaves_to_other_coordinators(salon: Salon) -> None:
    for words in ("Sara massage tomorrow 10:00", "Sara massage tomorrow 12:00", "Sara make-up tomorrow 15:00"):
        salon.text(OMAR, f"BOOK +97455501234 {words}")
    salon.text(EVA, "BOOK +97455508888 Tom manicura tomorrow 11:00")
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 13:00")
    shown = salon.text(MAYA, "CLEAR tomorrow ill")
    assert "4 bookings of other coordinators stay: Lina 2 (Omar), Eva 1 (Eva), Maya 1 (Omar)" in shown
    assert ["#5"] == [word for word in shown.split() if word.startswith("#")]
    named = salon.text(MAYA, "CLEAR tomorrow maya ill")
    assert "1 booking of another coordinator stays: Maya 1 (Omar)" in named
    assert "1 booking of another coordinator stays: Maya 1 (Omar)" in salon.text(MAYA, "yes")
    assert "Maya 1 (Omar)" in salon.text(MAYA, "CLEAR tomorrow maya ill")
    assert {1: "confirmed", 2: "confirmed", 3: "confirmed", 4: "confirmed", 5: "cancelled"} == salon.statuses()
    assert "stay" not in salon.text(OMAR, "CLEAR tomorrow")
    assert salon.is_sound()


def test_a_block_says_what_stands_in_it_for_others_to_answer(salon: Salon) -> None:
    salon.text(OMAR, "BOOK +97455501234 Sara make-up tomorrow 15:00")
    salon.text(OMAR, "BOOK +97455508888 Tom massage tomorrow 15:00")
    assert "1 booking of another coordinator stays: Maya 1 (Omar)" in salon.text(MAYA, "BLOCK tomorrow 14:00-18:00")
    assert "stay" not in salon.text(MAYA, "BLOCK tomorrow 10:00-12:00")


@pytest.mark.parametrize(
    "words", ["CLEAR tomorrow lina ill", "BLOCK tomorrow 9:00-12:00 with Lina", "UNBLOCK friday lina"]
)
def test_who_names_anothers_people_means_none_of_their_own(salon: Salon, words: str) -> None:
    salon.text(MAYA, "BOOK +97455508888 Tom haircut tomorrow 13:00")
    assert "The calendar of Lina is not yours to change." in salon.text(MAYA, words)
    assert ({1: "confirmed"}, (0, 0)) == (salon.statuses(), salon.count(Holder.BLOCK))


def test_walk_ins_go_round_those_who_are_free(salon: Salon) -> None:
    given = [salon.text(OMAR, f"BOOK +97455501234 Sara haircut tomorrow {hour}:00") for hour in (10, 12, 14)]
    assert ["Lina", "Maya", "Lina"] == [answer.split(". ")[0].split(", ")[-1] for answer in given]
