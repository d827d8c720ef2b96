"""The door: who is let in, what each is answered, and what is kept of it."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, func, select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from werkzeug.test import TestResponse

from bot.channels.base import Found, LookUp, SendError
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from conversations.delivery import Delivery, SendFailure
from conversations.layout import Capabilities
from models.conversations import turns
from models.messages import Direction, messages
from models.outbox import outbox
from tests.conftest import MakeDesk
from tests.fakes.twilio_server import FakeTwilio
from tests.fakes.ultramsg_server import FakeUltraMsg
from webhooks import LONGEST_BODY, NO_REPLY, create_app

TOKEN = "test_auth_token"
OURS, ANA = "+15005550009", "+15005550006"
TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_sms_number": OURS}
INSTANCE, SECRET = "instance77", "a-long-random-word"
ULTRAMSG = {"ultramsg_instance_id": INSTANCE, "ultramsg_token": "t0ken", "ultramsg_webhook_secret": SECRET}
WHATSAPP = {
    "whatsapp_token": "t0ken",
    "whatsapp_phone_number_id": "990011",
    "whatsapp_app_secret": "s3cret",
    "whatsapp_verify_token": "word",
}
MESSAGE, STATUS = "/webhooks/twilio", "/webhooks/twilio/status"
FORM = "application/x-www-form-urlencoded"
HERE = "http://localhost"
twilio = FakeTwilio("AC1", TOKEN)
ultramsg = FakeUltraMsg(INSTANCE, "t0ken")


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk(**TWILIO, **ULTRAMSG)


@pytest.fixture
def client(desk: Desk) -> FlaskClient:
    return create_app(desk).test_client()


def ana_texts(body: str = "book", **fields: str) -> dict[str, str]:
    return twilio.text_form(ANA, OURS, body, **fields)


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


def post(client: FlaskClient, path: str, form: Mapping[str, str], **more: Any) -> TestResponse:
    return client.post(path, data=form, headers=signed(f"{HERE}{path}", form), **more)


def count(desk: Desk, table: Table, *where: Any) -> int:
    return desk.database.read(
        lambda session: int(session.execute(select(func.count()).select_from(table).where(*where)).scalar_one())
    )


def inbound(desk: Desk) -> int:
    return count(desk, messages, messages.c.direction == Direction.IN)


class TestTwilio:
    def test_a_signed_message_is_answered_with_an_empty_response(self, client: FlaskClient, desk: Desk) -> None:
        answer = post(client, MESSAGE, ana_texts())
        assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/xml", NO_REPLY)
        assert (1, 1, 1) == (inbound(desk), count(desk, turns), count(desk, outbox))

    def test_a_forged_one_is_refused_and_nothing_is_kept(self, client: FlaskClient, desk: Desk) -> None:
        form = ana_texts()
        headers = signed(f"{HERE}{MESSAGE}", form, token="another token")
        answer = client.post(MESSAGE, data=form, headers=headers)
        assert (answer.status_code, answer.mimetype) == (403, "text/plain")
        assert 0 == inbound(desk)

    def test_a_changed_text_is_refused(self, client: FlaskClient, desk: Desk) -> None:
        form = ana_texts()
        headers = signed(f"{HERE}{MESSAGE}", form)
        assert 403 == client.post(MESSAGE, data={**form, "Body": "APPROVE 1"}, headers=headers).status_code
        assert 0 == inbound(desk)

    @pytest.mark.parametrize("path", [MESSAGE, STATUS])
    def test_a_missing_signature_is_refused(self, path: str, client: FlaskClient, desk: Desk) -> None:
        assert 403 == client.post(path, data=ana_texts()).status_code
        assert 0 == inbound(desk)

    @pytest.mark.parametrize("path", [MESSAGE, STATUS])
    def test_another_content_type_is_not_read(self, path: str, client: FlaskClient) -> None:
        answer = client.post(path, json=ana_texts(), headers=signed(f"{HERE}{path}", {}))
        assert (415, "415 Unsupported Media Type\n") == (answer.status_code, answer.text)

    def test_a_body_over_the_limit_is_not_read(self, client: FlaskClient, desk: Desk) -> None:
        answer = post(client, MESSAGE, ana_texts("x" * LONGEST_BODY))
        assert (413, "text/plain") == (answer.status_code, answer.mimetype)
        assert 0 == inbound(desk)

    def test_the_same_delivery_twice_is_one_message(self, client: FlaskClient, desk: Desk) -> None:
        form = ana_texts()
        assert [200, 200] == [post(client, MESSAGE, form).status_code for _ in range(2)]
        assert (1, 1, 1) == (inbound(desk), count(desk, turns), count(desk, outbox))

    def test_our_own_text_is_not_answered(self, client: FlaskClient, desk: Desk) -> None:
        assert 200 == post(client, MESSAGE, twilio.text_form(OURS, OURS, "hello")).status_code
        assert 0 == inbound(desk)

    def test_a_genuine_message_nobody_can_read_is_logged_and_not_asked_for_again(
        self, client: FlaskClient, desk: Desk, logged: io.StringIO
    ) -> None:
        answer = post(client, MESSAGE, {"Body": "who am I", "MessageSid": "SM1"})
        assert (200, NO_REPLY) == (answer.status_code, answer.text)
        (line,) = lines(logged, "webhook_unreadable")
        assert "Twilio webhook without From" == line["why"]
        assert "who am I" not in logged.getvalue()

    def test_a_status_is_written_down(self, client: FlaskClient, desk: Desk) -> None:
        outbox_id = send_one(client, desk)
        path = f"{STATUS}?outbox={outbox_id}"
        answer = post(client, path, status_form("delivered"))
        assert (204, b"") == (answer.status_code, answer.data)
        assert Delivery.DELIVERED is the_outbox(desk)[-1].status

    def test_a_forged_status_changes_nothing(self, client: FlaskClient, desk: Desk) -> None:
        outbox_id = send_one(client, desk)
        form = status_form("failed")
        headers = signed(f"{HERE}{STATUS}?outbox=999", form)
        assert 403 == client.post(f"{STATUS}?outbox={outbox_id}", data=form, headers=headers).status_code
        assert Delivery.SENT is the_outbox(desk)[-1].status

    def test_a_status_of_a_message_that_is_none_of_ours_is_taken(self, client: FlaskClient) -> None:
        assert 204 == post(client, STATUS, status_form("delivered")).status_code


class TestTheAddressThatWasSigned:
    def test_it_is_the_public_one_behind_a_proxy(self, make_desk: MakeDesk) -> None:
        client = create_app(make_desk(**TWILIO, public_url="https://desk.example.com/")).test_client()
        form = ana_texts()
        headers = signed(f"https://desk.example.com{MESSAGE}", form)
        assert 200 == client.post(MESSAGE, data=form, headers=headers, base_url="http://10.0.0.7:8000").status_code
        headers = signed(f"http://10.0.0.7:8000{MESSAGE}", form)
        assert 403 == client.post(MESSAGE, data=form, headers=headers, base_url="http://10.0.0.7:8000").status_code

    def test_a_trusted_proxy_tells_it_where_no_public_one_is_set(self, make_desk: MakeDesk) -> None:
        client = create_app(make_desk(**TWILIO, trusted_proxies=1)).test_client()
        form = ana_texts()
        told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example.com"}
        headers = {**signed(f"https://desk.example.com{MESSAGE}", form), **told}
        assert 200 == client.post(MESSAGE, data=form, headers=headers).status_code

    def test_a_proxy_that_is_not_trusted_tells_nothing(self, client: FlaskClient) -> None:
        form = ana_texts()
        told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.example.com"}
        headers = {**signed(f"https://desk.example.com{MESSAGE}", form), **told}
        assert 403 == client.post(MESSAGE, data=form, headers=headers).status_code

    def test_its_query_is_kept_as_it_came(self, client: FlaskClient) -> None:
        path = f"{MESSAGE}?b=2&a=%7E1%2C+x&empty="
        assert 200 == post(client, path, ana_texts()).status_code

    @pytest.mark.parametrize("public", ["https://desk.example.com", "https://desk.example.com:443"])
    @pytest.mark.parametrize("as_signed", ["https://desk.example.com", "https://desk.example.com:443"])
    def test_the_usual_port_may_be_written_or_not(self, public: str, as_signed: str, make_desk: MakeDesk) -> None:
        client = create_app(make_desk(**TWILIO, public_url=public)).test_client()
        form = ana_texts()
        assert 200 == client.post(MESSAGE, data=form, headers=signed(f"{as_signed}{MESSAGE}", form)).status_code

    def test_another_port_belongs_to_it(self, make_desk: MakeDesk) -> None:
        client = create_app(make_desk(**TWILIO)).test_client()
        form = ana_texts()
        headers = signed(f"http://desk.example.com:8443{MESSAGE}", form)
        answer = client.post(MESSAGE, data=form, headers=headers, base_url="http://desk.example.com:8443")
        assert 200 == answer.status_code


class TestUltraMsg:
    def test_a_message_is_taken(self, client: FlaskClient, desk: Desk) -> None:
        answer = client.post(hook(), json=ultramsg.text_payload(ANA, "book"))
        assert (200, "OK", "text/plain") == (answer.status_code, answer.text, answer.mimetype)
        assert (1, 1) == (inbound(desk), count(desk, turns))

    @pytest.mark.parametrize("secret", ["another", SECRET.upper(), f"{SECRET}x", "é", "%F0%9F"])
    def test_a_wrong_secret_is_refused(self, secret: str, client: FlaskClient, desk: Desk) -> None:
        answer = client.post(hook(secret), json=ultramsg.text_payload(ANA, "book"))
        assert (403, "text/plain") == (answer.status_code, answer.mimetype)
        assert 0 == inbound(desk)

    def test_another_instance_is_refused(self, client: FlaskClient, desk: Desk) -> None:
        payload = FakeUltraMsg("instance78", "t").text_payload(ANA, "book")
        assert 403 == client.post(hook(), json=payload).status_code
        assert 0 == inbound(desk)

    def test_a_group_and_an_echo_of_our_own_are_ignored(self, client: FlaskClient, desk: Desk) -> None:
        group = ultramsg.text_payload("120363025@g.us", "book")
        echo = ultramsg.text_payload(ANA, "book", fromMe=True)
        assert [200, 200] == [client.post(hook(), json=payload).status_code for payload in (group, echo)]
        assert 0 == inbound(desk)

    def test_a_repeated_delivery_is_stored_once(self, client: FlaskClient, desk: Desk) -> None:
        payload = ultramsg.text_payload(ANA, "book")
        assert [200, 200] == [client.post(hook(), json=payload).status_code for _ in range(2)]
        assert (1, 1) == (inbound(desk), count(desk, turns))

    def test_what_nobody_can_read_is_not_asked_for_again(self, client: FlaskClient, logged: io.StringIO) -> None:
        payload = {"event_type": "message_received", "instanceId": INSTANCE, "data": {"body": "my back hurts"}}
        assert [200, 200] == [client.post(hook(), data=body).status_code for body in (json.dumps(payload), "{broken")]
        assert 2 == len(lines(logged, "webhook_unreadable"))
        assert "my back hurts" not in logged.getvalue()
        assert SECRET not in logged.getvalue()


class TestEverythingElse:
    def test_an_unknown_path_is_a_plain_404(self, client: FlaskClient) -> None:
        answer = client.get("/nowhere")
        assert (404, "text/plain", "404 Not Found\n") == (answer.status_code, answer.mimetype, answer.text)

    @pytest.mark.parametrize("path", [MESSAGE, STATUS, f"/webhooks/ultramsg/{SECRET}"])
    def test_a_get_on_a_webhook_is_a_plain_405(self, path: str, client: FlaskClient) -> None:
        answer = client.get(path)
        assert (405, "405 Method Not Allowed\n") == (answer.status_code, answer.text)
        assert {"POST", "OPTIONS"} == set(answer.headers["Allow"].split(", "))

    @pytest.mark.parametrize(
        ("settings", "there"),
        [
            ({}, set()),
            (TWILIO, {MESSAGE, STATUS}),
            (WHATSAPP, {"/webhooks/whatsapp"}),
            (ULTRAMSG, {"/webhooks/ultramsg/<secret>"}),
        ],
        ids=["none", "twilio", "whatsapp", "ultramsg"],
    )
    def test_no_door_for_a_provider_that_is_not_set_up(
        self, settings: dict[str, str], there: set[str], make_desk: MakeDesk
    ) -> None:
        rules = {rule.rule for rule in create_app(make_desk(**settings)).url_map.iter_rules()}
        assert there == {rule for rule in rules if rule.startswith("/webhooks")}

    def test_what_comes_while_the_database_is_away_is_journaled(
        self, desk: Desk, tmp_path: Path, logged: io.StringIO
    ) -> None:
        away = replace(desk, database=Database(f"sqlite:///{tmp_path}"))  # a folder is no database
        client = create_app(away).test_client()
        words = "my back hurts, call +97455501234"
        assert 200 == post(client, MESSAGE, ana_texts(words)).status_code
        assert 204 == post(client, STATUS, status_form("delivered")).status_code
        assert 200 == client.post(hook(), json=ultramsg.text_payload(ANA, words)).status_code
        assert (503, 200) == (client.get("/readyz").status_code, client.get("/healthz").status_code)
        assert 3 == away.journal.size()
        assert 1 == len(lines(logged, "database_away"))
        assert_nothing_private(logged, words)

    def test_where_not_even_the_journal_takes_it_the_provider_is_to_try_again(
        self, make_desk: MakeDesk, tmp_path: Path, logged: io.StringIO
    ) -> None:
        (tmp_path / "file").touch()
        desk = make_desk(**TWILIO, **ULTRAMSG, journal_dir=tmp_path / "file")
        away = replace(desk, database=Database(f"sqlite:///{tmp_path}"))
        client = create_app(away).test_client()
        words = "my back hurts, call +97455501234"
        assert 503 == post(client, MESSAGE, ana_texts(words)).status_code
        assert 503 == post(client, STATUS, status_form("delivered")).status_code
        assert 503 == client.post(hook(), json=ultramsg.text_payload(ANA, words)).status_code
        assert lines(logged, "journal_full")
        assert_nothing_private(logged, words)

    def test_a_fault_of_ours_is_answered_plainly_and_logged_without_the_secret(
        self, desk: Desk, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = create_app(desk).test_client()

        def break_down(*_: object) -> None:
            raise RuntimeError(f"cannot go on with {ANA}")

        monkeypatch.setattr("webhooks.receive", break_down)
        answer = client.post(hook(), json=ultramsg.text_payload(ANA, "my back hurts"))
        assert (500, "text/plain") == (answer.status_code, answer.mimetype)
        (line,) = lines(logged, "request_broke")
        assert "RuntimeError" == line["exception"][0]["exc_type"]
        assert SECRET not in logged.getvalue()
        assert_nothing_private(logged, "my back hurts")


class TestTheLog:
    def test_one_trace_runs_from_the_webhook_to_the_delivery(
        self, client: FlaskClient, desk: Desk, logged: io.StringIO
    ) -> None:
        outbox_id = send_one(client, desk)
        post(client, f"{STATUS}?outbox={outbox_id}", status_form("delivered"))
        kept = desk.database.read(lambda session: session.execute(select(messages.c.trace)).scalars().all())
        traces = {*kept, *(row.trace for row in the_outbox(desk))}
        said = [lines(logged, event)[0] for event in ("message_received", "message_sent", "delivery_reported")]
        assert {line["trace"] for line in said} == traces
        assert 1 == len(traces)

    def test_it_holds_no_text_and_no_whole_number(
        self, desk: Desk, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client = create_app(desk).test_client()
        send_one(client, desk, "my back hurts")
        monkeypatch.setitem(desk.channels, "sms", Refusing())  # type: ignore[arg-type]
        send_one(client, desk, "my back still hurts")
        client.post(hook(), json=ultramsg.text_payload(ANA, "my back hurts a lot"))
        assert {"message_received", "message_sent", "message_given_up"} <= {line["event"] for line in lines(logged)}
        assert_nothing_private(logged, "my back")

    def test_a_turn_that_breaks_is_logged_without_what_was_said(
        self, client: FlaskClient, desk: Desk, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_down(dialogue: object, event: Any, facts: object) -> None:
            raise ValueError(f"cannot read {event.text}")

        monkeypatch.setattr("handlers.advance.step", break_down)
        assert 200 == post(client, MESSAGE, ana_texts("my back hurts")).status_code
        (line,) = lines(logged, "turn_failed")
        assert "ValueError" == line["exception"][0]["exc_type"]
        assert line["exception"][0]["at"][-1].endswith(" break_down")
        assert_nothing_private(logged, "my back")
        assert 1 == count(desk, turns, turns.c.fault == "ValueError")


class Refusing:
    """A channel that takes nothing."""

    name = "sms"
    capabilities = Capabilities()

    def send(self, message: object) -> str:
        raise SendError(SendFailure.CONTENT, "21617", "too long")

    def look_up(self, message: object, since: object, known_ids: object) -> LookUp:
        return LookUp(Found.NO)


def hook(secret: str = SECRET) -> str:
    return f"/webhooks/ultramsg/{secret}"


def send_one(client: FlaskClient, desk: Desk, body: str = "book") -> int:
    """Let Ana text and the answer go out; the answer's number."""
    assert 200 == post(client, MESSAGE, ana_texts(body)).status_code
    dispatcher = Dispatcher(desk)
    dispatcher.send_due()
    dispatcher.stop()
    return int(the_outbox(desk)[-1].id)


def the_outbox(desk: Desk) -> list[Any]:
    return desk.database.read(lambda session: list(session.execute(select(outbox).order_by(outbox.c.id))))


def status_form(status: str) -> dict[str, str]:
    return {"MessageSid": "SM" + "9" * 32, "MessageStatus": status, "From": OURS, "To": ANA, "AccountSid": "AC1"}


def lines(logged: io.StringIO, event: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in logged.getvalue().splitlines()]
    return [line for line in found if event in ("", line["event"])]


def assert_nothing_private(logged: io.StringIO, words: str) -> None:
    written = logged.getvalue()
    for private in (words, ANA, ANA[1:], OURS, TOKEN, SECRET):
        assert private not in written
