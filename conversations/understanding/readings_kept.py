"""The last readings, by what was read: as many as a few clients who text by turns cause."""

from typing import Generic, TypeVar

from conversations.understanding.meaning import Context

Key = tuple[object, ...]
Reading = TypeVar("Reading")


class ReadingsKept(Generic[Reading]):
    """The youngest readings, and as many older ones; whole at any moment, whoever reads beside."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[Key, tuple[Context, Reading]] = {}
        self._old: dict[Key, tuple[Context, Reading]] = {}

    def find(self, key: Key) -> tuple[Context, Reading] | None:
        """The last reading of it, and what it was read against, which the key tells only in part."""
        return self._young.get(key) or self._old.get(key)

    def keep(self, key: Key, context: Context, reading: Reading) -> None:
        if len(self._young) >= self._most:
            self._young, self._old = {}, self._young
        self._young[key] = context, reading


def key_of(text: str, context: Context) -> Key:
    """What is quickly compared, and mostly differs where anything does."""
    return text, context.language, context.awaiting, context.wanted, context.may_owe
