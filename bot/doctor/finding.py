"""One finding of the doctor."""

from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    GOOD = "✓"
    LOOK = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` say what was found; where it is not good, also what to do. Never a secret, a text, a client's number."""

    mark: Mark
    words: str

    def __str__(self) -> str:
        return f"{self.mark} {self.words}"


def good(words: str) -> Finding:
    return Finding(Mark.GOOD, words)


def look(words: str) -> Finding:
    return Finding(Mark.LOOK, words)


def wrong(words: str) -> Finding:
    return Finding(Mark.WRONG, words)
