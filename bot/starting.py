"""A quick and light start: nothing that is imported is garbage, so nobody looks for any, and what is not wanted stays
away."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Let modules be imported in a tenth less time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def without(library: str) -> Iterator[None]:
    """Let what is imported here find this one not installed, and do without."""
    if library in sys.modules:
        yield
        return
    sys.modules[library] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[library]
