"""Whether a bare number is an hour: "tomorrow at 3", "friday 5", "is 4 ok?", but not "3 boys trims"."""

from collections.abc import Sequence
from itertools import takewhile

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.scan import Found, gap_before

_BESIDE_A_DATE = SOFT | THE | {
    Kind.COMMA, Kind.ON, Kind.DASH, Kind.MARK, Kind.ABOUT, Kind.AT, Kind.FROM, Kind.AFTER, Kind.BEFORE,
}  # fmt: skip
_NEVER_AFTER = frozenset(
    {
        Kind.PEOPLE, Kind.HOURS, Kind.MINUTES, Kind.DAY, Kind.WEEK, Kind.MONTHS_UNIT, Kind.HALF, Kind.ORDINAL, Kind.DOT,
        Kind.STREET, Kind.UNIT, Kind.NUMBER, Kind.LONG, Kind.YEAR,
    }
)  # fmt: skip
_NEVER_BEFORE = frozenset({Kind.NOISE, Kind.SLASH, Kind.DOT, Kind.HASH, Kind.NUMBER, Kind.LONG})
_COUNTED = frozenset({Kind.OTHER, Kind.THING, Kind.LABEL})
"""What a "one" before it counts: "a un corte" is no hour."""
_LEADS = frozenset({Kind.AT, Kind.TO, Kind.RATHER})
_OR = ({Kind.OR}, {Kind.SLASH}, {Kind.OR, Kind.AT}, {Kind.COMMA})
_QUARTERS = (15, 30, 45)
_BEFORE_A_DATE = SOFT | {Kind.ON, Kind.COMMA, Kind.THIS}
_SMALL = SOFT | {Kind.MARK, Kind.COMMA, Kind.DASH, Kind.AND, Kind.GREETING, Kind.THE, Kind.ARTICLE}


def counts(
    found: Sequence[Found], place: int, lexemes: Sequence[Lexeme], *, time_asked: bool, after_a_time: bool
) -> bool:
    """After "at", beside a date or another time, before "is fine", all there is of it, or when a time was asked."""
    item = found[place]
    following = lexemes[item.end].kind if item.end < len(lexemes) else Kind.MARK
    if place + 1 < len(found) and found[place + 1].day is not None and found[place + 1].start == item.end:
        following = Kind.MARK
    begins = found[place - 1].end if place else 0
    leading = lexemes[item.start - 1].kind if item.start > begins else Kind.MARK
    is_lone = lexemes[item.end - 1].kind is Kind.ONE
    labelled = leading is Kind.LABEL and not _is_at(item, lexemes)
    if following in _NEVER_AFTER or leading in _NEVER_BEFORE or labelled:
        return False
    if _is_led(item, lexemes):
        return not (following in _COUNTED and is_lone)
    if _is_typed(item, lexemes):
        gap = gap_before(found, place, lexemes) - {Kind.FOR}
        beside = _follows_a_date(found, place, gap) or _before_a_date(found, place, lexemes)
        return time_asked or beside or _stands_free(item, lexemes)
    if _is_quarter_after_a_date(found, place, lexemes):
        return True
    if following in (Kind.OTHER, Kind.THING) or (following is Kind.ONE and lexemes[item.start].kind is not Kind.AT):
        return False
    if time_asked:
        return not is_lone or len(lexemes) == 1
    if _is_roughly_at_the_end(found, place, lexemes):
        return True
    gap = gap_before(found, place, lexemes)
    if is_lone or Kind.FOR in gap:
        return False
    return _follows_a_date(found, place, gap) or (
        (place > 0 and after_a_time and gap in _OR)
        or _before_a_time(found, place, lexemes)
        or _before_a_date(found, place, lexemes)
        or _fits(item, lexemes)
    )


def _is_roughly_at_the_end(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "It's on the 21st of august and she needs makeup, around 1?"."""
    item = found[place]
    if lexemes[item.start].kind is not Kind.ABOUT or not item.start or not any(each.day for each in found[:place]):
        return False
    begins = lexemes[item.start - 1].kind in (Kind.COMMA, Kind.MARK)
    return begins and all(lexeme.kind in _SMALL for lexeme in lexemes[item.end :])


def _is_led(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    first = lexemes[item.start].kind
    return (
        any(lexeme.kind is Kind.AT for lexeme in lexemes[item.start : item.end])
        or lexemes[item.end - 1].kind is Kind.ISH
        or (item.start > 0 and lexemes[item.start - 1].kind in _LEADS and not _ends_a_range(item, lexemes))
        or (first is Kind.ABOUT and item.start > 0 and lexemes[item.start - 1].kind is Kind.AT)
    )


def _is_at(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """ "Mesa a las 9": no name of the table."""
    return lexemes[item.start].kind is Kind.AT


def _ends_a_range(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """ "Fade 0 to 2" is no hour, though "to 2" would be one."""
    return item.start > 1 and lexemes[item.start - 2].kind is Kind.NUMBER


def _is_typed(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """ "1530" and "3.30" are nearer to a time than "3"."""
    kinds = [lexeme.kind for lexeme in lexemes[item.start : item.end]]
    return Kind.DOT in kinds or any(lexeme.digits == 4 for lexeme in lexemes[item.start : item.end])


def _is_quarter_after_a_date(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "Fri 330 sweet?", whatever stands behind; "fri 300" may be a count or a price of something."""
    item = found[place]
    is_quarter = lexemes[item.start].digits == 3 and lexemes[item.start].value % 100 in _QUARTERS
    return is_quarter and place > 0 and found[place - 1].day is not None and found[place - 1].end == item.start


def _stands_free(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """Nothing but small words about it: "the total is 1500", "un virement de 1200", "1500 followers" are no
    times, and "2015" beside any other word is a year."""
    if lexemes[item.end - 1].kind is Kind.YEAR and any(lexeme.kind is Kind.OTHER for lexeme in lexemes):
        return False
    after = next((lexeme.kind for lexeme in lexemes[item.end :] if lexeme.kind not in SOFT), Kind.MARK)
    leading = (lexeme.kind for lexeme in reversed(lexemes[: item.start]) if lexeme.kind not in SOFT | {Kind.ON})
    before = next(leading, Kind.MARK)
    return after is not Kind.OTHER and before not in (Kind.OTHER, Kind.FOR)


def _follows_a_date(found: Sequence[Found], place: int, gap: set[Kind]) -> bool:
    before = found[place - 1] if place else None
    if before is None or not gap <= _BESIDE_A_DATE:
        return False
    return before.day is not None or bool(before.said and before.said.part)


def _before_a_time(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "3 or 4pm", "3 or 4 or 5 tomorrow"."""
    following = found[place + 1].said if place + 1 < len(found) else None
    if following is None or following.clock is None or gap_before(found, place + 1, lexemes) not in _OR:
        return False
    return not following.bare or counts(found, place + 1, lexemes, time_asked=False, after_a_time=False)


def _before_a_date(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    if place + 1 >= len(found) or found[place + 1].day is None:
        return False
    gap = {lexeme.kind for lexeme in lexemes[found[place].end : found[place + 1].start]}
    return gap <= _BEFORE_A_DATE


def _fits(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """ "Is 4 ok?", "4 works for me"."""
    alone = all(lexeme.kind in _SMALL for lexeme in lexemes[: item.start])
    run = takewhile(lambda lexeme: lexeme.kind in _SMALL, lexemes[item.end :])
    return alone and any(lexeme.kind is Kind.FITS for lexeme in run)
