"""Two programs that text each other would never stop: how to tell them from a person in a hurry."""

from collections.abc import Sequence
from datetime import datetime, timedelta

MOST_A_MINUTE = 30
SAME_TEXT_TIMES = 5
LOOK_BACK = timedelta(minutes=2)


def is_loop(texts: Sequence[tuple[datetime, str]], now: datetime, *, may_repeat: bool = False) -> bool:
    """Whether these texts of one person, each with its moment, are over 30 in a minute, or one text 5 times in two;
    `may_repeat`: the latter is no sign."""
    last_minute = [text for at, text in texts if at > now - timedelta(minutes=1)]
    lately = [" ".join(text.casefold().split()) for at, text in texts if at > now - LOOK_BACK]
    often = any(text and lately.count(text) >= SAME_TEXT_TIMES for text in set(lately))
    return len(last_minute) > MOST_A_MINUTE or (often and not may_repeat)
