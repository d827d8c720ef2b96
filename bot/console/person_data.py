"""What admins do with all that is held on somebody: hand it to them as a file, or forget who they were, for good."""

from flask import Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import the_desk
from bot.console.door import me, page
from bot.console.shown import go, guarded, show
from bot.exporting import as_json, as_page, held_on
from bot.forgetting import WHY_NOT, cancel_ahead, forget_person, in_the_way, would_forget
from bot.logs import log
from conversations.languages.render import money_text
from conversations.money import Money
from handlers.person_forgotten import Verdict
from models.audit import audit
from models.operators import Role

_ONE = "/person/<int(max=9223372036854775807):client_id>"
_KINDS = {"json": (as_json, "application/json"), "html": (as_page, "text/html; charset=utf-8")}
FILE_STAYS = "A file that names them cannot be removed: nothing was done."
OTHER = "That is not the number of this client: nothing was done."


@page(f"{_ONE}/held.<kind>", role=Role.ADMIN)
def export(client_id: int, kind: str) -> Response:
    """All that is held on them."""
    if kind not in _KINDS:
        abort(404)
    desk, who = the_desk(), me()
    held = held_on(desk, client_id)
    if held is None:
        abort(404)
    now, (written, content_type) = desk.clock.now(), _KINDS[kind]
    desk.database.transact(
        lambda session: audit(
            session, at=now, operator_id=who.id, action="exported a person", subject=f"client {client_id}", words=kind
        )
    )
    response = Response(written(held), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="client-{client_id}.{kind}"'
    return guarded(response)


@page(f"{_ONE}/forget", role=Role.ADMIN)
def ask_forget(client_id: int) -> AnyResponse:
    """What would be erased, and what is in the way."""
    return _asked(client_id)


@page(f"{_ONE}/forget", role=Role.ADMIN, method="POST")
def forget(client_id: int) -> AnyResponse:
    """Whoever types the client's number means it."""
    desk, who = the_desk(), me()
    if request.form.get("typed", "").strip() != str(client_id):
        return _asked(client_id, OTHER)
    if request.form.get("cancel"):
        cancel_ahead(desk, client_id, f"operator:{who.id}")
    try:
        done = forget_person(desk, client_id, who=who.name, operator_id=who.id)
    except OSError:
        log.exception("person_not_forgotten", client=client_id)
        return _asked(client_id, FILE_STAYS)
    if done.verdict is not Verdict.DONE:
        return _asked(client_id)
    return go("people_one", "forgotten", client_id=done.client_id)


def _asked(client_id: int, wrong: str = "") -> AnyResponse:
    found = would_forget(the_desk(), client_id, looks=False)
    if found.verdict is Verdict.MISSING:
        abort(404)
    wrong = wrong or WHY_NOT.get(found.verdict, "")
    credit = [money_text(Money(amount, currency), "en") for currency, amount in found.way.credit]
    return show(
        "person_forget.html", 409 if wrong else 200, found=found, wrong=wrong, credit=credit,
        way=in_the_way(found.way), is_refused=found.verdict in WHY_NOT,
        may_cancel=bool(found.way.bookings or found.way.places), asked_for=client_id,
    )  # fmt: skip
