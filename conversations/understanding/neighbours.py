"""What a word is, told by the words before it: "12 mar" is a month, "diez para las 5" is ten minutes to five."""

from collections.abc import Mapping, Sequence

from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme

FOR_HOUR = 1
"""`until` of an AT that, after minutes, takes them away from the hour ("para las", "pras")."""
FOR_TO = 1
"""`until` of a FOR that, after "from" and an hour, means "to" ("من 2 ل 4")."""
AND_TO = 2
"""`until` of an AT that, between two hours, means "to" as well ("das 14h às 16h")."""
A_DAY = 1
"""`until` of an AFTER or BEFORE after which a number is a day of the month ("antes del 15")."""
HAD = 1
"""`value` of a DID that may be said of a day to come as well ("tenía cita el viernes")."""
PAID = 2
"""`value` of a DID that a sum goes with ("i paid 1200", "1500 भेज दिए")."""
LEAVES = 1
"""`value` of a BUSY that tells when somebody is free ("i finish work at 5")."""
DATED = 2
"""`value` of a BUSY whose day belongs to a person or a thing ("née le 3 mai", "card expires 08/27")."""
EITHER_WAY = 1
"""`until` of a RELATIVE_DAY that may be gone or to come ("kal")."""
BOOKED = 1
"""`until` of a MONTH that a booking is wished for in, without a word before it that leads a month."""
ABOUT = 1
"""`until` of a WEEK that is said as its days, the first and the last both counted ("15 jours")."""
WORKING = 2
"""`until` of a DAY that weekends do not count as ("3 working days"), and of a WEEK without its weekend."""
CLOCK_HOURS, LATE_CLOCK_HOURS = 1, 2
"""`until` of an HOURS that may be said of the clock as well ("às 15 horas"), or only where the number is too high for a
length and a day or an "at" leads it ("tomorrow at 14 hours")."""
LATER = 2
"""`value` of a LATE that means the second half of a month or a year ("later this month"); 1 is its end."""
BEGINS = 2
"""`value` of an AFTER that names the time itself where a length stands beside it ("2 hours starting at 6")."""
THROUGH = 3
"""`value` of a BEFORE that runs to a day of the month as well ("july 13 thru 15")."""
WITHIN = 2
"""`value` of an IN that means any time until then ("within 2 weeks"); 1 is by then ("d'ici")."""
HOLIDAY, MAYBE_HOLIDAY = 1, 2
"""`until` of a NAMED_DAY whose `value` is a place in holidays.NAMES, surely or perhaps ("good friday" may be a Friday
that is good)."""
WEEKDAY_DATES = 1
"""`until` of a WEEKDAY where a number after it is a date before it is an hour ("viernes 20")."""
NAMED_AFTER_IT, NAMED_BEFORE_IT, ADDRESS = 1, 2, 3
"""`value` of a STREET whose name may be a date, after it ("rue du 8 mai") or before it ("26 July street"); of what
leads a place of any name ("my address is 16 May Gardens")."""

_MINUTES = (5, 10, 15, 20, 25)
_ODD_MINUTES = (15, 20, 25)
"""Rather minutes than guests, where a text opens with them."""
_LONGEST_DURATION = 8
_LONGEST_SESSION = 4
_HOURS_OF_A_DAY = 24
_LEADING = frozenset({Kind.AT, Kind.ABOUT, Kind.BETWEEN, Kind.BEFORE})
_DATED = frozenset({Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.MONTH, Kind.COMING, Kind.NEXT, Kind.ORDINAL, Kind.YEAR})
_NAMED_DAYS = frozenset({Kind.WEEKDAY, Kind.NUMBER, Kind.ORDINAL, Kind.ORDINAL_WORD, Kind.MONTH})
_STARTS = _NAMED_DAYS | {Kind.RELATIVE_DAY, Kind.PART}
_SIDES = frozenset({Kind.AFTER, Kind.BEFORE})
_TOLD_BY_A_NEIGHBOUR = frozenset({
    Kind.ONE, Kind.DAY_LEAD, Kind.ARTICLE, Kind.NUMBER, Kind.FOR, Kind.AT, Kind.HOURS, Kind.HOUR_MARK,
})  # fmt: skip
_NONE: Mapping[str, int] = {}
_BEGINNING = frozenset({Kind.FROM, Kind.BETWEEN})
_BETWEEN = frozenset({Kind.BETWEEN})
_DAY_OR_AT = frozenset({Kind.AT, Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.ORDINAL})
_HOUR_MARKS = frozenset({Kind.HOUR_MARK, Kind.OCLOCK})
_AWAY = frozenset({Kind.IN, Kind.AGO})


def settled(
    lexeme: Lexeme, before: Sequence[Lexeme], months: Mapping[str, int], weekdays: Mapping[str, Mapping[str, int]]
) -> Lexeme:
    """`lexeme` as the kind that it has after `before`. `months` are words that may be a month, `weekdays` those that
    are a weekday, by the word before them ("كل اثنين")."""
    if not before:
        return lexeme
    if weekdays and lexeme.text in (led := weekdays.get(before[-1].text, _NONE)):
        return lexeme._replace(kind=Kind.WEEKDAY, value=led[lexeme.text])
    if lexeme.kind in _TOLD_BY_A_NEIGHBOUR and (told := _told(lexeme, before)) is not None:
        return told
    if lexeme.text in months and lexeme.kind is not Kind.MONTH and _is_day(before):
        return lexeme._replace(kind=Kind.MONTH, value=months[lexeme.text])
    return lexeme


def _told(lexeme: Lexeme, before: Sequence[Lexeme]) -> Lexeme | None:
    """`lexeme` as another kind because of what stands before it; None where it stays what it is."""
    match lexeme.kind:
        case Kind.NUMBER:
            is_day = before[-1].kind in _SIDES and before[-1].until == A_DAY
            return lexeme._replace(kind=Kind.ORDINAL) if is_day else None
        case Kind.ONE if before[-1].kind is Kind.DAY_LEAD:
            return lexeme._replace(kind=Kind.NUMBER, value=1)
        case Kind.DAY_LEAD if lexeme.value and before[-1].kind in _NAMED_DAYS:
            return lexeme._replace(kind=Kind.TO, value=0)
        case Kind.ARTICLE if before[-1].kind is Kind.NUMBER and _led(before, _BETWEEN):
            return lexeme._replace(kind=Kind.AND)
        case Kind.FOR if lexeme.until == FOR_TO and _is_start(before):
            return lexeme._replace(kind=Kind.TO, value=0)
        case Kind.AT if lexeme.until == FOR_HOUR and _are_minutes(before):
            return lexeme._replace(kind=Kind.TO, value=1)
        case Kind.HOURS if lexeme.until == LATE_CLOCK_HOURS and _is_late_hour(before):
            return lexeme._replace(kind=Kind.OCLOCK)
        case Kind.HOURS if lexeme.until == CLOCK_HOURS and _is_hour(before):
            return lexeme._replace(kind=Kind.OCLOCK)
        case Kind.HOUR_MARK if lexeme.value and _number(before) > _LONGEST_DURATION and not _led(before, _AWAY):
            return lexeme._replace(kind=Kind.OCLOCK)
    return None


def _number(before: Sequence[Lexeme]) -> int:
    """The number said last, in figures; 0 when the last word is none."""
    return before[-1].value if before and before[-1].kind is Kind.NUMBER and before[-1].digits else 0


def _led(before: Sequence[Lexeme], by: frozenset[Kind]) -> bool:
    """Whether such a word stands before the last one."""
    return len(before) > 1 and before[-2].kind in by


def _are_minutes(before: Sequence[Lexeme]) -> bool:
    """ "un cuarto", "diez", "a las 10" before "para las 5"; but "el viernes 10 para las 5" is a day."""
    if not before:
        return False
    last = before[-1]
    if last.kind is Kind.QUARTER:
        return True
    opens = len(before) == 1 and last.value in _ODD_MINUTES
    return last.kind is Kind.NUMBER and last.value in _MINUTES and (not last.digits or opens or _led(before, _LEADING))


def is_between_digits(found: Sequence[Lexeme], lexeme: Lexeme) -> bool:
    """Whether the last of `found` is the "h" of "9h30", glued on either side: a colon, then."""
    if lexeme.digits != 2 or len(found) < 2 or found[-1].kind not in _HOUR_MARKS:
        return False
    hour, mark = found[-2:]
    return hour.kind is Kind.NUMBER and hour.end == mark.start and mark.end == lexeme.start


def _is_start(before: Sequence[Lexeme]) -> bool:
    """ "من 2", "من الساعة 2", "من الأحد": what something begins at."""
    kinds = [lexeme.kind for lexeme in before[-4:]]
    led = any(lexeme.kind in _BEGINNING or (lexeme.kind is Kind.AFTER and lexeme.value) for lexeme in before[-4:])
    return led and kinds[-1] in _STARTS


def hours_before(found: Sequence[Lexeme]) -> int | None:
    """The place of the "heures" that is one of the clock because of what follows ("neuf heures et demie", "3 heures de
    l'après-midi")."""
    place = len(found) - 1
    while place > 0 and (found[place].kind is Kind.ON or found[place].kind in THE):
        place -= 1
    if place < 1 or found[place].kind is not Kind.HOURS or found[place].until != CLOCK_HOURS:
        return None
    counted = found[place - 1].kind in (Kind.NUMBER, Kind.ONE) and not _led(found[:place], _AWAY | {Kind.LABEL})
    return place if counted else None


def _is_hour(before: Sequence[Lexeme]) -> bool:
    """ "às 3 horas", "sexta 10 horas", "15.30 h", "16 horas" alone; "2 horas", "daqui a 12 horas" are lengths."""
    if not before or before[-1].kind is not Kind.NUMBER:
        return False
    if _led(before, _LEADING | {Kind.DOT, Kind.COLON}) or _starts(before[-2:-1]):
        return True
    return before[-1].value > _LONGEST_DURATION and (len(before) == 1 or _led(before, _DATED | {Kind.AFTER}))


def _is_late_hour(before: Sequence[Lexeme]) -> bool:
    """ "At 14 hours", "friday 10 hrs"; "friday 2 hours", "in 10 hours", "for 10 hours" are lengths."""
    return _LONGEST_DURATION < _number(before) < _HOURS_OF_A_DAY and _led(before, _DAY_OR_AT)


def _starts(lead: Sequence[Lexeme]) -> bool:
    """ "À partir de": from then on; "après 2 heures" may be in two hours."""
    return any(lexeme.kind is Kind.AFTER and lexeme.value for lexeme in lead)


def minutes_follow(found: Sequence[Lexeme], lexeme: Lexeme) -> bool:
    """Whether `lexeme` is the minutes of the clock before it ("9 heures 30"), which is no length."""
    hour = found[-2].value if len(found) > 1 else 0
    return hour > _LONGEST_SESSION and lexeme.digits == 2 and lexeme.value % 5 == 0 and lexeme.value < 60


def _is_day(before: Sequence[Lexeme]) -> bool:
    said = [lexeme for lexeme in before[-4:] if lexeme.kind is not Kind.ON and lexeme.kind not in THE]
    is_day = bool(said) and (said[-1].kind is Kind.ORDINAL or 0 < _number(said) < 32)
    return is_day and not _led(said, _LEADING)
