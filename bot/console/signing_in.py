"""Signing in and out, the one-time links, a new password, the second factor."""

from flask import abort, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, the_profile
from bot.console.asked import the_whole_desk as the_desk
from bot.console.door import COOKIE, carried, me, page, safe_next, sign_in_browser, sign_out_browser, signed_in
from bot.console.secrets import (
    TooMany,
    is_password,
    new_token,
    new_totp_secret,
    password_hash,
    token_hash,
    totp_address,
    totp_step,
)
from bot.console.shown import go, show
from bot.guesses import told, wait_for_passwords
from conversations.rules.routes import EMAIL
from handlers.console.operators_kept import (
    CannotKeep,
    Place,
    fit_password,
    keep_totp,
    new_password,
    place_of,
    take_place,
)
from handlers.console.reached import Reach, keep_reach
from handlers.console.signed_in import Attempt, Refusal, let_in, sign_in
from models.audit import audit
from models.operators import (
    LinkKind,
    Role,
    end_operator_session,
    end_operator_sessions,
    is_any_operator,
    operator_by_id,
    operator_by_login,
)

_TOO_MANY = "Too many are signing in: try again in a moment."


@page("/", role=Role.STAFF)
def home() -> AnyResponse:
    """The first page for whoever they are."""
    first = "inbox_show_inbox" if me().may(Role.VIEWER) else "bookings_listed"
    return go(first)


@page("/sign-in", role=None)
def ask() -> AnyResponse:
    if signed_in() is not None:
        return redirect(safe_next(request.args.get("next", "")), 303)
    is_anybody = the_desk().database.read(is_any_operator)
    return show("sign_in.html", login="", next=request.args.get("next", ""), wrong="", is_anybody=is_anybody)


@page("/sign-in", role=None, method="POST")
def enter() -> AnyResponse:
    desk, now = the_desk(), the_desk().clock.now()
    login, password = request.form.get("login", "").strip().casefold()[:120], request.form.get("password", "")[:200]
    onward, before = request.form.get("next", ""), carried(COOKIE)
    if wait := wait_for_passwords():
        refused = show("sign_in.html", 429, login=login, next=onward, wrong="too many", is_anybody=True)
        refused.headers.extend(told(wait))
        return refused
    row = desk.database.read(lambda session: operator_by_login(session, login))
    try:
        is_right = is_password(password, row.password_hash if row is not None else "")
    except TooMany:
        return show("sign_in.html", 429, login=login, next=onward, wrong="too many", is_anybody=True)
    step = (
        totp_step(row.totp_secret, request.form.get("code", ""), now.timestamp()) if row and row.totp_secret else None
    )
    token = new_token()
    attempt = Attempt(login, is_right, step)
    browser = request.headers.get("User-Agent", "")

    def work(session: Session) -> Refusal | int:
        found = sign_in(session, attempt, token_hash(token), browser, now)
        if not isinstance(found, Refusal) and before:
            end_operator_session(session, token_hash(before))
        return found

    done = desk.database.transact(work)
    if isinstance(done, Refusal):
        status = 429 if done is Refusal.LOCKED else 401
        return show("sign_in.html", status, login=login, next=onward, wrong=done, is_anybody=True)
    return sign_in_browser(redirect(safe_next(onward), 303), token)


@page("/sign-out", role=Role.STAFF, method="POST")
def leave() -> AnyResponse:
    token, who, now = carried(COOKIE), me(), the_desk().clock.now()

    def work(session: Session) -> None:
        end_operator_session(session, token_hash(token))
        audit(session, at=now, operator_id=who.id, action="signed out", subject=f"operator {who.id}")

    the_desk().database.transact(work)
    return sign_out_browser(redirect(url_for("console.signing_in_ask"), 303))


@page("/link/<token>", role=None)
def opened(token: str) -> AnyResponse:
    """A one-time link: looking at it uses nothing up, for phones fetch the links of a text by themselves."""
    return show("link.html", token=token, place=_place(token), login="", name="", wrong="", LinkKind=LinkKind)


@page("/link/<token>", role=None, method="POST")
def taken(token: str) -> AnyResponse:
    desk, now, place = the_desk(), the_desk().clock.now(), _place(token)
    login, name = request.form.get("login", ""), request.form.get("name", "")
    own = place.operator.login if place.operator is not None else login.strip().casefold()
    try:
        hashed = password_hash(fit_password(request.form.get("password", ""), own, _business()))
        number = desk.database.transact(
            lambda session: take_place(session, token_hash(token), login, name, hashed, now)
        )
    except (CannotKeep, TooMany) as why:
        wrong, status = (_TOO_MANY, 429) if isinstance(why, TooMany) else (str(why), 422)
        return show(
            "link.html", status, token=token, place=place, login=login, name=name, wrong=wrong, LinkKind=LinkKind
        )
    if number is None:
        abort(404)
    row = desk.database.read(lambda session: operator_by_id(session, number))
    if row is None or row.totp_secret:  # a new password alone lets nobody past the second factor
        return go("signing_in_ask")
    session_token = new_token()
    browser = request.headers.get("User-Agent", "")
    desk.database.transact(lambda session: let_in(session, number, token_hash(session_token), browser, now))
    return sign_in_browser(redirect(url_for("console.signing_in_home"), 303), session_token)


@page("/account", role=Role.STAFF)
def account() -> AnyResponse:
    return _account()


@page("/account/password", role=Role.STAFF, method="POST")
def change_password() -> AnyResponse:
    """Whoever knows the old password sets a new one, and is signed out everywhere else; here they carry another token
    from now on."""
    desk, who, now = the_desk(), me(), the_desk().clock.now()
    row = desk.database.read(lambda session: operator_by_id(session, who.id))
    assert row is not None
    try:
        if not is_password(request.form.get("old", "")[:200], row.password_hash):
            return _account("The old password is another one.", 422)
        hashed = password_hash(fit_password(request.form.get("password", ""), who.login, _business()))
    except CannotKeep as why:
        return _account(str(why), 422)
    except TooMany:
        return _account(_TOO_MANY, 429)
    token, browser = new_token(), request.headers.get("User-Agent", "")

    def work(session: Session) -> None:
        new_password(session, who, hashed, now)
        end_operator_session(session, token_hash(carried(COOKIE)))
        let_in(session, who.id, token_hash(token), browser, now)

    desk.database.transact(work)
    return sign_in_browser(go("signing_in_account", "saved"), token)


@page("/account/second-factor", role=Role.STAFF, method="POST")
def second_factor() -> AnyResponse:
    """Begin to ask for a code too: only once one was typed that fits."""
    desk, who = the_desk(), me()
    secret = request.form.get("secret", "")
    step = totp_step(secret, request.form.get("code", ""), desk.clock.now().timestamp()) if secret.isalnum() else None
    if step is None:
        return _account(
            "That code does not fit: look at the clock of your phone, and type the newest code.", 422, secret
        )
    now = desk.clock.now()

    def work(session: Session) -> None:
        keep_totp(session, who.id, secret, step)
        end_operator_sessions(session, who.id, but=who.session_id)
        audit(
            session, at=now, operator_id=who.id, action="set up the second factor", subject=f"operator {who.id}"
        )  # fmt: skip

    desk.database.transact(work)
    return go("signing_in_account", "saved")


@page("/account/alerts", role=Role.STAFF, method="POST")
def reached() -> AnyResponse:
    """Where alerts reach them. Only who may answer them goes on duty."""
    desk, who, told = the_desk(), me(), circumstances()
    is_on_duty = request.form.get("on_duty") == "yes" if who.may(Role.OPERATOR) else None
    wanted = Reach(request.form.get("phone", "")[:100], request.form.get("email", "")[:300], is_on_duty)
    try:
        desk.database.transact(lambda session: keep_reach(session, who.id, wanted, who, told))
    except CannotKeep as why:
        return _account(str(why), 422, reach=wanted)
    return go("signing_in_account", "saved")


def _account(wrong: str = "", status: int = 200, secret: str = "", reach: Reach | None = None) -> AnyResponse:
    import segno

    who = me()
    row = the_desk().database.read(lambda session: operator_by_id(session, who.id))
    assert row is not None
    secret = secret or new_totp_secret()
    picture = segno.make(totp_address(secret, who.login, _business())).svg_data_uri(scale=5, border=2)
    return show(
        "account.html", status, wrong=wrong, secret=secret, picture=picture,
        own=row, reach=reach or Reach(row.phone, row.email, row.is_on_duty), has_mail=EMAIL in the_desk().channels,
    )  # fmt: skip


def _business() -> str:
    profile = the_profile()
    return profile.business.name if profile is not None else "Textbook"


def _place(token: str) -> Place:
    desk = the_desk()
    now = circumstances().now
    place = desk.database.read(lambda session: place_of(session, token_hash(token), now))
    if place is None:
        g.who = None
        abort(404)
    return place
