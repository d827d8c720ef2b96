"""Readings beyond one day and one time: stretches of days, days ruled out, pairs, seats, the language."""

from dataclasses import replace
from datetime import date, time

import pytest

from conversations.understanding import Certainty, understand
from tests.conversations.understanding.readings import QATAR, written

MARCH = {day: date(2026, 3, day) for day in range(1, 32)}

STRETCHES = {
    "next week": (MARCH[16], MARCH[22]),
    "from monday to wednesday": (MARCH[16], MARCH[18]),
    "20th-22nd march": (MARCH[20], MARCH[22]),
    "by friday": (None, MARCH[13]),
    "before friday": (None, MARCH[12]),
    "after friday": (MARCH[14], None),
    "friday onwards": (MARCH[13], None),
    "not before friday": (MARCH[13], None),
    "early next week": (MARCH[16], MARCH[18]),
    "end of the month": (MARCH[21], MARCH[31]),
    "in april": (date(2026, 4, 1), date(2026, 4, 30)),
    "anything in q2": (date(2026, 4, 1), date(2026, 6, 30)),
    "h2 2026": (date(2026, 7, 1), date(2026, 12, 31)),
    "2027-Q1": (date(2027, 1, 1), date(2027, 3, 31)),
    "first two weeks of may": (date(2026, 5, 1), date(2026, 5, 14)),
    "the last two months of the year": (date(2026, 11, 1), date(2026, 12, 31)),
    "in the 11th month of 2026": (date(2026, 11, 1), date(2026, 11, 30)),
    "the month after next": (date(2026, 5, 1), date(2026, 5, 31)),
    "later this month": (MARCH[16], MARCH[31]),
    "later this year": (date(2026, 7, 1), date(2026, 12, 31)),
    "from 20 april to 3 may 2027": (date(2027, 4, 20), date(2027, 5, 3)),
}


@pytest.mark.parametrize("text", STRETCHES)
def test_a_stretch_of_days_has_its_ends_and_is_asked_about(text: str):
    reading = understand(text, QATAR).date
    assert (Certainty.AMBIGUOUS, *STRETCHES[text]) == (reading.certainty, reading.earliest, reading.latest)


@pytest.mark.parametrize(("region", "days"), [("GB", (14, 15)), ("QA", (13, 14)), ("US", (14, 15)), ("AE", (14, 15))])
def test_the_weekend_is_that_of_the_region(region: str, days: tuple[int, int]):
    reading = understand("this weekend", replace(QATAR, region=region)).date
    assert tuple(MARCH[day] for day in days) == reading.dates


EXCLUDED = {
    "not friday": (13,),
    "anything but friday": (13,),
    "thursday is no good": (12,),
    "not thursday or friday": (12, 13),
    "any day next week except friday": (20,),
}


@pytest.mark.parametrize("text", EXCLUDED)
def test_a_day_that_is_ruled_out_is_no_wish(text: str):
    reading = understand(text, QATAR).date
    assert tuple(MARCH[day] for day in EXCLUDED[text]) == reading.excluded
    assert not set(reading.excluded) & set(reading.dates)


def test_pairs_of_day_and_time_stay_together():
    understood = understand("mon 3pm or wed 4pm", QATAR)
    assert ((MARCH[16], time(15)), (MARCH[11], time(16))) == understood.moments
    assert (Certainty.AMBIGUOUS, Certainty.AMBIGUOUS) == (understood.date.certainty, understood.time.certainty)


def test_one_time_for_two_days_is_no_pair():
    assert () == understand("mon or wed at 3", QATAR).moments


def test_a_move_from_one_moment_to_another_means_the_second():
    assert written(understand("can I move my booking from monday 3pm to wednesday 4pm", QATAR)) == "2026-03-11 16:00"


SEATS = {
    "table for 6": 6,
    "a table for four on friday": 4,
    "2 people": 2,
    "me + 2 kids": 3,
    "2 adults and 3 kids tomorrow at 3": 5,
    "party of 8": 8,
    "tomorrow at 3": None,
    "haircut for 2 tomorrow": None,
}


@pytest.mark.parametrize("text", SEATS)
def test_seats_are_counted(text: str):
    assert SEATS[text] == understand(text, QATAR).seats


LANGUAGES = {
    "tomorrow at 3 please": "en",
    "مرحبا": "ar",
    "नमस्ते": "hi",
    "12/3 15:00": "",
    "ok": "",
    "Maria": "",
}


@pytest.mark.parametrize("text", LANGUAGES)
def test_a_language_is_named_only_where_the_words_tell(text: str):
    assert LANGUAGES[text] == understand(text, QATAR).language
