"""The last readings, for whoever asks for the same again: whether a text says anything yet is asked just before its
turn is taken, with the same words at the same moment."""

from collections.abc import Callable
from functools import wraps

from conversations.understanding.meaning import Context, Understood

_KEPT = 32
"""A turn reads a text against a few contexts; several turns may be taken at once."""
Reader = Callable[[str, Context], Understood]


def remembered(read: Reader) -> Reader:
    """The same reader, which reads nothing twice that it has just read. Needs one that goes by its arguments alone."""
    kept: tuple[tuple[str, Context, Understood], ...] = ()

    @wraps(read)
    def lately_or_now(text: str, context: Context) -> Understood:
        nonlocal kept
        for said, against, understood in kept:
            if said == text and _is_same(against, context):
                return understood
        understood = read(text, context)
        kept = ((text, context, understood), *kept[: _KEPT - 1])  # whole at any moment, whoever reads beside
        return understood

    return lately_or_now


def _is_same(one: Context, other: Context) -> bool:
    """Whether both say the same, by the same clock: moments are equal whatever their zones, and in the hour that comes
    twice."""
    same_clock = one.now.tzinfo is other.now.tzinfo and one.now.fold == other.now.fold
    return same_clock and one == other
