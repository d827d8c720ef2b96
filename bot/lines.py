"""How lines are said: ours through structlog's chain, those of libraries by way of Python's own logging."""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from contextvars import ContextVar, Token
from io import UnsupportedOperation
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

_known: ContextVar[Mapping[str, Any]] = ContextVar("known")
_NOTHING: Mapping[str, Any] = {}


def known() -> Mapping[str, Any]:
    """What every line says beside its own: in this thread, and of whoever is handed its context."""
    return _known.get(_NOTHING)


class About:
    """Whatever is said within is said of this, too."""

    __slots__ = ("_of", "_token")

    def __init__(self, **of: Any) -> None:
        self._of = of

    def __enter__(self) -> None:
        self._token: Token[Mapping[str, Any]] = _known.set({**known(), **self._of})

    def __exit__(self, *_: object) -> None:
        _known.reset(self._token)


class Log:
    """structlog's logger without what that one makes anew for each line: itself, and copies of what is said. The chain
    is the one list that structlog knows, so that structlog.testing hears what goes through it."""

    def __init__(self) -> None:
        self.chain: list[Processor] = structlog.get_config()["processors"]
        self.least = logging.NOTSET
        self.write: Callable[[Any], object] = structlog.PrintLogger().msg

    def debug(self, event: str, **told: Any) -> None:
        self._say("debug", event, told)

    def info(self, event: str, **told: Any) -> None:
        self._say("info", event, told)

    def warning(self, event: str, **told: Any) -> None:
        self._say("warning", event, told)

    def error(self, event: str, **told: Any) -> None:
        self._say("error", event, told)

    def critical(self, event: str, **told: Any) -> None:
        self._say("critical", event, told)

    def exception(self, event: str, **told: Any) -> None:
        """An error, with the one that is being caught."""
        self._say("error", event, {"exc_info": True, **told})

    def _say(self, level: str, event: str, told: EventDict) -> None:
        if _LEVELS[level] < self.least:
            return
        told["event"] = event
        line: Any = told
        try:
            for processor in self.chain:
                line = processor(self, level, line)
        except structlog.DropEvent:
            return
        self.write(line)


_LEVELS = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}


class _Unlocked(nullcontext[None]):
    """What Python's logging takes for a handler's lock: until 3.12 by its deeds, from 3.13 on as a context."""

    def acquire(self) -> None: ...

    def release(self) -> None: ...


class Lines(logging.Handler):
    """Where lines go. Each is one call of the system, which does not mix them, so that no thread waits for another to
    have written."""

    def __init__(self, stream: TextIO, processor: Processor) -> None:
        super().__init__()
        self.stream, self._processor = stream, processor

    def createLock(self) -> None:  # noqa: N802 - Python's name for it
        self.lock = _Unlocked()  # type: ignore[assignment]

    def emit(self, record: logging.LogRecord) -> None:
        """A library's line, in our form."""
        with suppress(Exception):  # one that a library cannot fill breaks nothing
            told = {"event": record.getMessage(), "exc_info": record.exc_info}
            self.write(self._processor(self, record.levelname.lower(), told))  # type: ignore[arg-type]

    def write(self, line: bytes) -> None:
        try:
            self._write(line + b"\n")
        except (OSError, ValueError):
            return  # whoever took the lines has gone, or the stream is closed

    def _write(self, rest: bytes) -> None:
        try:
            number = self.stream.fileno()
        except UnsupportedOperation:
            self.stream.write(rest.decode())
            return
        while rest:
            rest = rest[os.write(number, rest) :]
