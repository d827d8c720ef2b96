"""People: clients looked up by name, number or email, and one with everything there is about them."""

from flask import Response, abort, current_app, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.channels.reading import clean
from bot.console.asked import circumstances, number, the_desk
from bot.console.door import console, me, page
from bot.console.exported import Rows, exported
from bot.console.shown import go, show
from conversations.languages import spoken
from conversations.languages.render import money_text
from handlers.console.people_merged import Merged, Merging, alike, client_meant, merge, merging, turned_out_to_be
from handlers.console.people_shown import Corrected, correct, people_listed, person_of
from models.audit import audit
from models.operators import Role
from models.people_listing import people

MOST_AT_ONCE = 500
"""Clients that an export reads at once."""
LONGEST_SEARCH = 80
COLUMNS = ("id", "name", "phone", "email", "language", "since")
WRONG = {
    Merged.MISSING: "There is no such client: nothing can be merged.",
    Merged.SAME: "That is the same client: nobody is merged with themselves.",
    Merged.BEFORE: "One of the two was merged before: look again who they are.",
    Merged.CLASSES: (
        "Both have a place in the same class, where a client has one booking. Cancel or move one of the two first; "
        "where both were there, they stay two clients."
    ),
}
"""Why two people are not merged."""
_ONE = "/person/<int(max=9223372036854775807):client_id>"


@page("/people")
def listed() -> AnyResponse:
    wanted, before = _wanted(), number("before")
    found, more = the_desk().database.read(lambda session: people_listed(session, wanted, before))
    next_page = url_for("console.people_listed", q=wanted or None, before=more) if more is not None else None
    return show("people.html", found=found, next_page=next_page, wanted=wanted)


@page(_ONE)
def one(client_id: int) -> AnyResponse:
    """Who was merged into somebody is shown as them."""
    into = the_desk().database.read(lambda session: turned_out_to_be(session, client_id))
    if into is not None:
        return go("people_one", client_id=into, was=client_id)
    return _shown(client_id)


@page(_ONE, role=Role.OPERATOR, method="POST")
def change(client_id: int) -> AnyResponse:
    """What they are called, where mail reaches them, in which language they are written to."""
    who, now = me(), the_desk().clock.now()
    name, email, language = (clean(request.form.get(field, "")) for field in ("name", "email", "language"))
    came = the_desk().database.transact(
        lambda session: correct(session, client_id, name, email, language, who, now)
    )  # fmt: skip
    match came:
        case Corrected.MISSING:
            abort(404)
        case Corrected.MERGED:
            return go("people_one", client_id=client_id)
        case Corrected.BAD_EMAIL:
            return _shown(client_id, "That is no address that mail can go to: nothing was changed.")
    return go("people_one", "saved" if came is Corrected.DONE else "unchanged", client_id=client_id)


@page(f"{_ONE}/merge", role=Role.OPERATOR)
def ask_merge(client_id: int) -> AnyResponse:
    """What would become of this client and another, where they are one person."""
    return _asked(client_id, request.args.get("other", ""))


@page(f"{_ONE}/merge", role=Role.OPERATOR, method="POST")
def merge_with(client_id: int) -> AnyResponse:
    """The other belongs to this client from now on."""
    who, now, other = me(), the_desk().clock.now(), number("other") or 0
    came = the_desk().database.transact(lambda session: merge(session, client_id, other, who, now))
    if came is not Merged.DONE:
        return _asked(client_id, str(other), came)
    return go("people_one", "done", client_id=client_id, was=other)


@page("/people/export.<kind>", role=Role.ADMIN)
def export(kind: str) -> Response:
    """All clients, or those that are looked for, newest first."""
    desk, wanted, who = the_desk(), _wanted(), me()

    def rows(before: int | None) -> Rows:
        found = desk.database.read(lambda session: people(session, wanted, before, MOST_AT_ONCE))
        return [(row.id, row.name, row.phone, row.email, row.language, row.created_at) for row in found]

    response = exported("people", kind, COLUMNS, rows)
    now = desk.clock.now()
    desk.database.transact(
        lambda session: audit(session, at=now, operator_id=who.id, who=who.name, action="exported people")
    )
    return response


@console.context_processor
def _links() -> dict[str, object]:
    """Where one booking is shown, for every page that names one."""

    def booking_page(booking_id: int) -> str | None:
        has_page = "console.bookings_one" in current_app.view_functions
        return url_for("console.bookings_one", booking_id=booking_id) if has_page else None

    return {"booking_page": booking_page}


def _wanted() -> str:
    return clean(request.args.get("q", "")).strip()[:LONGEST_SEARCH]


def _shown(client_id: int, wrong: str = "") -> AnyResponse:
    desk, told, was = the_desk(), circumstances(), number("was")
    person = desk.database.read(lambda session: person_of(session, client_id, told))
    if person is None:
        abort(404)
    is_asked = me().may(Role.OPERATOR)
    return show(
        "person.html", 409 if wrong else 200, person=person, wrong=wrong, languages=spoken(),
        money=lambda amount: money_text(amount, "en"),
        alike=desk.database.read(lambda session: alike(session, client_id)) if is_asked else (),
        was=was if was and desk.database.read(lambda s: turned_out_to_be(s, was)) == client_id else None,
    )  # fmt: skip


def _asked(client_id: int, said: str, came: Merged = Merged.DONE) -> AnyResponse:
    """`came`: what has just kept them from being merged."""

    def look(session: Session) -> Merging:
        return merging(session, client_id, client_meant(session, said[:LONGEST_SEARCH]))

    found = the_desk().database.read(look)
    if found.stays is None:
        abort(404)
    word = came if came is not Merged.DONE else found.word
    return show("people_merge.html", 409 if word in WRONG else 200, found=found, wrong=WRONG.get(word, ""))
