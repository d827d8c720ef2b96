"""What we say, before it is in anybody's language: a key, the values that go into it, and the options under it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias

from conversations.business import Money
from conversations.dialogue import Option
from conversations.session_types import Called
from conversations.values import made_often

Value: TypeAlias = "str | int | date | time | datetime | Money | Called | Reply | tuple[Reply, ...]"


@made_often
@dataclass(frozen=True, slots=True)
class Reply:
    """A sentence of the language files by its key. Nested replies are lines of their own."""

    key: str
    values: Mapping[str, Value]
    options: tuple[Option, ...] = ()


def say(key: str, options: tuple[Option, ...] = (), /, **values: Value) -> Reply:
    """Shorthand for a reply."""
    return Reply(key, values, options)
