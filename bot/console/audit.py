"""The audit log: who did what in the console, and to what."""

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, url_for
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import number, the_desk
from bot.console.door import me, page
from bot.console.exported import Rows, exported
from bot.console.shown import show
from models.audit import audit, audited, audited_of
from models.audit_seals import last_seal
from models.operators import Role, all_operators

PAGE = 60
MOST_AT_ONCE = 500
"""Entries that an export reads at once."""
COLUMNS = ("id", "at", "operator_id", "who", "name", "action", "subject", "words", "source")
PAGES = {
    "booking": ("console.bookings_one", "booking_id"), "conversation": ("console.threads_read", "conversation_id"),
    "class": ("console.classes_one", "class_id"), "client": ("console.people_one", "client_id"),
}  # fmt: skip
"""Where what an entry is about is shown, by the first word of its subject."""


@page("/audit", role=Role.ADMIN)
def listed() -> AnyResponse:
    whose, before = number("operator"), number("before")
    found = the_desk().database.read(lambda session: _entries(session, whose, before, PAGE + 1))
    rows = found[:PAGE]
    more = rows[-1].id if len(found) > PAGE else None
    return show(
        "audit.html", entries=[(row, _address(row.subject)) for row in rows], whose=whose,
        colleagues=the_desk().database.read(all_operators), seal=the_desk().database.read(last_seal),
        next_page=url_for("console.audit_listed", operator=whose, before=more) if more is not None else None,
    )  # fmt: skip


@page("/audit/export.<kind>", role=Role.ADMIN)
def export(kind: str) -> Response:
    """All of it, or what one operator did, newest first."""
    desk, whose, who = the_desk(), number("operator"), me()

    def rows(before: int | None) -> Rows:
        found = desk.database.read(lambda session: _entries(session, whose, before, MOST_AT_ONCE))
        return [tuple(getattr(row, name) for name in COLUMNS) for row in found]

    response = exported("audit", kind, COLUMNS, rows)
    now = desk.clock.now()
    desk.database.transact(
        lambda session: audit(session, at=now, operator_id=who.id, who=who.name, action="exported the audit log")
    )
    return response


def _entries(session: Session, whose: int | None, before: int | None, limit: int) -> Sequence[Row[Any]]:
    return audited_of(session, whose, before, limit) if whose is not None else audited(session, before, limit)


def _address(subject: str) -> str | None:
    """The page of what an entry is about, where it has one."""
    kind, _, said = subject.partition(" ")
    endpoint, name = PAGES.get(kind, ("", ""))
    if endpoint not in current_app.view_functions or not (said.isascii() and said.isdigit()):
        return None
    where: dict[str, Any] = {name: int(said)}
    return url_for(endpoint, **where)
