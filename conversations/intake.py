"""What a client is asked of themselves before a session: the questions of a service, and what answers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

MOST_BY_TEXT = 3
"""More questions are asked on a page."""
LONGEST_ANSWER = 2000


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a service, by language. `choices` are what a choice is between."""

    service_id: int
    key: str
    texts: Mapping[str, str] = field(hash=False)
    kind: QuestionKind = QuestionKind.TEXT
    is_required: bool = False
    choices: tuple[Mapping[str, str], ...] = field(default=(), hash=False)

    @property
    def name(self) -> str:
        """What names it among those of all services."""
        return f"{self.service_id}:{self.key}"

    def text(self, *languages: str) -> str:
        return said_in(self.texts, *languages)

    def labels(self, *languages: str) -> Sequence[str]:
        return [said_in(choice, *languages) for choice in self.choices]


def said_in(texts: Mapping[str, str], *languages: str) -> str:
    """In the first of these languages that it is written in, else as it is written first."""
    return next((texts[code] for code in languages if code in texts), next(iter(texts.values())))
