"""Outgoing webhooks: who is told of what happens here, and what came of each telling."""

from flask import abort, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import number, the_desk
from bot.console.door import me, page
from bot.console.shown import go, show
from bot.outgoing.reach import Forbidden, checked
from bot.outgoing.signing import new_secret
from conversations.rules.outgoing import EVENTS, DeliveryState
from handlers.webhook_endpoints import AlreadyTold, UnknownEvents, events_in, open_endpoint, replay, rotate, switch
from models.audit import audit
from models.operators import Role
from models.outgoing_webhooks import deliveries_of, delivery_by_id, endpoint_by_id, endpoints, replay_failed

SHOWN = 50


@page("/webhooks", role=Role.ADMIN)
def listed() -> AnyResponse:
    return _listed()


@page("/webhooks/add", role=Role.ADMIN, method="POST")
def added() -> AnyResponse:
    """Its secret stands in this answer alone."""
    desk, url, words = the_desk(), request.form.get("url", "").strip(), request.form.get("events", "")
    try:
        checked(url, may_be_private=desk.settings.webhooks_allow_private)
        wanted, secret, now = events_in(words), new_secret(), desk.clock.now()
        made = desk.database.transact(lambda session: open_endpoint(session, url, wanted, secret, now))
    except (Forbidden, UnknownEvents, AlreadyTold) as wrong:
        return _listed(f"This cannot be added: {wrong}.", {"url": url, "events": words})
    _audit("added a webhook", made)
    return _one(made, secret=secret)


@page("/webhooks/<int:endpoint_id>", role=Role.ADMIN)
def one(endpoint_id: int) -> AnyResponse:
    return _one(endpoint_id)


@page("/webhooks/<int:endpoint_id>/rotate", role=Role.ADMIN, method="POST")
def rotated(endpoint_id: int) -> AnyResponse:
    secret, now = new_secret(), the_desk().clock.now()
    if not the_desk().database.transact(lambda session: rotate(session, endpoint_id, secret, now)):
        abort(404)
    _audit("changed a webhook's secret", endpoint_id)
    return _one(endpoint_id, secret=secret)


@page("/webhooks/<int:endpoint_id>/switch", role=Role.ADMIN, method="POST")
def switched(endpoint_id: int) -> AnyResponse:
    is_on = request.form.get("on") == "1"
    if not the_desk().database.transact(lambda session: switch(session, endpoint_id, is_on=is_on)):
        abort(404)
    _audit("opened a webhook again" if is_on else "closed a webhook", endpoint_id)
    return go("webhooks_one", "saved", endpoint_id=endpoint_id)


@page("/webhooks/<int:endpoint_id>/replay", role=Role.ADMIN, method="POST")
def replayed(endpoint_id: int) -> AnyResponse:
    """Tell one event again, or everything that was not taken."""
    desk, which, now = the_desk(), number("delivery"), the_desk().clock.now()
    if which is None:
        desk.database.transact(lambda session: replay_failed(session, endpoint_id, now))
    else:
        row = desk.database.read(lambda session: delivery_by_id(session, which))
        if row is None or row.endpoint_id != endpoint_id:
            abort(404)
        desk.database.transact(lambda session: replay(session, which, now))
    _audit("told a webhook again", endpoint_id, str(which or "what was not taken"))
    return go("webhooks_one", "done", endpoint_id=endpoint_id)


def _listed(wrong: str = "", said: dict[str, str] | None = None) -> AnyResponse:
    rows = the_desk().database.read(endpoints)
    return show("webhooks.html", 422 if wrong else 200, rows=rows, wrong=wrong, said=said or {}, kinds=EVENTS)


def _one(endpoint_id: int, secret: str = "") -> AnyResponse:
    desk, before = the_desk(), number("before")
    endpoint = desk.database.read(lambda session: endpoint_by_id(session, endpoint_id))
    if endpoint is None:
        abort(404)
    rows = desk.database.read(lambda session: deliveries_of(session, endpoint_id, before, SHOWN + 1))
    more = rows[SHOWN - 1].id if len(rows) > SHOWN else None
    return show(
        "webhooks_one.html", endpoint=endpoint, rows=rows[:SHOWN], more=more, secret=secret, State=DeliveryState
    )  # fmt: skip


def _audit(action: str, endpoint_id: int, words: str = "") -> None:
    who, now = me(), the_desk().clock.now()
    the_desk().database.transact(
        lambda session: audit(
            session, at=now, operator_id=who.id, who=who.name, action=action, subject=f"webhook {endpoint_id}",
            words=words[:500],
        )
    )  # fmt: skip
