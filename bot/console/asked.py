"""What a request of the console is about: whose desk, which business, the numbers in it."""

from datetime import datetime

from flask import current_app, g, request

from bot.desk import Desk
from bot.logs import new_trace
from handlers.circumstances import Circumstances
from handlers.profile import NoBusiness, Profile

YEARS = range(1990, 2200)


def the_desk() -> Desk:
    desk: Desk = current_app.extensions["desk"]
    return desk


def the_profile() -> Profile | None:
    """The business; None before one is loaded."""
    if "profile" not in g:
        try:
            g.profile = the_desk().database.read(the_desk().profiles.current)
        except NoBusiness:
            g.profile = None
    return g.profile  # type: ignore[no-any-return]


def circumstances() -> Circumstances:
    return the_desk().circumstances(new_trace())


def number(name: str) -> int | None:
    """A number of the query or the form; None where there is none."""
    return number_in(request.values.get(name, ""))


def number_in(said: str) -> int | None:
    """A number that something kept can have; None where this is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


def moment_in(said: str) -> datetime | None:
    """A moment at which something kept can lie; None where this is none, for databases do not take all that a calendar
    has."""
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo is not None and found.year in YEARS else None
