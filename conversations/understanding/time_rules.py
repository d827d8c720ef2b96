"""The grammar of times: its rules over kinds of words, and what reads each."""

from conversations.understanding import amounts, time_spans, times
from conversations.understanding.times import TimeRule

_COUNT = "(?:number|one|article|long)"
_MERIDIEM = "(?:oclock? meridiem?)"
_MINUTES = "(?:number minutes?|minutes number)"
_MONTH_DAY = "month the? (?:ordinal|number (?!meridiem|oclock|colon|dot|hour_mark|hours|to|dash))"
_FULL = (
    f"(?:number (?:colon|dot) number (?:(?<=colon number) colon number)? (?!dot) hour_mark? {_MERIDIEM}"
    " | (?:number|one) (?:oclock|hour_mark)"
    " (?:and? number minutes|and minutes number|number (?!people|day|week|slash|dash|dot|(?:on|the)* (?!"
    + _MONTH_DAY
    + ") month)) meridiem?"
    f" | (?:number|one|named) oclock? hour_mark? (?:added|minus {_MINUTES}|and {_MINUTES}) {_MERIDIEM}"
    f" | number number added {_MERIDIEM}"
    f" | half past? number {_MERIDIEM} | half past named"
    " | (?:number? quarter (?:past|after|to|before|on)|number minutes? past|number minutes to)"
    f" (?:number {_MERIDIEM}|named) | number minutes? past one {_MERIDIEM}"
    f" | leaning (?:number|one) {_MERIDIEM}"
    " | spoken (?:oclock meridiem?|meridiem)"
    " | number number meridiem | (?:number|one) oclock meridiem? | (?:number|one) meridiem"
    " | (?:number hour_mark?|spoken) (?=(?:in|at|on|the)* part)"
    " | named number minutes? (?!other|thing|people|day|week|unit|hours|month|number|slash|dash|dot|colon"
    "|(?:on|the)+ month)"
    " | number? named | (?:long|year) (?:oclock|hours|hour_mark)? meridiem?)"
)
_ANY = f"(?:{_FULL} zone? | number hour_mark? | one | spoken)"
_LED = "(?:at dash?|about)*"
_CLOCK_IN = f"(?:at dash?|about|the)* {_ANY} (?:in|at|on|the|from)*"
_SEPARATOR = "(?:to|dash|and|before|or_before)"
_NO_MONTH = f"(?!(?:on|the|dash)* (?!{_MONTH_DAY}) month)(?!slash|colon|dot|day_mark|unit)"
_NO_MONTH_AT_ALL = "(?!(?:on|the|dash)* month)(?!slash|colon|dot|day_mark|unit)"
_NOT_NEXT = "(?!(?:at|about|the|on)* (?:number|one|named|long|year|weekday|part|relative_day|ordinal))"
_NO_COUNT = (
    "(?!number (?!(?:slash|dash|dot|on|the)* (?:number|month))"
    "|hours|minutes|people|day|week|months_unit|other other? street)"
)
_NAME_DATE = "(?:number|one|ordinal|ordinal_word) (?:on|the|from)*"
_NOT_TIMED = "(?!number|long|at|part|and|or|dash|named)"
_NO_HOUR = "(?!meridiem|oclock|hour_mark|colon|added|minus|hours|minutes|(?:on|the)* part)"
_LENGTH = f"(?:half? {_COUNT} | spoken | leaning number | {_COUNT} and? article? half | number dot number)"

_AMOUNT = f"(?:{_LENGTH} (?:hours|minutes) added? | (?:number|one) (?:hour_mark|oclock) number? | half hours)"

QUIET: dict[str, tuple[str, TimeRule]] = {
    "on_the_way": (
        (f"(?:in|after|to)? about? {_AMOUNT} (?:soft|comma){{0,2}} arriving"
        f" | arriving (?:soft|comma){{0,2}} (?:(?:in|after|to|at) about?)? {_AMOUNT}"),
        amounts.on_the_way,
    ),
    "ahead_marked": (
        "in about? (?:number|one) (?:hour_mark|oclock|colon) number? minutes? added?",
        amounts.ahead_marked,
    ),
    "ahead_parts": (
        ("in about? (?:number|one|article) hours (?:and|comma)? number minutes"
        " | in about? number dot number hours | in about? number slash number (?:on (?:article)?)? (?:hours|hour_mark)"
        " | in about? article? number? dash? quarter on article? (?:hours)"
        " | in (?:number|one) (?:soft|other) (?:hours|minutes)"),
        amounts.ahead_parts,
    ),
    "ahead": (
        (f"(?:in|after) about? (?:half? {_COUNT} and? (?:article? half)? (?:hours|minutes) added?"
        " | (?:hours|minutes) added? (?!number) | half hours)"
        f" | (?:half? {_COUNT} | half | spoken) (?:hours|minutes) hence | (?:in|after) (?:hours|minutes) number"
        " | (?:hours|minutes) number hence"),
        amounts.ahead,
    ),
    "within": ("(?:next|in) (?:number|one|article)? (?:hours|minutes)", amounts.within),
    "rest_of_day": ("rest (?:on|the|this|soft|me)* day", amounts.rest_of_day),
    "past_hours": ("(?:last|past) (?:number|one) (?:hours|minutes)", amounts.past_hours),
    "duration": (
        (f"(?:number (?:dash|to|or))? {_LENGTH} dash? (?:hours|minutes)"
        " (?!past|to|after|ago|last|(?:on|the)* (?:number|named))"),
        amounts.length,
    ),
    "length_of": (
        ("about? (?:number|one) (?:hour_mark|oclock|colon) number? added? on (?:the)* other"
        " | (?<=other) (?:number|one) (?:hour_mark|colon) number? (?!at|to|dash|and|added|minus|(?:on|the)* part)"
        " | (?:(?<=other)|(?<=thing)) on (?:number|one) (?:hour_mark|colon) number?"
        " (?!at|to|dash|and|(?:on|the)* part)"),
        amounts.length_of,
    ),
    "duration_after": ("(?<!number) minutes (?:number|long)", amounts.nothing),
    "hours_counted": ("(?<!number) hours number", amounts.hours_counted),
    "code": (f"noise (?:dash|slash) (?:number|long|year) {_NO_HOUR}", amounts.code),
    "since": (
        "after (?:number|one|article|long) (?:day|week|months_unit|years_unit) (?!on|from|after|hence)",
        amounts.since,
    ),
    "hour_for_a_price": (
        ("(?<!weekday|relative_day|part|other) at (?:number|one) for (?:long|year)"
        " (?!meridiem|oclock|colon|weekday|relative_day)"
        " | (?:long|year) for at (?:number|one) (?!(?:on|the)* part|weekday|relative_day)"),
        amounts.hour_for_a_price,
    ),
    "people": (
        (f"(?:for|from|between|on)? number (?:to|dash|or) number soft{{0,2}} people"
        f" | for? {_COUNT} soft{{0,2}} people"
        f" | group (?:about|the|on|between)* (?:number|one|long) (?:(?:to|dash|or) number {_NO_HOUR})?"
        f" | for? {_COUNT} people (?:and? {_COUNT} people)+"),
        amounts.nothing,
    ),
    "place": (
        (f"(?:the? (?:number|long) comma?)? street mark? soft? (?:on|the|from|article)*"
        f" (?:{_NAME_DATE} dash? month (?:on|from|dash)* year? | month | number slash number"
        f" | weekday (?=other) | (?:{_NAME_DATE})? named_day)"
        f" (?:(?:comma|dash|hash|mark)* (?:number|long|year|noise) {_NO_HOUR} (?!(?:on|the|from)* month))?"
        " (?:comma? other ordinal)?"),
        amounts.place,
    ),
    "address": (
        ("at? (?:number|long|year) (?:slash|dash)? number? comma? (?:other|soft|month|weekday|street){1,2} street"
        f" | street (?:other|soft|on|the){{1,3}} comma? (?:number|long|year) {_NO_HOUR} (?!(?:on|the|from)* month)"
        " | (?:at|the)? (?:number|long) comma? street (?!at|comma|mark|$)"),
        amounts.nothing,
    ),
    "place_named": (
        f"(?:{_NAME_DATE} month year? | month the? (?:ordinal|number)? | weekday) street {_NOT_TIMED}",
        amounts.place_named,
    ),
    "paid": (
        (f"did (?:soft|me|on|the|article|about|other){{0,4}} (?:number|long|year) {_NO_HOUR}"
        " (?!slash|dash|people|day|week|months_unit|years_unit|(?:on|the)* month)"),
        amounts.paid,
    ),
    "paid_before": (
        ("(?<!weekday|relative_day|ordinal|month|at) (?:number|long|year) (?:on|soft|other|thing){0,2} did"),
        amounts.paid_before,
    ),
    "label": (
        ("(?<!article)(?<!one) label (?:dot|mark|dash|hash|colon|soft){0,2}"
        f" (?:number (?!(?:on|the)* month)|long|year) {_NO_HOUR}"
        f" (?:(?:dot|slash|dash|and) number {_NO_HOUR} | (?:dot|slash|dash) (?:long|year|noise))*"),
        amounts.nothing,
    ),
    "numbered": (f"on? (?:the|article) number label (?!number|long|hash) {_NO_HOUR}", amounts.nothing),
    "school_year": (
        (f"(?:^|(?<=other|mark|comma|soft|on|for)) years_unit number {_NO_HOUR}"
        " (?!month|slash|dash|dot|day|week|months_unit|(?:on|the)+ month)"),
        amounts.school_year,
    ),
    "hash": ("hash (?:number|long|year)", amounts.nothing),
    "amount": (
        "leaning? (?:number|long|year) ((?:dot|dash|to|or|and) number)* dash? unit (?!hence|ago|after|before)",
        amounts.nothing,
    ),
    "ratio": (
        "number (?:slash|from) (?:number|long) (?:(?:soft|mark|comma){0,2} soft)? (?!month|year|slash)",
        amounts.ratio,
    ),
    "offer": ("(?:number|one) for (?:number|one) (?!meridiem|oclock|colon)", amounts.nothing),
}  # fmt: skip
"""What holds a number but no time of day; read before everything else."""

RULES: dict[str, tuple[str, TimeRule]] = {
    "minutes_to": (f"{_LED} number to number meridiem?", times.minutes_to),
    "minutes_to_named": (f"{_LED} number minutes? (?:to|for|before) (?:the|on)* named", times.minutes_to_named),
    "minutes_after": (
        "number after number oclock? meridiem | at number after number oclock? meridiem?",
        times.minutes_after,
    ),
    "dashed": (f"{_LED} number dash number meridiem?", times.dashed),
    "range_in_parts": (
        (
            f"(?:from|between|after) {_CLOCK_IN} part (?:{_SEPARATOR}|at) {_CLOCK_IN} part?"
            f" | on? {_CLOCK_IN} part (?:to|dash|before|at) {_CLOCK_IN} part?"
            f" | part {_ANY} (?:to|dash) part {_ANY} or_before?"
        ),
        time_spans.span_in_parts,
    ),
    "range_in_words": (
        f"(?:from|between) (?:number|one) number? {_SEPARATOR} (?:number|one) number? {_NO_MONTH} {_NO_COUNT}",
        time_spans.span_in_words,
    ),
    "range": (
        f"(?:from|between|after)? {_LED} {_ANY} ish? {_SEPARATOR} {_LED} {_ANY} ish? {_NO_MONTH}",
        time_spans.span_of,
    ),
    "joined_by_at": (
        (
            f"(?:from|between|at) about? {_ANY} at {_ANY} ish? {_NO_MONTH} {_NO_COUNT}"
            f" | (?<!for) (?:number oclock|number colon number) at {_ANY} {_NO_MONTH} {_NO_COUNT}"
            f" | (?<!weekday)(?<!day_lead)(?<!for) (?:{_FULL}|number hour_mark?) at {_ANY} {_NO_MONTH} {_NO_COUNT}"
        ),
        time_spans.joined_by_at,
    ),
    "bound": (
        f"(?:after|before|from|or_before|onwards) (?:the (?=named))? {_LED} {_ANY} ish? {_NO_MONTH} {_NO_COUNT}",
        time_spans.bound,
    ),
    "open_end": (
        f"{_LED} {_ANY} (?:onwards|or_before|hence|(?:or|and) (?:after|before) {_NOT_NEXT})",
        time_spans.bound,
    ),
    "between_parts": (
        "(?:between|from) (?:on|the)* part (?:and|to|dash|before) (?:on|the)* part",
        time_spans.between_parts,
    ),
    "part_bound_at": (
        (
            f"(?:after|before) (?:on|the)* part {_LED} number (?:(?:colon|dot) number)? {_MERIDIEM} {_NO_MONTH}"
            f" {_NO_COUNT} (?!other|thing)"
        ),
        time_spans.part_bound_at,
    ),
    "part_bound": ("(?:after|before) (?:on|the)* part", time_spans.part_bound),
    "part": ("this? part", times.part),
    "half_day": (
        "(?<=weekday|relative_day|month|ordinal|weekend) (?:in|the|on)* meridiem (?!other|soft)",
        times.half_day,
    ),
    "exact": (f"{_LED} {_FULL} (?:dash? ish)?", times.exact),
    "led_pair": (f"(?:at dash?|about)+ number number {_NO_MONTH} {_NO_COUNT}", times.bare),
    "loose": (f"{_LED} (?:number|one|spoken) dash? ish", times.bare),
    "bare_pair": (f"{_LED} number number {_NO_MONTH_AT_ALL} (?!number|long)", times.bare),
    "beyond": (
        (
            f"at number (?=(?:on|the|comma)* (?:weekday|relative_day|tonight))"
            f" | (?<=weekday|relative_day|month) at number {_NO_HOUR} {_NO_COUNT} (?!other|unit|label|street)"
        ),
        times.beyond,
    ),
    "led": (f"(?:at dash?|about)+ (?:number hour_mark?|one|spoken) (?:dash? ish)? {_NO_MONTH}", times.bare),
    "bare_of_two": ("number (?=slash number oclock? meridiem)", times.bare),
    "bare": (f"(?:number hour_mark?|one|spoken) (?:dash? ish)? {_NO_MONTH_AT_ALL}", times.bare),
}
"""In order of preference where several begin at the same word."""
