"""What a coordinator mistyped is asked about, never booked and never carried out."""

from dataclasses import replace

import pytest

from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting
from tests.conversations.plain_facts import booking
from tests.conversations.test_commands import DESK, done, keys, said

WAITING = replace(DESK, bookings=tuple(booking(number, BookingStatus.PENDING) for number in (1, 2)))


@pytest.mark.parametrize("text", ["aprove 1", "blck tomorrow 3-4pm maya", "aprrove all", "claer tomorrow"])
def test_a_slip_in_a_command_is_asked_about(text: str) -> None:
    turn = said(text, WAITING)
    assert (["command_did_you_mean"], ()) == (keys(text, WAITING), turn.effects)
    assert Awaiting.SURE is turn.dialogue.awaiting
    assert said("yes", WAITING, turn.dialogue).replies


def test_yes_to_a_guess_has_its_preview_still() -> None:
    asked = said("claer tomorrow", DESK).dialogue
    assert () == said("yes", DESK, asked).effects


@pytest.mark.parametrize("text", ["book 12 Walk haircut saturday 15:00", "book +12 Walk haircut saturday 15:00"])
def test_book_with_a_wrong_number_books_nobody(text: str) -> None:
    assert (["command_book_bad_number"], ()) == (keys(text), done(text))


@pytest.mark.parametrize("text", ["approve all", "decline both"])
def test_all_of_several_wants_numbers(text: str) -> None:
    assert (["command_several"], ()) == (keys(text, WAITING), done(text, WAITING))
