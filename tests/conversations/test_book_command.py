"""BOOK for a walk-in: with whom, for whom and what, said outright, without a database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.business import Money, Service, Staff
from conversations.effects import BookFor
from tests.conversations.plain_facts import DAILY, HAIRCUT, LINA, MAYA, QATAR, THERAPY
from tests.conversations.test_commands import DESK, TEN, done, keys, told

TOM = Staff(3, "Tom", QATAR, DAILY)
CUT = replace(HAIRCUT, staff_ids=(2, 1, 3))
COLOUR = Service(3, "Colour", 90, Money(8000, "USD"), ("dye",), (1, 2))
MANICURE = Service(4, "Manicure", 30, Money(2000, "USD"), (), (3,))
SALON = replace(DESK, offered=(THERAPY, CUT, COLOUR, MANICURE), people=(LINA, MAYA, TOM))
SARA = "+97455501234"
THREE = TEN.replace(day=12, hour=15)
"""On Thursday."""


@pytest.mark.parametrize(
    ("text", "name", "staff"),
    [
        ("Sara haircut with Lina thu 3pm", "Sara", LINA),
        ("Sara haircut thu 3pm with lina", "Sara", LINA),
        ("Sara haircut Lina thu 3pm", "Sara", LINA),
        ("with Lina haircut thu 3pm", "", LINA),
        ("Sara haircut w/ Lina thu 3pm", "Sara", LINA),
        ("Sara haircut thu 3pm", "Sara", LINA),
        ("Tom haircut thu 3pm", "Tom", LINA),
        ("Tom haircut with Lina thu 3pm", "Tom", LINA),
        ("Maya Khan haircut with Tom thu 3pm", "Maya Khan", TOM),
        ("haircut for Maya thu 3pm with Tom", "Maya", TOM),
        ("Sara thu 3pm haircut with Tom", "Sara", TOM),
        ("Tom haircut with Tom thu 3pm", "Tom", TOM),
        ("Eve haircut with Lina thu 3pm", "Eve", LINA),
        ("April haircut thu 15:00", "April", LINA),
    ],
)
def test_who_is_named_behind_the_service_or_with_gives_it_and_before_it_stands_the_client(
    text: str, name: str, staff: Staff
) -> None:
    assert (BookFor(SARA, name, (2,), staff.id, THREE),) == done(f"BOOK {SARA} {text}", SALON)


def test_the_named_one_is_not_changed_for_another_who_is_free() -> None:
    busy = replace(SALON, busy={1: ((THREE, THREE + timedelta(hours=1)),)})
    text = f"BOOK {SARA} Sara haircut with Lina thu 3pm"
    assert (["command_book_taken", "why_taken"], ()) == (keys(text, busy), done(text, busy))
    assert (BookFor(SARA, "Sara", (2,), 2, THREE),) == done(f"BOOK {SARA} Sara haircut thu 3pm", busy)


def test_a_staff_member_is_named_in_the_coordinators_own_words() -> None:
    spanish = replace(SALON, language="es")
    assert (BookFor(SARA, "Tom", (2,), 1, TEN.replace(hour=15)),) == done(
        f"BOOK {SARA} Tom haircut con Lina mañana 15:00", spanish
    )


@pytest.mark.parametrize(
    ("text", "ids", "staff"),
    [
        ("Sara haircut and colour with Lina thu 3pm", (2, 3), LINA),
        ("Sara colour + haircut thu 3pm", (3, 2), LINA),
        ("Sara cut and colour with Lina thu 3pm", (2, 3), LINA),
        ("Sara haircut, colour thu 3pm with Maya", (2, 3), MAYA),
        ("Sara haircut thu 3pm and colour", (2, 3), LINA),
        ("Sara thu 3pm haircut and colour", (2, 3), LINA),
    ],
)
def test_several_services_are_booked_as_one_visit(text: str, ids: tuple[int, ...], staff: Staff) -> None:
    assert (BookFor(SARA, "Sara", ids, staff.id, THREE),) == done(f"BOOK {SARA} {text}", SALON)


def test_a_visit_needs_its_whole_length_free() -> None:
    busy = replace(SALON, busy={1: ((THREE + timedelta(hours=2), THREE + timedelta(hours=3)),)})
    assert "command_book_taken" in keys(f"BOOK {SARA} Sara haircut and colour with Lina thu 3pm", busy)
    assert (BookFor(SARA, "Sara", (2, 3), 2, THREE),) == done(f"BOOK {SARA} Sara haircut and colour thu 3pm", busy)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sara colour and manicure thu 3pm", "command_book_apart"),
        ("Sara haircut thu 3pm and colour friday 11:00", "command_book_apart"),
        ("Sara haircut and manicure with Lina thu 3pm", "command_not_given"),
        ("Sara colour with Tom thu 3pm", "command_not_given"),
    ],
)
def test_what_cannot_be_one_visit_is_said_and_nothing_is_booked(text: str, expected: str) -> None:
    text = f"BOOK {SARA} {text}"
    assert ([expected], ()) == (keys(text, SALON), done(text, SALON))


def test_words_that_fit_several_services_are_asked_about() -> None:
    deep = replace(THERAPY, id=5, name="Group Therapy Session", aliases=())
    facts = replace(SALON, offered=(THERAPY, deep, CUT))
    assert ["command_book_service"] == keys(f"BOOK {SARA} Sara session thu 3pm", facts)
    assert "Haircut" not in told(f"BOOK {SARA} Sara therapy session thu 3pm", facts)


def test_hours_without_a_day_are_todays_whoever_it_is_for() -> None:
    at_noon = THREE.replace(day=10, hour=12)
    assert (BookFor(SARA, "Eve", (2,), 1, at_noon),) == done(f"BOOK {SARA} Eve haircut with Lina 12:00", SALON)
    assert (BookFor(SARA, "Eve", (2, 3), 1, at_noon),) == done(f"BOOK {SARA} Eve cut and colour with Lina 12:00", SALON)


@pytest.mark.parametrize("name", ["Tom", "Tom Baker", "April"])
def test_a_name_like_a_day_is_never_taken_for_the_day(name: str) -> None:
    text = f"BOOK {SARA} {name} haircut with Lina 12:00"
    assert (["command_book_when"], ()) == (keys(text, SALON), done(text, SALON))
