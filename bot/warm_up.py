"""Build what is built once before the first text comes, beside the start and not before it."""

from threading import Timer

from conversations.languages import spoken
from conversations.languages.render import render
from conversations.replies import say
from conversations.understanding import warm_up

AFTER_SECONDS = 1.0
"""Once the first request can be answered: the two would only slow each other down."""


def warm_up_beside() -> None:
    """The grammar of eight languages takes most of a second: the first client should not wait for it, nor the start."""
    timer = Timer(AFTER_SECONDS, _warm_up)
    timer.daemon = True
    timer.start()


def _warm_up() -> None:
    for code in spoken():
        warm_up(code)
        render(say("pending", count=1, lines=()), code)  # reads what CLDR says of the language
