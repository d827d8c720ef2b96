"""Months that belong to the name of a road or a place: "16 May Close", "es en 5 de Mayo 118", "sa may 7-11"."""

from collections.abc import Sequence

from conversations.understanding.beside import led
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.vocabulary import Vocabulary

_HOUSES = frozenset({Kind.NUMBER, Kind.LONG})
_BEHIND_A_ROAD = frozenset({Kind.COMMA, Kind.LABEL, Kind.STREET, Kind.OTHER})
_BEHIND_A_PLACE = frozenset({Kind.OTHER, Kind.LABEL, Kind.STREET, Kind.NOISE, Kind.THING, Kind.LONG})


def is_road(found: Sequence[Lexeme], place: int, words: Vocabulary) -> bool:
    """ "16 May Close, flat 3"; "do you on 16 may close at 5" names a day."""
    if found[place].kind is not Kind.MONTH or not place or found[place - 1].kind not in _HOUSES:
        return False
    if place + 1 == len(found) or found[place + 1].text not in words.single("words", "roads"):
        return False
    return all(lexeme.kind in _BEHIND_A_ROAD for lexeme in found[place + 2 : place + 3])


def is_street(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "Es en 5 de Mayo 118", "vivimos por la 24 de Mayo", "1 de Mayo #45": the day of a street's name is led as a
    place is, or a house number with its sign follows; "es el 5 de mayo" is a day."""
    if found[place].kind is not Kind.MONTH:
        return False
    at = place - 1
    while at > 0 and found[at].kind is Kind.ON:
        at -= 1
    if at < 0 or found[at].kind is not Kind.NUMBER:
        return False
    if place + 1 < len(found) and found[place + 1].kind is Kind.HASH:
        return True
    return led(text, found[at].start, words.phrase_set("words", "street_leads"))


def is_near(found: Sequence[Lexeme], place: int, text: str, words: Vocabulary) -> bool:
    """ "Sa may 7-11", "nasa may gate 2", where "near" holds the name of a month; "sa may 7 po" is a day."""
    if found[place].kind is not Kind.MONTH or not led(text, found[place].end, words.phrase_set("words", "near")):
        return False
    after = found[place + 1 : place + 3]
    if after and after[0].kind in _HOUSES | {Kind.ORDINAL}:
        return after[0].kind is Kind.LONG or (len(after) > 1 and after[1].kind in (Kind.STREET, Kind.THING))
    return bool(after) and after[0].kind in _BEHIND_A_PLACE
