"""How far a long reading has come, on one line of a terminal; nothing where there is none."""

import sys
import time
from typing import TextIO

WIDTH = 30
EVERY = 0.2
"""Seconds between two looks at the line."""


class Progress:
    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream, self._shows = stream, stream.isatty()
        self._began = self._told = time.monotonic()

    def tell(self, done: float, rows: int) -> None:
        """`done` from 0 to 1."""
        now = time.monotonic()
        if not self._shows or now - self._told < EVERY:
            return
        self._told = now
        full = round(WIDTH * min(done, 1.0))
        pace = rows / max(now - self._began, 0.001)
        self._stream.write(f"\r[{'█' * full}{'·' * (WIDTH - full)}] {done:4.0%}  {rows:,} rows, {pace:,.0f}/s ")
        self._stream.flush()

    def end(self) -> None:
        """The line is free again."""
        if self._shows:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
