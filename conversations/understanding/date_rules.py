"""The grammar of dates: its rules over kinds of words, and what reads each."""

from conversations.understanding import counted, dates, figures, named_days, periods, stretches, weekdays, weekends
from conversations.understanding.dates import DateRule

_COUNT = "(?:number|one|article|long)"
_UNIT = "(?:day|week|months_unit|years_unit)"
_ANY_UNIT = f"(?:{_UNIT}|hours|minutes)"
_NAMED = "(?:(?:the|from)* weekday comma?)?"
_DAY = "(?:number|ordinal|ordinal_word)"
_NOT_A_CLOCK = "(?!meridiem|oclock|colon|dot|hour_mark|hours|minutes|people|ish|added|unit)"
_CLOCK_MARK = "(?:meridiem|oclock|hour_mark)"
_NOT_A_DAY_OF = "(?<!one|article|day|number|ordinal|ordinal_word|last)"
_NTH = "(?:ordinal|ordinal_word)"
_GLUE = "(?:slash|dash|dot)"
_OF = "(?:on|the|in)*"
_TURN = "(?:next|this|coming)"
_PAST = "(?:last|past)"
_WEEK = f"(?:{_TURN} week|week on? {_TURN}|week_ahead)"
_MONTH = f"(?:{_TURN} months_unit|months_unit on? {_TURN})"
_THAT_YEAR = f"(?:(?:{_TURN}|last) years_unit|years_unit {_TURN})"
_YEAR = f"(?:(?:dash|slash|comma|mark|on|in|the)* (?:year {_NOT_A_CLOCK}|{_THAT_YEAR}))"
_LEADING = "(?:early|mid|late) (?:on|the|this|dash|about)*"
_NOT_ITS_DAY = f"(?! the? (?:ordinal|number {_NOT_A_CLOCK}))"
_NOT_ITS_NUMBER = "(?:people|other|unit|thing|minutes|hours)"
_NOT_COUNTED = "(?!other|one|street|people|noise|thing|unit|label)"

RULES: dict[str, tuple[str, DateRule]] = {
    "iso": (f"year {_GLUE} (?:number|month) {_GLUE} number", figures.iso),
    "written_year": (
        f"number {_GLUE} number (?:{_GLUE} (?:year|long|number)|comma (?:year|long|number {_NOT_A_CLOCK}))",
        figures.written,
    ),
    "dashed": (
        (f"(?<!from|between|at|fits|other) number dash number"
        f" (?=comma? (?:at|on)? number (?:(?:colon|dot) number)? {_CLOCK_MARK} | comma? (?:at|on|about)* number? named"
        f" | comma? at (?:number|one|spoken|long|half|quarter|leaning))"),
        figures.dashed,
    ),
    "spaced": (
        (f"(?<!number) the? number number (?:year|number)?"
        f" (?!number|long|year|minutes|slash|dash|month) {_NOT_A_CLOCK}"),
        figures.spaced,
    ),
    "of_a_gone_year": (
        (f"(?:between|from|after)? the? {_DAY} (?:(?:dash|to|or|and|slash|before) the? {_DAY})? dash?"
        f" (?:on|the|from)* month (?:dash|comma|mark|on)* (?:long|number {_NOT_A_CLOCK})"),
        figures.of_a_gone_year,
    ),
    "nth_weekday": (
        f"the? (?:ordinal_word|ordinal|last) weekday {_OF} (?:month {_YEAR}?|{_MONTH})",
        weekdays.nth_weekday,
    ),
    "days_month": (
        (
            f"(?:between|from|after)? {_NAMED} the? {_DAY} (?:dash|to|or|and|slash|before) {_NAMED} the? {_DAY}"
            f" {_OF} month {_NOT_ITS_DAY} {_YEAR}?"
        ),
        stretches.days_month,
    ),
    "days_of_a_month": (
        f"(?:between|from|after)? the? {_DAY} (?:dash|to|and|before) the? {_DAY} {_OF} {_MONTH}",
        stretches.days_of_a_month,
    ),
    "month_days": (
        f"month between? the? {_DAY} (?:dash|or|and|slash|to|before) the? {_DAY} {_NOT_A_CLOCK} {_YEAR}?",
        stretches.days_month,
    ),
    "day_month_short_year": (
        (f"the? {_DAY} dash? (?:on|the)* month (?:dash|comma|mark|dot|slash)? number {_NOT_A_CLOCK}"
        " (?!dash|slash|to|other|thing)"),
        figures.day_month_short_year,
    ),
    "day_month": (f"the? (?:{_DAY}|{_NTH} day) (?:dash|mark|slash)? (?:on|the|from)* month {_YEAR}?", dates.day_month),
    "last_day": (f"the? last (?:day|day_lead) {_OF} (?:month {_YEAR}?|months_unit|{_MONTH})", stretches.last_day),
    "month_day": (f"month (?:dash|slash|dot)? the? {_DAY} {_NOT_A_CLOCK} (?!slash) {_YEAR}?", dates.day_month),
    "next_few": (
        (f"(?:next|coming) {_COUNT} {_UNIT}"
        f" | (?<!on|from|to)(?:(?!day_lead)the)? {_COUNT} (?:(?:next|coming) {_UNIT}|{_UNIT} (?:next|coming))"),
        stretches.next_few,
    ),
    "months": (
        f"(?:from|between) month {_YEAR}? (?:to|dash|and|before) month {_NOT_ITS_DAY} {_YEAR}?",
        stretches.months,
    ),
    "month_of_year": (
        (f"month {_YEAR} | number (?:slash|dash) year {_NOT_A_CLOCK} (?!slash|dash)"
        f" | year (?:slash|dash) number {_NOT_A_CLOCK} (?!slash|dash) | the? {_NTH} months_unit {_YEAR}"
        f" | (?<!at)year month (?! (?:dash|slash|the)* {_DAY})"),
        periods.month_of_year,
    ),
    "nth_day": (f"the? (?:ordinal_word|ordinal) day {_OF} (?:month {_YEAR}?|{_MONTH}|months_unit)", periods.nth_day),
    "week_of_year": (
        (f"the? (?:ordinal_word|ordinal|last) (?:week|week_of) {_YEAR}"
        f" | (?:^|(?<=the|for|on)|in the?)week number {_YEAR}? (?=$|mark|comma) {_NOT_A_CLOCK}"),
        periods.week_of_year,
    ),
    "edge_units": (
        (f"the? (?:ordinal_word|ordinal|last) number {_UNIT} (?:on|the|in|this)*"
        f" (?:month {_YEAR}?|{_MONTH}|months_unit|{_THAT_YEAR}|years_unit|year {_NOT_A_CLOCK})"),
        periods.edge_units,
    ),
    "quarter": (
        (f"the? (?:ordinal_word|ordinal) quarter {_YEAR}? (?!past|to|after|hours)"
        f" | year the? (?:ordinal_word|ordinal) quarter | {_TURN} quarter"
        f" | (?<!label)year_part {_YEAR}? | year (?:dash|slash)? year_part"),
        periods.quarter,
    ),
    "season": (f"{_TURN} season | (?:in|on)* the? season {_YEAR}", periods.season),
    "marked_day": (f"the? {_DAY} month_mark", dates.marked_day),
    "day_of_a_month": (
        (f"(?:day_lead|the|day_mark)? {_DAY} (?:on|the|from)* {_MONTH}"
        f" | {_MONTH} (?:comma|on)* (?:(?:day_lead|day_mark) {_DAY}|the? ordinal) {_NOT_A_CLOCK}"),
        dates.day_of_a_month,
    ),
    "written_dots": (
        "number dot number mark (?=at? number (?:colon|oclock|hour_mark|meridiem))", figures.written_dots
    ),
    "written": (f"day_lead? number {_GLUE} number {_NOT_A_CLOCK} (?!slash|unit)", figures.written),
    "weekday_of_week": (
        f"{_WEEK} (?:on|the|comma)* weekday | weekday (?:on|the|comma|from)* {_WEEK}",
        weekdays.weekday_of_week,
    ),
    "week_of_month": (
        (f"the? (?:ordinal_word|ordinal|last) (?:(?:week on|week_of) (?:the|this)? (?:month {_YEAR}?|months_unit)"
        f"|(?:week on?|week_of) {_MONTH})"),
        stretches.week_of_month,
    ),
    "weekend_of": (
        f"weekend (?:the|on|day_mark)+ {_DAY} (?:(?:on|the|from)* month {_YEAR}?)? {_NOT_A_CLOCK} {_NOT_COUNTED}",
        weekends.weekend_of,
    ),
    "nth_weekend": (
        f"the? (?:ordinal_word|ordinal|last) weekend {_OF} (?:month {_YEAR}?|months_unit|{_MONTH})",
        weekends.nth_weekend,
    ),
    "after_next": ("the? weekday after (?:next|coming)", weekdays.after_next),
    "week_after_next": ("the? (?:week|months_unit) after the? (?:next|coming)", stretches.week_after_next),
    "weekend_after_next": ("the? weekend after (?:next|coming)", weekends.after_next),
    "week_after": (f"weekday {_OF} week after next?", weekdays.week_after),
    "or_the_day_after": ("(?:relative_day|weekday|tonight) or the? day after", dates.or_the_day_after),
    "day_after_at": (
        ("(?<!number)(?<!one) the? day after"
        " (?=at (?!the)|part|about number|number (?:colon|oclock|hour_mark|meridiem))"
        " | (?<!weekday|weekend|week|day|day_lead|months_unit|years_unit|month|ordinal|number|part|season)"
        " last (?=at)"),
        dates.day_after_tomorrow,
    ),
    "day_after": ("the? day after the? (?:weekday|relative_day)", dates.day_after),
    "from_named_day": (
        (f"(?:the|{_COUNT})? {_UNIT} (?:after|before|from) the? named_day {_YEAR}?"
        f" | the? (?:ordinal_word|ordinal)? weekday after the? named_day {_YEAR}?"),
        named_days.from_named_day,
    ),
    "counted_from": (
        (f"(?<!for)(?:{_COUNT} {_UNIT}|the? day) (?:after|before|from) (?:the|this)?"
        f" (?:{_TURN}? weekday|relative_day|{_DAY} (?:on|the|from)* month {_YEAR}?"
        f"|month the? {_DAY} {_NOT_A_CLOCK} {_YEAR}?|ordinal {_NOT_COUNTED} {_NOT_A_CLOCK}"
        f"|number slash number (?:slash (?:number|year|long))? {_NOT_A_CLOCK})"),
        counted.counted_from,
    ),
    "weekdays_on": ("number weekday hence", weekdays.weekdays_on),
    "weekends_on": (f"in {_COUNT} weekend | {_COUNT} weekend hence", weekends.weekends_on),
    "weekdays_ago": (f"{_COUNT} weekday ago", dates.past),
    "weekday_in_weeks": (
        (
            f"weekday (?:in|after) (?:{_COUNT} week|week (?:number|one)?)"
            f" | weekday on? (?:week number|{_COUNT} week) hence"
            f" | (?:week number|{_COUNT} week) hence (?:on|the)* weekday"
        ),
        weekdays.weekday_in_weeks,
    ),
    "weeks_on": (
        f"{_COUNT} week (?:on|from|after)? (?:weekday|relative_day) | week on weekday | (?:weekday|relative_day) week",
        weekdays.weeks_on,
    ),
    "in_units": (
        (f"(?:in|after) {_COUNT} {_UNIT} hence? | {_COUNT} {_UNIT} (?:hence|ago) | ago {_COUNT} {_UNIT}"
        f" | (?:in|after) {_UNIT} (?:number|one)? | {_UNIT} number? (?:hence|ago)"),
        dates.in_units,
    ),
    "time_ago": (
        f"ago about? {_COUNT} (?:hours|minutes) | {_COUNT} (?:hours|minutes) ago",
        dates.past,
    ),
    "last_few": (
        f"last {_COUNT} {_ANY_UNIT} | {_COUNT} (?:last {_ANY_UNIT} | {_ANY_UNIT} last)",
        dates.past,
    ),
    "within": (f"in the (?:{_COUNT} {_UNIT}|week)", stretches.within),
    "ago": (f"before {_COUNT}? {_UNIT} (?!coming|next|this|last|number|on|the)", dates.before_now),
    "last": (
        (f"late? last part | (?:weekday (?:on|from)? |{_LEADING}|this)? {_PAST}"
        f" (?:week|weekend|months_unit|years_unit|quarter|season) (?!one) (?:weekday)?"
        f" | (?:last|this past) (?:weekday|month) | (?:weekday|week|months_unit) last (?!thing|one)"
        f" | {_PAST} (?:number|one) {_UNIT} | number last {_UNIT}"),
        dates.past,
    ),
    "rest": ("rest (?:on|the|this|soft|me)* (?:week|months_unit|years_unit)", periods.rest),
    "period_end": ("the? period_end", periods.period_end),
    "weekday_figures": (f"weekday comma? number dot number (?!dot|slash|dash) {_NOT_A_CLOCK}", figures.beside_weekday),
    "weekday_date": (
        "(?:this|coming)? weekday comma? number (?=comma? at (?:number|one|spoken|long))",
        weekdays.weekday_date,
    ),
    "weekday_date_said": (
        "(?:this|coming)? weekday comma? number (?=number (?:meridiem|oclock|hour_mark|colon|added)|named)",
        weekdays.weekday_date_said,
    ),
    "weekday_number": (
        ("(?:this|coming)? weekday number (?!(?:on|the|dash)* month)"
        f"(?!slash|dash|to(?!the* weekday)|past|before|and|or|month|number|half|minus) {_NOT_A_CLOCK}"),
        weekdays.weekday_number,
    ),
    "nth_weekday_open": (
        f"(?<!weekday)(?<!comma) the? {_NTH} weekday (?!hence|number (?:slash|dash)|(?:on|the)* month)",
        weekdays.nth_weekday_open,
    ),
    "next_weekday": (
        "next weekday | weekday on? next (?!day|weekday|number (?:day|week|months_unit)|month)",
        weekdays.next_weekday,
    ),
    "eve": ("eve (?:on|the)* weekday", dates.eve),
    "this_weekday": ("(?:this|coming) weekday | weekday (?:coming|this (?!part|weekday))", weekdays.this_weekday),
    "leading": (
        (f"mid week (?:comma|on|the|dash)* {_WEEK}"
        f" | {_LEADING} (?:(?:months_unit (?:on|the)*)? month {_YEAR}?|{_WEEK}|{_MONTH}|week|months_unit)"),
        stretches.leading,
    ),
    "leading_year": (f"{_LEADING} (?:{_THAT_YEAR}|years_unit|year {_NOT_A_CLOCK})", periods.leading_year),
    "years": (
        f"(?:from|between|in)* year (?:to|dash|and|before|about) year {_NOT_A_CLOCK}", periods.years,
    ),
    "year_bound": (f"(?<=after|before) year {_NOT_A_CLOCK} (?!number|month)", periods.year_bound),
    "year": (f"{_THAT_YEAR} | (?<!other) years_unit on? year {_NOT_A_CLOCK} | ^ the years_unit $", periods.year),
    "named_day_week": ("(?:the|this)* named_day week (?!hence|ago|after|before)", named_days.named_day),
    "named_day_weekend": (
        f"{_TURN}? named_day {_YEAR}? weekend {_YEAR}? | weekend (?:on|the)* named_day {_YEAR}?",
        named_days.named_day,
    ),
    "weekend": (f"the? {_TURN} weekend | weekend on? {_TURN}? | weekend", weekends.weekend),
    "week": (f"{_WEEK} | ^ the week $", stretches.week),
    "month": (
        (f"{_MONTH} | (?:in|this|next|coming|(?<=from|after|before)|{_NOT_A_DAY_OF}on|months_unit (?:on|the)*) month"
        f" (?!dash|the|number {_NOT_A_CLOCK}|ordinal|ordinal_word) {_YEAR}?"
        " | ^ (?:the? month (?:mark|dot|soft){0,2}|the months_unit) $"),
        stretches.month,
    ),
    "month_booked": ("for? month for?", stretches.month_booked),
    "weekday": ("weekday", weekdays.weekday),
    "relative": ("relative_day", dates.relative),
    "this_part": ("this (?=part|named|at|number meridiem) | (?<=part) this", dates.this_day),
    "tonight": ("tonight", dates.this_day),
    "days_of_month": (
        (f"between? (?:the|from)* ordinal (?:to|dash|or|and|slash|before) the? ordinal {_NOT_COUNTED} {_NOT_A_CLOCK}"
        f" | between? day_lead (?:number|ordinal) (?:to|dash|or|and|before) the? (?:number|ordinal)"
        f" (?!part|slash|dash|year|one|street|people|noise|thing|unit|label) {_NOT_A_CLOCK}"),
        stretches.days_of_month,
    ),
    "day_of_month": (
        f"the? ordinal {_NOT_COUNTED} {_NOT_A_CLOCK} | on the ordinal_word (?!other|one|thing)",
        dates.day_of_month,
    ),
    "lone_ordinal": ("the ordinal_word (?=$|at|comma|mark|part|about|number)", dates.day_of_month),
    "ordinal_of_month": ("(?<=weekday) the? ordinal_word (?!other|one|thing)", dates.day_of_month),
    "named_day": (f"(?:the|last|this|next|coming)* named_day {_YEAR}?", named_days.named_day),
    "for_the_number": (
        ("the number (?:(?=comma? (?:from|between|at) number)|(?<=for the number)(?=mark{0,2} $)"
        "|(?<=weekday the number)(?=$|mark|comma|at|part))"
        " | ^ number (?=comma number (?:colon number)? meridiem|at number (?:colon|meridiem|oclock))"),
        dates.for_the_number,
    ),
    "number_of_month": (
        (f"on the number (?!other|one|dash|slash|thing|unit) {_NOT_A_CLOCK}"
        f" | day_lead {_DAY} (?!dash|slash|noise|thing|number (?!hour_mark|oclock|colon|meridiem)) {_NOT_A_CLOCK}"
        f" | day_mark the? {_DAY} | {_DAY} day_mark"),
        dates.day_of_month,
    ),
    "number_on": (
        (f"on number (?=$|soft|mark|comma|at|part|on part|number (?:meridiem|oclock|colon)|named)"
        f" (?!soft? {_NOT_ITS_NUMBER}) {_NOT_A_CLOCK}"),
        dates.number_on,
    ),
}  # fmt: skip
"""In order of preference where several begin at the same word."""
