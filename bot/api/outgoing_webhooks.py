"""Outgoing webhooks: which systems are told of what happens here, and what came of each telling."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.api.endpoint import ADMINS, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Input, Output, Page, PageAsked, Text, cursor, number_behind
from bot.outgoing.reach import Forbidden, checked
from bot.outgoing.signing import new_secret
from conversations.rules.outgoing import DeliveryState
from handlers.webhook_endpoints import (
    AlreadyTold,
    UnknownEvents,
    events_in,
    listen,
    open_endpoint,
    replay,
    rotate,
    switch,
)
from models.audit import audit
from models.outgoing_webhooks import (
    deliveries_of,
    delivery_by_id,
    endpoint_by_id,
    endpoints,
    lock_endpoint,
    replay_failed,
)

Events = Annotated[list[Annotated[str, Field(pattern=r"^[a-z_]{1,30}\.[a-z_]{0,29}$")]], Field(max_length=60)]


class NewWebhook(Input):
    url: Annotated[Text, Field(min_length=1, max_length=500)]
    events: Events = Field([], description='"booking.confirmed", "booking."; none: all')


class ChangedWebhook(Input):
    """What is left out stays as it is."""

    events: Events | None = None
    is_active: bool | None = None


class Webhook(Output):
    id: int
    url: str
    events: list[str]
    is_active: bool
    failing_since: datetime | None
    closed_why: str
    old_secret_until: datetime | None = Field(description="until when the secret before signs too")
    created_at: datetime


class Secret(Output):
    id: int
    secret: str = Field(description="shown once; Standard Webhooks")


class Delivery(Output):
    id: int
    type: str
    uid: str = Field(description="the webhook-id under which it is told")
    subject: str
    state: DeliveryState
    attempts: int
    at: datetime
    tried_at: datetime | None
    due_at: datetime | None
    status: int | None = Field(description="what was answered, by HTTP")
    words: str
    body: str


@endpoint("GET", "/api/webhooks", ADMINS)
def listed(call: Call) -> Page[Webhook]:
    """All of them, those that are closed too."""
    return Page(items=[Webhook.model_validate(row) for row in endpoints(call.session)])


@endpoint("POST", "/api/webhooks", ADMINS, status=201, location="/api/webhooks/{id}", is_secret=True)
def add(call: Call, body: NewWebhook) -> Secret:
    """Tell another system of what happens from now on."""
    secret = new_secret()
    try:
        checked(body.url, may_be_private=call.desk.settings.webhooks_allow_private)
        made = open_endpoint(call.session, body.url, _events(body.events), secret, call.circumstances.now)
    except Forbidden as wrong:
        raise Problem(422, "forbidden_address", f"It cannot be told: {wrong}.") from None
    except AlreadyTold:
        raise Problem(409, "already_told", "That address is told already.") from None
    _audit(call, "added a webhook", made)
    return Secret(id=made, secret=secret)


@endpoint("GET", "/api/webhooks/{webhook_id}", ADMINS)
def one(call: Call, webhook_id: int) -> Webhook:
    """One of them."""
    row = endpoint_by_id(call.session, webhook_id)
    if row is None:
        raise missing("webhook")
    return Webhook.model_validate(row)


def _lock(call: Call, webhook_id: int) -> None:
    one(call, webhook_id)
    lock_endpoint(call.session, webhook_id)


@endpoint("PUT", "/api/webhooks/{webhook_id}", ADMINS, represents=one, lock=_lock)
def change(call: Call, webhook_id: int, body: ChangedWebhook) -> Webhook:
    """Tell it of other events; close it, or open it again."""
    one(call, webhook_id)
    if body.events is not None:
        listen(call.session, webhook_id, _events(body.events))
        _audit(call, "changed a webhook's events", webhook_id)
    if body.is_active is not None:
        switch(call.session, webhook_id, is_on=body.is_active)
        _audit(call, "opened a webhook again" if body.is_active else "closed a webhook", webhook_id)
    return one(call, webhook_id)


@endpoint("DELETE", "/api/webhooks/{webhook_id}", ADMINS, status=204)
def close(call: Call, webhook_id: int) -> None:
    """Tell it no more. Its log stays."""
    if not switch(call.session, webhook_id, is_on=False):
        raise missing("webhook")
    _audit(call, "closed a webhook", webhook_id)


@endpoint("POST", "/api/webhooks/{webhook_id}/rotate", ADMINS, is_secret=True)
def rotated(call: Call, webhook_id: int) -> Secret:
    """Sign with another secret; for a day with the one before too."""
    secret = new_secret()
    if not rotate(call.session, webhook_id, secret, call.circumstances.now):
        raise missing("webhook")
    _audit(call, "changed a webhook's secret", webhook_id)
    return Secret(id=webhook_id, secret=secret)


@endpoint("GET", "/api/webhooks/{webhook_id}/deliveries", ADMINS)
def deliveries(call: Call, webhook_id: int, query: PageAsked) -> Page[Delivery]:
    """What it was told, newest first, and what came of it."""
    one(call, webhook_id)
    rows = deliveries_of(call.session, webhook_id, query.behind(number_behind), query.limit + 1)
    items = [Delivery.model_validate(row) for row in rows[: query.limit]]
    return Page(items=items, next=cursor(items[-1].id) if len(rows) > query.limit else None)


@endpoint("POST", "/api/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", ADMINS, status=202)
def tell_again(call: Call, webhook_id: int, delivery_id: int) -> None:
    """Tell one event again, whatever came of it."""
    row = delivery_by_id(call.session, delivery_id)
    if row is None or row.endpoint_id != webhook_id:
        raise missing("delivery of this webhook")
    replay(call.session, delivery_id, call.circumstances.now)
    _audit(call, "told a webhook again", webhook_id, str(delivery_id))


@endpoint("POST", "/api/webhooks/{webhook_id}/replay", ADMINS, status=202)
def tell_all_again(call: Call, webhook_id: int) -> None:
    """Tell everything again that it has not taken."""
    one(call, webhook_id)
    replay_failed(call.session, webhook_id, call.circumstances.now)
    _audit(call, "told a webhook again", webhook_id, "what was not taken")


def _events(words: list[str]) -> list[str]:
    try:
        return events_in(" ".join(words))
    except UnknownEvents as wrong:
        raise Problem(422, "no_such_event", f"{wrong}."[:300]) from None


def _audit(call: Call, action: str, webhook_id: int, words: str = "") -> None:
    audit(
        call.session, at=call.circumstances.now, operator_id=call.by.operator_id, action=action,
        subject=f"webhook {webhook_id}", words=words,
    )  # fmt: skip
