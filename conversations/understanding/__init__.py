"""Text to meaning: deterministic, offline, and never surer than the words allow."""

from conversations.understanding.meaning import (
    Answer,
    Certainty,
    Context,
    DateReading,
    Intent,
    TimeReading,
    Understood,
)
from conversations.understanding.understand import understand

__all__ = ["Answer", "Certainty", "Context", "DateReading", "Intent", "TimeReading", "Understood", "understand"]
