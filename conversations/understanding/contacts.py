"""Email addresses that are offered in passing."""

import re
from typing import NamedTuple

from conversations.understanding.noise import TAKEN_OUT

LONGEST = 254
"""Characters of an address that mail can carry (RFC 5321)."""

_EMAIL = re.compile(
    r"(?<![^\s<(:,;])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,4}[A-Za-z]{2,24}(?![\w@])"
)


class Emailed(NamedTuple):
    """The address, its domain in lower case, or ""; and the text without it."""

    email: str
    rest: str


def read_email(text: str) -> Emailed:
    """From a tidy text: the first address that looks like one."""
    found = _EMAIL.search(text) if "@" in text else None
    if found is None or len(found[0]) > LONGEST:
        return Emailed("", text)
    name, _, domain = found[0].rpartition("@")
    return Emailed(f"{name}@{domain.lower()}", f"{text[: found.start()]}{TAKEN_OUT}{text[found.end() :]}")
