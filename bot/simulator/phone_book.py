"""The phones that a visitor has added and that have not texted yet: kept in their browser, nowhere else."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from json import dumps, loads

from flask import request
from werkzeug.wrappers import Response

from bot.channels.reading import clean, phone_of

COOKIE = "textbook_phones"
FIRST = "+15550001234"
"""The phone that a newcomer finds."""
MOST = 6
LONGEST_NAME = 60
Book = dict[str, str]
"""Names by number."""


def read_number(said: str) -> str | None:
    """A number as people write it, with its country → E.164; None for anything else."""
    digits = re.sub(r"[\s().-]", "", clean(said))
    found = phone_of(digits) if re.fullmatch(r"\+[0-9]{7,15}", digits) else None
    return found if found is not None and re.fullmatch(r"\+[0-9]{7,15}", found) else None


def read_name(said: str) -> str:
    return " ".join(clean(said).split())[:LONGEST_NAME]


def phone_book() -> Book:
    """What this browser has added; what cannot be read is nothing."""
    try:
        found = loads(urlsafe_b64decode(request.cookies.get(COOKIE, "")[:4000]))
    except (ValueError, RecursionError):
        return {}
    pairs = found if isinstance(found, list) else []
    said = [each for each in pairs if isinstance(each, list) and len(each) == 2]
    book = {read_number(str(number)): read_name(str(name)) for number, name in said[-MOST:]}
    return {number: name for number, name in book.items() if number is not None}


def keep(response: Response, book: Book) -> None:
    pairs = list(book.items())[-MOST:]
    kept = urlsafe_b64encode(dumps(pairs).encode()).decode()
    response.set_cookie(COOKIE, kept, path="/simulator", httponly=True, samesite="Strict", secure=request.is_secure)
