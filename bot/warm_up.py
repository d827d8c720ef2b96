"""Build what is built once before the first text comes, beside the start and not before it."""

from threading import Thread

from conversations.languages import spoken
from conversations.understanding import warm_up


def warm_up_beside() -> None:
    """The grammar of eight languages takes most of a second: the first client should not wait for it, nor the start."""
    Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    for code in spoken():
        warm_up(code)
