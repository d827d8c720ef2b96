"""A folded text as words with their kinds: what the grammar of dates and times is written over."""

import re
from collections.abc import Sequence
from functools import lru_cache

from conversations.understanding.homonyms import without_homonyms
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import hours_before, is_between_digits, minutes_follow, settled
from conversations.understanding.normalise import KEPT
from conversations.understanding.phrases import Meaning
from conversations.understanding.tokens import Token, tokens
from conversations.understanding.topics import without_topics
from conversations.understanding.vocabulary import Vocabulary

_SIGNS = {
    ",": Kind.COMMA, "،": Kind.COMMA, "/": Kind.SLASH, "-": Kind.DASH, ":": Kind.COLON, ";": Kind.COLON, ".": Kind.DOT,
    "@": Kind.AT, "~": Kind.ABOUT, "&": Kind.AND, "+": Kind.AND, "#": Kind.HASH, "№": Kind.HASH, "¤": Kind.NOISE,
}  # fmt: skip
_BY_DIGITS = {1: Kind.NUMBER, 2: Kind.NUMBER, 3: Kind.LONG, 4: Kind.LONG}
_STRETCHED = re.compile(r"(.)\1{2,}")
_NEVER_NUMBERED = (Kind.OTHER, Kind.SEASON)
"""A number that is written onto them makes them a name ("summer2024")."""
_OF_AN_HOUR = frozenset({Kind.ADDED, Kind.MINUS, Kind.PART, Kind.TONIGHT})
"""What makes an hour of the "heures" before it."""
_MAY_PREFIX = frozenset({Kind.PREFIX, Kind.DASH})
_BETWEEN_DIGITS = (Kind.COLON, Kind.DOT)
_SHORTEST_SUFFIX = 2
"""Letters from which an ordinal's ending may stand apart."""
PREFIXED = 1
"""`until` of an ORDINAL made by a prefix, which beside a part of the day is an hour ("ika-3 ng hapon")."""


MAYBE_TELLING = 1
"""`value` of an OTHER that may be a word of dates and times, badly misspelt."""


def lex(text: str, words: Vocabulary) -> tuple[Lexeme, ...]:
    """Longest known phrase first; an unknown word is repaired when it is a slip away from a day or a month."""
    pieces = _apart(tokens(text), words)
    found: list[Lexeme] = []
    place = 0
    while place < len(pieces):
        size, lexeme = _known(text, pieces, place, words) or (1, _single(text, pieces, place, words))
        place += size
        lexeme = settled(lexeme, found, words.months, words.led_weekdays)
        tells_the_hour = lexeme.kind in _OF_AN_HOUR or (lexeme.kind is Kind.NUMBER and minutes_follow(found, lexeme))
        if tells_the_hour and (hours := hours_before(found)) is not None:
            found[hours] = found[hours]._replace(kind=Kind.OCLOCK)
        if lexeme.digits:
            lexeme = _numbered(lexeme, found, words)
        if found and found[-1].kind is Kind.NUMBER and _is_suffix(lexeme, pieces[place : place + 1], words):
            found[-1] = found[-1]._replace(kind=Kind.ORDINAL, text=found[-1].text + lexeme.text, end=lexeme.end)
        elif lexeme.kind is Kind.NUMBER and (prefixed := _prefix(found)):
            found[-prefixed:] = [lexeme._replace(kind=Kind.ORDINAL, until=PREFIXED)]
        else:
            if lexeme.kind is Kind.PART and found and found[-1].until == PREFIXED and found[-1].kind is Kind.ORDINAL:
                found[-1] = found[-1]._replace(kind=Kind.NUMBER, until=0)
            found.append(lexeme)
    return without_topics(without_homonyms(found, text, words), words)


def _numbered(lexeme: Lexeme, found: list[Lexeme], words: Vocabulary) -> Lexeme:
    """A number in figures, with what it makes of the word that it is glued to."""
    if words.clock_shift and lexeme.kind is Kind.NUMBER:
        lexeme = lexeme._replace(until=words.clock_shift)
    if found and found[-1].end == lexeme.start and _is_never_numbered(found[-1]):
        found[-1], lexeme = found[-1]._replace(kind=Kind.OTHER), lexeme._replace(kind=Kind.NOISE)
    if is_between_digits(found, lexeme):
        found[-1] = found[-1]._replace(kind=Kind.COLON)
    return lexeme


def _is_never_numbered(lexeme: Lexeme) -> bool:
    """ "summer2024"; "12a30"."""
    return lexeme.kind in _NEVER_NUMBERED or (lexeme.kind is Kind.MERIDIEM and len(lexeme.text) == 1)


def _is_suffix(lexeme: Lexeme, following: Sequence[Token], words: Vocabulary) -> bool:
    """Glued to its number, or apart where it is no other word ("the 16 th", but "5 nd 6")."""
    if lexeme.kind is not Kind.OTHER or len(lexeme.text) < _SHORTEST_SUFFIX:
        return lexeme.kind is Kind.SUFFIX
    if any(piece.text.isdecimal() for piece in following):
        return False
    meaning = words.glued.get(lexeme.text)
    return meaning is not None and meaning.kind is Kind.SUFFIX


def _apart(pieces: Sequence[Token], words: Vocabulary) -> Sequence[Token]:
    """Small words that are written onto the next one ("والخميس") as words of their own, if the rest is a known one."""
    if not words.attached:
        return pieces
    apart: list[Token] = []
    for piece in pieces:
        is_whole = not piece.text.startswith(words.attached) or piece.text in words.openings
        if is_whole or not (size := _attached(piece.text, words)):
            apart.append(piece)
            continue
        apart.append(Token(piece.text[:size], piece.start, piece.start + size))
        apart.append(Token(piece.text[size:], piece.start + size, piece.end))
    return apart


def _attached(word: str, words: Vocabulary) -> int:
    return next(
        (len(lead) for lead in words.attached if word.startswith(lead) and word[len(lead) :] in words.telling), 0
    )


def _prefix(found: Sequence[Lexeme]) -> int:
    """How many lexemes at the end of `found` make the number after them an ordinal ("ika", "ika-")."""
    if not found or found[-1].kind not in _MAY_PREFIX:
        return 0
    if found[-1].kind is Kind.PREFIX:
        return 1
    return 2 if len(found) > 1 and found[-2].kind is Kind.PREFIX else 0


def _known(text: str, pieces: Sequence[Token], place: int, words: Vocabulary) -> tuple[int, Lexeme] | None:
    first = pieces[place]
    is_glued = place > 0 and pieces[place - 1].end == first.start and pieces[place - 1].text.isdecimal()
    glued = words.glued.get(first.text) if is_glued else None
    for size in range(min(words.reach.get(first.text, 0), len(pieces) - place), 1 if glued else 0, -1):
        end = pieces[place + size - 1].end
        if meaning := words.phrases.get(text[first.start : end]):
            return size, _lexeme(text, first.start, end, meaning)
    if glued is not None:
        return 1, _lexeme(text, first.start, first.end, glued)
    if is_glued and first.text == "." and place + 1 < len(pieces):
        end = pieces[place + 1].end
        if meaning := words.glued.get(text[first.start : end]):
            return 2, _lexeme(text, first.start, end, meaning)
    return _two_for_to(text, pieces, place, words) if first.text == "2" else None


def _two_for_to(text: str, pieces: Sequence[Token], place: int, words: Vocabulary) -> tuple[int, Lexeme] | None:
    """ "2moroow", "2nigt": a figure typed for the first syllable."""
    two, rest = pieces[place], pieces[place + 1] if place + 1 < len(pieces) else pieces[place]
    if rest.start != two.end or not rest.text.isalpha():
        return None
    meaning = words.phrases.get(f"to{rest.text}") or words.repaired(f"to{rest.text}")
    if meaning is None or meaning.kind not in (Kind.RELATIVE_DAY, Kind.TONIGHT):
        return None
    return 2, _lexeme(text, two.start, rest.end, meaning)


def _single(text: str, pieces: Sequence[Token], place: int, words: Vocabulary) -> Lexeme:
    piece = pieces[place]
    if piece.text.isdecimal():
        return _number(piece)
    if not piece.is_word:
        return Lexeme(_sign(pieces, place), piece.text, piece.start, piece.end)
    return _lexeme(text, piece.start, piece.end, _unlisted(piece.text, words))


@lru_cache(maxsize=KEPT)
def _unlisted(word: str, words: Vocabulary) -> Meaning:
    """What a word means that stands in no list as it is written."""
    meaning = words.phrases.get(_STRETCHED.sub(r"\1", word)) or words.repaired(word)
    return meaning or Meaning(Kind.OTHER, MAYBE_TELLING if words.spelling.is_near(word) else 0)


def _lexeme(text: str, start: int, end: int, meaning: Meaning) -> Lexeme:
    return Lexeme(meaning.kind, text[start:end], start, end, meaning.value, meaning.until)


def _number(piece: Token) -> Lexeme:
    digits = len(piece.text)
    kind = _BY_DIGITS.get(digits, Kind.NOISE)
    if digits == 4 and (piece.text.startswith("20") or "1960" <= piece.text <= "1999"):  # no clock has a minute 60
        kind = Kind.YEAR
    value = 0 if kind is Kind.NOISE else int(piece.text)
    return Lexeme(kind, piece.text, piece.start, piece.end, value, digits=digits)


def _sign(pieces: Sequence[Token], place: int) -> Kind:
    piece = pieces[place]
    kind = _SIGNS.get(piece.text, Kind.MARK)
    if kind in _BETWEEN_DIGITS and not _glued_to_digits(pieces, place):
        return Kind.MARK
    return kind


def _glued_to_digits(pieces: Sequence[Token], place: int) -> bool:
    if not 0 < place < len(pieces) - 1:
        return False
    before, sign, after = pieces[place - 1 : place + 2]
    glued = before.end == sign.start and sign.end == after.start
    return glued and before.text.isdecimal() and after.text.isdecimal()
