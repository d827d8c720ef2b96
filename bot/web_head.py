"""The head of a request as nearly all are, read in one look. It takes nothing that gunicorn would refuse or read in
another way: whatever is less plain is None here, and gunicorn's to read, which is strict."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

WHOLE = "textbook.body"
"""In the environment of a request that such a head began: all of its body."""
LONGEST, MOST_FIELDS = 4000, 64
"""Bytes of such a head, and headers in it; gunicorn's own limits, in gunicorn.conf.py, are wider."""
_PLAIN = re.compile(
    r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (/(?!/)[!-\"$-~]*+) HTTP/1\.([01])\r\n"
    r"((?:[A-Za-z0-9-]{1,64}+:[\t -~]*+\r\n)++)"
)
_ODD = frozenset({"HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"})
"""What says how the body comes, in another way than by its length."""
_LONGEST_NUMBER = 9
"""Digits of a body's length: with more it is too large wherever it is sent."""


class Head:
    """`fields` are the headers, in the names that an application asks by; `length` is that of the body."""

    __slots__ = ("fields", "length", "method", "path", "query", "target", "version")

    def __init__(self, method: str, target: str, minor: str, fields: dict[str, str]) -> None:
        self.method, self.target, self.fields = method, target, fields
        self.version = (1, int(minor))
        self.path, _, self.query = target.partition("?")
        self.length = int(fields.get("CONTENT_LENGTH", "0"))

    @property
    def path_info(self) -> str:
        """The path as an application is told it: its bytes, each a character."""
        return unquote_to_bytes(self.path).decode("latin-1") if "%" in self.path else self.path

    def should_close(self) -> bool:
        """In the name that gunicorn asks by: whether this is the last request of its connection."""
        wish = self.fields.get("HTTP_CONNECTION", "").lower()
        return wish == "close" or (self.version == (1, 0) and wish != "keep-alive")


def plain_head(head: bytes) -> Head | None:
    """Of all bytes up to the empty line that ends the headers."""
    if len(head) > LONGEST or (found := _PLAIN.fullmatch(head.decode("latin-1"))) is None:
        return None
    method, target, minor, lines = found.groups()
    fields: dict[str, str] = {}
    for line in lines.split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        if (key := _key(name)) in fields:
            return None
        fields[key] = value.strip(" \t")
    digits = fields.get("CONTENT_LENGTH", "0")
    is_plain = len(fields) <= MOST_FIELDS and len(digits) <= _LONGEST_NUMBER and digits.isdigit()
    return Head(method, target, minor, fields) if is_plain and _ODD.isdisjoint(fields) else None


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
