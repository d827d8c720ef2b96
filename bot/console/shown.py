"""How a page of the console is shown: its frame, what it may load, when it is news, and the words around it."""

from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import the_desk, the_profile
from bot.console.door import HERE, ROLES, console, form_fields, give_browser_a_name, me, signed_in, unkept
from bot.pages.links import without_links
from conversations.languages.render import name_text
from conversations.languages.render import render as render_words
from conversations.replies import say
from handlers.profile import NoBusiness
from models.operators import Role

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
PLACES = (
    ("console.inbox", "console.inbox_show_inbox", "Inbox", Role.VIEWER),
    ("console.requests", "console.requests_listed", "Requests", Role.VIEWER),
    ("console.bookings", "console.bookings_listed", "Bookings", Role.STAFF),
    ("console.classes", "console.classes_listed", "Classes", Role.VIEWER),
    ("console.series", "console.series_listed", "Series", Role.VIEWER),
    ("console.payments", "console.payments_listed", "Payments", Role.VIEWER),
    ("console.engagements", "console.engagements_listed", "Engagements", Role.VIEWER),
    ("console.people", "console.people_listed", "People", Role.VIEWER),
    ("console.figures", "console.figures_drawn", "Figures", Role.VIEWER),
    ("console.dead_letters", "console.dead_letters_listed", "Not delivered", Role.VIEWER),
    ("console.commands", "console.commands_every", "Commands", Role.OPERATOR),
    ("console.setup", "console.setup_begun", "Set-up", Role.ADMIN),
    ("console.audit", "console.audit_listed", "Audit", Role.ADMIN),
)
"""What the bar at the top leads to: whose pages, the first of them, its words, for whom."""
TOLD = {
    "saved": "Saved.", "sent": "Sent.", "noted": "Noted.", "taken": "The conversation is yours; the client was told.",
    "handed": "The booking desk has the conversation again; the client was told.",
    "others": "A colleague talks with this client: nothing was sent.", "unchanged": "That was so already.",
    "forgotten": "They are forgotten: nothing is left of who they were.",
    "empty": "There was nothing to send.", "too_long": "That is too long for one text.", "done": "Done.",
    "no_number": "That is no phone number: write it with + and its country. Nothing was booked.",
    "raced": "Somebody was faster: look again, and give it once more if it is still right.",
    "opted_out": "This client takes no texts: nothing was sent.", "missing": "That is no longer there.",
    "later": "Noted: it is sent at its time, unless it is withdrawn below.",
    "later_withdrawn": "Withdrawn: it will not be sent.",
    "later_gone": "It waits no longer: it was sent, or withdrawn.",
    "later_timed": "Nothing was sent, for a time is set: press “Send at this time”, or clear it to send now.",
    "later_no_time": "Say when it is to be sent: a day and a time.",
    "later_not_a_time": "That is no day and time: nothing was kept for later.",
    "later_skipped": "There is no such time that day, for the clocks go forward over it: choose another.",
    "later_past": "That time is over: choose a later one.",
    "later_too_far": "That is more than a year ahead: choose an earlier time.",
    "later_crowded": "Too many texts wait for this client already: withdraw one first.",
    "later_blocked": "This conversation is spam: nothing is sent to it.",
}  # fmt: skip
"""What a page says of what was done on the page before it."""
NOT_DONE = frozenset(
    (
        "others", "empty", "too_long", "raced", "opted_out", "missing", "later_gone", "later_timed", "later_no_time",
        "later_not_a_time", "later_skipped", "later_past", "later_too_far", "later_crowded", "later_blocked",
        "no_number",
    )
)  # fmt: skip
"""Those of them that say why it was not."""


def show(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console. Templates have `who`, `here` (now), `zone` and the business."""
    profile = the_profile()
    zone = profile.business.zone if profile is not None else ZoneInfo("UTC")
    here = the_desk().clock.now().astimezone(zone)
    response = make_response(
        render_template(
            f"console/{template}", who=g.get("who"), here=here, zone=zone, profile=profile,
            business=profile.business if profile is not None else None, version=_version(), Role=Role,
            words_of=_words, called=lambda name: name_text(name, "en"), **values,
        ),
        status,
    )  # fmt: skip
    give_browser_a_name(response)
    return guarded(response)


def show_live(template: str, version: object, **values: Any) -> Response:
    """A part of a page that is looked at again and again: 304 while its version is the same. Never a whole page, whose
    frame says more than its version."""
    who = me()
    tag = sha256(repr((version, who.id, who.role, who.session_id, _version())).encode()).hexdigest()[:32]
    is_known = request.if_none_match.contains(tag)
    response = guarded(Response(status=304)) if is_known else show(template, **values)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def go(endpoint: str, said: str = "", **values: Any) -> AnyResponse:
    """To another page, which says this."""
    return unkept(redirect(url_for(f"console.{endpoint}", said=said or None, **values), 303))


def guarded(response: Response) -> Response:
    """Nothing foreign runs in a page of the console, and nobody keeps it."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@console.context_processor
def _chrome() -> dict[str, Any]:
    return {
        "places": [place for place in PLACES if place[1] in ROLES],
        "hidden": form_fields,
        "not_done": NOT_DONE,
        "told_by_query": lambda: TOLD.get(request.args.get("said", ""), ""),
    }


@console.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """What keeps somebody out, or is not there."""
    if error.code == HTTPStatus.UNAUTHORIZED:
        return show("expired.html", HTTPStatus.UNAUTHORIZED)
    return show("error.html", error.code or 500, code=error.code)


@console.get("/<path:_rest>")
def nowhere(_rest: str) -> Response:
    """An address that no page has."""
    signed_in()
    return show("error.html", HTTPStatus.NOT_FOUND, code=404)


@console.errorhandler(NoBusiness)
def nothing_loaded(_error: NoBusiness) -> Response:
    """A page about a business, before there is one."""
    return show("error.html", HTTPStatus.NOT_FOUND, code="no business")


@console.app_template_filter("without_keys")
def without_keys(text: str) -> str:
    """A text as whoever reads it here may have it: what opens a client's own page is for those who may act for them."""
    who = g.get("who")
    return text if who is not None and who.may(Role.OPERATOR) else without_links(text)


@console.app_template_filter("moment")
def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """Wed 18 Mar, 15:00; with the year where it is another one."""
    if at is None:
        return ""
    there = at.astimezone(zone)
    year = "" if there.year == the_desk().clock.now().astimezone(zone).year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {there:%H:%M}"


@console.app_template_filter("ago")
def ago(at: datetime | None, zone: ZoneInfo) -> str:
    """How long since, as a list shows it: 5 min, 14:05, Tue, 3 Mar."""
    if at is None:
        return ""
    now = the_desk().clock.now()
    there, here = at.astimezone(zone), now.astimezone(zone)
    if now - at < timedelta(minutes=1):
        return "now"
    if now - at < timedelta(hours=1):
        return f"{(now - at) // timedelta(minutes=1)} min"
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if here.date() - there.date() < timedelta(days=6):
        return f"{there:%a}"
    return f"{there.day} {there:%b}" + ("" if there.year == here.year else f" {there.year}")


def _words(key: str, language: str = "en", /, **values: Any) -> str:
    """A sentence of the language files."""
    return render_words(say(key, **values), language)


@cache
def _version() -> str:
    """Changes with the style sheet and the script, so that browsers may keep them."""
    files = sorted((HERE / "static").iterdir())
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
