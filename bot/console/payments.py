"""Payments: what clients were asked, one request with its whole story, and what is to be given back by hand."""

from flask import abort, current_app, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, number, the_desk
from bot.console.door import console, page
from bot.console.shown import show
from conversations.languages.render import money_text
from conversations.money import Money, major_units
from handlers.console.payments_shown import refund_lines, request_lines, unasked_lines, whole_request
from models.money_listing import Asked

REFUNDS, UNASKED = "refunds", "unasked"
VIEWS = (
    (Asked.ALL, "All"), (Asked.OPEN, "Open"), (Asked.OVERDUE, "Overdue"), (Asked.PROOFS, "Proofs to look at"),
    (REFUNDS, "To give back by hand"), (Asked.PAID, "Paid"), (Asked.LAPSED, "Lapsed"), (Asked.CANCELLED, "Called off"),
    (UNASKED, "Without a request"),
)  # fmt: skip


@page("/payments")
def listed() -> AnyResponse:
    desk, told, view = the_desk(), circumstances(), request.args.get("view", "")
    if view == REFUNDS:
        back, more = desk.database.read(lambda session: refund_lines(session, number("behind"), told))
        return show("payments.html", views=VIEWS, view=view, refunds=back, more=more)
    if view == UNASKED:
        came, more = desk.database.read(lambda session: unasked_lines(session, number("before"), told))
        return show("payments.html", views=VIEWS, view=view, unasked=came, more=more)
    asked = Asked(view) if view in set(Asked) else Asked.ALL
    lines, more = desk.database.read(lambda session: request_lines(session, asked, number("before"), told))
    return show("payments.html", views=VIEWS, view=asked, lines=lines, more=more)


@page("/payment/<int:request_id>")
def one(request_id: int) -> AnyResponse:
    desk, told = the_desk(), circumstances()
    whole = desk.database.read(lambda session: whole_request(session, request_id, told))
    if whole is None:
        abort(404)
    return show("payment.html", whole=whole, line=whole.line)


@console.app_template_filter("amount")
def amount(money: Money) -> str:
    """ "79.00 USD"."""
    return money_text(money, "en")


@console.app_template_filter("figure")
def figure(money: Money) -> str:
    """ "1500.00": as a command takes it."""
    return major_units(money.amount, money.currency)


@console.app_template_global("booking_page")
def booking_page(booking_id: int | None) -> str:
    """Where a booking is shown; "" where no page shows bookings."""
    endpoint = "console.bookings_one"
    is_there = booking_id is not None and endpoint in current_app.view_functions
    return url_for(endpoint, booking_id=booking_id) if is_there else ""
