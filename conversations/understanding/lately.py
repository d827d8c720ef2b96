"""The last readings, for whoever asks for the same again: whether a text says anything yet is asked just before its
turn is taken, with the same words at the same moment."""

from collections.abc import Callable
from functools import wraps

from conversations.understanding.meaning import Context, Understood
from conversations.understanding.readings_kept import ReadingsKept, key_of

_KEPT = 16
"""A turn reads a text against a few contexts; several turns may be taken at once."""
Reader = Callable[[str, Context], Understood]


def remembered(read: Reader) -> Reader:
    """The same reader, which reads nothing twice that it has just read. Needs one that goes by its arguments alone."""
    kept: ReadingsKept[Understood] = ReadingsKept(_KEPT)

    @wraps(read)
    def lately_or_now(text: str, context: Context) -> Understood:
        key = key_of(text, context)
        known = kept.find(key)
        if known is not None and _is_same(known[0], context):
            return known[1]
        understood = read(text, context)
        kept.keep(key, context, understood)
        return understood

    return lately_or_now


def _is_same(one: Context, other: Context) -> bool:
    """Whether both say the same, by the same clock: moments are equal whatever their zones, and in the hour that comes
    twice."""
    if one.now != other.now:  # as with most
        return False
    same_clock = one.now.tzinfo is other.now.tzinfo and one.now.fold == other.now.fold
    return same_clock and one == other
