"""Readings beyond the phrase table: what was said, opening hours of the day, clock changes, the last resort."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from conversations.business import Shift
from conversations.understanding import Certainty, Context, understand
from conversations.understanding.fallback import fall_back
from tests.conversations.understanding.readings import NOW, QATAR, written

EARLY_WEDNESDAY_LATE_THURSDAY = (Shift(2, time(6), time(11)), Shift(3, time(14), time(22)))
LONDON = Context(now=datetime(2026, 3, 24, 9, tzinfo=ZoneInfo("Europe/London")), region="GB")


def test_a_bare_hour_is_read_by_the_hours_of_the_day_in_the_text():
    context = replace(QATAR, shifts=EARLY_WEDNESDAY_LATE_THURSDAY)
    assert written(understand("wednesday at 8", context)) == "2026-03-11 08:00"
    assert written(understand("thursday at 8", context)) == "2026-03-12 20:00"


def test_a_bare_hour_is_read_by_the_hours_of_the_day_under_discussion():
    context = replace(QATAR, shifts=EARLY_WEDNESDAY_LATE_THURSDAY, day=date(2026, 3, 12))
    assert written(understand("at 8", context)) == "20:00"
    assert written(understand("at 8", replace(context, day=date(2026, 3, 11)))) == "08:00"


def test_with_no_day_all_opening_hours_count():
    assert written(understand("at 8", replace(QATAR, shifts=EARLY_WEDNESDAY_LATE_THURSDAY))) == "08:00/20:00"


def test_a_day_that_is_closed_is_read_by_all_opening_hours():
    assert written(understand("friday at 7", replace(QATAR, shifts=EARLY_WEDNESDAY_LATE_THURSDAY))) == (
        "2026-03-13 07:00/19:00"
    )


def test_a_weekday_that_contradicts_its_date_names_the_date_and_the_nearest_such_weekday():
    reading = understand("monday 14th march", QATAR).date
    assert (Certainty.IMPOSSIBLE, "weekday_conflict", (date(2026, 3, 14), date(2026, 3, 16))) == (
        reading.certainty,
        reading.reason,
        reading.dates,
    )


def test_a_reading_says_which_words_it_came_from():
    understood = understand("Could I come tmrw around 3pm please?", QATAR)
    assert understood.date.words == "tmrw"
    assert "3 pm" in understood.time.words or "3pm" in understood.time.words.replace(" ", "")


def test_a_time_is_never_filled_in_with_now():
    for text in ("tomorrow", "friday", "in 3 days", "25 dec", "the 5th"):
        assert understand(text, QATAR).time.certainty is Certainty.NOTHING


def test_a_time_that_the_clocks_skip_does_not_exist():
    assert written(understand("29 march at 1:30am", LONDON)) == "2026-03-29 !skipped"
    assert written(understand("28 march at 1:30am", LONDON)) == "2026-03-28 01:30"


def test_in_two_hours_is_two_hours_by_the_clock_on_the_wall_of_the_business():
    before = replace(LONDON, now=datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/London")))
    assert written(understand("in 2 hours", before)) == "2026-03-29 03:30"


@pytest.mark.parametrize(("said_on", "expected"), [("2026-03-13", "2026-03-20"), ("2026-03-14", "2026-03-20")])
def test_next_friday_is_certain_once_this_weeks_friday_is_here_or_over(said_on: str, expected: str):
    now = datetime.fromisoformat(f"{said_on}T10:15").replace(tzinfo=NOW.tzinfo)
    assert written(understand("next friday", replace(QATAR, now=now))) == expected


def test_the_last_resort_believes_only_what_was_said():
    day, moment = fall_back("in 3 weeks", "en", NOW, "QA")
    assert (date(2026, 3, 31),) == day.dates
    assert moment.certainty is Certainty.NOTHING


@pytest.mark.parametrize("text", ["march", "2 years ago", "32", "tomorrow 77", "in 3 years", "blue", "x" * 300])
def test_the_last_resort_stays_silent_rather_than_guess(text: str):
    day, moment = fall_back(text, "en", NOW, "QA")
    assert (day.certainty, moment.certainty) == (Certainty.NOTHING, Certainty.NOTHING)


def test_the_last_resort_knows_another_language_and_survives_an_unknown_one():
    assert fall_back("15 de abril", "es", NOW, "ES")[0].dates == (date(2026, 4, 15),)
    assert fall_back("15 de abril", "zz", NOW, "ES")[0].certainty is Certainty.NOTHING
