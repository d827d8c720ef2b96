"""What is agreed to between a client's YES and their booking, said outright, without a database."""

from dataclasses import replace

import pytest

from conversations.business import Agreement
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import (
    AcceptAgreement,
    AcceptOffer,
    Book,
    BookSeats,
    DeclineOffer,
    Hold,
    HoldSeats,
    KeepAnswer,
    LetGo,
)
from conversations.engine import leaves_open, says_nothing_yet, step
from conversations.events import Said
from conversations.intake import Question
from conversations.languages.render import render
from conversations.turn import Turn
from tests.conversations.plain_facts import HERE, THERAPY, PlainFacts
from tests.conversations.test_waiting import ASKED, FACTS, YOGA

TEXT = "What you tell us stays with us."
WORDS = Agreement(1, "2026-01", {"en": TEXT, "es": "Lo que nos cuentes queda entre nosotros."})
ASKS = PlainFacts(offered=(replace(THERAPY, agreements=(WORDS,)),))
WISH = ("therapy tomorrow at 3", "yes")
OF_CLASS = Agreement(7, "3", {"en": "Bring your own mat."})
CLASSES = replace(FACTS, offered=(replace(YOGA, agreements=(OF_CLASS,)),))


def talk(*texts: str, facts: PlainFacts = ASKS, start: Dialogue | None = None) -> Turn:
    turn = Turn(start or Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts)
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def kinds(turn: Turn) -> list[type]:
    return [type(effect) for effect in turn.effects]


@pytest.mark.parametrize("word", ["agree", "AGREE", "I agree.", "yes", "Yes please", "👍"])
def test_a_booking_is_made_once_the_client_agrees(word: str) -> None:
    asked = talk(*WISH)
    assert (Awaiting.AGREEMENT, ["ask_agreement"]) == (asked.dialogue.awaiting, keys(asked))
    assert Book not in kinds(asked)
    booked = talk(word, start=asked.dialogue)
    assert [AcceptAgreement, Book] == kinds(booked)
    assert AcceptAgreement(1, "2026-01") == booked.effects[0]


def test_who_agreed_before_is_not_asked() -> None:
    assert [Book] == kinds(talk(*WISH, facts=replace(ASKS, agreed={(1, "2026-01")})))


def test_another_version_is_asked_for_anew() -> None:
    assert ["ask_agreement"] == keys(talk(*WISH, facts=replace(ASKS, agreed={(1, "2025-01")})))


def test_who_agrees_to_what_has_changed_meanwhile_is_asked_about_the_new_text() -> None:
    newer = replace(ASKS, offered=(replace(THERAPY, agreements=(replace(WORDS, version="2026-02"),)),))
    turn = talk("agree", facts=newer, start=talk(*WISH).dialogue)
    assert (["ask_agreement"], False) == (keys(turn), Book in kinds(turn))


def test_a_no_books_nothing() -> None:
    turn = talk("no", start=talk(*WISH).dialogue)
    assert (["agreement_refused"], [LetGo]) == (keys(turn), kinds(turn))
    assert turn.dialogue.service_id is None


def test_a_question_beside_it_comes_back_to_it() -> None:
    turn = talk("what does it cost?", start=talk(*WISH).dialogue)
    assert (Awaiting.AGREEMENT, "ask_agreement") == (turn.dialogue.awaiting, keys(turn)[-1])


def test_the_text_is_in_the_clients_language_and_a_long_one_on_a_page() -> None:
    spanish = talk("terapia mañana a las 3", "sí", facts=replace(ASKS, language="es", language_is_known=True))
    assert "queda entre nosotros" in render(spanish.replies[-1], "es")
    long = replace(THERAPY, agreements=(replace(WORDS, texts={"en": TEXT * 50}),))
    pages = replace(HERE, agreement_pages="https://desk.example/agreement/")
    turn = talk(*WISH, facts=replace(ASKS, offered=(long,), business=pages))
    assert "https://desk.example/agreement/1?lang=en" in render(turn.replies[-1], "en")
    without = talk(*WISH, facts=replace(ASKS, offered=(long,)))
    assert TEXT * 50 in render(without.replies[-1], "en")


def test_a_new_time_for_a_booking_that_stands_needs_none() -> None:
    ready = talk("therapy tomorrow at 3").dialogue
    turn = talk("yes", start=replace(ready, changing=True, booking_id=12))
    assert "ask_agreement" not in keys(turn)


def test_seats_of_a_class_are_held_while_it_is_asked() -> None:
    asked = talk("yoga", "A", "yes", facts=CLASSES)
    assert (["ask_agreement"], [HoldSeats]) == (keys(asked), kinds(asked))
    assert [AcceptAgreement, BookSeats] == kinds(talk("agree", facts=CLASSES, start=asked.dialogue))


def test_an_offer_of_the_waiting_list_is_agreed_to_as_well() -> None:
    facts = replace(ASKED, offered=CLASSES.offered)
    asked = talk("yes", facts=facts, start=Dialogue(offer_id=5))
    assert (["ask_agreement"], []) == (keys(asked), kinds(asked))
    assert (AcceptAgreement(7, "3"), AcceptOffer(5)) == talk("agree", facts=facts, start=asked.dialogue).effects
    assert (DeclineOffer(5),) == talk("no", facts=facts, start=asked.dialogue).effects


QUESTION = Question(1, "about", {"en": "What brings you here?"}, is_required=True)
CURIOUS = PlainFacts(offered=(replace(THERAPY, intake=(QUESTION,)),))


def test_a_question_is_asked_with_the_time_held_and_its_answer_is_private() -> None:
    asked = talk(*WISH, facts=CURIOUS)
    assert (Awaiting.INTAKE, ["ask_intake"], [Hold]) == (asked.dialogue.awaiting, keys(asked), kinds(asked))
    told = talk("the accident, tomorrow a year ago", facts=CURIOUS, start=asked.dialogue)
    assert (KeepAnswer("1:about", "the accident, tomorrow a year ago"), True) == (told.effects[0], told.is_private)
    assert [KeepAnswer, Book] == kinds(told)
    assert "accident" not in str(told.dialogue)


def test_an_answer_is_shown_to_no_interpreter_and_waits_for_no_second_text() -> None:
    asked = talk(*WISH, facts=CURIOUS).dialogue
    for text in ("hi", "qwerty uiop asdf", "the accident of course"):
        assert not leaves_open(asked, Said(text), CURIOUS)
        assert not says_nothing_yet(asked, Said(text), CURIOUS)


def test_the_words_of_a_crisis_are_heard_before_any_question() -> None:
    turn = talk("I want to kill myself", facts=CURIOUS, start=talk(*WISH, facts=CURIOUS).dialogue)
    assert ["crisis"] == keys(turn)


def test_a_question_that_is_asked_no_more_books_nothing_by_its_answer() -> None:
    asked = talk(*WISH, facts=CURIOUS).dialogue
    turn = talk("an accident", facts=replace(CURIOUS, offered=(THERAPY,)), start=asked)
    assert Book not in kinds(turn)
