"""Figures drawn as charts."""

from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import the_desk, the_profile
from bot.console.door import page
from bot.console.shown import show
from handlers.console.figures_drawn import figures_of

DAYS = (7, 30, 90, 365)


@page("/figures")
def drawn() -> AnyResponse:
    desk, profile = the_desk(), the_profile()
    zone = profile.business.zone if profile is not None else ZoneInfo("UTC")
    said = request.args.get("days", "")
    days = int(said) if said in map(str, DAYS) else 30
    figures = desk.database.read(lambda session: figures_of(session, days, desk.clock.now(), zone))
    return show("figures.html", figures=figures, choices=DAYS)
