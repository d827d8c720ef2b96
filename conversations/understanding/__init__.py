"""Text to meaning: deterministic, offline, and never surer than the words allow."""

from conversations.understanding.meaning import (
    PAYING,
    Answer,
    Certainty,
    Context,
    DateReading,
    Intent,
    Length,
    TimeReading,
    Understood,
    Unit,
)
from conversations.understanding.understand import understand
from conversations.understanding.warm import warm_up

__all__ = [
    "PAYING",
    "Answer",
    "Certainty",
    "Context",
    "DateReading",
    "Intent",
    "Length",
    "TimeReading",
    "Understood",
    "Unit",
    "understand",
    "warm_up",
]
