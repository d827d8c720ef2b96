"""Public holidays by country, as the `holidays` package (vacanza/holidays) knows them."""

from collections.abc import Mapping
from datetime import date
from functools import cache


def holiday(place: str, day: date) -> str:
    """The holiday's name in English where that is known, else in the country's language; "" on any other day. `place`
    is a country, or country and part: "KE", "US-CA"."""
    return _of_year(place, day.year).get(day, "")


def check_place(place: str) -> None:
    """Raises ValueError for a place whose holidays nobody knows."""
    _of_year(place, 2026)


@cache
def _of_year(place: str, year: int) -> Mapping[date, str]:
    import holidays  # where no holidays are kept, nobody waits for it

    country, _, part = place.partition("-")
    try:
        return dict(holidays.country_holidays(country, subdiv=part or None, years=year, language="en_US"))
    except NotImplementedError:
        raise ValueError(f"{place}: wanted a country such as KE, or country and part such as US-CA") from None
