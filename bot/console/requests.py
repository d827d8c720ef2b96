"""Requests that wait for an answer, with the same three answers as a coordinator's."""

from datetime import timedelta
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import moment_in, number_in, the_desk, the_profile
from bot.console.door import page
from bot.console.shown import show, show_live
from handlers.console.bookings_shown import requests_of
from models.booking_listing import Place


@page("/requests")
def listed() -> AnyResponse:
    return show("requests.html", **_asked())


@page("/requests/live")
def live() -> AnyResponse:
    """The list alone, for a page that looks again."""
    values = _asked()
    minute = values["now"].replace(second=0, microsecond=0)
    return show_live("requests_list.html", (values["asked"], values["later"], minute), **values)


def _asked() -> dict[str, Any]:
    """A page of the requests, and what its templates need beside it."""
    desk, now, profile = the_desk(), the_desk().clock.now(), the_profile()
    behind = place_in("behind")
    asked, later = desk.database.read(lambda session: requests_of(session, behind, now, profile))
    here = url_for("console.requests_listed", behind=request.args.get("behind") or None)
    return {
        "asked": asked, "later": place_text(later), "now": now, "here_again": lambda: here, "lasting": lasting,
    }  # fmt: skip


def lasting(time: timedelta) -> str:
    """How long: 5 min, 3 h, 2 days."""
    minutes = max(int(time.total_seconds()) // 60, 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def place_in(name: str) -> Place | None:
    """Where the page before ended, as the address says."""
    said, _, last = request.args.get(name, "").partition("~")
    at, number = moment_in(said), number_in(last)
    return Place(at, number) if at is not None and number is not None else None


def place_text(place: Place | None) -> str:
    """The same as an address says it; "" for none."""
    return "" if place is None else f"{place.at.isoformat()}~{place.id}"
