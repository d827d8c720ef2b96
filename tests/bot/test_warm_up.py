"""What is built before the first text comes is kept for good."""

import gc

from bot.warm_up import warm_up


def test_what_was_built_is_not_looked_through_again() -> None:
    try:
        warm_up(["en"])
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()
