"""Several services in one visit, and what is told beside them."""

from dataclasses import replace
from datetime import date, time

import pytest

from conversations.business import Money, Service
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import Book, Hold, LetGo
from conversations.engine import step
from conversations.events import Said
from conversations.flows.slots import LONGEST_NOTE
from conversations.turn import Turn
from tests.conversations.plain_facts import HAIRCUT, THERAPY, PlainFacts, booking

MASSAGE = Service(3, "Relaxing Massage", 60, Money(6000, "USD"), ("massage",), (2,))
MANICURE = Service(4, "Manicure", 30, Money(2000, "USD"), (), (2,))
RETREAT = Service(5, "Retreat", 570, Money(9000, "USD"), (), (2,))
FACTS = PlainFacts(offered=(THERAPY, HAIRCUT, MASSAGE, MANICURE, RETREAT))
BOTH = "haircut and massage tomorrow at 11am for my daughter Amina"


def said(*texts: str, facts: PlainFacts = FACTS) -> Turn:
    """Where these texts lead, from the beginning."""
    turn = Turn(Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts)
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def test_lengths_and_prices_add_up_and_whoever_gives_all_is_held() -> None:
    turn = said("haircut, massage and a manicure tomorrow at 11am")
    assert {"minutes": 135, "price": Money(11500, "USD")}.items() <= turn.replies[-1].values.items()
    assert [(2, 3, 4)] == [effect.service_ids for effect in turn.effects if isinstance(effect, Hold)]


CHANGES = {
    "just the haircut": (2,),
    "no, only the massage": (3,),
    "without the massage": (2,),
    "ok but no massage": (2,),
    "no haircut, thanks": (3,),
    "without the manicure": (2, 3),
    "and a manicure": (2, 3, 4),
    "manicure too please": (2, 3, 4),
    "no massage, and a manicure": (2, 4),
    "haircut and manicure instead": (2, 4),
    "yes, and a haircut": (2, 3),
}


@pytest.mark.parametrize("text", CHANGES)
def test_a_correction_drops_or_adds_what_it_says_and_keeps_day_and_time(text: str) -> None:
    dialogue = said(BOTH, text).dialogue
    assert (CHANGES[text], date(2026, 3, 11), time(11)) == (dialogue.service_ids, dialogue.day, dialogue.at)


def test_leaving_out_the_only_service_changes_nothing() -> None:
    assert (2,) == said("haircut tomorrow at 11am", "no haircut").dialogue.service_ids


def test_adding_what_nobody_gives_beside_the_rest_asks_which_comes_first() -> None:
    turn = said(BOTH, "and therapy")
    assert ["ask_which_first"] == keys(turn)
    assert ["Haircut", "Relaxing Massage", "Individual Therapy Session"] == [
        each.label for each in turn.dialogue.options
    ]


def test_a_visit_longer_than_any_day_is_open_is_none() -> None:
    turn = said("retreat and massage tomorrow at 9am")
    assert ["ask_which_first"] == keys(turn)
    assert (5,) == step(turn.dialogue, Said("1"), FACTS).dialogue.service_ids


GUESTS = {
    "no, for my son Ali": "Ali (son)",
    "it's for my son": "son",
    "no, it's for me": "",
    "make it 12pm": "Amina (daughter)",
}


@pytest.mark.parametrize("text", GUESTS)
def test_who_it_is_for_is_corrected_and_asked_about_again(text: str) -> None:
    turn = said(BOTH, text)
    assert GUESTS[text] == turn.dialogue.attendee
    assert (Awaiting.CONFIRMATION, GUESTS[text]) == (turn.dialogue.awaiting, turn.replies[-1].values["attendee"])


def test_a_time_that_works_for_who_texts_is_still_for_whom_it_was() -> None:
    booked = [effect for effect in said(BOTH, "that works for me").effects if isinstance(effect, Book)]
    assert ["Amina (daughter)"] == [effect.attendee for effect in booked]


def test_a_note_of_any_length_is_kept_short_and_once() -> None:
    long = "note: " + "she does not like water in her eyes " * 140
    dialogue = said(BOTH, long, long, "note: and one more thing", long + "x" * 5_000).dialogue
    assert 0 < len(dialogue.note) <= LONGEST_NOTE
    first, second = dialogue.note.split("; ")
    assert first.startswith("she does not like water in her eyes")
    assert "and one more thing" == second


def test_what_is_told_goes_into_the_booking() -> None:
    turn = said(f"{BOTH}, she is allergic to latex", "yes")
    assert [("Amina (daughter)", "she is allergic to latex")] == [
        (effect.attendee, effect.note) for effect in turn.effects if isinstance(effect, Book)
    ]


def test_dropping_what_was_begun_says_that_earlier_bookings_stay() -> None:
    assert ["never_mind"] == keys(said(BOTH, "never mind"))
    turn = said(BOTH, "never mind", facts=replace(FACTS, bookings=(booking(),)))
    assert (["never_mind_rest"], (LetGo(),)) == (keys(turn), turn.effects)
