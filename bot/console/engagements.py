"""Engagements: the whole jobs that bookings open, their milestones, budgets and logs, and openings tried in vain."""

from datetime import date

from flask import abort, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, number_in, the_desk
from bot.console.door import page
from bot.console.shown import show
from conversations.engagements import kinds
from handlers.console.engagements_shown import engagement_lines, failed_openings, whole_engagement
from models.engagement_listing import Place, Standing

VIEWS = (
    (Standing.UNDER_WAY, "Under way"), (Standing.PLANNING, "Planning"), (Standing.COMPLETED, "All done"),
    (Standing.CLOSED, "Closed"),
)  # fmt: skip


@page("/engagements")
def listed() -> AnyResponse:
    desk, told, said = the_desk(), circumstances(), request.args
    view, kind, behind = said.get("view", ""), said.get("kind", ""), _behind()
    standing, known = Standing(view) if view in set(Standing) else Standing.UNDER_WAY, kinds()
    wanted = kind if kind in known else ""
    lines, last = desk.database.read(lambda session: engagement_lines(session, standing, wanted, behind, told))
    return show(
        "engagements.html", views=VIEWS, view=standing, kind=wanted, lines=lines, more=_place(last),
        kinds=[(one.key, one.name("en")) for one in known.values()],
        failed=desk.database.read(failed_openings) if behind is None else [],
    )  # fmt: skip


@page("/engagement/<int:engagement_id>")
def one(engagement_id: int) -> AnyResponse:
    told = circumstances()
    whole = the_desk().database.read(lambda session: whole_engagement(session, engagement_id, told))
    if whole is None:
        abort(404)
    return show(
        "engagement.html", whole=whole, line=whole.line, view=whole.view, is_closing=request.args.get("sure") == "close"
    )


def _place(last: Place | None) -> str | None:
    """Where a page ended, as an address says it."""
    return f"{last.day.isoformat() if last.day is not None else ''}~{last.id}" if last is not None else None


def _behind() -> Place | None:
    """Where the page before ended."""
    said, _, last = request.args.get("behind", "").partition("~")
    try:
        day, number = date.fromisoformat(said) if said else None, number_in(last)
    except ValueError:
        return None
    return Place(day, number) if number is not None else None
