"""Readings that hold at any time: a "yes" or a service's name says the same whatever day it is, and many text it."""

from dataclasses import fields
from functools import wraps
from operator import attrgetter

from conversations.understanding.lately import Reader
from conversations.understanding.meaning import Context, Understood
from conversations.understanding.readings_kept import ReadingsKept, key_of

_KEPT = 64
_LONGEST = 100
"""Characters of a text that somebody else may text as well."""
_BY_THE_CALENDAR = frozenset({"now", "day", "shifts"})
"""What a text is read against only where it tells of a day or an hour."""
_PARTS = [field.name for field in fields(Context)]
_all = attrgetter(*_PARTS)
_others = attrgetter(*(name for name in _PARTS if name not in _BY_THE_CALENDAR))


class _Watched(Context):
    """A context that notes whether its calendar is looked at."""

    __slots__ = ("is_looked_at",)
    is_looked_at: bool

    @classmethod
    def over(cls, context: Context) -> "_Watched":
        watched = cls(*_all(context))
        object.__setattr__(watched, "is_looked_at", False)
        return watched


def _noting(part: str) -> property:
    """That part of a context, with a note that it was looked at."""
    own = Context.__dict__[part]

    def look(context: _Watched) -> object:
        object.__setattr__(context, "is_looked_at", True)
        return own.__get__(context)

    return property(look, own.__set__)


for _part in _BY_THE_CALENDAR:
    setattr(_Watched, _part, _noting(_part))


def at_any_time(read: Reader) -> Reader:
    """The same reader, which reads nothing twice that it has read lately without a look at the calendar. Needs one that
    goes by its arguments alone."""
    kept = ReadingsKept(_KEPT)

    @wraps(read)
    def known_or_read(text: str, context: Context) -> Understood:
        key = key_of(text, context)
        known = kept.find(key)
        if known is not None and _others(known[0]) == _others(context):
            return known[1]
        watched = _Watched.over(context)
        understood = read(text, watched)
        if not watched.is_looked_at and len(text) <= _LONGEST:
            kept.keep(key, context, understood)
        return understood

    return known_or_read
