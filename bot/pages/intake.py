"""The page on which a client answers questions about themselves before a session. As on a booking's page, the address
is all that is asked for; what was answered is never shown again."""

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.desk import Desk
from bot.logs import new_trace
from bot.pages.look import guarded, show
from conversations.languages import known
from handlers.intake_page import IntakePage, Sent, answers_sent, intake_of
from handlers.profile import NoBusiness
from models.claims import LostRace

intake_page = Blueprint("intake_page", __name__, template_folder="templates")


@intake_page.get("/intake/<token>")
def ask(token: str) -> AnyResponse:
    page = _page(token)
    if page is None:
        return _missing()
    return show("intake.html", page.language, page=page, given={}, said=request.args.get("said", ""))


@intake_page.post("/intake/<token>")
def answer(token: str) -> AnyResponse:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    page, desk, given = _page(token), _desk(), request.form.to_dict()
    if page is None:
        return _missing()
    try:
        sent = desk.database.transact(
            lambda session: answers_sent(session, token, given, desk.circumstances(new_trace()))
        )
    except LostRace:
        return show("intake.html", page.language, 409, page=page, given=given, said="")
    if sent is Sent.MISSING:
        return show("intake.html", page.language, 422, page=page, given=given, said=sent.value)
    response = redirect(url_for(".ask", token=token, said=sent.value), 303)
    assert isinstance(response, Response)
    return guarded(response)


def _page(token: str) -> IntakePage | None:
    desk = _desk()
    try:
        return desk.database.read(lambda session: intake_of(session, token, desk.circumstances(new_trace())))
    except NoBusiness:
        return None


def _missing() -> Response:
    """The same for every address that opens nothing."""
    try:
        language = _desk().database.read(_desk().profiles.current).business.language
    except NoBusiness:
        language = "en"
    return show("missing.html", known(language), status=404)


def _desk() -> Desk:
    desk: Desk = current_app.extensions["desk"]
    return desk
