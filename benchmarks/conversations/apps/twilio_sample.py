"""The idiom of Twilio's own Flask samples (airtng-flask, automated-survey-flask): the dialogue in a cookie's session,
rows by Flask-SQLAlchemy, the sender's answer as TwiML, and the SDK's client for texts to others."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request, session
from flask_sqlalchemy import SQLAlchemy
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from benchmarks.conversations.apps import words
from benchmarks.conversations.dialogue import SERVICES
from benchmarks.conversations.signing import OURS, SID, TOKEN

app = Flask(__name__)
app.secret_key = "not a secret"
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
COORDINATORS = {words.coordinator_for(service) for service in SERVICES}


class Booking(db.Model):  # type: ignore[name-defined,misc]
    id = db.Column(db.Integer, primary_key=True)
    phone = db.Column(db.String, nullable=False)
    service = db.Column(db.String, nullable=False)
    day = db.Column(db.Date, nullable=False)
    hour = db.Column(db.Integer, nullable=False)
    status = db.Column(db.String, nullable=False, default="pending")
    __table_args__ = (db.UniqueConstraint("service", "day", "hour"),)


with app.app_context():
    db.create_all()
    db.session.remove()
    db.engine.dispose()


class _Wire(TwilioHttpClient):  # type: ignore[misc]
    """To the provider's stand-in."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(method, os.environ["PROVIDER_URL"] + urlsplit(url).path, *args, **kwargs)


client = Client(SID, TOKEN, http_client=_Wire())


def validate_twilio_request(view: Callable[[], str]) -> Callable[[], Response]:
    """As https://www.twilio.com/docs/usage/tutorials/how-to-secure-your-flask-app-by-validating-incoming-twilio-requests"""

    @wraps(view)
    def decorated() -> Response:
        url = f"{os.environ['PUBLIC_URL']}{request.path}"
        validator = RequestValidator(TOKEN)
        if not validator.validate(url, request.form, request.headers.get("X-TWILIO-SIGNATURE", "")):
            abort(403)
        answer = MessagingResponse()
        answer.message(view())
        return Response(str(answer), mimetype="text/xml")

    return decorated


@app.post("/webhooks/twilio")
@validate_twilio_request
def message() -> str:
    phone, body = request.form["From"], request.form["Body"]
    if phone in COORDINATORS:
        return _approve(int(body.rpartition(" ")[2]))
    if body == "book":
        session.clear()
        return words.WHICH_SERVICE
    if "service" not in session and (service := words.service_of(body)):
        session["service"] = service
        return words.which_day(service)
    today = datetime.now(UTC).date()  # noqa: TID251 -- not our program's clock
    if "day" not in session and (day := words.day_of(body, today)):
        session["day"] = day.isoformat()
        taken = Booking.query.filter_by(service=session["service"], day=day).all()
        return words.which_time(day, {booking.hour for booking in taken})
    if "hour" not in session and (hour := words.hour_of(body)) is not None:
        session["hour"] = hour
        return words.shall_i(session["service"], date.fromisoformat(session["day"]), hour)
    return _book(phone) if "hour" in session and body == "yes" else words.AGAIN


def _book(phone: str) -> str:
    what = session["service"], date.fromisoformat(session["day"]), session["hour"]
    booking = Booking(phone=phone, service=what[0], day=what[1], hour=what[2])
    db.session.add(booking)
    db.session.commit()
    session.clear()
    _send(words.coordinator_for(what[0]), words.request(booking.id, phone, *what))
    return words.thanks(booking.id, *what)


def _approve(number: int) -> str:
    booking = db.session.get(Booking, number)
    if booking is None or booking.status != "pending":
        return words.AGAIN
    booking.status = "confirmed"
    db.session.commit()
    _send(booking.phone, words.confirmed(number, booking.service, booking.day, booking.hour))
    return words.approved(number)


def _send(to: str, text: str) -> None:
    client.messages.create(to=to, from_=OURS, body=text)
