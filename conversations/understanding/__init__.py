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

__all__ = ["Answer", "Certainty", "Context", "DateReading", "Intent", "TimeReading", "Understood"]
