"""What kinds of session a service has, and what a service of several is called."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class SessionType(StrEnum):
    """Who comes to it."""

    INDIVIDUAL = "individual"
    COUPLES = "couples"
    FAMILY = "family"
    GROUP = "group"

    @property
    def reply_key(self) -> str:
        return f"session_{self}"


@dataclass(frozen=True, slots=True)
class Called:
    """The names of what is had in one visit, each with its session type where its service has several: a name as the
    business writes it, its type in the words of whoever reads it."""

    parts: tuple[tuple[str, SessionType | None], ...]


Name: TypeAlias = "str | Called"
"""What something is called; text where no word of any language belongs to it."""


def together(*names: Name) -> Name:
    """What is had behind each other, as one: "Cut + Colour"."""
    parts = tuple(part for name in names for part in (name.parts if isinstance(name, Called) else ((name, None),)))
    return Called(parts) if any(kind for _, kind in parts) else " + ".join(name for name, _ in parts)


def of_type(name: str, session_type: str) -> Called:
    """The name of one session type of a service."""
    return Called(((name, SessionType(session_type)),))
