"""Several people for a service that takes one at a time, said outright, without a database."""

import re
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from conversations.booking import BookingStatus
from conversations.business import Service
from conversations.classes import ClassView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import AddNote, Book, BookSeats
from conversations.engine import step
from conversations.events import Booked, Said
from conversations.languages import language, spoken
from conversations.session_types import SessionType
from conversations.turn import Turn
from conversations.understanding import Context, understand
from tests.conversations.plain_facts import HAIRCUT, MAYA, QATAR, THERAPY, TODAY, PlainFacts, booking

YOGA = replace(HAIRCUT, id=3, name="Yoga", aliases=("yoga",), is_class=True)
FRIDAY = datetime(2026, 3, 13, 10, tzinfo=QATAR)
MORNING = ClassView(7, 1, 3, "Yoga", 2, "Maya", FRIDAY, FRIDAY.replace(hour=11), 9, 9, HAIRCUT.price)


def talk(*texts: str, facts: PlainFacts | None = None, dialogue: Dialogue | None = None) -> Turn:
    turn = Turn(dialogue or Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts or PlainFacts())
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def made(turn: Turn) -> Book:
    (effect,) = [effect for effect in turn.effects if isinstance(effect, Book)]
    return effect


@pytest.mark.parametrize(
    ("text", "note", "attendee"),
    [
        ("haircut for me and my husband friday 11", "me and my husband", ""),
        ("haircut for 2 people friday 11", "2 people", ""),
        ("haircut for my daughter Mia and me friday 11", "for my daughter Mia and me", ""),
        ("haircut for Mia and Zoe friday 11", "for Mia and Zoe", "Mia"),
        ("haircut for my two kids friday 11", "two kids", "kids"),
    ],
)
def test_who_come_together_are_told_that_it_takes_one_and_the_note_carries_all(
    text: str, note: str, attendee: str
) -> None:
    asked = talk(text)
    assert keys(asked)[-2:] == ["one_each", "confirm_unnamed"]
    book = made(talk("yes", dialogue=asked.dialogue))
    assert (note, attendee, FRIDAY.replace(hour=11)) == (book.note, book.attendee, book.start)


def test_it_is_said_once() -> None:
    asked = talk("haircut for 2 people", "friday")
    assert "one_each" not in keys(asked)
    assert "one_each" not in keys(talk("11:00", dialogue=asked.dialogue))


def test_it_is_said_once_the_service_is_known() -> None:
    asked = talk("for me and my husband friday 11")
    assert "one_each" not in keys(asked)
    assert "one_each" in keys(talk("haircut", dialogue=asked.dialogue))


def test_what_is_told_beside_it_is_noted_as_well() -> None:
    book = made(talk("haircut for 2 people friday 11", "note: we have a dog", "yes"))
    assert "2 people; we have a dog" == book.note


def test_who_takes_it_back_books_for_one() -> None:
    assert "" == made(talk("haircut for 2 people friday 11", "just for me", "yes")).note


def test_behind_the_first_booking_the_next_begins_on_the_same_day() -> None:
    found = booking(12, service_ids=(2,), service="Haircut", start=FRIDAY)
    turn = step(talk("haircut for 2 people friday 11").dialogue, Booked(found), PlainFacts(bookings=(found,)))
    assert (Said("Haircut 2026-03-13"),) == turn.then
    assert (None, "") == (turn.dialogue.seats, turn.dialogue.party)


@pytest.mark.parametrize(
    "service",
    [
        replace(HAIRCUT, session_type=SessionType.COUPLES),
        replace(HAIRCUT, session_type=SessionType.GROUP),
        replace(HAIRCUT, engagement="wedding"),
    ],
)
def test_nothing_is_said_of_what_takes_several_or_only_tells_of_guests(service: Service) -> None:
    asked = talk("haircut for 2 people friday 11", facts=PlainFacts(offered=(THERAPY, service)))
    assert "one_each" not in keys(asked)


def test_a_class_has_a_seat_for_each_who_is_named() -> None:
    facts = PlainFacts(offered=(THERAPY, YOGA), people=(MAYA,), sessions=(MORNING,))
    turn = talk("yoga friday 10am for my daughter Mia and me", "yes", facts=facts)
    assert [2] == [effect.seats for effect in turn.effects if isinstance(effect, BookSeats)]


def test_told_of_a_booking_that_was_made_it_is_noted_and_said() -> None:
    found = booking(12, BookingStatus.CONFIRMED)
    turn = talk("it's for me and my husband", facts=PlainFacts(bookings=(found,)), dialogue=Dialogue(booking_id=12))
    assert ["noted", "one_each_made"] == keys(turn)
    assert (AddNote(12, "me and my husband"),) == turn.effects


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "for me and my daughter Mia"),
        ("en", "for my wife and me"),
        ("es", "corte para mí y mi marido"),
        ("es", "para mí y para mi hija Mía"),
        ("fr", "pour moi et mon mari"),
        ("fr", "pour ma fille Mia et moi"),
        ("pt", "para mim e meu marido"),
        ("ar", "لي و لزوجي"),
        ("ar", "لابنتي مايا ولي"),
        ("sw", "kwa mimi na mume wangu"),
        ("sw", "kwa watu wawili"),
        ("fil", "para sa akin at sa asawa ko"),
        ("hi", "मेरे और मेरे पति के लिए"),
        ("hi", "mere aur mere pati ke liye"),
    ],
)
def test_who_texts_comes_with_somebody(code: str, text: str) -> None:
    understood = understand(text, Context(now=TODAY, language=code))
    assert (2, "") == (understood.seats, understood.attendee)


@pytest.mark.parametrize(
    ("code", "text"), [("es", "para mi marido"), ("hi", "mere pati ke liye"), ("ar", "احجز لي لزوجي")]
)
def test_a_guest_alone_is_one(code: str, text: str) -> None:
    assert understand(text, Context(now=TODAY, language=code)).seats is None


@pytest.mark.parametrize("code", sorted(spoken()))
def test_the_example_that_is_given_is_understood(code: str) -> None:
    written = language(code)["replies"]["one_each"]
    example = re.findall(r'"(.+?)"|« (.+?) »', written)[-1]
    context = Context(now=TODAY, language=code, awaiting=Awaiting.TIME, day=date(2026, 3, 13))
    understood = understand("".join(example), context)
    assert (time(12),) == understood.time.times
    assert understood.attendee


@pytest.mark.parametrize("code", sorted(spoken()))
def test_the_next_wish_is_understood_in_every_language(code: str) -> None:
    assert (date(2026, 3, 13),) == understand("Haircut 2026-03-13", Context(now=TODAY, language=code)).date.dates
