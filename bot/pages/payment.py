"""Where a client pays: the address in their text leads to the provider's page that is good now, for as long as there is
something to pay."""

from flask import Blueprint, Response, current_app, redirect
from werkzeug.wrappers import Response as AnyResponse

from bot.desk import Desk
from bot.logs import log, new_trace
from bot.pages.look import guarded, show
from bot.payments.base import ProviderAway, ProviderRefused, ProviderUnclear
from bot.payments.work import open_checkout
from conversations.languages import known
from conversations.payments import RequestStatus
from handlers.payment_page import Bill, bill_of, came_back

payment_page = Blueprint("payment_page", __name__, template_folder="templates")
AGAIN_SECONDS = "60"


@payment_page.get("/pay/<token>")
def pay(token: str) -> AnyResponse:
    desk, bill = _desk(), _bill(token)
    if bill is None:
        return _missing()
    if not bill.can_be_paid:
        return _paid(bill)
    try:
        url = open_checkout(desk, token)
    except (ProviderAway, ProviderUnclear) as away:
        log.warning("checkout_away", why=str(away))
        response = show("pay_later.html", bill.language, 503, bill=bill)
        response.headers["Retry-After"] = AGAIN_SECONDS
        return response
    except (ProviderRefused, KeyError) as refused:
        log.error("checkout_refused", why=str(refused))
        return show("pay_later.html", bill.language, 502, bill=bill)
    if not url:
        return _paid(_bill(token) or bill)
    leads = redirect(url, 303, Response)
    assert isinstance(leads, Response)
    return guarded(leads)


@payment_page.get("/pay/<token>/back")
def back(token: str) -> Response:
    """They come from the provider's page, which proves nothing: it is asked."""
    desk, bill = _desk(), _bill(token)
    if bill is None:
        return _missing()
    desk.database.transact(lambda session: came_back(session, token, desk.clock.now()))
    return show("paid.html", bill.language, bill=bill, is_back=True)


def _bill(token: str) -> Bill | None:
    desk = _desk()
    circumstances = desk.circumstances(new_trace())
    return desk.database.read(lambda session: bill_of(session, token, circumstances))


def _paid(bill: Bill) -> Response:
    is_paid = bill.status is RequestStatus.PAID or bill.is_held
    return show("paid.html", bill.language, 200 if is_paid else 410, bill=bill)


def _missing() -> Response:
    desk = _desk()
    return show("missing.html", known(desk.database.read(desk.profiles.current).business.language), status=404)


def _desk() -> Desk:
    desk: Desk = current_app.extensions["desk"]
    return desk
