"""Programs: who calls the API, by which token; a new one, shown once, and an end to one."""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import number, the_desk
from bot.console.door import me, page
from bot.console.operators import MEANS
from bot.console.secrets import new_token, token_hash
from bot.console.shown import go, show
from handlers.api.tokens_kept import NoSuchStaff, make_token, token_revoked
from models.api import tokens_of_operators
from models.business import active_staff
from models.operators import Role

SHOWN = 200
LONGEST_DAYS = 3650


@page("/programs", role=Role.ADMIN)
def listed() -> AnyResponse:
    return _listed()


@page("/programs/make", role=Role.ADMIN, method="POST")
def made() -> AnyResponse:
    """Its token stands in this answer alone."""
    said = {name: request.form.get(name, "").strip()[:80] for name in ("name", "role", "staff", "days")}
    days, token, desk = number("days"), new_token(), the_desk()
    if not said["name"] or said["role"] not in set(Role) or (said["days"] and not 0 < (days or 0) <= LONGEST_DAYS):
        return _listed(f"A program has a name and a role, and works for 1 to {LONGEST_DAYS} days.", said)
    try:
        desk.database.transact(
            lambda session: make_token(
                session, name=said["name"], role=Role(said["role"]), staff_id=number("staff"), scopes=[],
                lasts=timedelta(days=days) if days else None, token_hash=token_hash(token), by=me().id,
                now=desk.clock.now(),
            )
        )  # fmt: skip
    except NoSuchStaff:
        return _listed("Choose a staff member with the role staff, and with no other.", said)
    return _listed(token=token)


@page("/programs/<int:token_id>/revoke", role=Role.ADMIN, method="POST")
def revoked(token_id: int) -> AnyResponse:
    desk, by, now = the_desk(), me().id, the_desk().clock.now()
    is_done = desk.database.transact(lambda session: token_revoked(session, token_id, by, now))
    return go("programs_listed", "done" if is_done else "unchanged")


def _listed(wrong: str = "", said: dict[str, str] | None = None, token: str = "") -> AnyResponse:
    database = the_desk().database
    rows = database.read(lambda session: tokens_of_operators(session, None, SHOWN))
    return show(
        "programs.html", 422 if wrong else 200, rows=rows, staff=database.read(active_staff), means=MEANS,
        wrong=wrong, said=said or {}, token=token, now=the_desk().clock.now(),
    )  # fmt: skip
