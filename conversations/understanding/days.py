"""Arithmetic on the calendar: the day a wording means, seen from today."""

from datetime import date, timedelta

MONTH_FIRST = frozenset({"US", "PH"})
"""Regions that write 12/25 (Unicode CLDR, the order of yMd)."""
FRIDAY_AND_SATURDAY = frozenset({"BH", "DZ", "EG", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"})
"""Regions where these are the weekend (Unicode CLDR, weekData)."""


def ahead(today: date, weekday: int) -> date:
    """The coming such weekday; today when it is that day."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def week_day(today: date, weekday: int, weeks: int) -> date:
    """That weekday of the week (from Monday) that is `weeks` after this one."""
    return today + timedelta(days=weekday - today.weekday() + 7 * weeks)


def make(year: int, month: int, day: int) -> date | None:
    """The date, or None where there is no such one."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_yearly(today: date, month: int, day: int) -> date | None:
    """The next such day, today counted; None when the next eight years have none (31 February)."""
    years = range(today.year, min(today.year + 9, date.max.year))
    return next((found for year in years if (found := make(year, month, day)) and found >= today), None)


def last_yearly(today: date, month: int, day: int) -> date | None:
    """The last such day before today; None when this year and the last have none."""
    years = (today.year, today.year - 1)
    return next((found for year in years if (found := make(year, month, day)) and found < today), None)


def next_monthly(today: date, day: int, *, skip: int = 0) -> date | None:
    """The next month's day with that number, today counted, at least `skip` months on; None for 0 or 32."""
    for months in range(skip, skip + 13):
        years, month = divmod(today.month - 1 + months, 12)
        if (found := make(today.year + years, month + 1, day)) and found >= today:
            return found
    return None


def next_such(today: date, day: int, weekday: int) -> date | None:
    """The next month's day with that number that falls on that weekday, within a year."""
    months = (next_monthly(today, day, skip=skip) for skip in range(12))
    return next((found for found in months if found and found.weekday() == weekday), None)


def months_on(today: date, months: int) -> date:
    """The same day `months` later, or the last day of that month."""
    years, month = divmod(today.month - 1 + months, 12)
    return next(found for day in (today.day, 30, 29, 28) if (found := make(today.year + years, month + 1, day)))


def working_on(day: date, count: int, region: str) -> date:
    """The working day that lies so many of them after `day`, or before it."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while is_weekend(day, region):
            day += step
    return day


def working_week(today: date, weeks: int, region: str) -> tuple[date, date]:
    """Its first and last day: Monday and Friday, or Sunday and Thursday."""
    if region.upper() not in FRIDAY_AND_SATURDAY:
        return week_day(today, 0, weeks), week_day(today, 4, weeks)
    monday = week_day(today + timedelta(days=1), 0, weeks)
    return monday - timedelta(days=1), monday + timedelta(days=3)


def is_weekend(day: date, region: str) -> bool:
    return day.weekday() in ((4, 5) if region.upper() in FRIDAY_AND_SATURDAY else (5, 6))


def written(first: int, second: int, year: int | None, today: date, region: str) -> tuple[date, ...] | None:
    """The dates that "5/3" or "5/3/2026" can be: day first or month first by region, both where it is unknown.

    None: it cannot be a date at all (45/67). Empty: it looks like one, and there is no such date.
    """
    if not (1 <= first <= 31 and 1 <= second <= 31):
        return None
    orders = [(first, second), (second, first)]
    if region.upper() in MONTH_FIRST:
        orders.reverse()
    made = (make(year, month, day) if year else next_yearly(today, month, day) for day, month in orders)
    found = [day for day in made if day]
    if region:
        return tuple(found[:1])
    return tuple(sorted(day for day in set(found) if day >= today) or found[:1])
