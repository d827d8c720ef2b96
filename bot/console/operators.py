"""Operators: who may sign in and as what; their one-time links, which are shown once; who is on duty."""

from collections.abc import Callable
from typing import Any

from flask import abort, request
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.commands.operator import console_address
from bot.console.asked import circumstances, number, the_desk
from bot.console.door import me, page
from bot.console.secrets import new_token, token_hash
from bot.console.shown import go, show
from handlers.console.operators_kept import (
    CannotKeep,
    change_role,
    invite,
    keep_totp,
    new_password_link,
    set_active,
)
from handlers.console.reached import Reach, keep_reach
from models.audit import audit
from models.business import active_staff, touch_business
from models.operators import Role, all_operators, change_operator, operator_by_id

MEANS = {
    Role.STAFF: "sees their own bookings only", Role.VIEWER: "reads everything, changes nothing",
    Role.OPERATOR: "answers clients and decides", Role.ADMIN: "also sets up the business and who signs in",
}  # fmt: skip


@page("/operators", role=Role.ADMIN)
def listed() -> AnyResponse:
    return _listed()


@page("/operators/invite", role=Role.ADMIN, method="POST")
def invited() -> AnyResponse:
    """Make a place ready. Its link stands in this answer alone."""
    said = {name: request.form.get(name, "")[:200] for name in ("login", "name")}
    role, staff_id, token, now = _role(), number("staff"), new_token(), the_desk().clock.now()

    def work(session: Session) -> int:
        there = invite(session, said["login"], said["name"], role, _of_staff(session, staff_id), token_hash(token), now)
        _audit(session, there, "invited", role)
        return there

    try:
        made = the_desk().database.transact(work)
    except CannotKeep as why:
        return _listed(str(why), said | {"role": role, "staff": staff_id}, 422)
    return _person(made, link=_address(token), works="7 days")


@page("/operators/<int:operator_id>", role=Role.ADMIN)
def person(operator_id: int) -> AnyResponse:
    return _person(operator_id)


@page("/operators/<int:operator_id>/role", role=Role.ADMIN, method="POST")
def given_role(operator_id: int) -> AnyResponse:
    role, staff_id = _role(), number("staff")

    def work(session: Session) -> None:
        change_role(session, operator_id, role, _of_staff(session, staff_id))

    return _done(operator_id, work, "changed the role", role)


@page("/operators/<int:operator_id>/active", role=Role.ADMIN, method="POST")
def switched(operator_id: int) -> AnyResponse:
    is_active = request.form.get("on") == "1"
    deed = "switched on" if is_active else "switched off"
    return _done(operator_id, lambda session: set_active(session, operator_id, is_active=is_active), deed)


@page("/operators/<int:operator_id>/duty", role=Role.ADMIN, method="POST")
def duty(operator_id: int) -> AnyResponse:
    is_on = request.form.get("on") == "1"
    deed = "put on duty" if is_on else "taken off duty"
    return _done(operator_id, lambda session: change_operator(session, operator_id, is_on_duty=is_on), deed)


@page("/operators/<int:operator_id>/reach", role=Role.ADMIN, method="POST")
def reached(operator_id: int) -> AnyResponse:
    """Where alerts reach them, and from which phone they command."""
    _known(operator_id)
    wanted = Reach(request.form.get("phone", "")[:100], request.form.get("email", "")[:300])
    who, told = me(), circumstances()
    try:
        the_desk().database.transact(lambda session: keep_reach(session, operator_id, wanted, who, told))
    except CannotKeep as why:
        return _person(operator_id, wrong=str(why), status=422, reach=wanted)
    return go("operators_person", "saved", operator_id=operator_id)


@page("/operators/<int:operator_id>/second-factor", role=Role.ADMIN, method="POST")
def without_second_factor(operator_id: int) -> AnyResponse:
    """Whoever has lost their phone signs in by the password alone, and may set up another."""
    return _done(operator_id, lambda session: keep_totp(session, operator_id, "", 0), "took off the second factor")


@page("/operators/<int:operator_id>/link", role=Role.ADMIN, method="POST")
def new_link(operator_id: int) -> AnyResponse:
    """A link by which they set a new password. It stands in this answer alone."""
    row, token, now = _known(operator_id), new_token(), the_desk().clock.now()

    def work(session: Session) -> None:
        new_password_link(session, row.login, token_hash(token), now)
        _audit(session, operator_id, "made a new-password link", "")

    the_desk().database.transact(work)
    return _person(operator_id, link=_address(token), works="2 hours")


def _done(operator_id: int, deed: Callable[[Session], None], action: str, words: str = "") -> AnyResponse:
    """Do it under the business's lock: of two admins who demote each other, one is refused."""
    _known(operator_id)

    def work(session: Session) -> None:
        touch_business(session)
        deed(session)
        _audit(session, operator_id, action, words)

    try:
        the_desk().database.transact(work)
    except CannotKeep as why:
        return _person(operator_id, wrong=str(why), status=422)
    after = the_desk().database.read(lambda session: operator_by_id(session, operator_id))
    if operator_id == me().id and after is not None and after.role != Role.ADMIN:
        return go("inbox_show_inbox", "saved")
    return go("operators_person", "saved", operator_id=operator_id)


def _listed(wrong: str = "", said: dict[str, Any] | None = None, status: int = 200) -> AnyResponse:
    database = the_desk().database
    return show(
        "operators.html", status, people=database.read(all_operators), staff=_staff(), wrong=wrong,
        said=said or {"login": "", "name": "", "role": Role.OPERATOR, "staff": None}, means=MEANS,
    )  # fmt: skip


def _person(
    operator_id: int, *, link: str = "", works: str = "", wrong: str = "", status: int = 200, reach: Reach | None = None
) -> AnyResponse:
    row = _known(operator_id)
    return show(
        "operators_person.html", status, one=row, staff=_staff(), link=link, works=works, wrong=wrong, means=MEANS,
        reach=reach or Reach(row.phone, row.email),
    )  # fmt: skip


def _known(operator_id: int) -> Row[Any]:
    row = the_desk().database.read(lambda session: operator_by_id(session, operator_id))
    if row is None:
        abort(404)
    return row


def _staff() -> dict[int, str]:
    return the_desk().database.read(active_staff)


def _of_staff(session: Session, staff_id: int | None) -> int | None:
    """The number of somebody who works here; None for any other."""
    return staff_id if staff_id in active_staff(session) else None


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        abort(400)


def _address(token: str) -> str:
    return console_address(the_desk().settings, f"/console/link/{token}")


def _audit(session: Session, operator_id: int, action: str, words: str) -> None:
    audit(
        session, at=the_desk().clock.now(), operator_id=me().id, who=me().name, action=action,
        subject=f"operator {operator_id}", words=words[:500],
    )  # fmt: skip
