"""What a text leaves to memory: the usual, and the time of the booking before."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting, Dialogue
from conversations.engine import step
from conversations.events import Said
from conversations.turn import Turn
from tests.conversations.plain_facts import HAIRCUT, LINA, QATAR, THERAPY, TODAY, PlainFacts, booking

HAD = booking(status=BookingStatus.CONFIRMED)
"""Therapy with Dr Lina on Wednesday 11 March at 10."""
FACTS = PlainFacts(bookings=(HAD,))


def said(text: str, facts: PlainFacts = FACTS, dialogue: Dialogue | None = None) -> Turn:
    return step(dialogue or Dialogue(), Said(text), facts)


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def test_the_usual_is_what_they_had_last_with_whom_and_for_whom() -> None:
    turn = said("the usual", replace(FACTS, bookings=(replace(HAD, attendee="Amina (daughter)"),)))
    dialogue = turn.dialogue
    assert ((1,), 1, "Amina (daughter)") == (dialogue.service_ids, dialogue.staff_id, dialogue.attendee)
    assert ["your_usual", "ask_date"] == keys(turn)


@pytest.mark.parametrize(("text", "attendee"), [("the usual for my son Ali", "Ali (son)"), ("the usual", "Noor")])
def test_whoever_is_named_comes_before_who_came_last(text: str, attendee: str) -> None:
    facts = replace(FACTS, bookings=(replace(HAD, attendee="Amina (daughter)"),))
    assert attendee == said(text, facts, Dialogue(attendee="Noor")).dialogue.attendee


def test_without_an_earlier_booking_there_is_no_usual() -> None:
    assert ["no_usual", "ask_service"] == keys(said("the usual", PlainFacts()))
    assert "no_usual" in keys(said("same time next week", PlainFacts()))


def test_a_usual_that_was_taken_off_the_list_is_none() -> None:
    turn = said("the usual tomorrow", replace(FACTS, offered=(HAIRCUT, replace(HAIRCUT, id=3, name="Trim"))))
    assert (["no_usual"], None) == (keys(turn)[:1], turn.dialogue.service_id)


def test_a_visit_of_which_one_part_was_taken_off_the_list_is_no_usual() -> None:
    assert "no_usual" in keys(said("the usual", replace(FACTS, bookings=(replace(HAD, service_ids=(1, 9)),))))


def test_whom_they_had_is_named_only_where_they_still_give_it() -> None:
    facts = replace(FACTS, offered=(replace(THERAPY, staff_ids=(2,)), HAIRCUT))
    turn = said("the usual", facts)
    assert (["understood_so_far", "ask_date"], None) == (keys(turn), turn.dialogue.staff_id)


def test_the_same_time_next_week_is_a_week_on() -> None:
    dialogue = said("same time next week").dialogue
    assert (date(2026, 3, 18), time(10), Awaiting.CONFIRMATION) == (dialogue.day, dialogue.at, dialogue.awaiting)


def test_the_same_time_next_week_of_a_booking_long_over_is_its_weekday_in_that_week() -> None:
    facts = replace(FACTS, bookings=(replace(HAD, start=datetime(2026, 2, 6, 10, tzinfo=QATAR)),))
    assert date(2026, 3, 20) == said("same time next week", facts).dialogue.day


@pytest.mark.parametrize(("text", "day"), [("same time tomorrow", 11), ("same time on friday", 13)])
def test_the_same_time_on_another_day_keeps_the_day_that_was_said(text: str, day: int) -> None:
    dialogue = said(text).dialogue
    assert (date(2026, 3, day), time(10)) == (dialogue.day, dialogue.at)


def test_the_same_time_means_the_one_that_is_being_filled_in() -> None:
    filling = Dialogue(Awaiting.CONFIRMATION, service_id=1, offered_staff_id=1, day=date(2026, 3, 12), at=time(15))
    dialogue = said("same time on friday", dialogue=filling).dialogue
    assert ((1,), date(2026, 3, 13), time(15)) == (dialogue.service_ids, dialogue.day, dialogue.at)


def test_a_same_time_that_the_clock_jumps_over_is_said_to_be_none() -> None:
    london = ZoneInfo("Europe/London")
    night = replace(LINA, zone=london, shifts=tuple(replace(shift, opens=time(0)) for shift in LINA.shifts))
    facts = replace(
        FACTS,
        now=datetime(2026, 3, 20, 9, tzinfo=london),
        business=replace(FACTS.business, zone=london),
        people=(night,),
        bookings=(replace(HAD, start=datetime(2026, 3, 22, 1, 30, tzinfo=london)),),
    )
    turn = said("same time next week", facts)
    assert "time_gap" in keys(turn)
    assert (date(2026, 3, 29), None) == (turn.dialogue.day, turn.dialogue.at)


def test_a_coordinator_who_books_for_themselves_has_a_usual_too() -> None:
    facts = replace(FACTS, person=replace(FACTS.person, is_coordinator=True))
    assert ["your_usual", "ask_date"] == keys(said("the usual", facts))


def test_nothing_of_it_depends_on_the_hour_it_is_asked() -> None:
    assert said("the usual").dialogue == said("the usual", replace(FACTS, now=TODAY.replace(hour=23))).dialogue
