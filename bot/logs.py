"""Logs: one JSON line an event, with the id that runs from webhook to delivery; never a text, never a whole number."""

import json
import logging
import os
import random
import re
import sys
import threading
from contextlib import nullcontext, suppress
from io import UnsupportedOperation
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo, FilteringBoundLogger, Processor

log: FilteringBoundLogger = structlog.get_logger("textbook")


def set_up_logs(level: str) -> None:
    """Send our logs, and those of the libraries, to standard error as JSON."""
    lines = Lines(sys.stderr)
    told: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_where_it_broke),
    ]
    structlog.configure(
        processors=[*told, without_people, _as_json],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: lines,
    )
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=told,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, without_people, _as_json],
        )
    )
    root = logging.getLogger()
    root.handlers = [lines]
    root.setLevel(level)
    # These say whole addresses, with tokens and numbers in them, when they are talkative.
    for name in ("urllib3", "twilio", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a tick that outlasts the next is no fault
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # seven lines on what it is made of


class _Unlocked(nullcontext[None]):
    """What Python's logging takes for a handler's lock: until 3.12 by its deeds, from 3.13 on as a context."""

    def acquire(self) -> None: ...

    def release(self) -> None: ...


class Lines(logging.Handler):
    """Where lines go: ours straight, the libraries' by way of Python's own logging. Each is one call of the system,
    which does not mix them, so that no thread waits for another to have written."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream

    def createLock(self) -> None:  # noqa: N802 - Python's name for it
        self.lock = _Unlocked()  # type: ignore[assignment]

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):  # a line that a library cannot fill breaks nothing
            self.say(self.format(record))

    def say(self, line: str) -> None:
        with suppress(OSError, ValueError):  # whoever took the lines has gone, or the stream is closed
            self._write(f"{line}\n")

    def _write(self, line: str) -> None:
        try:
            number = self.stream.fileno()
        except UnsupportedOperation:
            self.stream.write(line)
            return
        rest = line.encode(errors="backslashreplace")
        while rest:
            rest = rest[os.write(number, rest) :]

    debug = info = warning = error = critical = say


_encoded = json.JSONEncoder(ensure_ascii=False).encode


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    return _encoded(event)


def log_what_breaks() -> None:
    """Let what nobody catches be a line of ours, in threads too: Python's own would hold the error's words."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda broken: _uncaught(broken.exc_type, broken.exc_value, broken.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    if not issubclass(kind, SystemExit):
        log.critical("uncaught", exc_info=(kind, error, where), thread=threading.current_thread().name)


_HOUSE = f"{Path(__file__).parent.parent}/"
_frames = ExceptionDictTransformer(show_locals=False)


def _where_it_broke(exc_info: ExcInfo) -> list[EventDict]:
    """The kinds of error and their lines of code. Neither local values nor an error's own words: a database's hold what
    was to be stored, others the text that could not be read."""
    return [
        {"exc_type": stack["exc_type"], "at": [_line(frame) for frame in stack["frames"] if _is_ours(frame)]}
        for stack in _frames(exc_info)
    ]


def _is_ours(frame: EventDict) -> bool:
    name = str(frame["filename"])
    return name.startswith(_HOUSE) and "site-packages" not in name


def _line(frame: EventDict) -> str:
    return f"{str(frame['filename']).removeprefix(_HOUSE)}:{frame['lineno']} {frame['name']}"


def without_people(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The last net under every line, also of libraries: numbers, addresses of email and secrets in whatever is said."""
    return {name: value if name in _NOT_THEIRS else _told(value) for name, value in event.items()}


_NOT_THEIRS = frozenset({"timestamp", "level", "trace", "provider_id", "hash"})
"""What is made by us or by a provider, and is needed whole to follow a message."""
LONGEST_WORD = 40
_THEIRS = re.compile(
    r"[^\s@<>\"'=:,;/]+@[^\s@<>\"',;/]+\.\w+"  # an address
    r"|(?<!\w)(?:\+|00)\d[\d\s().-]{5,20}\d"  # a number with its country, however it is spaced
    r"|(?<![\w.:-])\d{8,15}(?![\w:-])"  # and one in a row
    r"|(?<![\w-])[A-Za-z0-9_-]{40,}(?![\w-])"  # of LONGEST_WORD and more: what opens a page or a door
)


def _told(value: Any) -> Any:
    match value:
        case str():
            return value if _is_a_word(value) else _THEIRS.sub(lambda found: masked(found.group()), value)
        case None | bool() | int() | float():
            return value
        case dict():
            return {_told(name): _told(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_told(each) for each in value]
    return _told(str(value))


def _is_a_word(value: str) -> bool:
    """What none of these can stand in, and most of what is said is: the name of something, in letters that are ours."""
    return len(value) < LONGEST_WORD and value.isascii() and value.isidentifier()


def new_trace() -> str:
    """An id for one message's way through the house. It opens nothing, so it need not be hard to guess."""
    return f"{random.getrandbits(64):016x}"


def without_number(provider_id: str) -> str:
    """A provider's id as logs may show it: in Meta's, `wamid.` and base64, stands the recipient's number."""
    return f"…{provider_id[-12:]}" if provider_id.startswith("wamid.") else provider_id


def masked(address: str) -> str:
    """An address as logs may show it: its last three characters."""
    return f"…{address[-3:]}" if len(address) > 3 else "…"
