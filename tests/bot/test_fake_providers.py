"""The fake providers call us as the real ones do, and what they send is what our readers believe."""

import json
from collections.abc import Iterator

import pytest
import requests

from bot.channels.twilio_inbound import TwilioInbound, parse_status
from bot.channels.ultramsg_inbound import UltraMsgInbound
from bot.channels.whatsapp_inbound import WhatsAppInbound
from conversations.messages import Inbound
from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.fakes.twilio_server import FakeTwilio, signed_post
from tests.fakes.ultramsg_server import FakeUltraMsg
from tests.fakes.whatsapp_server import FakeWhatsApp

ANA, OURS = "+15005551234", "+15005550006"


class Door(FaultyServer):
    """Stands where our webhooks would."""

    def reply(self, asked: Asked) -> Answer:
        return Answer(200, '<?xml version="1.0" encoding="UTF-8"?><Response/>', "text/xml")


@pytest.fixture
def door() -> Iterator[Door]:
    with Door() as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio("AC1", "token") as server:
        yield server


def test_a_text_from_twilio_is_believed_and_read(door: Door, twilio: FakeTwilio) -> None:
    url = f"{door.base_url}/hooks/twilio?a=1"
    assert twilio.text(url, f"whatsapp:{ANA}", OURS, "Tue 3pm + a friend? 💇", ProfileName="").status_code == 200
    asked = door.asked[0]
    inbound = TwilioInbound("token", [OURS])
    assert inbound.verify(url, asked.form, asked.headers["X-Twilio-Signature"]) is True
    assert inbound.parse(asked.form)[0].text == "Tue 3pm + a friend? 💇"


def test_the_public_url_is_signed_where_it_differs(door: Door, twilio: FakeTwilio) -> None:
    public = "https://bot.example.test/hooks/twilio"
    twilio.text(door.base_url, ANA, OURS, "hi", signed_as=public)
    asked = door.asked[0]
    inbound = TwilioInbound("token", [OURS])
    assert inbound.verify(public, asked.form, asked.headers["X-Twilio-Signature"]) is True
    assert inbound.verify(door.base_url, asked.form, asked.headers["X-Twilio-Signature"]) is False


def test_a_get_webhook_is_believed_and_read(door: Door, twilio: FakeTwilio) -> None:
    fields = twilio.text_form(ANA, OURS, "hi there")
    signed_post(f"{door.base_url}/hooks", fields, "token", method="GET")
    asked = door.asked[0]
    assert (asked.method, asked.form) == ("GET", {})
    assert TwilioInbound("token", []).parse(asked.query)[0].address == ANA


def test_a_status_goes_to_the_messages_own_callback(door: Door, twilio: FakeTwilio) -> None:
    url = f"{door.base_url}/status?outbox=12"
    message = twilio.keep(ANA, "hi", OURS, callback=url)
    twilio.report(message, "undelivered", 30003)
    asked = door.asked[0]
    assert TwilioInbound("token", []).verify(url, asked.form, asked.headers["X-Twilio-Signature"]) is True
    assert parse_status(asked.form, asked.query)[0].outbox_id == 12


@pytest.mark.parametrize("is_form", [True, False])
def test_a_text_from_ultramsg_reaches_the_door(door: Door, is_form: bool) -> None:
    fake = FakeUltraMsg("12345", "token")
    assert fake.text(f"{door.base_url}/hooks/ultramsg/s3cret", ANA, "hi", is_form=is_form).status_code == 200
    assert (door.asked[0].method, door.asked[0].path) == ("POST", "/hooks/ultramsg/s3cret")


def test_an_ack_from_ultramsg_reaches_the_door(door: Door) -> None:
    fake = FakeUltraMsg("12345", "token")
    message = fake.keep(ANA, "hi", "12")
    assert fake.report(message, "read", door.base_url).status_code == 200
    assert message.ack == "read"
    (report,) = UltraMsgInbound("s", "12345").parse(json.dumps(fake.ack_payload(message, "read")).encode())
    assert report.provider_id == message.whatsapp_id


def test_a_text_from_whatsapp_is_believed_and_read(door: Door) -> None:
    fake = FakeWhatsApp("990011", "token", "secret")
    assert (
        200 == fake.deliver(f"{door.base_url}/hooks", fake.message(ANA, "text", "Tue 3pm + a friend? 💇")).status_code
    )
    asked, inbound = door.asked[0], WhatsAppInbound("secret", "word", "990011")
    assert inbound.verify(asked.body.encode(), asked.headers["X-Hub-Signature-256"])
    (found,) = inbound.parse(asked.body.encode())
    assert isinstance(found, Inbound)
    assert (ANA, "Tue 3pm + a friend? 💇") == (found.address, found.text)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"messaging_product": ""}, 131008),
        ({"to": ""}, 131008),
        ({"to": "+15005551234"}, 131009),
        ({"type": "sticker"}, 131051),
        ({"text": {"body": ""}}, 131009),
    ],
)
def test_whatsapp_refuses_what_is_incomplete(changed: dict[str, object], code: int) -> None:
    whole = {"messaging_product": "whatsapp", "to": "15005551234", "type": "text", "text": {"body": "hi"}}
    with FakeWhatsApp("990011", "token", "secret") as fake:
        url, headers = f"{fake.base_url}/v25.0/990011/messages", {"Authorization": "Bearer token"}
        answer = requests.post(url, json={**whole, **changed}, headers=headers, timeout=60)
        assert (400, code) == (answer.status_code, answer.json()["error"]["code"])
        assert () == fake.messages
        assert 200 == requests.post(url, json=whole, headers=headers, timeout=60).status_code


@pytest.mark.parametrize(
    ("path", "status"), [("", 200), ("/Messages/SM" + "0" * 31 + "1", 200), ("/Messages/SM9", 404), ("/Calls", 404)]
)
def test_twilio_shows_the_account_and_single_messages(twilio: FakeTwilio, path: str, status: int) -> None:
    twilio.keep(ANA, "hi", OURS)
    url = f"{twilio.base_url}/2010-04-01/Accounts/AC1{path}.json"
    assert status == requests.get(url, auth=("AC1", "token"), timeout=60).status_code
    assert requests.get(url, auth=("AC1", "wrong"), timeout=60).status_code == 401


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": OURS, "Body": "hi"}, 21604),
        ({"To": ANA, "Body": "hi"}, 21603),
        ({"To": ANA, "From": OURS}, 21602),
        ({"To": "ana", "From": OURS, "Body": "hi"}, 21211),
        ({"To": f"whatsapp:{ANA}", "From": OURS, "Body": "hi"}, 63007),
        ({"To": ANA, "From": "+15005550007", "Body": "hi"}, 21606),
    ],
)
def test_twilio_refuses_what_is_incomplete(twilio: FakeTwilio, form: dict[str, str], code: int) -> None:
    url = f"{twilio.base_url}/2010-04-01/Accounts/AC1/Messages.json"
    answer = requests.post(url, data=form, auth=("AC1", "token"), timeout=60)
    assert (400, code) == (answer.status_code, answer.json()["code"])
    assert twilio.messages == ()


def test_ultramsg_tells_whether_its_phone_is_logged_in() -> None:
    with FakeUltraMsg("12345", "token") as fake:
        url = f"{fake.base_url}/instance12345/instance/status"
        answer = requests.get(url, params={"token": "token"}, timeout=60)
    assert answer.json()["status"]["accountStatus"]["status"] == "authenticated"


def test_a_fake_outside_its_with_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="with"):
        _ = FakeTwilio("AC1", "token").base_url


def test_a_mistake_in_a_fake_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTwilio("AC1", "token")
    monkeypatch.setattr(fake, "reply", lambda asked: 1 / 0)
    fake.__enter__()
    with pytest.raises(requests.ConnectionError):
        requests.get(fake.base_url, timeout=60)
    with pytest.raises(ZeroDivisionError):
        fake.__exit__(None, None, None)
