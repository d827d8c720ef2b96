"""A reply in somebody's language: the sentence by its key, with dates, times and money as that language writes them."""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from string import Formatter
from typing import Any, NamedTuple

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, get_currency_precision

from conversations.business import Money
from conversations.languages import language
from conversations.replies import Reply, say
from conversations.session_types import Called, Name

_NOTHING = ("", ())
_KEPT = 2048
"""Of what was written lately: the same days, hours and prices are written all day."""


class _Piece(NamedTuple):
    """Words of a sentence, the name of the value behind them, "" behind the last, and which of the language's [formats]
    that is written in."""

    words: str
    name: str
    written: str


class _Line(NamedTuple):
    pieces: tuple[_Piece, ...]
    has_values: bool


def render(reply: Reply, code: str) -> str:
    """The sentence, without its options. A line whose values are all empty is left out.

    Raises KeyError for a key or a value that is missing: a fault of ours, caught by the tests."""
    values, told = reply.values, []
    for line in _lines(_wording(reply, code)):
        text, is_told = "", not line.has_values
        for words, name, written in line.pieces:
            text += words
            if name:
                value = values[name]
                is_told = is_told or value not in _NOTHING
                text += value if isinstance(value, str) else _text(value, written, code)
        if is_told:
            told.append(text)
    return "\n".join(told)


@lru_cache(maxsize=_KEPT)
def money_text(money: Money, code: str) -> str:
    """ "$79.00", or "79.00 USD" where the sign alone would not say which dollar: always the code."""
    amount = money.amount / 10 ** get_currency_precision(money.currency)
    return format_currency(amount, money.currency, format="#,##0.00 ¤¤", locale=_locale(code))


def name_text(name: Name, code: str) -> str:
    """ "Cut", "Therapy for couples", "Cut + Therapy for couples"."""
    if isinstance(name, str):
        return name
    return " + ".join(render(say(kind.reply_key, service=one), code) if kind else one for one, kind in name.parts)


def _wording(reply: Reply, code: str) -> str:
    """What the language file has for this key; of a counted sentence, the form for the plural category of `count`."""
    wording: str | Mapping[str, str] = language(code)["replies"][reply.key]
    if isinstance(wording, str):
        return wording
    count = reply.values["count"]
    assert isinstance(count, int)
    return wording[_locale(code).plural_form(count)]


@lru_cache(maxsize=_KEPT)
def _lines(wording: str) -> tuple[_Line, ...]:
    """A sentence of a language file, cut where its values go."""
    lines = []
    for line in wording.splitlines():
        pieces = [_Piece(words, name or "", written or "") for words, name, written, _ in Formatter().parse(line)]
        lines.append(_Line(tuple(pieces), any(piece.name for piece in pieces)))
    return tuple(lines)


def _text(value: Any, written: str, code: str) -> str:
    """A value as it stands in a sentence; `written` names one of the language's [formats]."""
    match value:
        case str():
            return value
        case Reply():
            return render(value, code)
        case tuple():
            return "\n".join(render(line, code) for line in value)
        case Called():
            return name_text(value, code)
        case Money():
            return money_text(value, code)
        case datetime():
            wall = datetime.combine(value.date(), value.time())
            moment = _as_written(wall, _pattern(written or "moment", code), code)
            return moment.replace("ZONE", _zone(wall, value.fold, value.tzinfo)) if "ZONE" in moment else moment
        case date():
            return _as_written(value, _pattern(written or "day", code), code)
        case time():
            return _as_written(value.replace(tzinfo=None), _pattern(written or "time", code), code)
        case _:
            return str(value)


def _pattern(name: str, code: str) -> str:
    return str(language(code)["formats"][name])


@lru_cache(maxsize=_KEPT)
def _as_written(value: date | time, pattern: str, code: str) -> str:
    """A day, a wall time or both, without a zone: two that are equal look alike."""
    match value:
        case datetime():
            return format_datetime(value, pattern, locale=_locale(code))
        case date():
            return format_date(value, pattern, locale=_locale(code))
        case _:
            return format_time(value, pattern, locale=_locale(code))


@lru_cache(maxsize=32)
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@lru_cache(maxsize=_KEPT)
def _zone(wall: datetime, fold: int, zone: tzinfo | None) -> str:
    """The zone's name; with which of the two it is where the wall time comes twice."""
    name, moment = str(zone), wall.replace(tzinfo=zone, fold=fold)
    return name if moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset() else f"{name}, {moment:%Z}"
