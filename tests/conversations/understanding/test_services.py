"""Which service and whose chair a text names."""

import pytest

from conversations.understanding import understand
from tests.conversations.understanding.readings import written
from tests.conversations.understanding.salon import (
    BACK,
    COLOUR,
    DEEP,
    HAIRCUT,
    HIGHLIGHTS,
    MARIA,
    PEDICURE,
    SALON,
    SARA,
    SWEDISH,
    TOM,
    YOGA,
)

ONE = {
    "haircut": HAIRCUT,
    "I'd like a hair cut please": HAIRCUT,
    "haircutt tomorrow at 3": HAIRCUT,
    "trim": HAIRCUT,
    "short back and sides": HAIRCUT,
    "colour": COLOUR,
    "cut and colour": COLOUR,
    "swedish": SWEDISH,
    "swedish masage": SWEDISH,
    "deep tissue friday": DEEP,
    "peticure": PEDICURE,
    "pedi": PEDICURE,
    "back massage": BACK,
    "hilights": HIGHLIGHTS,
    "morning yoga": YOGA,
    "90 minute massage": DEEP,
    "a 60 min massage": SWEDISH,
}
NONE = [
    "hi",
    "hello there",
    "tomorrow at 3",
    "can I book an appointment",
    "message me back",
    "stop texting me",
    "see you in the morning",
    "what is this",
    "my number is 5551234",
    "I'm running late",
    "2",
    "90",
    "where are you",
    "thank you so much",
    "yes please",
    "👍",
    "blue",
    "",
]


@pytest.mark.parametrize("text", ONE)
def test_a_service_is_known_by_its_name_its_alias_or_a_slip_of_either(text: str):
    assert (ONE[text],) == understand(text, SALON).service_ids


@pytest.mark.parametrize("text", NONE)
def test_small_talk_names_no_service(text: str):
    assert understand(text, SALON).service_ids == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("massage", {SWEDISH, DEEP, BACK}),
        ("masage", {SWEDISH, DEEP, BACK}),
        ("cut", {HAIRCUT, COLOUR}),
        ("the 90 minute one", {COLOUR, DEEP}),
        ("haircut and pedicure", {HAIRCUT, PEDICURE}),
    ],
)
def test_services_that_fit_alike_are_all_named_so_that_we_ask(text: str, expected: set[int]):
    assert expected == set(understand(text, SALON).service_ids)


def test_a_service_named_after_a_time_of_day_is_no_time():
    assert written(understand("morning yoga tomorrow", SALON)) == "2026-03-11"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("haircut with Tom", TOM),
        ("Sara Ahmed on friday", SARA),
        ("with marya", MARIA),
        ("with sara", SARA),
        ("haircut", None),
    ],
)
def test_a_member_of_staff_is_known_by_name(text: str, expected: int | None):
    assert expected == understand(text, SALON).staff_id


def test_a_member_of_staff_called_like_a_day_is_a_person():
    understood = understand("haircut with tom friday", SALON)
    assert (TOM, "2026-03-13") == (understood.staff_id, written(understood))
