"""The page of one booking: see it, put it into a calendar, take another time, call it off. Looking changes nothing,
for phones fetch the links of a text by themselves; the address is all that is asked for: there is no sign-in that
another site could borrow."""

from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.desk import Desk
from bot.logs import new_trace
from bot.pages.look import guarded, show
from conversations.languages import known
from conversations.rules.availability import Slot
from handlers.page_asked import Outcome, cancel_asked, time_asked
from handlers.page_opened import Page, free_times, horizon, page_of
from handlers.profile import NoBusiness
from models.claims import LostRace

booking_page = Blueprint("booking_page", __name__, template_folder="templates")
DAYS_SHOWN = 14


@booking_page.get("/b/<token>")
def see(token: str) -> Response:
    page = _page(token)
    return show("booking.html", page.language, page=page, token=token, said=request.args.get("said", ""))


@booking_page.get("/b/<token>/cancel")
def sure(token: str) -> AnyResponse:
    page = _page(token)
    if page.stance is None:
        return _back(token)
    return show("cancel.html", page.language, page=page, token=token)


@booking_page.post("/b/<token>/cancel")
def cancel(token: str) -> AnyResponse:
    version, desk = _version(), _desk()
    try:
        outcome = desk.database.transact(
            lambda session: cancel_asked(session, token, version, desk.circumstances(new_trace()))
        )
    except LostRace:
        outcome = Outcome.CHANGED_SINCE
    return _answered(token, outcome, unchanged="told")


@booking_page.get("/b/<token>/move")
def choose(token: str) -> AnyResponse:
    page = _page(token)
    return _choices(page, token) if page.may_move else _back(token)


@booking_page.post("/b/<token>/move")
def move(token: str) -> AnyResponse:
    version, start, desk = _version(), _start(), _desk()
    try:
        outcome = desk.database.transact(
            lambda session: time_asked(session, token, version, start, desk.circumstances(new_trace()))
        )
    except LostRace:
        outcome = Outcome.UNCHANGED
    if outcome is Outcome.UNCHANGED:
        page = _page(token)
        return _choices(page, token, is_taken=True) if page.may_move else _back(token)
    return _answered(token, outcome)


@booking_page.errorhandler(404)
def missing(_error: HTTPException) -> Response:
    """The same for every address that opens nothing."""
    desk = _desk()
    try:
        language = desk.database.read(desk.profiles.current).business.language
    except NoBusiness:
        language = "en"
    return show("missing.html", known(language), status=404)


def _choices(page: Page, token: str, *, is_taken: bool = False) -> Response:
    """The days that have free times; of one of them, the times."""
    desk = _desk()
    day, today = _day("day"), page.now.date()
    first = max(day or _day("from") or today, today)
    last = day or first + timedelta(days=DAYS_SHOWN - 1)
    circumstances = desk.circumstances(new_trace())
    until = desk.database.read(lambda session: horizon(session, token, circumstances))
    first, last = min(first, until), min(last, until)
    free = desk.database.read(lambda session: free_times(session, token, first, last, circumstances))
    slots: tuple[Slot, ...] = free.get(day, ()) if day is not None else ()
    return show(
        "move.html", page.language, 409 if is_taken else 200,
        page=page, token=token, day=day, days=list(free), slots=slots, is_taken=is_taken,
        later=last + timedelta(days=1) if last < until else None,
        earlier=max(first - timedelta(days=DAYS_SHOWN), today) if first > today else None,
    )  # fmt: skip


def _page(token: str) -> Page:
    desk = _desk()
    circumstances = desk.circumstances(new_trace())
    try:
        page = desk.database.read(lambda session: page_of(session, token, circumstances))
    except NoBusiness:
        page = None
    if page is None:
        abort(404)
    return page


def _answered(token: str, outcome: Outcome, unchanged: str = "") -> AnyResponse:
    if outcome is Outcome.MISSING:
        abort(404)
    _desk().wake.ring()
    return _back(token, {Outcome.CHANGED_SINCE: "changed", Outcome.UNCHANGED: unchanged}.get(outcome, ""))


def _back(token: str, said: str = "") -> AnyResponse:
    response = redirect(url_for(".see", token=token, said=said or None), 303)
    assert isinstance(response, Response)
    return guarded(response)


def _version() -> int:
    """Which booking was shown; 0, which none is, where the form does not say."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    said = request.form.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _start() -> datetime:
    try:
        start = datetime.fromisoformat(request.form.get("start", ""))
    except ValueError:
        abort(400)
    if start.tzinfo is None:
        abort(400)
    return start


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _desk() -> Desk:
    desk: Desk = current_app.extensions["desk"]
    return desk
