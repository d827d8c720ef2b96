"""A service of several session types: asked which, changed by a word, shown by its type."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from conversations.booking import BookingStatus
from conversations.business import Money, visit
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import Book, BookFor, Hold, SellPack, TellCoordinator
from conversations.engine import step
from conversations.events import Booked, Said
from conversations.languages import spoken
from conversations.languages.render import name_text, render
from conversations.session_types import Called, SessionType, of_type, together
from conversations.turn import Turn
from tests.conversations.plain_facts import QATAR, PlainFacts, booking
from tests.conversations.practice import ALONE, COACHING, COUPLES, FAMILY, PRACTICE, TYPES
from tests.conversations.test_commands import DESK, done, keys, told

NAMES = ["Therapy for one person", "Therapy for couples", "Therapy for families", "Therapy for groups"]
DESK_OF_PRACTICE = replace(DESK, offered=PRACTICE.offered, people=PRACTICE.people)
TOM = "+97455507777"


def said(*texts: str, facts: PlainFacts = PRACTICE) -> Turn:
    """Where these texts lead, from the beginning."""
    turn = Turn(Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts)
    return turn


def read(turn: Turn, language: str = "en") -> str:
    return "\n".join(render(reply, language) for reply in turn.replies)


def test_which_type_is_asked_with_its_length_and_price() -> None:
    turn = said("therapy tomorrow at 3")
    assert Awaiting.SERVICE is turn.dialogue.awaiting
    assert [
        "Therapy for one person, 60 min, 79.00 USD",
        "Therapy for couples, 90 min, 120.00 USD",
        "Therapy for families, 90 min, 140.00 USD",
        "Therapy for groups, 120 min, 200.00 USD",
    ] == [option.label for option in turn.dialogue.options]


@pytest.mark.parametrize("answer", ["2", "couples", "me and my wife", "the second one", "Therapy for couples"])
def test_it_is_answered_by_number_or_word(answer: str) -> None:
    turn = said("therapy tomorrow at 3", answer)
    assert [Hold((COUPLES.id,), 1, datetime(2026, 3, 11, 15, tzinfo=QATAR))] == list(turn.effects)
    assert {"minutes": 90, "price": Money(12000, "USD")}.items() <= turn.replies[-1].values.items()
    assert "Therapy for couples (90 min) with Dr Lina" in read(turn)


def test_a_text_that_says_the_type_is_not_asked() -> None:
    assert Awaiting.CONFIRMATION is said("couples therapy tomorrow at 3").dialogue.awaiting


def test_a_service_of_one_type_is_never_asked_about() -> None:
    turn = said("coaching tomorrow at 3, just me")
    assert (Awaiting.CONFIRMATION, COACHING.id) == (turn.dialogue.awaiting, turn.dialogue.service_id)
    assert "Coaching (45 min)" in read(turn)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("make it a couples session", COUPLES), ("actually with my husband", COUPLES), ("no, the whole family", FAMILY),
        ("yes, but as a couple", COUPLES), ("just me", ALONE), ("therapy for my family instead", FAMILY),
    ],
)  # fmt: skip
def test_a_correction_changes_the_type_and_keeps_day_and_time(text: str, wanted: object) -> None:
    dialogue = said("individual therapy tomorrow at 3", text).dialogue
    expected = (wanted.id, (), date(2026, 3, 11), time(15))  # type: ignore[attr-defined]
    assert expected == (dialogue.service_id, dialogue.more_service_ids, dialogue.day, dialogue.at)


def test_a_longer_type_that_does_not_fit_any_more_is_offered_at_other_times() -> None:
    four = datetime(2026, 3, 11, 16, tzinfo=QATAR)
    facts = replace(PRACTICE, busy={1: ((four, four.replace(hour=17)),)})
    turn = said("individual therapy tomorrow at 3", "make it a couples session", facts=facts)
    assert (COUPLES.id, Awaiting.TIME) == (turn.dialogue.service_id, turn.dialogue.awaiting)
    assert "refused_taken" == turn.replies[0].key


def test_another_day_leaves_the_type_alone() -> None:
    turn = said("couples therapy tomorrow at 3", "therapy on friday at 4 instead")
    assert (COUPLES.id, date(2026, 3, 13), time(16)) == (turn.dialogue.service_id, turn.dialogue.day, turn.dialogue.at)


def test_yes_books_the_type() -> None:
    turn = said("couples therapy tomorrow at 3", "yes")
    assert [(COUPLES.id,)] == [effect.service_ids for effect in turn.effects if isinstance(effect, Book)]


def test_a_visit_is_one_of_a_type_with_another_service() -> None:
    turn = said("couples therapy and coaching tomorrow at 10")
    assert "Therapy for couples + Coaching (135 min)" in read(turn)
    turn = said("individual therapy and coaching tomorrow at 10", "make it couples")
    assert {COUPLES.id, COACHING.id} == set(turn.dialogue.service_ids)


def test_the_prices_of_all_types_are_told() -> None:
    assert [f"{name} (" for name in NAMES] == [
        line.partition("(")[0] + "(" for line in read(said("how much is therapy?")).splitlines()[-5:-1]
    ]
    assert "Therapy for couples (90 min): 120.00 USD" in read(said("how much is couples therapy?"))
    assert "families" not in read(said("how much is couples therapy?"))


def test_the_usual_is_of_the_type_it_was() -> None:
    last = booking(3, BookingStatus.CONFIRMED, service_ids=(COUPLES.id,), service=of_type("Therapy", "couples"))
    turn = said("the usual tomorrow at 3", facts=replace(PRACTICE, bookings=[last]))
    assert COUPLES.id == turn.dialogue.service_id
    assert "As last time: Therapy for couples with Dr Lina." in read(turn)


def test_the_coordinator_reads_the_type_in_their_own_language() -> None:
    found = booking(service_ids=(COUPLES.id,), service=of_type("Therapy", "couples"), minutes=90)
    turn = step(Dialogue(), Booked(found), replace(PRACTICE, language="es"))
    assert "Therapy para parejas" in read(turn, "es")
    (notice,) = (effect.reply for effect in turn.effects if isinstance(effect, TellCoordinator))
    assert "Service: Therapy for couples (90 min)" in render(notice, "en")
    assert "Therapy pour couple (90 min)" in render(notice, "fr")


def test_a_coordinator_books_a_type_by_its_word() -> None:
    three = datetime(2026, 3, 12, 15, tzinfo=QATAR)
    assert (BookFor(TOM, "Tom", (COUPLES.id,), 1, three),) == done(
        f"BOOK {TOM} Tom couples therapy thu 3pm", DESK_OF_PRACTICE
    )
    assert (BookFor(TOM, "Tom Bell", (FAMILY.id,), 1, three),) == done(
        f"BOOK {TOM} Tom Bell family therapy thu 3pm", DESK_OF_PRACTICE
    )
    assert ["command_book_service"] == keys(f"BOOK {TOM} Tom therapy thu 3pm", DESK_OF_PRACTICE)
    assert ", ".join(NAMES) in told(f"BOOK {TOM} Tom therapy thu 3pm", DESK_OF_PRACTICE)


def test_a_pack_is_of_one_type() -> None:
    assert (SellPack(TOM, COUPLES.id, 10, Money(120000, "USD")),) == done(
        f"PACK {TOM} 10 couples therapy", DESK_OF_PRACTICE
    )


def test_every_language_names_every_type_apart() -> None:
    for code in spoken():
        names = {name_text(of_type("Therapy", kind), code) for kind in SessionType}
        assert 4 == len(names) and all("Therapy" in name for name in names)


def test_names_are_put_together_with_and_without_types() -> None:
    assert "Cut + Colour" == together("Cut", "Colour")
    typed = together("Cut", of_type("Therapy", "couples"))
    assert isinstance(typed, Called)
    assert "Cut + Therapy para casais" == name_text(typed, "pt")
    whole = visit((COUPLES.id, COACHING.id), (*TYPES, COACHING))
    assert whole is not None
    assert "Therapy for couples + Coaching" == name_text(whole.called, "en")
