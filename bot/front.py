"""Where a browser that knows no address goes on, and what a monitor asks."""

from flask import Blueprint, Response, current_app, jsonify, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.database import DatabaseAway, SchemaState, schema_of
from bot.desk import Desk

front = Blueprint("front", __name__)


@front.get("/")
def index() -> AnyResponse:
    desk: Desk = current_app.extensions["desk"]
    return redirect(url_for("simulator.shown" if desk.settings.has_simulator_page else "console.signing_in_home"))


@front.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@front.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Whether messages are answered: 503 while the database is away or its schema is not ours. Webhooks are taken all
    the same, into the journal; so a proxy must not stop sending them here because of it."""
    desk: Desk = current_app.extensions["desk"]
    schema = _schema(desk)
    is_ready = schema is SchemaState.CURRENT
    oldest = desk.journal.oldest()
    answer = jsonify(
        ready=is_ready,
        database="away" if schema is None else "ok",
        migrations="unknown" if schema is None else schema,
        journal={
            "entries": desk.journal.size(),
            "oldest_seconds": None if oldest is None else round((desk.clock.now() - oldest).total_seconds()),
            "quarantined": desk.journal.quarantined(),
        },
    )
    return answer, 200 if is_ready else 503


def _schema(desk: Desk) -> SchemaState | None:
    """None while the database is away, for reading or for writing."""
    try:
        return None if desk.database.is_away else desk.database.read(schema_of)
    except DatabaseAway:
        return None
