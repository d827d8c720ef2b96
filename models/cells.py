"""What turns a value into one that the driver takes, and back: as SQLAlchemy's types do it, but at once where it comes
to the same each time."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Dialect, Enum
from sqlalchemy.types import TypeEngine

Turn = Callable[[Any], Any]
_EMPTY: Mapping[Any, Callable[[], Any]] = {"[]": list, "{}": dict}


class Unchanging(dict[str, Any]):
    """JSON that is written to several places and changed no more: what the driver takes is made once."""

    __slots__ = ("_made",)
    _made: Any

    def made(self, turn: Turn) -> Any:
        try:
            return self._made
        except AttributeError:
            self._made = turn(self)
            return self._made


def written_as(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    """None where the driver takes values as they are."""
    turn = kind.dialect_impl(dialect).bind_processor(dialect)
    if turn is not None and isinstance(kind, Enum | Boolean):
        return _Known(turn).__getitem__
    if turn is not None and isinstance(kind, JSON) and turn([]) == "[]":
        return _in_words(turn)
    return turn


def read_as(kind: TypeEngine[Any], dialect: Dialect, told: object) -> Turn | None:
    """None where the driver's values are ours. `told` is its name for the column's type."""
    turn = kind.dialect_impl(dialect).result_processor(dialect, told)
    if turn is not None and isinstance(kind, Enum):
        return _Known(turn).__getitem__
    if turn is not None and isinstance(kind, JSON):
        return _unless_nothing(turn)
    return turn


class _Known(dict[Any, Any]):
    """What the words of a closed set, and nothing else, have been turned into."""

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self._turn = turn

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self._turn(value)
        return made


def _in_words(turn: Turn) -> Turn:
    def written(value: Any) -> Any:
        kind = value.__class__
        if kind is Unchanging:
            return value.made(turn)
        return "[]" if kind is list and not value else turn(value)

    return written


def _unless_nothing(turn: Turn) -> Turn:
    def read(words: Any) -> Any:
        empty = _EMPTY.get(words)
        return turn(words) if empty is None else empty()

    return read
