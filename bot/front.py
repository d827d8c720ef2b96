"""What a browser or a monitor sees before the console exists: a page that says how to begin, and the health checks."""

from flask import Blueprint, Response, current_app, jsonify

from bot.database import DatabaseAway, SchemaState, schema_of
from bot.desk import Desk

front = Blueprint("front", __name__)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>Textbook</title>
<style>:root{color-scheme:light dark}body{font:1.05rem/1.6 system-ui,sans-serif;max-width:38rem;margin:3rem auto;
padding:0 1rem}
code{background:#8883;border-radius:.25rem;padding:.1rem .35rem}</style>
<h1>Textbook is running</h1>
<p>This is the booking desk that lives in text messages.</p>
<ul>
<li>Try it now, with no account anywhere: run <code>.venv/bin/python -m bot chat</code> in a terminal.
You play a client and the coordinator.</li>
<li>Read the conversations: <code>.venv/bin/python -m bot conversations</code></li>
<li>Check the set-up: <code>.venv/bin/python -m bot doctor</code></li>
</ul></html>
"""


@front.get("/")
def index() -> Response:
    response = Response(_PAGE)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


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
