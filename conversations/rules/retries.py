"""When to try a message again that a provider did not take, and when to give up."""

from datetime import timedelta

from conversations.delivery import SendFailure

MOST_TRIES = 12
LONGEST = timedelta(minutes=30)
LISTED_AFTER = timedelta(seconds=3)
"""A provider lists what it has taken a moment late: so long we wait before it is asked about an uncertain send."""
PERHAPS_TWICE_AFTER = timedelta(minutes=10)
"""Where nothing can be looked up: how long to wait for the provider's own tag before a text is sent once more."""


def next_try(tries: int, failure: SendFailure, chance: float, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after the `tries`-th try; None means: give up, a person must know.

    1, 2, 4 … seconds up to half an hour, each shortened by up to half by `chance` (0 to 1), so that many do not come
    back at once; 4, 16, 64 … where one person was texted too fast, as Meta asks. `asked` is the wait that the provider
    asked for."""
    if not failure.may_pass_later or tries >= MOST_TRIES:
        return None
    seconds = 4.0 ** min(tries, 10) if failure is SendFailure.TOO_FAST_FOR_ONE else 2.0 ** min(tries - 1, 20)
    wait = min(timedelta(seconds=seconds), LONGEST)
    least = LISTED_AFTER if failure is SendFailure.UNCERTAIN else timedelta(0)
    return max(wait * (1 - chance / 2), asked or timedelta(0), least)
