"""A recurring wish whole: how often, on which weekdays, how long, and from when; in every language."""

from dataclasses import replace
from datetime import date

import pytest

from conversations.dialogue import Awaiting
from conversations.understanding import Certainty, Understood, understand
from tests.conversations.understanding.readings import QATAR

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PHRASES = {
    "en": {
        "every tuesday at 4 for 6 weeks": "1 week tue | for 6 week | 16:00",
        "mon and wed 9am until june": "1 week mon wed | until 2026-06-30 | 09:00",
        "weekly on tuesdays until end of june": "1 week tue | until 2026-06-30",
        "every other friday, 8 times": "2 week fri | 8 times",
        "10 sessions every monday 5pm": "1 week mon | 10 times | 17:00",
        "every day at 10 for 2 weeks": "1 day | for 2 week | 10:00",
        "every month on the 31st at 5pm 6 times": "1 month | 6 times | from 2026-03-31 | 17:00",
        "every tuesday at 4 starting 5 may, 6 times": "1 week tue | 6 times | from 2026-05-05 | 16:00",
        "every mon, wed and fri at 9 until 24 dec": "1 week mon wed fri | until 2026-12-24 | 09:00",
        "monday to friday at 9am for 2 weeks": "1 week mon tue wed thu fri | for 2 week | 09:00",
        "tuesdays at 4 for 6 weeks": "1 week tue | for 6 week | 16:00",
        "every tuesday in may at 5pm": "1 week tue | until 2026-05-31 | from 2026-05-01 | 17:00",
        "every 2 weeks on monday 4pm 10x": "2 week mon | 10 times | 16:00",
        "every day from 1 may to 14 may at 10am": "1 day | until 2026-05-14 | from 2026-05-01 | 10:00",
        "every friday at 2": "1 week fri | 14:00",
        "recurring please": "0 week",
    },
    "es": {
        "cada martes a las 4 durante 6 semanas": "1 week tue | for 6 week | 16:00",
        "los lunes y miércoles a las 9 hasta junio": "1 week mon wed | until 2026-06-30 | 09:00",
        "cada dos viernes, 8 veces": "2 week fri | 8 times",
        "10 sesiones cada lunes a las 17h": "1 week mon | 10 times | 17:00",
        "cada mes el 15 a las 10, 6 veces": "1 month | 6 times | from 2026-03-15 | 10:00",
    },
    "fr": {
        "chaque mardi à 16h pendant 6 semaines": "1 week tue | for 6 week | 16:00",
        "lundi et mercredi à 9h jusqu'en juin": "1 week mon wed | until 2026-06-30 | 09:00",
        "tous les mardis à 16h, 8 fois": "1 week tue | 8 times | 16:00",
        "10 séances tous les lundis à 17h": "1 week mon | 10 times | 17:00",
        "tous les jours à 10h pendant 2 semaines": "1 day | for 2 week | 10:00",
    },
    "pt": {
        "toda terça às 16h por 6 semanas": "1 week tue | for 6 week | 16:00",
        "segundas e quartas às 9h até junho": "1 week mon wed | until 2026-06-30 | 09:00",
        "toda sexta às 14h, 8 vezes": "1 week fri | 8 times | 14:00",
        "10 sessões toda segunda às 17h": "1 week mon | 10 times | 17:00",
        "todo mês dia 15 às 10h, 6 vezes": "1 month | 6 times | from 2026-03-15 | 10:00",
    },
    "ar": {
        "كل ثلاثاء الساعة 4 لمدة 6 اسابيع": "1 week tue | for 6 week | 16:00",
        "كل اثنين واربعاء الساعة 9 حتى يونيو": "1 week mon wed | until 2026-06-30 | 09:00",
        "كل جمعة الساعة 3، 8 مرات": "1 week fri | 8 times | 15:00",
        "10 جلسات كل اثنين الساعة 5": "1 week mon | 10 times | 17:00",
        "كل يوم الساعة 10 لمدة اسبوعين": "1 day | for 2 week | 10:00",
    },
    "sw": {
        "kila jumanne saa kumi jioni kwa wiki 6": "1 week tue | for 6 week | 16:00",
        "kila jumatatu na jumatano saa tatu asubuhi hadi juni": "1 week mon wed | until 2026-06-30 | 09:00",
        "kila ijumaa saa nane mchana, mara 8": "1 week fri | 8 times | 14:00",
        "vipindi 10 kila jumatatu saa tisa alasiri": "1 week mon | 10 times | 15:00",
        "kila siku saa nne asubuhi kwa wiki mbili": "1 day | for 2 week | 10:00",
    },
    "fil": {
        "tuwing martes 4pm sa loob ng 6 na linggo": "1 week tue | for 6 week | 16:00",
        "tuwing lunes at miyerkules 9am hanggang hunyo": "1 week mon wed | until 2026-06-30 | 09:00",
        "tuwing biyernes 2pm, 8 beses": "1 week fri | 8 times | 14:00",
        "10 session tuwing lunes 5pm": "1 week mon | 10 times | 17:00",
        "araw-araw 10am sa loob ng 2 linggo": "1 day | for 2 week | 10:00",
    },
    "hi": {
        "har mangalwar 4 baje 6 hafte tak": "1 week tue | for 6 week | 16:00",
        "har somvar aur budhvar subah 9 baje 30 june tak": "1 week mon wed | until 2026-06-30 | 09:00",
        "har shukravar 2 baje, 8 baar": "1 week fri | 8 times | 14:00",
        "हर मंगलवार शाम 4 बजे 6 हफ्ते तक": "1 week tue | for 6 week | 16:00",
        "roz subah 10 baje 2 hafte tak": "1 day | for 2 week | 10:00",
    },
}  # fmt: skip
NO_SERIES = (
    "monday and tuesday", "haircut on monday and friday at 3", "i'm free mon and wed until june", "until june",
    "haircut for 2 on monday and tuesday for an hour", "for 6 weeks", "8 times", "mon or wed at 9",
)  # fmt: skip


def how_long(said: Understood) -> str:
    if said.length is None:
        return ""
    if said.length.lasting is not None:
        return f"for {said.length.lasting[0]} {said.length.lasting[1]}"
    return f"{said.length.count} times" if said.length.count is not None else f"until {said.length.until}"


def read(text: str, language: str = "en") -> str:
    said = understand(text, replace(QATAR, language=language))
    often = said.recurrence
    parts = (
        " ".join((str(often.every), often.unit, *(DAYS[day] for day in often.weekdays))) if often is not None else "",
        how_long(said),
        f"from {said.date.dates[0]}" if said.date.certainty is Certainty.CERTAIN and not _is_first(said) else "",
        f"{said.time.times[0]:%H:%M}" if said.time.certainty is Certainty.CERTAIN and said.time.times else "",
    )
    return " | ".join(part for part in parts if part)


def _is_first(said: Understood) -> bool:
    """The day is that of the weekday alone."""
    days = said.recurrence.weekdays if said.recurrence is not None else ()
    day = said.date.dates[0]
    return days == (day.weekday(),) and (day - QATAR.now.date()).days <= 7


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in PHRASES.items() for text in texts]
)
def test_a_recurring_wish_is_read_whole(language: str, text: str) -> None:
    assert PHRASES[language][text] == read(text, language)


@pytest.mark.parametrize("text", NO_SERIES)
def test_what_is_no_recurring_wish_is_none(text: str) -> None:
    said = understand(text, QATAR)
    assert (None, None) == (said.recurrence, said.length)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8", "8 times"), ("8 times", "8 times"), ("eight", "8 times"), ("6 weeks", "for 6 week"),
        ("for 3 months", "for 3 month"), ("until june", "until 2026-06-30"), ("24 december", "until 2026-12-24"),
        ("until 5 may please", "until 2026-05-05"), ("never mind", ""),
    ],
)  # fmt: skip
def test_how_long_is_answered_in_few_words(text: str, expected: str) -> None:
    said = understand(text, replace(QATAR, awaiting=Awaiting.HOW_MANY))
    assert expected == how_long(said)
    assert not expected or said.date.certainty is Certainty.NOTHING is said.time.certainty


def test_a_bare_day_is_an_end_only_where_that_was_asked() -> None:
    assert understand("24 december", replace(QATAR, awaiting=Awaiting.SERIES)).date.dates == (date(2026, 12, 24),)
    assert how_long(understand("until 24 december", replace(QATAR, awaiting=Awaiting.SERIES))) == "until 2026-12-24"
