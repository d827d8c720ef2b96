"""What stands beside a date or a time that was read, may belong to it, and was used by no rule: of "tmrrrz 5pm" and
"tomorrow by evening, 5" a part would be read, and a part is not what was meant."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.lexemes import MAYBE_TELLING
from conversations.understanding.meaning import Certainty, DateReading, TimeReading
from conversations.understanding.scan import Found
from conversations.understanding.time_reading import Heard

_BETWEEN = THE | {Kind.ON, Kind.AT, Kind.ARTICLE, Kind.DASH, Kind.ABOUT}
"""What may stand between two words of one date."""
_TELLING = frozenset({
    Kind.WEEKDAY, Kind.MONTH, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.NEXT, Kind.COMING,
    Kind.WEEK, Kind.HALF, Kind.QUARTER, Kind.WEEKEND, Kind.MONTHS_UNIT, Kind.PAST,
    Kind.OCLOCK, Kind.NAMED, Kind.PART, Kind.NAMED_DAY, Kind.BETWEEN, Kind.MONTH_MARK,
})  # fmt: skip
_FIGURES = frozenset({Kind.NUMBER, Kind.LONG, Kind.ORDINAL})
_JOINING = (Kind.AND, Kind.TO, Kind.DASH)
_TINY = 2
_ENDS = SOFT | {Kind.MARK, Kind.COMMA, Kind.GREETING}


def is_partly_read(lexemes: Sequence[Lexeme], found: Sequence[Found], out: frozenset[int], heard: Heard) -> bool:
    """Whether a word or a number may belong to what was read beside it. `out` are the places in `found` that were
    refused, `heard` the times of it that count."""
    used = {
        place
        for item in (*(item for item in found if item.day is not None), *(item for item, _ in heard))
        for place in range(item.start, item.end)
    }
    if not used or len(used) == len(lexemes):
        return False
    since = max([place for place, lexeme in enumerate(lexemes) if lexeme.kind is Kind.RATHER], default=0)
    open_ = [place for place in range(since, len(lexemes)) if place not in used and _may_belong(lexemes, place)]
    if not open_:
        return False
    other = {
        place
        for at, item in enumerate(found)
        if at in out or (item.said is not None and not item.said.bare)
        for place in range(item.start, item.end)
    }
    return any(
        place not in other and (_next_to(lexemes, place, -1) in used or _next_to(lexemes, place, 1) in used)
        for place in open_
    )


def in_doubt(day: DateReading, said: TimeReading) -> tuple[DateReading, TimeReading]:
    """The same as something to ask about; a stretch of time that is not sure is not worth a question."""
    if day.certainty in (Certainty.CERTAIN, Certainty.AMBIGUOUS):
        day = replace(day, certainty=Certainty.AMBIGUOUS, earliest=None, latest=None)
    if said.certainty is Certainty.CERTAIN:
        said = replace(said, certainty=Certainty.AMBIGUOUS) if said.times else TimeReading()
    return day, said


def _may_belong(lexemes: Sequence[Lexeme], place: int) -> bool:
    lexeme = lexemes[place]
    if lexeme.kind is Kind.OTHER:
        return lexeme.value == MAYBE_TELLING
    if lexeme.kind in _FIGURES:
        return place + 1 == len(lexemes) or lexemes[place + 1].kind in _ENDS
    if lexeme.kind is Kind.BETWEEN:
        return not any(following.kind in _JOINING for following in lexemes[place:])
    return lexeme.kind in _TELLING


def _next_to(lexemes: Sequence[Lexeme], place: int, step: int) -> int:
    place += step
    if step < 0 and place and lexemes[place + 1].kind in _FIGURES and _is_tiny(lexemes[place]):
        place -= 1
    while 0 <= place < len(lexemes) and lexemes[place].kind in _BETWEEN:
        place += step
    return place


def _is_tiny(lexeme: Lexeme) -> bool:
    """An unknown word before a number that may have been "at" or "to"."""
    return lexeme.kind is Kind.OTHER and len(lexeme.text) <= _TINY
