"""A provider's yes, read in one look where it came whole and plain, as it nearly always does. It takes nothing that
Python's own client would read in another way: whatever is less plain is None here, and that one's to read."""

import re

_YES = re.compile(
    rb"HTTP/1\.1 (20[01]) [ -~]*+\r\n"
    rb"(?:[!-9;-~]++:[ \t]*+(?:[!-~\x80-\xff][^\r\n\0]*+)?\r\n)++"  # headers, none of them folded
)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r\n")
_ODD = re.compile(rb"\r\n(?:transfer-encoding|content-encoding|connection:(?! keep-alive\r\n))")
"""What says that the body comes in another way than by its length, or that the connection ends with it."""


def plain_answer(came: bytes) -> tuple[int, bytes] | None:
    """Status and body of what has come on a connection that stays open; None where it is anything else."""
    head, end, body = came.partition(b"\r\n\r\n")
    if not end:
        return None
    head += b"\r\n"
    yes, fields = _YES.fullmatch(head), head.lower()
    length = _LENGTH.search(fields)
    if yes is None or length is None or int(length[1]) != len(body) or _ODD.search(fields):
        return None
    return (int(yes[1]), body) if fields.count(b"\r\ncontent-length") == 1 else None
