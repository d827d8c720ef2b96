"""An entry of the journal: what came in, and how a file holds it so that half of it is never taken for the whole."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic import TypeAdapter, ValidationError

from conversations.messages import Inbound, StatusReport

MARK = b"textbook-journal-1"
LANE_LENGTH = 16
"""Characters of a person's lane."""


class Unreadable(Exception):
    """Bytes that are no whole entry of ours."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What came in, `at` when, and the id that runs through the logs."""

    at: datetime
    trace: str
    happened: Inbound | StatusReport


_FORM = TypeAdapter(Entry)


def lane(happened: Inbound | StatusReport) -> str:
    """Whose order is kept, as part of a file's name: a person's on a channel. Reports come in any order."""
    return "report" if isinstance(happened, StatusReport) else lane_of(happened.channel, happened.address)


def lane_of(channel: str, address: str) -> str:
    """A person's, on a channel."""
    return sha256(f"{channel} {address}".encode()).hexdigest()[:LANE_LENGTH]


def written(entry: Entry) -> bytes:
    """A line with mark, length and checksum, and then the entry as JSON."""
    body = _FORM.dump_json(entry)
    return b"%s %d %s\n%s" % (MARK, len(body), _checksum(body), body)


def read(data: bytes) -> Entry:
    """The entry in the bytes of a file. What follows it was in the file before. Raises Unreadable."""
    head, _, rest = data.partition(b"\n")
    match head.split(b" "):
        case [mark, length, checksum] if mark == MARK and length.isdigit():
            body = rest[: int(length)]
        case _:
            raise Unreadable("no entry")
    if _checksum(body) != checksum:
        raise Unreadable("not as it was written")
    try:
        return _FORM.validate_json(body)
    except ValidationError:
        raise Unreadable("not what this version knows") from None


def _checksum(body: bytes) -> bytes:
    return sha256(body).hexdigest().encode()
