"""Two programs that text each other would never stop: how to tell them from a person in a hurry."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

MOST_A_MINUTE = 30
SAME_TEXT_TIMES = 5
LOOK_BACK = timedelta(minutes=2)


def is_loop(texts: Sequence[tuple[datetime, str]], now: datetime, *, may_repeat: bool = False) -> bool:
    """Whether these texts of one person, each with its moment, are over 30 in a minute, or one text 5 times in two;
    `may_repeat`: the latter is no sign."""
    since = now - timedelta(minutes=1)
    if len(texts) > MOST_A_MINUTE and sum(at > since for at, _ in texts) > MOST_A_MINUTE:
        return True
    if may_repeat or len(texts) < SAME_TEXT_TIMES:
        return False
    lately = Counter(" ".join(text.casefold().split()) for at, text in texts if at > now - LOOK_BACK)
    return any(text and times >= SAME_TEXT_TIMES for text, times in lately.items())
