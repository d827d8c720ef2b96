"""Numbers that name a door, a seat or a line, and are no hour and no day there: "2A or 2B", "el 3º B", "le bus 42 ou
le 17"."""

from collections.abc import Sequence

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme

_FIGURES = frozenset({Kind.NUMBER, Kind.LONG})
_NAMING = frozenset({Kind.LABEL, Kind.STREET, Kind.HASH})
_CLAUSES_END = frozenset({Kind.COMMA, Kind.MARK})
_JOINING = frozenset({Kind.OR, Kind.AND, Kind.SLASH, Kind.DASH, Kind.NOT})
_SMALL = THE | SOFT | {Kind.ON, Kind.IN}
_DAYS = frozenset({
    Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.MONTH, Kind.PART, Kind.NAMED_DAY, Kind.ORDINAL,
})  # fmt: skip
_TIMED = _DAYS | {Kind.MERIDIEM, Kind.OCLOCK, Kind.HOUR_MARK, Kind.COLON, Kind.HOURS, Kind.NAMED, Kind.ADDED, Kind.FITS}
_LEADS = frozenset({Kind.AT, Kind.FROM, Kind.TO, Kind.BEFORE, Kind.AFTER, Kind.ABOUT})
_EITHER, _BOTH = frozenset({Kind.OR}), frozenset({Kind.OR, Kind.AND})
_DOORS = frozenset("bcdefg")
"""Letters of a door that no clock has."""
_LAST_HOUR, _LAST_DAY = 24, 31


def lettered(found: Sequence[Lexeme], is_named: Sequence[bool]) -> set[int]:
    """The numbers with the "a" or "p" of a clock written onto them, where a word for a door leads them, where there is
    no such hour, or where another one has a letter of no clock ("2A or 2B"); with an "a" also where a word for a door
    stands in their clause (`is_named`, by clause). Each with its letter."""
    taken: set[int] = set()
    clause = 0
    for place in range(len(found) - 1):
        clause += found[place].kind in _CLAUSES_END
        number, letter = found[place], found[place + 1]
        if letter.kind is not Kind.MERIDIEM or not _is_lettered(number, letter):
            continue
        before = found[place - 1] if place else None
        if (
            number.value > _LAST_HOUR
            or (before is not None and before.kind in _NAMING)
            or ((is_named[clause] or _has_other_letter(found, place)) and not _is_timed(found, place))
        ):
            taken |= {place, place + 1}
    return taken


def numbered(found: Sequence[Lexeme], lines: Sequence[int], compared: Sequence[int]) -> set[int]:
    """The numbers that a "the" of days leads in a text that speaks of bus lines or of a difference (`lines` and
    `compared`, the places of such words), where nothing is said of a day or an hour: those joined to another number
    behind the word, and those that no month has."""
    if not (lines or compared) or not _TIMED.isdisjoint([each.kind for each in found]):
        return set()
    return {
        place
        for place in range(1, len(found))
        if found[place].kind in _FIGURES
        and found[place - 1].kind is Kind.DAY_LEAD
        and (
            found[place].value > _LAST_DAY
            or _is_joined(found, place, lines, _EITHER)
            or _is_joined(found, place, compared, _BOTH)
        )
    }


def _is_joined(found: Sequence[Lexeme], place: int, named: Sequence[int], joining: frozenset[Kind]) -> bool:
    """ "Le bus 42 ou le 17", "diferencia entre el 2 y el 3": with no comma since the word."""
    since = max((at for at in named if at < place), default=None)
    if since is None or any(each.kind in _CLAUSES_END for each in found[since:place]):
        return False
    around = (*found[max(0, place - 2) : place - 1], *found[place + 1 : place + 2])
    return any(each.kind in joining for each in around)


def with_a_door(found: Sequence[Lexeme]) -> set[int]:
    """The days that a letter of no clock stands behind ("el 3º B", "au 3B"): floors with their doors."""
    return {place for place in range(len(found) - 1) if _has_a_door(found, place)}


def _has_a_door(found: Sequence[Lexeme], place: int) -> bool:
    number, letter = found[place], found[place + 1]
    if letter.kind is not Kind.OTHER or letter.text[-1] not in _DOORS or len(letter.text) > 1 + (letter.text[0] == "o"):
        return False
    if number.kind is Kind.ORDINAL:
        after = found[place + 2].kind if place + 2 < len(found) else Kind.MARK
        return after in _CLAUSES_END or after in SOFT
    is_led = place > 0 and found[place - 1].kind is Kind.DAY_LEAD
    return number.kind is Kind.NUMBER and is_led and number.end == letter.start


def _is_lettered(number: Lexeme, letter: Lexeme) -> bool:
    return number.kind in _FIGURES and number.digits > 0 and len(letter.text) == 1 and number.end == letter.start


def _has_other_letter(found: Sequence[Lexeme], place: int) -> bool:
    """Whether it is joined to a number with a letter of no clock."""
    return any(
        found[at].kind is Kind.NUMBER
        and found[at].end == found[at + 1].start
        and found[at + 1].kind is Kind.OTHER
        and found[at + 1].text in _DOORS
        and all(each.kind in _JOINING | _SMALL for each in found[min(at, place) + 2 : max(at, place)])
        for at in range(len(found) - 1)
    )


def _is_timed(found: Sequence[Lexeme], place: int) -> bool:
    """Whether an "at" leads it, another hour is joined to it, or a day stands beside it."""
    before = [each.kind for each in found[max(0, place - 2) : place] if each.kind not in _SMALL]
    after = [each.kind for each in found[place + 2 : place + 4] if each.kind not in _SMALL]
    return bool(before[-1:] and before[-1] in _LEADS | _DAYS | {Kind.DASH}) or bool(
        after and after[0] in _DAYS | {Kind.DASH, Kind.TO, Kind.FITS}
    )
