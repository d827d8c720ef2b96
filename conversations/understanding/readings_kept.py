"""The last readings, by what was read: as many as a few clients who text by turns cause."""

from conversations.understanding.meaning import Context, Understood

Key = tuple[object, ...]


class ReadingsKept:
    """The youngest readings, and as many older ones; whole at any moment, whoever reads beside."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._young: dict[Key, tuple[Context, Understood]] = {}
        self._old: dict[Key, tuple[Context, Understood]] = {}

    def find(self, key: Key) -> tuple[Context, Understood] | None:
        """The last reading of it, and what it was read against, which the key tells only in part."""
        return self._young.get(key) or self._old.get(key)

    def keep(self, key: Key, context: Context, understood: Understood) -> None:
        if len(self._young) >= self._most:
            self._young, self._old = {}, self._young
        self._young[key] = context, understood


def key_of(text: str, context: Context) -> Key:
    """What is quickly compared, and mostly differs where anything does."""
    return text, context.language, context.awaiting, context.wanted, context.may_owe
