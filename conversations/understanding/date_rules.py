"""The grammar of dates: its rules over kinds of words, and what reads each."""

from conversations.understanding import dates
from conversations.understanding.dates import DateRule

_COUNT = "(?:number|one|article|long)"
_DAY = "(?:number|ordinal|ordinal_word)"
_NOT_A_CLOCK = "(?!meridiem|oclock|colon|dot|hour_mark|hours|minutes|people|ish)"
_GLUE = "(?:slash|dash|dot)"

RULES: dict[str, tuple[str, DateRule]] = {
    "iso": (f"year {_GLUE} number {_GLUE} number", dates.iso),
    "written_year": (f"number {_GLUE} number {_GLUE} (?:year|number)", dates.written),
    "days_month": (
        f"between? the? {_DAY} (?:dash|to|or|and|slash|before) the? {_DAY} (?:on|the)? month",
        dates.days_month,
    ),
    "month_days": (f"month {_DAY} (?:dash|or|and|slash) {_DAY} {_NOT_A_CLOCK}", dates.days_month),
    "day_month": (f"the? {_DAY} dash? (?:on|the)? month (?:(?:dash|comma|on)? year {_NOT_A_CLOCK})?", dates.day_month),
    "month_day": (f"month dash? the? {_DAY} {_NOT_A_CLOCK} (?:comma? year {_NOT_A_CLOCK})?", dates.day_month),
    "day_of_a_month": (f"the? {_DAY} (?:on|the)? (?:next|this) months_unit", dates.day_of_a_month),
    "written": (f"number {_GLUE} number {_NOT_A_CLOCK} (?!slash)", dates.written),
    "weekday_of_week": (
        "(?:next|this) week on? weekday | weekday (?:on|the)? (?:next|this) week",
        dates.weekday_of_week,
    ),
    "after_next": ("the? (?:weekday|week) after next", dates.after_next),
    "week_after": ("weekday (?:on|the)* week after next?", dates.week_after),
    "or_the_day_after": ("(?:relative_day|weekday|tonight) or the? day after", dates.or_the_day_after),
    "weekday_in_weeks": (f"weekday in {_COUNT} week", dates.weekday_in_weeks),
    "weeks_on": (
        f"{_COUNT} week (?:on|from)? (?:weekday|relative_day) | week on weekday | (?:weekday|relative_day) week",
        dates.weeks_on,
    ),
    "in_units": (
        f"in {_COUNT} (?:day|week|months_unit) hence? | {_COUNT} (?:day|week|months_unit) (?:hence|ago)",
        dates.in_units,
    ),
    "last": ("last (?:weekday|week|weekend|months_unit)", dates.past),
    "next_weekday": ("next weekday", dates.next_weekday),
    "this_weekday": ("this weekday", dates.this_weekday),
    "weekend": ("(?:next|this)? weekend", dates.weekend),
    "week": ("(?:next|this) week", dates.week),
    "weekday_number": (
        f"weekday number (?!slash|dash|to|past|before|and|or|month|number) {_NOT_A_CLOCK}",
        dates.weekday_number,
    ),
    "weekday": ("weekday", dates.weekday),
    "relative": ("relative_day", dates.relative),
    "this_part": ("this (?=part)", dates.this_day),
    "tonight": ("tonight", dates.this_day),
    "day_of_month": (
        f"the? ordinal (?!other|one|street|people|noise) {_NOT_A_CLOCK} | on the ordinal_word (?!other|one)",
        dates.day_of_month,
    ),
    "ordinal_of_month": ("(?<=weekday) the? ordinal_word (?!other|one)", dates.day_of_month),
    "named_day": ("named_day", dates.named_day),
    "number_of_month": (f"on the number (?!other|one|dash) {_NOT_A_CLOCK}", dates.day_of_month),
}
"""In order of preference where several begin at the same word."""
