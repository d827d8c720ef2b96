"""Numbers that are a mark, an age or a place in a video, where that is spoken of: "pain is 8/10", "my kids, 7 and
12"."""

from collections.abc import Sequence

from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import AND_TO

_BEST = (5, 10, 20, 100)
_WHOLE = 10
_OUT_OF = frozenset({Kind.SLASH, Kind.FROM})
_CLAUSES_END = frozenset({Kind.COMMA, Kind.MARK})
_OF_A_DATE = frozenset({Kind.DAY_LEAD, Kind.WEEKDAY, Kind.FOR, Kind.AFTER, Kind.BEFORE, Kind.SLASH})
_OF_THE_CLOCK = frozenset({
    Kind.MERIDIEM, Kind.OCLOCK, Kind.HOUR_MARK, Kind.COLON, Kind.HOURS, Kind.PART, Kind.DOT, Kind.ADDED, Kind.FITS,
    Kind.MINUTES, Kind.SLASH, Kind.DASH, Kind.MONTH, Kind.DAY_MARK, Kind.FROM, Kind.TO,
})  # fmt: skip
_BETWEEN = frozenset({Kind.COMMA, Kind.MARK, Kind.ON, Kind.SOFT, Kind.ME})
"""What may stand between a child and its age."""
_REACH = 3
"""Words from a child to its age."""
_JOINING = frozenset({Kind.AND, Kind.OR, Kind.COMMA})
_SMALL = THE | {Kind.ON}


def marks(found: Sequence[Lexeme], spoken_of: Sequence[int]) -> set[int]:
    """The numbers out of five, ten, twenty or a hundred, in a clause with a word for what is marked (`spoken_of`, their
    places) and none of a date or an appointment; with a part behind a point anywhere ("4.5/5")."""
    taken: set[int] = set()
    for place in range(1, len(found) - 1):
        first, sign, second = found[place - 1 : place + 2]
        if sign.kind not in _OUT_OF or first.kind is not Kind.NUMBER or not first.digits:
            continue
        if second.value not in _BEST or not second.digits or first.value > second.value:
            continue
        if sign.kind is Kind.SLASH and second.value <= _WHOLE and _is_a_part(found, place - 1):
            taken |= set(range(place - 3, place + 2))
            continue
        inside = _clause(found, place)
        if any(at in inside for at in spoken_of) and not _is_dated(found, place, inside):
            taken |= {place - 1, place, place + 1}
    return taken


def ages(found: Sequence[Lexeme], children: Sequence[int], aged: Sequence[int]) -> set[int]:
    """The numbers behind the words for an age (`aged`, their places), and two or more behind those for children; up to
    the last comma where what stands behind it is an hour or a day."""
    taken: set[int] = set()
    for places, fewest in ((children, 2), (aged, 1)):
        for named in places:
            run = _run(found, named)
            if run and _is_timed(found, run[-1] + 1):
                run = [at for at in run if any(each.kind is Kind.COMMA for each in found[at + 1 : run[-1]])]
            if len(run) >= fewest:
                taken |= set(range(run[0], run[-1] + 1))
    return taken


def minutes(found: Sequence[Lexeme], videos: Sequence[int]) -> set[int]:
    """The minutes and seconds in a clause with a word for a video (`videos`, their places): "in your reel at 0:45"."""
    return {
        at
        for place in range(1, len(found) - 1)
        if [each.kind for each in found[place - 1 : place + 2]] == [Kind.NUMBER, Kind.COLON, Kind.NUMBER]
        and not _is_timed(found, place + 2)
        and any(at in _clause(found, place) for at in videos)
        for at in range(place - 1, place + 2)
    }


def _is_a_part(found: Sequence[Lexeme], place: int) -> bool:
    """Whether the number there is what follows a point or its comma: "4.5", "4,5"."""
    return (
        place > 1
        and found[place - 2].kind is Kind.NUMBER
        and found[place - 1].text in (".", ",")
        and (found[place - 2].end == found[place - 1].start and found[place - 1].end == found[place].start)
    )


def _clause(found: Sequence[Lexeme], place: int) -> range:
    start = max((at for at in range(place) if found[at].kind in _CLAUSES_END), default=-1) + 1
    end = next((at for at in range(place, len(found)) if found[at].kind in _CLAUSES_END), len(found))
    return range(start, end)


def _is_dated(found: Sequence[Lexeme], place: int, inside: range) -> bool:
    """Whether a word leads it that leads a date, or an appointment or an hour stands in its clause."""
    before = found[place - 2].kind if place > 1 else Kind.MARK
    after = found[place + 2].kind if place + 2 < len(found) else Kind.MARK
    beside = {found[at].kind for at in inside}
    return before in _OF_A_DATE or after is Kind.SLASH or bool(beside & {Kind.THING, Kind.MERIDIEM, Kind.OCLOCK})


def _run(found: Sequence[Lexeme], named: int) -> list[int]:
    """The places of the numbers that are joined behind the word at `named`."""
    place = named + 1
    while place < min(len(found), named + 1 + _REACH) and found[place].kind in _BETWEEN:
        place += 1
    run: list[int] = []
    while place < len(found) and found[place].kind is Kind.NUMBER and not found[place].text.startswith("0"):
        run.append(place)
        place += 1
        while place < len(found) and _joins(found[place]):
            place += 1
    return run


def _joins(lexeme: Lexeme) -> bool:
    return lexeme.kind in _JOINING or (lexeme.kind is Kind.AT and lexeme.until == AND_TO)


def _is_timed(found: Sequence[Lexeme], place: int) -> bool:
    following = next((each.kind for each in found[place:] if each.kind not in _SMALL), Kind.MARK)
    return following in _OF_THE_CLOCK
