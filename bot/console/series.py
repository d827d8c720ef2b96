"""Series: recurring bookings, and what may be answered together."""

from flask import abort, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, number, the_desk
from bot.console.door import page
from bot.console.shown import show
from conversations.languages.render import render
from conversations.replies import Reply
from handlers.console.series_shown import series_lines, whole_series

WAITING = "waiting"
VIEWS = (("", "All"), (WAITING, "To be answered"))


@page("/series")
def listed() -> AnyResponse:
    view, before, told = request.args.get("view", ""), number("before"), circumstances()
    lines, more = the_desk().database.read(lambda session: series_lines(session, before, told, waiting=view == WAITING))
    return show("series.html", views=VIEWS, view=view, lines=lines, more=more, said_of=_said)


@page("/series/<int:series_id>")
def one(series_id: int) -> AnyResponse:
    told = circumstances()
    whole = the_desk().database.read(lambda session: whole_series(session, series_id, told))
    if whole is None:
        abort(404)
    return show("series_one.html", whole=whole, line=whole.line, said_of=_said)


def _said(words: Reply | str) -> str:
    return words if isinstance(words, str) else render(words, "en")
