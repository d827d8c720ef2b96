"""Classes: those ahead and those behind, one with its seats and who waits for it, and what is done to it."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.channels.reading import clean
from bot.console.asked import circumstances, moment_in, number, number_in, the_desk
from bot.console.door import me, page
from bot.console.shown import go, show
from handlers.circumstances import Circumstances
from handlers.class_time import ClassRefused
from handlers.console.classes_shown import called_off, class_lines, class_shown, moved, resized
from models.claims import LostRace
from models.class_listing import Place
from models.operators import Role

YEARS = range(2000, 2200)
"""In which a class may lie."""
MOST_SEATS, SHORTEST, LONGEST = 500, 5, 24 * 60
_ONE = "/class/<int(max=9223372036854775807):class_id>"


@page("/classes")
def listed() -> AnyResponse:
    desk, now, are_over = the_desk(), the_desk().clock.now(), request.args.get("view") == "past"
    lines, more = desk.database.read(lambda session: class_lines(session, now, _behind(), are_over=are_over))
    next_page = None
    if more is not None:
        behind = f"{more.start_at.isoformat()}~{more.id}"
        next_page = url_for("console.classes_listed", view="past" if are_over else None, behind=behind)
    return show("classes.html", lines=lines, next_page=next_page, are_over=are_over, now=now)


@page(_ONE)
def one(class_id: int) -> AnyResponse:
    return _shown(class_id)


@page(f"{_ONE}/call-off", role=Role.OPERATOR, method="POST")
def call_off(class_id: int) -> AnyResponse:
    reason, who = clean(request.form.get("reason", "")), me()
    return _done(class_id, lambda session, told: called_off(session, class_id, reason, who, told))


@page(f"{_ONE}/move", role=Role.OPERATOR, method="POST")
def move(class_id: int) -> AnyResponse:
    """To a wall time of the teacher's zone."""
    start, minutes, who = _wall_time(request.form.get("start", "")), number("minutes"), me()
    if start is None:
        return _shown(class_id, "its new time cannot be read")
    if minutes is not None and not SHORTEST <= minutes <= LONGEST:
        return _shown(class_id, f"a class lasts {SHORTEST} to {LONGEST} minutes")
    return _done(class_id, lambda session, told: moved(session, class_id, start, minutes, who, told))


@page(f"{_ONE}/seats", role=Role.OPERATOR, method="POST")
def resize(class_id: int) -> AnyResponse:
    seats, who = number("seats"), me()
    if seats is None or not 1 <= seats <= MOST_SEATS:
        return _shown(class_id, f"a class has 1 to {MOST_SEATS} seats")
    return _done(class_id, lambda session, told: resized(session, class_id, seats, who, told.now))


def _done(class_id: int, work: Callable[[Session, Circumstances], None]) -> AnyResponse:
    """Do it in one transaction, and wake whoever sends; else say what stands in the way."""
    desk, told = the_desk(), circumstances()
    try:
        desk.database.transact(lambda session: work(session, told))
    except ClassRefused as refused:
        return _shown(class_id, str(refused))
    except LostRace:
        return go("classes_one", "raced", class_id=class_id)
    desk.wake.ring()
    return go("classes_one", "saved", class_id=class_id)


def _shown(class_id: int, refused: str = "") -> AnyResponse:
    told = circumstances()
    found = the_desk().database.read(lambda session: class_shown(session, class_id, told))
    if found is None:
        abort(404)
    address = url_for("console.classes_one", class_id=class_id)
    return show("class.html", 409 if refused else 200, shown=found, line=found.line, refused=refused, address=address)


def _behind() -> Place | None:
    """Where the page before ended."""
    said, _, last = request.args.get("behind", "").partition("~")
    at, number = moment_in(said), number_in(last)
    return Place(at, number) if at is not None and number is not None else None


def _wall_time(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found.replace(second=0, microsecond=0) if found.tzinfo is None and found.year in YEARS else None
