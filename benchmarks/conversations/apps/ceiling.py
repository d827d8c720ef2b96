"""The ceilings: a Flask route that checks Twilio's signature and answers, with one commit or none."""

import os

from flask import Flask, Response, abort, request

from benchmarks.conversations.apps.storage import URL, Storage, make
from benchmarks.conversations.signing import is_genuine

app = Flask(__name__)
_KEY = "integer primary key" if URL.startswith("sqlite") else "bigint generated always as identity primary key"
_opened: list[Storage] = []

if URL:
    make((f"create table texts (id {_KEY}, sid varchar(40) not null, body text not null)",))


@app.post("/webhooks/twilio")
def text() -> Response:
    url = f"{os.environ['PUBLIC_URL']}/webhooks/twilio"
    if not is_genuine(url, request.form.to_dict(), request.headers.get("X-Twilio-Signature")):
        abort(403)
    if URL:
        _keep(request.form["MessageSid"], request.form["Body"])
    return Response(status=204)


def _keep(sid: str, body: str) -> None:
    if not _opened:
        _opened.append(Storage())
    with _opened[0].transaction():
        _opened[0].run("insert into texts (sid, body) values (?, ?)", sid, body)
