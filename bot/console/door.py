"""The console's door: who is signed in, which role a page wants, which browser a form was given to. Every page is
registered here, so that none can forget to ask."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.console.secrets import form_token, is_form_token, new_token, secret_key, token_hash
from bot.desk import Desk
from bot.logs import new_trace
from conversations.languages.render import name_text
from conversations.languages.render import render as render_words
from conversations.replies import say
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who, was_here, who_is
from handlers.profile import Profile
from models.operators import Role

HERE = Path(__file__).parent
COOKIE, DOOR_COOKIE = "textbook_console", "textbook_door"
"""Who is signed in; and, before that, which browser the sign-in form was given to."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
View = TypeVar("View", bound=Callable[..., Any])
console = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
_LARGEST = 2**63 - 1
ROLES: dict[str, Role | None] = {}
"""The role that each page wants; None where nobody needs to be signed in."""


def page(rule: str, role: Role | None = Role.VIEWER, method: str = "GET") -> Callable[[View], View]:
    """Register a page at `rule` for whoever has this role, or a higher one."""

    def register(view: View) -> View:
        @wraps(view)
        def opened(**values: Any) -> Any:
            if any(isinstance(value, int) and value > _LARGEST for value in values.values()):
                abort(404)
            if role is not None and (refused := _enter(role)) is not None:
                return refused
            if method == "POST":
                check_form()
            if any("\0" in value for value in request.values.values()):
                abort(400)  # no browser sends one, and no database takes it
            return view(**values)

        name = f"{view.__module__.rpartition('.')[2]}_{view.__name__}"
        ROLES[f"console.{name}"] = role
        console.add_url_rule(rule, name, opened, methods=[method])
        return view

    return register


def _enter(role: Role) -> AnyResponse | None:
    """Let them in, or say what keeps them out."""
    who = signed_in()
    if who is None:
        if request.method == "GET":
            back = request.full_path.rstrip("?") if "X-Live" not in request.headers else ""
            return _bare(redirect(url_for("console.signing_in_ask", next=back or None), 303))
        return show("expired.html", 401)
    if not who.may(role):
        abort(403)
    return None


def signed_in() -> Who | None:
    """Who asks for this page; None where nobody is signed in."""
    if "who" in g:
        return g.who  # type: ignore[no-any-return]
    g.who = None
    if token := request.cookies.get(COOKIE, ""):
        desk, now = the_desk(), the_desk().clock.now()
        found = desk.database.read(lambda session: who_is(session, token_hash(token), now))
        if found is not None:
            g.who, is_time = found
            if is_time:
                desk.database.transact(lambda session: was_here(session, g.who.session_id, now))
    return g.who  # type: ignore[no-any-return]


def me() -> Who:
    """Who asks for this page, which nobody sees who is not signed in."""
    who = signed_in()
    assert who is not None
    return who


def check_form() -> None:
    """Refuse a form that another site sent, or that was given to another browser: 403."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    if not is_form_token(_key(), _browser(), request.form.get("csrf", "")):
        abort(403)


def sign_in_browser(response: AnyResponse, token: str) -> AnyResponse:
    """Let this browser carry the token of a session."""
    response.set_cookie(
        COOKIE, token, secure=request.is_secure, httponly=True, samesite="Lax", path="/console",
        max_age=timedelta(days=30),
    )  # fmt: skip
    response.delete_cookie(DOOR_COOKIE, path="/console")
    return _bare(response)


def sign_out_browser(response: AnyResponse) -> AnyResponse:
    response.delete_cookie(COOKIE, path="/console")
    return _bare(response)


def show(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the console. Templates have `who`, `here` (now), `zone` and the business."""
    profile = the_profile()
    zone = profile.business.zone if profile is not None else ZoneInfo("UTC")
    here = the_desk().clock.now().astimezone(zone)
    token = _browser()
    response = make_response(
        render_template(
            f"console/{template}", who=g.get("who"), here=here, zone=zone, profile=profile,
            business=profile.business if profile is not None else None, version=_version(), Role=Role,
            words_of=_words, called=lambda name: name_text(name, "en"), **values,
        ),
        status,
    )  # fmt: skip
    if COOKIE not in request.cookies and DOOR_COOKIE not in request.cookies:
        response.set_cookie(
            DOOR_COOKIE, token, secure=request.is_secure, httponly=True, samesite="Lax", path="/console"
        )
    return guarded(response)


def show_live(template: str, version: object, **values: Any) -> Response:
    """A part of a page that is looked at again and again: 304 while its version is the same."""
    tag = sha256(repr((version, me().id, _version())).encode()).hexdigest()[:32]
    if request.if_none_match.contains(tag):
        return guarded(Response(status=304))
    response = show(template, **values)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def go(endpoint: str, said: str = "", **values: Any) -> AnyResponse:
    """To another page, which says this."""
    return _bare(redirect(url_for(f"console.{endpoint}", said=said or None, **values), 303))


def guarded(response: Response) -> Response:
    """Nothing foreign runs in a page of the console, and nobody keeps it."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def safe_next(address: str) -> str:
    """Where to go on after signing in: a page of the console, or its first one."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/console/") and "\\" not in address
    return address if is_ours else url_for("console.signing_in_home")


def the_desk() -> Desk:
    desk: Desk = current_app.extensions["desk"]
    return desk


def the_profile() -> Profile | None:
    """The business; None before one is loaded."""
    from handlers.profile import NoBusiness

    if "profile" not in g:
        try:
            g.profile = the_desk().database.read(the_desk().profiles.current)
        except NoBusiness:
            g.profile = None
    return g.profile  # type: ignore[no-any-return]


def circumstances() -> Circumstances:
    return the_desk().circumstances(new_trace())


def number(name: str) -> int | None:
    """A number of the query or the form; None where there is none."""
    said = request.values.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


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
    "empty": "There was nothing to send.", "too_long": "That is too long for one text.", "done": "Done.",
    "raced": "Somebody was faster: look again, and give it once more if it is still right.",
    "opted_out": "This client takes no texts: nothing was sent.", "missing": "That is no longer there.",
}  # fmt: skip
"""What a page says of what was done on the page before it."""


@console.context_processor
def _chrome() -> dict[str, Any]:
    return {
        "places": [place for place in PLACES if place[1] in ROLES],
        "hidden": _hidden,
        "told_by_query": lambda: TOLD.get(request.args.get("said", ""), ""),
    }


def _hidden() -> Markup:
    """What every form carries: that it was given to this browser, and a number of its own."""
    csrf, form = form_token(_key(), _browser()), new_token()
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="form" value="{}">').format(
        csrf, form
    )


@console.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """What keeps somebody out, or is not there."""
    return show("error.html", error.code or 500, code=error.code)


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


def _browser() -> str:
    """What this browser is known by: its session, else what the sign-in form gave it."""
    if "browser" not in g:
        g.browser = request.cookies.get(COOKIE) or request.cookies.get(DOOR_COOKIE) or new_token()
    return str(g.browser)


def _key() -> bytes:
    """Read, or made, when the first form is shown."""
    extensions = current_app.extensions
    if "console_key" not in extensions:
        extensions["console_key"] = secret_key(the_desk().settings)
    return bytes(extensions["console_key"])


@cache
def _version() -> str:
    """Changes with the style sheet and the script, so that browsers may keep them."""
    files = sorted((HERE / "static").iterdir())
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _bare(response: AnyResponse) -> AnyResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
