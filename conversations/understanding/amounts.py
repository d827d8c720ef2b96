"""Numbers that are no time of day: so many hours from now, lengths, counts of people, marks out of ten."""

from collections.abc import Sequence
from itertools import pairwise

from conversations.understanding.kinds import SOFT, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import (
    ADDRESS,
    NAMED_AFTER_IT,
    NAMED_BEFORE_IT,
    PAID,
    WITHIN,
)
from conversations.understanding.times import EMPTY, Said

_COUNTED = (Kind.NUMBER, Kind.ONE)
_FROM_THEN_ON = 1
"""`value` of an AFTER that takes in what it names."""
_PARTS_OF_AN_HOUR = 6
_LONGEST_SESSION, _LONGEST_COURSE = 4, 12
"""Hours."""
_SCHOOL_YEARS = 13
_LAST_HOUR = 24
_BEST_MARK = 20


def ahead(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "In 2 hours", "after 30 minutes"; "depuis 30 min" is how long it has been so."""
    if lexemes[0].kind is Kind.IN and lexemes[0].value == WITHIN:
        return None
    if lexemes[0].kind is Kind.AFTER and lexemes[0].value == _FROM_THEN_ON:
        return EMPTY
    counts = [lexeme.value for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.LONG)]
    unit = next(lexeme for lexeme in lexemes if lexeme.kind in (Kind.HOURS, Kind.MINUTES))
    minutes = (counts[0] if counts else 1) * max(1, unit.value) * (1 if unit.kind is Kind.MINUTES else 60)
    if spoken := next((lexeme.value for lexeme in lexemes if lexeme.kind is Kind.SPOKEN), 0):
        return Said(ahead=spoken)
    halved = any(lexeme.kind is Kind.HALF for lexeme in lexemes)
    if halved and (counts or lexemes[-1].kind is Kind.HALF or sum(x.kind is Kind.ARTICLE for x in lexemes) > 1):
        return Said(ahead=minutes + 30)
    more = sum(lexeme.value for lexeme in lexemes if lexeme.kind is Kind.ADDED)
    return Said(ahead=(minutes // 2 if halved else minutes) + more)


def ahead_parts(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "In 2 hours and 15 minutes", "in 2.5 hours", "in 3/4 of an hour", "in a quarter of an hour"."""
    kinds = {lexeme.kind for lexeme in lexemes}
    counts = [1 if lexeme.kind is Kind.ONE else lexeme.value for lexeme in lexemes if lexeme.kind in _COUNTED]
    if Kind.QUARTER in kinds:
        return Said(ahead=15 * (counts or [1])[0])
    if Kind.DOT in kinds:
        whole, part = (lexeme for lexeme in lexemes if lexeme.kind is Kind.NUMBER)
        return Said(ahead=whole.value * 60 + round(part.value * 60 / 10**part.digits))
    if Kind.SLASH in kinds:
        part_of, whole_of = counts
        return Said(ahead=60 * part_of // whole_of) if 0 < part_of < whole_of <= _PARTS_OF_AN_HOUR else None
    if Kind.HOURS in kinds and Kind.MINUTES in kinds:
        hours, minutes = counts if len(counts) > 1 else (1, *counts)
        return Said(ahead=hours * 60 + minutes)
    return Said(ahead=counts[0] * (60 if Kind.HOURS in kinds else 1))


def within(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Within 2 hours", "the next 30 minutes"."""
    if lexemes[0].kind is Kind.IN and lexemes[0].value != WITHIN:
        return None
    found = ahead([*lexemes[1:]])
    return found._replace(within=True) if found else None


def rest_of_day(_lexemes: Sequence[Lexeme]) -> Said | None:
    return Said(rest=True)


def past_hours(_lexemes: Sequence[Lexeme]) -> Said | None:
    return Said(over=True)


def ahead_marked(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "dans 2h", "dans 1h30": hours with the mark that a clock has as well."""
    if any((lexeme.kind is Kind.OCLOCK and not lexeme.value) or lexeme.text == ":" for lexeme in lexemes):
        return None
    counts = [1 if lexeme.kind is Kind.ONE else lexeme.value for lexeme in lexemes if lexeme.kind in _COUNTED]
    hours, minutes = (*counts, 0)[:2]
    more = sum(lexeme.value for lexeme in lexemes if lexeme.kind is Kind.ADDED)
    return Said(ahead=hours * 60 + minutes + more) if minutes < 60 else None


def length_of(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "1h de massage", "10h de cours"; "un massage de 2h": up to four hours, beyond they are a time."""
    if any(lexeme.text in ":;" for lexeme in lexemes):
        return None
    hours = next(1 if lexeme.kind is Kind.ONE else lexeme.value for lexeme in lexemes if lexeme.kind in _COUNTED)
    return (
        EMPTY
        if hours <= (_LONGEST_SESSION if lexemes[-1].kind in (Kind.NUMBER, Kind.HOUR_MARK) else _LONGEST_COURSE)
        else None
    )


def on_the_way(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "I'll be there in 5 minutes"; but "I can be there by 5" is a time."""
    led = any(lexeme.kind in (Kind.IN, Kind.AFTER, Kind.MINUTES, Kind.HOURS) for lexeme in lexemes)
    return EMPTY if led else None


def since(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Depuis 3 jours": how long it has been so; "after 3 days" is a day to come."""
    return EMPTY if lexemes[0].value == _FROM_THEN_ON else None


def school_year(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Year 9", of a school."""
    return EMPTY if lexemes[-1].digits and lexemes[-1].value <= _SCHOOL_YEARS else None


def nothing(_lexemes: Sequence[Lexeme]) -> Said | None:
    return EMPTY


def length(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "90 minutes"; but "1030 hours" is a clock."""
    is_clock = lexemes[0].digits == 4 and lexemes[-1].kind is Kind.HOURS
    return None if is_clock else EMPTY


def hours_counted(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Masaa mawili", where the clock has a word of its own and hours that lie later than they are written."""
    return EMPTY if lexemes[-1].until else None


def hour_for_a_price(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Saa moja kwa 800", where an hour of the clock and one of length are the same word."""
    return EMPTY if any(lexeme.kind is Kind.AT and lexeme.value for lexeme in lexemes) else None


def code(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Q10-1130", written as one."""
    is_one = all(first.end == second.start for first, second in pairwise(lexemes))
    return EMPTY if is_one else None


def paid(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "I paid 1200", "nagbayad na po ako ng 50"."""
    return EMPTY if lexemes[0].value == PAID else None


def paid_before(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "1200 pay kar diya", "350 paid"; "at 3, paid" is an hour."""
    return EMPTY if lexemes[-1].value == PAID and lexemes[0].value > _LAST_HOUR else None


def place(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "Rue du 8 mai", "Av. 9 de Julio 1250", "my address is 16 May Gardens"; "hay plaza el 5 de mayo" says when there
    is room."""
    at = next(at for at, lexeme in enumerate(lexemes) if lexeme.kind is Kind.STREET)
    kinds = {lexeme.kind for lexeme in lexemes[at:]}
    stops = [lexeme.text for lexeme in lexemes[at + 1 : at + 2] if lexeme.kind is Kind.MARK]
    if lexemes[at].value == ADDRESS:
        return EMPTY if stops in ([], [":"]) else None
    is_place = lexemes[at].value == NAMED_AFTER_IT and Kind.DAY_LEAD not in kinds and stops in ([], ["."])
    return EMPTY if is_place and kinds.isdisjoint(SOFT | {Kind.SLASH}) else None


def place_named(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "26 July street", "Raviwar Peth"."""
    return EMPTY if lexemes[-1].value == NAMED_BEFORE_IT else None


def ratio(lexemes: Sequence[Lexeme]) -> Said | None:
    """ "8/10 great": a mark out of five, ten or a hundred, where praise follows; "10/10", "10 من 10", "8 من 20"
    always."""
    first, second = (lexeme for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.LONG))
    if second.value == _BEST_MARK and first.value <= second.value and lexemes[1].kind is Kind.FROM:
        return EMPTY
    out_of = second.value in (5, 10, 100) and first.value <= second.value
    praised = lexemes[-1].kind is not second.kind
    return EMPTY if out_of and (praised or first.value == second.value == 10 or second.value == 100) else None
