"""The page on which a service's agreement is read, where it is too long for a text."""

from flask import Blueprint, Response, abort, current_app, request

from bot.desk import Desk
from bot.pages.look import show
from conversations.languages import known
from handlers.profile import NoBusiness

agreement_page = Blueprint("agreement_page", __name__, template_folder="templates")


@agreement_page.get("/agreement/<int:service_id>")
def read(service_id: int) -> Response:
    desk: Desk = current_app.extensions["desk"]
    try:
        profile = desk.database.read(desk.profiles.current)
    except NoBusiness:
        abort(404)
    service = next((one for one in profile.services if one.id == service_id and one.agreements), None)
    language = known(request.args.get("lang", "") or profile.business.language)
    if service is None:
        return show("missing.html", language, status=404)
    (agreement,) = service.agreements
    text = agreement.text(language, profile.business.language)
    return show(
        "agreement.html", language, business=profile.business, service=service, agreement=agreement, text=text
    )  # fmt: skip
