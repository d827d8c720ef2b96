"""The last resort for a date that our own grammar does not know: dateparser, on a short leash.

It fills what was not said with the clock it is given, so only the parts it reports are read, and nothing it says of the
past or of more than a year ahead is believed.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from conversations.understanding.days import MONTH_FIRST
from conversations.understanding.meaning import Certainty, DateReading, TimeReading
from conversations.understanding.vocabulary import short_code

_LONGEST = 60
_SURELY_SAID = 9
"""Earlier hours may be of the afternoon: whoever means them is asked."""
_FURTHEST = timedelta(days=366)
_FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a parser of free text may stumble over; a text that makes it stumble is a text not understood."""


def fall_back(text: str, language: str, now: datetime, region: str) -> tuple[DateReading, TimeReading]:
    """A date, with a time only if one was said. Both say nothing unless every number of the text is accounted for."""
    nothing = DateReading(), TimeReading()
    if len(text) > _LONGEST:
        return nothing
    moment, parts = _parsed(text, language, now.replace(tzinfo=None), "MDY" if region.upper() in MONTH_FIRST else "DMY")
    if moment is None or not {"month", "day"} <= parts or not _accounted_for(text, moment, parts):
        return nothing
    if not now.date() <= moment.date() <= now.date() + _FURTHEST:
        return nothing
    day = DateReading(Certainty.CERTAIN, (moment.date(),), words=text)
    if "time" not in parts or moment.hour < _SURELY_SAID:
        return day, TimeReading()
    return day, TimeReading(Certainty.CERTAIN, (time(moment.hour, moment.minute),), words=text)


def _parsed(text: str, language: str, now: datetime, order: str) -> tuple[datetime | None, set[str]]:
    try:
        found = _parser(language, order, now).get_date_data(text)
    except _FAULTS:
        return None, set()
    return found.date_obj, set(found.parts or ())


@lru_cache(maxsize=4)
def _parser(language: str, order: str, now: datetime) -> Any:
    # Here, not above: the import takes 70 ms, and most conversations never need it.
    from dateparser.data.languages_info import language_order
    from dateparser.date import DateDataParser

    languages = dict.fromkeys((short_code(language), "en"))
    return DateDataParser(
        languages=[each for each in languages if each in language_order],
        settings={
            "RELATIVE_BASE": now,
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": order,
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": False,
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )


def _accounted_for(text: str, moment: datetime, parts: set[str]) -> bool:
    day: date = moment.date()
    told = {day.day, day.month, day.year, day.year % 100}
    if "time" in parts:
        told |= {moment.hour, moment.hour % 12 or 12, moment.minute}
    return all(len(digits) < 5 and int(digits) in told for digits in re.findall("[0-9]+", text))
