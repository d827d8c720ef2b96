"""Logs: one JSON line an event, with the id that runs from webhook to delivery; never a text, never a whole number."""

import json
import logging
import random
import re
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic_core import to_json
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, ExcInfo

from bot.lines import Lines, Log, known

log = Log()


def set_up_logs(level: str) -> None:
    """Send our logs, and those of the libraries, to standard error as JSON."""
    lines = Lines(sys.stderr, as_line)
    root = logging.getLogger()
    root.handlers = [lines]
    root.setLevel(level)
    log.chain[:], log.least, log.write = [as_line], root.level, lines.write
    # These say whole addresses, with tokens and numbers in them, when they are talkative.
    for name in ("urllib3", "twilio", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a tick that outlasts the next is no fault
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # seven lines on what it is made of


def as_line(_log: object, level: str, event: EventDict) -> bytes:
    """All that structlog's chain does with what is said."""
    broke = event.pop("exc_info", None)
    for name, value in known().items():
        event.setdefault(name, value)
    without_people(event)
    event["level"], event["timestamp"] = level, _now()
    if broke:
        event.update(_rendered(_log, level, {"exc_info": broke}))
    try:
        return to_json(event)
    except ValueError:  # half a character, as the name of a file may have
        return json.dumps(event).encode()


def _now() -> str:
    second, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{_named(second)}.{rest // 1000:06}Z"


@lru_cache(1)
def _named(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


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


_rendered = ExceptionRenderer(lambda error: _told(_where_it_broke(error)))


def without_people(event: EventDict) -> None:
    """The last net under every line, also of libraries: numbers, addresses of email and secrets in whatever is said."""
    for name, value in event.items():
        if name not in _NOT_THEIRS and value.__class__ not in _SAYS_NOTHING:
            event[name] = _told(value)


_NOT_THEIRS = frozenset({"timestamp", "level", "trace", "provider_id", "hash"})
"""What is made by us or by a provider, and is needed whole to follow a message."""
_SAYS_NOTHING = frozenset({bool, int, float, type(None)})
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
