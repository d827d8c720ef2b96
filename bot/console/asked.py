"""What a request of the console is about: whose desk, which business, the numbers in it."""

from dataclasses import replace
from datetime import datetime

from flask import current_app, g, request

from bot.desk import Desk
from bot.logs import new_trace
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.profile import NoBusiness, Profile
from models.operators import Role
from models.row_scope import Scope

YEARS = range(1990, 2200)


def the_whole_desk() -> Desk:
    """For what nobody who is signed in sees for themselves: who they are, and the business."""
    desk: Desk = current_app.extensions["desk"]
    return desk


def the_desk() -> Desk:
    """The desk as whoever is signed in may see it: a staff member's reads find their own rows, whatever a page asks."""
    who: Who | None = g.get("who")
    if who is None or who.role is not Role.STAFF:
        return the_whole_desk()
    if "staff_desk" not in g:
        desk = the_whole_desk()
        g.staff_desk = replace(desk, database=desk.database.scoped(Scope.staff(who.staff_id or 0)))
    return g.staff_desk  # type: ignore[no-any-return]


def the_profile() -> Profile | None:
    """The business; None before one is loaded."""
    if "profile" not in g:
        try:
            g.profile = the_whole_desk().database.read(the_whole_desk().profiles.current)
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
