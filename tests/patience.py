"""How long a test waits for what another process or thread does: as long as the busiest machine may take.

Nobody waits that long where all is well, for `eventually` looks twenty times a second; so a generous figure costs
nothing, and a strict one fails where four test processes share two cores. How quick something is, is measured apart.
"""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE = 120.0
NO_WAIT = 40.0
"""Seconds within which everything comes back that does not wait for what never comes, however busy the machine is."""


class NotPlayed(Exception):
    """What a test was to look at did not come about, so that it says nothing of the product: nobody got to where a
    process was to be killed. Such a test is played again (pyproject.toml); whoever found a fault never raises this."""


def eventually(found: Callable[[], Found], otherwise: str = "it never came true", within: float = PATIENCE) -> Found:
    """What `found` finds, once it is truthy. Raises AssertionError, saying `otherwise`, after `within` seconds."""
    deadline = time.monotonic() + within
    while not (thing := found()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.05)
    return thing
