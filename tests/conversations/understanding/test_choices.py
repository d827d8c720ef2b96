"""Picking one of the offered options."""

from dataclasses import replace

import pytest

from conversations.dialogue import Awaiting, Option, Subject
from conversations.understanding import Certainty, Context, understand
from tests.conversations.understanding.readings import written
from tests.conversations.understanding.salon import COLOUR, HAIRCUT, PEDICURE, SALON


def offered(awaiting: Awaiting, subject: Subject, *rows: tuple[str, str, str]) -> Context:
    return replace(
        SALON, awaiting=awaiting, options=tuple(Option(key, subject, value, label) for key, value, label in rows)
    )


SERVICES = offered(
    Awaiting.SERVICE,
    Subject.SERVICE,
    ("1", str(HAIRCUT), "Haircut"),
    ("2", str(COLOUR), "Cut & colour"),
    ("3", str(PEDICURE), "Pedicure"),
)
LETTERED = offered(
    Awaiting.TIME, Subject.TIME, ("A", "14:00", "2:00 pm"), ("B", "15:00", "3:00 pm"), ("C", "16:30", "4:30 pm")
)
NUMBERED = offered(
    Awaiting.TIME, Subject.TIME, ("1", "14:00", "2:00 pm"), ("2", "15:00", "3:00 pm"), ("3", "16:00", "4:00 pm")
)
READINGS = offered(Awaiting.DATE_READING, Subject.DATE, ("1", "2026-05-03", "3 May"), ("2", "2027-03-05", "5 March"))
MOMENTS = offered(
    Awaiting.TIME,
    Subject.MOMENT,
    ("A", "2026-03-11T14:00", "Wed 11 March, 2:00 pm"),
    ("B", "2026-03-12T15:00", "Thu 12 March, 3:00 pm"),
)

PICKED = [
    *(
        (SERVICES, text, "2")
        for text in (
            "2",
            "2.",
            "#2",
            "option 2",
            "number 2",
            "two",
            "2 please",
            "yes 2",
            "i'll take 2",
            "the second one",
            "second",
            "2nd",
            "2️⃣",
            "٢",
        )
    ),
    (SERVICES, "haircut", "1"),
    (SERVICES, "Cut & colour", "2"),
    (SERVICES, "the last one", "3"),
    *(
        (LETTERED, text, "B")
        for text in ("B", "b", "b)", "B.", "b please", "option b", "i'll take b", "the second one", "3:00 pm")
    ),
    (LETTERED, "A", "A"),
    (LETTERED, "a please", "A"),
    (LETTERED, "the latest", "C"),
    (LETTERED, "earliest one", "A"),
    (NUMBERED, "1", "1"),
    (NUMBERED, "option 2", "2"),
    (NUMBERED, "#3", "3"),
    (READINGS, "the later one", "2"),
    (READINGS, "the earlier one", "1"),
    (READINGS, "march", "2"),
    (READINGS, "5 march", "2"),
    (READINGS, "the may one", "1"),
    (MOMENTS, "thu 3pm", "B"),
    (MOMENTS, "later", "B"),
    (MOMENTS, "Wed 11 March, 2:00 pm", "A"),
]


@pytest.mark.parametrize(("context", "text", "key"), PICKED)
def test_an_option_is_picked_by_key_place_or_words_and_nothing_else_is_read(context: Context, text: str, key: str):
    understood = understand(text, context)
    assert understood.choice is not None
    assert key == understood.choice.key
    assert (understood.date.certainty, understood.time.certainty) == (Certainty.NOTHING, Certainty.NOTHING)


@pytest.mark.parametrize(
    ("context", "text", "expected"),
    [
        (LETTERED, "3", "15:00"),
        (LETTERED, "2", "14:00"),
        (LETTERED, "5", "17:00"),
        (LETTERED, "3pm", "15:00"),
        (NUMBERED, "4", "16:00"),
        (NUMBERED, "2pm", "14:00"),
        (NUMBERED, "at 2", "14:00"),
        (SERVICES, "tomorrow at 2", "2026-03-11 14:00"),
        (SERVICES, "2 tomorrow", "2026-03-11 14:00"),
        (READINGS, "the 13th", "2026-03-13"),
    ],
)
def test_what_is_no_key_is_a_date_or_a_time(context: Context, text: str, expected: str):
    understood = understand(text, context)
    assert understood.choice is None
    assert expected == written(understood)


@pytest.mark.parametrize(("text", "expected"), [("2", "14:00/15:00"), ("3", "15:00/16:00")])
def test_a_number_that_is_a_key_and_another_options_hour_is_asked_about(text: str, expected: str):
    understood = understand(text, NUMBERED)
    assert understood.choice is None
    assert understood.time.certainty is Certainty.AMBIGUOUS
    assert expected == written(understood)


@pytest.mark.parametrize(
    "text", ["later", "neither", "none", "9", "haircut or pedicure", "the tenth one", "", "option"]
)
def test_what_fits_no_option_or_several_picks_none(text: str):
    assert understand(text, LETTERED).choice is None


def test_letters_are_words_where_no_option_has_them():
    assert understand("a", SALON).choice is None
