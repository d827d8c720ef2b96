"""The baseline, "bot": the simplest program that does the whole dialogue. One commit a message holds state, log, outbox
and the message's sid; then the replies are sent inline."""

import json
import os
from contextlib import suppress
from datetime import UTC, date, datetime
from http.client import HTTPException

from flask import Flask, Response, abort, request

from benchmarks.conversations.apps import words
from benchmarks.conversations.apps.sending import Sender
from benchmarks.conversations.apps.storage import Storage, make
from benchmarks.conversations.dialogue import SERVICES
from benchmarks.conversations.signing import is_genuine

app = Flask(__name__)
COORDINATORS = {words.coordinator_for(service) for service in SERVICES}
Reply = tuple[str, str]
_opened: list[tuple[Storage, Sender]] = []

make()


@app.post("/webhooks/twilio")
def text() -> Response:
    url = f"{os.environ['PUBLIC_URL']}/webhooks/twilio"
    if not is_genuine(url, request.form.to_dict(), request.headers.get("X-Twilio-Signature")):
        abort(403)
    take(request.form["MessageSid"], request.form["From"], request.form["Body"])
    return Response(status=204)


def take(sid: str, phone: str, body: str) -> None:
    """Commit, then send."""
    if not _opened:
        _opened.append((Storage(), Sender()))
    storage, sender = _opened[0]
    now = datetime.now(UTC)  # noqa: TID251 -- not our program's clock
    with storage.transaction():
        kept = "insert into messages (sid, phone, direction, body, at) values (?, ?, 'in', ?, ?) on conflict do nothing"
        if not storage.run(kept, sid, phone, body, now.isoformat()).rowcount:
            return
        replies = answer(storage, phone, body, now.date())
        for to, reply in replies:
            _queue(storage, to, reply, now.isoformat())
    for to, reply in replies:
        with suppress(OSError, HTTPException):
            sender.send(to, reply)


def _queue(storage: Storage, to: str, reply: str, at: str) -> None:
    storage.run("insert into messages (phone, direction, body, at) values (?, 'out', ?, ?)", to, reply, at)
    storage.run("insert into outbox (phone, body, status) values (?, ?, 'queued')", to, reply)


def answer(storage: Storage, phone: str, body: str, today: date) -> list[Reply]:
    """Straight line: what is wanted next is what is missing."""
    if phone in COORDINATORS and body.startswith("APPROVE "):
        return _approve(storage, phone, int(body.removeprefix("APPROVE ")))
    kept = storage.run("select state from conversations where phone = ?", phone).fetchone()
    state = json.loads(kept[0]) if kept else {}
    replies = _step(storage, state, phone, body, today)
    saved = (
        "insert into conversations (phone, state) values (?, ?)"
        " on conflict (phone) do update set state = excluded.state"
    )
    storage.run(saved, phone, json.dumps(state))
    return replies


def _step(storage: Storage, state: dict[str, str], phone: str, body: str, today: date) -> list[Reply]:
    if body == "book":
        state.clear()
        return [(phone, words.WHICH_SERVICE)]
    if "service" not in state and (service := words.service_of(body)):
        state["service"] = service
        return [(phone, words.which_day(service))]
    if "day" not in state and (day := words.day_of(body, today)):
        state["day"] = day.isoformat()
        taken = storage.run("select hour from bookings where service = ? and day = ?", state["service"], state["day"])
        return [(phone, words.which_time(day, {row[0] for row in taken}))]
    if "hour" not in state and (hour := words.hour_of(body)) is not None:
        state["hour"] = str(hour)
        return [(phone, words.shall_i(state["service"], date.fromisoformat(state["day"]), hour))]
    if "hour" in state and body == "yes":
        return _book(storage, state, phone)
    return [(phone, words.AGAIN)]


def _book(storage: Storage, state: dict[str, str], phone: str) -> list[Reply]:
    service, day, hour = state["service"], state["day"], int(state["hour"])
    statement = (
        "insert into bookings (phone, service, day, hour, status) values (?, ?, ?, ?, 'pending')"
        " on conflict do nothing returning id"
    )
    booked = storage.run(statement, phone, service, day, hour).fetchone()
    state.clear()
    if not booked:
        return [(phone, words.AGAIN)]
    what = service, date.fromisoformat(day), hour
    prompt = words.request(booked[0], phone, *what)
    return [(words.coordinator_for(service), prompt), (phone, words.thanks(booked[0], *what))]


def _approve(storage: Storage, coordinator: str, number: int) -> list[Reply]:
    statement = (
        "update bookings set status = 'confirmed' where id = ? and status = 'pending'"
        " returning phone, service, day, hour"
    )
    found = storage.run(statement, number).fetchone()
    if not found:
        return [(coordinator, words.AGAIN)]
    phone, service, day, hour = found
    told = words.confirmed(number, service, date.fromisoformat(day), hour)
    return [(coordinator, words.approved(number)), (phone, told)]
