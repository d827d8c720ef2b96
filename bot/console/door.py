"""The console's door: who is signed in, which role a page wants, which browser a form was given to. Every page is
registered here, so that none can forget to ask."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import the_whole_desk
from bot.console.secrets import form_token, is_form_token, new_token, secret_key, token_hash
from bot.logs import log
from handlers.console.signed_in import LASTS, Who, was_here, who_is
from models.operators import Role

HERE = Path(__file__).parent
COOKIE, DOOR_COOKIE = "textbook_console", "textbook_door"
"""Who is signed in; and, before that, which browser the sign-in form was given to."""
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
            return unkept(redirect(url_for("console.signing_in_ask", next=back or None), 303))
        abort(401)
    if not who.may(role):
        log.warning("console_refused", operator=who.id, role=who.role, wanted=role, endpoint=request.endpoint)
        abort(403)
    return None


def signed_in() -> Who | None:
    """Who asks for this page; None where nobody is signed in."""
    if "who" in g:
        return g.who  # type: ignore[no-any-return]
    g.who = None
    if token := carried(COOKIE):
        desk, now = the_whole_desk(), the_whole_desk().clock.now()
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
    _give(response, COOKIE, token, LASTS)
    response.delete_cookie(cookie_name(DOOR_COOKIE), path=_path(), secure=request.is_secure)
    return unkept(response)


def sign_out_browser(response: AnyResponse) -> AnyResponse:
    response.delete_cookie(cookie_name(COOKIE), path=_path(), secure=request.is_secure)
    response.headers["Clear-Site-Data"] = '"storage"'  # drafts of texts
    return unkept(response)


def carried(cookie: str) -> str:
    """What this browser carries in it."""
    return request.cookies.get(cookie_name(cookie), "")


def cookie_name(cookie: str) -> str:
    """Where all is encrypted a browser takes it from us alone, and from no other machine under the same name."""
    return f"__Host-{cookie}" if request.is_secure else cookie


def _path() -> str:
    return "/" if request.is_secure else "/console"


def _give(response: AnyResponse, cookie: str, value: str, lasts: timedelta | None = None) -> None:
    response.set_cookie(
        cookie_name(cookie), value, secure=request.is_secure, httponly=True, samesite="Lax", path=_path(),
        max_age=lasts,
    )  # fmt: skip


def safe_next(address: str) -> str:
    """Where to go on after signing in: a page of the console, or its first one."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and parts.path.startswith("/console/") and "\\" not in address
    return address if is_ours else url_for("console.signing_in_home")


def _browser() -> str:
    """What this browser is known by: its session, else what the sign-in form gave it."""
    if "browser" not in g:
        g.browser = carried(COOKIE) or carried(DOOR_COOKIE) or new_token()
    return str(g.browser)


def _key() -> bytes:
    """Read, or made, when the first form is shown."""
    extensions = current_app.extensions
    if "console_key" not in extensions:
        extensions["console_key"] = secret_key(the_whole_desk().settings)
    return bytes(extensions["console_key"])


def form_fields() -> Markup:
    """What every form carries: that it was given to this browser, and a number of its own."""
    csrf, form = form_token(_key(), _browser()), new_token()
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="form" value="{}">').format(
        csrf, form
    )


def give_browser_a_name(response: Response) -> None:
    """Where it has none yet, so that a form which is given to it is known again."""
    if not carried(COOKIE) and not carried(DOOR_COOKIE):
        _give(response, DOOR_COOKIE, _browser())


def unkept(response: AnyResponse) -> AnyResponse:
    """Nobody keeps it, and no other site hears where somebody came from."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
