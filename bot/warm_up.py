"""Build what is built once before the first text comes, beside the start and not before it."""

import gc
from threading import Timer

from conversations import understanding
from conversations.languages import spoken
from conversations.languages.render import render
from conversations.replies import say

AFTER_SECONDS = 1.0
"""Once the first request can be answered: the two would only slow each other down."""


def warm_up_beside() -> None:
    """The grammar of eight languages takes most of a second: the first client should not wait for it, nor the start."""
    timer = Timer(AFTER_SECONDS, warm_up)
    timer.daemon = True
    timer.start()


def warm_up() -> None:
    for code in spoken():
        understanding.warm_up(code)
        render(say("pending", count=1, lines=()), code)  # reads what CLDR says of the language
    _keep_for_good()


def _keep_for_good() -> None:
    """What lives as long as the process is looked through no more for what could be thrown away: some 200,000 objects,
    for which every thread would stand still for a tenth of a second, whenever a turn has read much."""
    gc.collect()
    gc.freeze()
