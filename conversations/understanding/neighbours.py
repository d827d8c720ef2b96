"""What a word is, told by the words before it: "12 mar" is a month, "diez para las 5" is ten minutes to five."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme

FOR_HOUR = 1
"""`until` of an AT that, after minutes, takes them away from the hour ("para las", "pras")."""
FOR_TO = 1
"""`until` of a FOR that, after "from" and an hour, means "to" ("من 2 ل 4")."""
AND_TO = 2
"""`until` of an AT that, between two hours, means "to" as well ("das 14h às 16h")."""
ABOUT = 1
"""`until` of a WEEK that is said as its days, the first and the last both counted ("15 jours")."""
CLOCK_HOURS = 1
"""`until` of an HOURS that may be said of the clock as well ("às 15 horas")."""
WEEKDAY_DATES = 1
"""`until` of a WEEKDAY where a number after it is a date before it is an hour ("viernes 20")."""

_MINUTES = (5, 10, 15, 20, 25)
_LONGEST_DURATION = 8
_LEADING = frozenset({Kind.AT, Kind.ABOUT, Kind.BETWEEN, Kind.BEFORE})
_DATED = frozenset({Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.MONTH, Kind.COMING, Kind.NEXT, Kind.ORDINAL, Kind.YEAR})
_NAMED_DAYS = frozenset({Kind.WEEKDAY, Kind.NUMBER, Kind.ORDINAL, Kind.ORDINAL_WORD, Kind.MONTH})
_STARTS = _NAMED_DAYS | {Kind.RELATIVE_DAY, Kind.PART}
_AWAY = frozenset({Kind.IN, Kind.AGO})


def settled(lexeme: Lexeme, before: Sequence[Lexeme], months: Mapping[str, int]) -> Lexeme:
    """`lexeme` as the kind that it has after `before`. `months` are the words that may be a month."""
    match lexeme.kind:
        case Kind.ONE if before and before[-1].kind is Kind.DAY_LEAD:
            return replace(lexeme, kind=Kind.NUMBER, value=1)
        case Kind.DAY_LEAD if lexeme.value and before and before[-1].kind in _NAMED_DAYS:
            return replace(lexeme, kind=Kind.TO, value=0)
        case Kind.FOR if lexeme.until == FOR_TO and _is_start(before):
            return replace(lexeme, kind=Kind.TO, value=0)
        case Kind.AT if lexeme.until == FOR_HOUR and _are_minutes(before):
            return replace(lexeme, kind=Kind.TO, value=1)
        case Kind.HOURS if lexeme.until == CLOCK_HOURS and _is_hour(before):
            return replace(lexeme, kind=Kind.OCLOCK)
        case Kind.HOUR_MARK if lexeme.value and _number(before) > _LONGEST_DURATION and not _led(before, _AWAY):
            return replace(lexeme, kind=Kind.OCLOCK)
    if lexeme.text in months and lexeme.kind is not Kind.MONTH and _is_day(before):
        return replace(lexeme, kind=Kind.MONTH, value=months[lexeme.text])
    return lexeme


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
    return last.kind is Kind.NUMBER and last.value in _MINUTES and (not last.digits or _led(before, _LEADING))


def is_between_digits(found: Sequence[Lexeme], lexeme: Lexeme) -> bool:
    """Whether the last of `found` is the "h" of "9h30", glued on either side: a colon, then."""
    if len(found) < 2 or found[-1].kind not in (Kind.HOUR_MARK, Kind.OCLOCK) or lexeme.digits != 2:
        return False
    hour, mark = found[-2:]
    return hour.kind is Kind.NUMBER and hour.end == mark.start and mark.end == lexeme.start


def _is_start(before: Sequence[Lexeme]) -> bool:
    """ "من 2", "من الساعة 2", "من الأحد": what something begins at."""
    kinds = [lexeme.kind for lexeme in before[-4:]]
    return bool(kinds) and kinds[-1] in _STARTS and (Kind.FROM in kinds or Kind.BETWEEN in kinds)


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
    if _led(before, _LEADING | {Kind.DOT, Kind.COLON}):
        return True
    return before[-1].value > _LONGEST_DURATION and (len(before) == 1 or _led(before, _DATED))


def _is_day(before: Sequence[Lexeme]) -> bool:
    said = [lexeme for lexeme in before[-4:] if lexeme.kind is not Kind.ON and lexeme.kind not in THE]
    is_day = bool(said) and (said[-1].kind is Kind.ORDINAL or 0 < _number(said) < 32)
    return is_day and not _led(said, _LEADING)
