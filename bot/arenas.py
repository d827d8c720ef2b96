"""How the C library keeps memory for our threads."""

from contextlib import suppress

M_ARENA_MAX = -8
"""glibc's number of the setting, in malloc.h; another C library has none."""
MOST = 2


def keep_few_arenas() -> None:
    """glibc gives each new thread an arena of its own, and each keeps what its thread has let go of: some megabytes in
    all, for threads of which only one runs Python at a time. Before there are threads."""
    from ctypes import CDLL

    with suppress(AttributeError, OSError):
        CDLL(None).mallopt(M_ARENA_MAX, MOST)
