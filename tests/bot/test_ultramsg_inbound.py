"""What UltraMsg's webhooks become, and which of them are believed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.ultramsg_codes import ACKS
from bot.channels.ultramsg_inbound import UltraMsgInbound
from bot.channels.unreadable import Unreadable
from conversations.delivery import Delivery
from conversations.messages import Inbound, StatusReport
from tests.fakes.ultramsg_server import FakeUltraMsg, raw

ANA = "+15005550006"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "s3cret"


@pytest.fixture
def inbound() -> UltraMsgInbound:
    return UltraMsgInbound(SECRET, "instance12345")


@pytest.fixture
def fake() -> FakeUltraMsg:
    return FakeUltraMsg("12345", "token", lambda: NOON)


def received(fake: FakeUltraMsg, sender: str = ANA, body: str = "Tue 3pm ok?", **fields: Any) -> bytes:
    return raw(fake.text_payload(sender, body, **fields))


def only(inbound: UltraMsgInbound, body: bytes) -> Inbound:
    (found,) = inbound.parse(body)
    assert isinstance(found, Inbound)
    return found


class TestVerify:
    @pytest.mark.parametrize("instance", ["12345", "instance12345"])
    def test_our_secret_and_instance_are_believed(self, inbound: UltraMsgInbound, instance: str) -> None:
        body = json.dumps({"event_type": "message_received", "instanceId": instance, "data": {}}).encode()
        assert inbound.verify(SECRET, body) is True

    @pytest.mark.parametrize("secret", ["", "S3cret", "s3cret ", "é"])
    def test_another_secret_is_not_believed(self, inbound: UltraMsgInbound, fake: FakeUltraMsg, secret: str) -> None:
        assert inbound.verify(secret, received(fake)) is False

    def test_an_empty_secret_opens_nothing(self, fake: FakeUltraMsg) -> None:
        assert UltraMsgInbound("", "12345").verify("", received(fake)) is False

    @pytest.mark.parametrize("instance", ["12346", "", None, ["12345"]])
    def test_another_instance_is_not_believed(self, inbound: UltraMsgInbound, instance: object) -> None:
        assert inbound.verify(SECRET, json.dumps({"instanceId": instance, "data": {}}).encode()) is False

    def test_junk_from_one_who_knows_the_secret_is_left_to_parse(self, inbound: UltraMsgInbound) -> None:
        assert inbound.verify(SECRET, b"{") is True
        assert inbound.verify("wrong", b"{") is False

    def test_a_form_is_believed_by_the_same_rule(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        assert inbound.verify(SECRET, raw(fake.text_payload(ANA, "hi"), is_form=True)) is True
        other = FakeUltraMsg("999", "token", lambda: NOON)
        assert inbound.verify(SECRET, raw(other.text_payload(ANA, "hi"), is_form=True)) is False


class TestMessages:
    def test_a_text_is_read_in_full(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        provider_id = "false_15005550006@c.us_3EB10001"
        expected = Inbound("ultramsg", provider_id, ANA, ANA, "Tue 3pm ok?", profile_name="Ana", sent_at=NOON)
        assert (expected,) == inbound.parse(received(fake))

    def test_a_form_says_the_same_as_json(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        payload = fake.text_payload(ANA, "50% off & more + ümläut 💇")
        assert inbound.parse(raw(payload)) == inbound.parse(raw(payload, is_form=True))

    def test_a_form_may_hold_the_whole_event_in_data(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        payload = fake.text_payload(ANA, "hi")
        whole = raw({"data": payload}, is_form=True)
        assert inbound.verify(SECRET, whole) is True
        assert inbound.parse(raw(payload)) == inbound.parse(whole)

    def test_a_repeat_carries_the_same_id(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        body = received(fake)
        assert inbound.parse(body) == inbound.parse(body)
        assert only(inbound, body).provider_id != only(inbound, received(fake)).provider_id

    def test_a_hidden_number_is_an_opaque_address(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        message = only(inbound, received(fake, "98765432101234@lid"))
        assert (message.address, message.phone) == ("98765432101234@lid", None)

    @pytest.mark.parametrize("sender", ["1203630@g.us", "status@broadcast", "1203630@newsletter", "15005550006-1@g.us"])
    def test_what_is_not_one_person_is_ignored(self, inbound: UltraMsgInbound, fake: FakeUltraMsg, sender: str) -> None:
        assert inbound.parse(received(fake, sender)) == ()

    @pytest.mark.parametrize("flag", ["fromMe", "self"])
    @pytest.mark.parametrize("yes", [True, "true", 1, "1"])
    def test_our_own_message_is_ignored(
        self, inbound: UltraMsgInbound, fake: FakeUltraMsg, flag: str, yes: Any
    ) -> None:
        assert inbound.parse(received(fake, **{flag: yes})) == ()

    @pytest.mark.parametrize("no", [False, "false", 0, "", None])
    def test_a_flag_that_says_no_hides_nobody(self, inbound: UltraMsgInbound, fake: FakeUltraMsg, no: object) -> None:
        assert only(inbound, received(fake, fromMe=no, self=no)).text == "Tue 3pm ok?"

    def test_a_photo_keeps_its_caption(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        message = only(inbound, received(fake, body="like this", type="image", media="https://m.test/1.jpg"))
        assert (message.text, message.media) == ("like this", ("https://m.test/1.jpg",))

    @pytest.mark.parametrize("kind", ["location", "vcard", "ptt", "sticker"])
    def test_what_is_no_words_is_not_read_as_words(
        self, inbound: UltraMsgInbound, fake: FakeUltraMsg, kind: str
    ) -> None:
        assert only(inbound, received(fake, body="/9j/4AAQSkZJRg", type=kind)).text == ""

    def test_an_answer_names_what_it_quotes(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        assert (
            only(inbound, received(fake, quotedMsg={"id": "true_1@c.us_3EB0", "body": "x"})).quoted_id
            == "true_1@c.us_3EB0"
        )

    @pytest.mark.parametrize("quoted", ["", None, [], {}, "text"])
    def test_a_quote_of_nothing_is_harmless(self, inbound: UltraMsgInbound, fake: FakeUltraMsg, quoted: object) -> None:
        assert only(inbound, received(fake, quotedMsg=quoted)).quoted_id == ""

    @pytest.mark.parametrize("time", ["", None, "soon", 10**20, -(10**20), [], True])
    def test_a_time_that_is_none_is_none(self, inbound: UltraMsgInbound, fake: FakeUltraMsg, time: object) -> None:
        assert only(inbound, received(fake, time=time)).sent_at is None

    def test_every_database_can_store_the_text(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        assert only(inbound, received(fake, body="a\x00b\ud83d")).text == "ab\N{REPLACEMENT CHARACTER}"


class TestReports:
    @pytest.mark.parametrize(
        ("ack", "expected"),
        [
            ("pending", Delivery.SENT),
            ("server", Delivery.SENT),
            ("device", Delivery.DELIVERED),
            ("read", Delivery.READ),
            ("played", Delivery.READ),
        ],
    )
    def test_every_ack_has_its_place(
        self, inbound: UltraMsgInbound, fake: FakeUltraMsg, ack: str, expected: Delivery
    ) -> None:
        message = fake.keep(ANA, "hi", "12")
        report = StatusReport("ultramsg", message.whatsapp_id, expected, outbox_id=12)
        assert (report,) == inbound.parse(raw(fake.ack_payload(message, ack)))

    def test_the_ack_table_has_nothing_untested(self) -> None:
        assert len(ACKS) == 5

    def test_without_reference_only_whatsapps_id_is_known(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        message = fake.keep(ANA, "hi", "12")
        (report,) = inbound.parse(raw(fake.ack_payload(message, "read", has_reference=False)))
        assert isinstance(report, StatusReport)
        assert (report.provider_id, report.outbox_id) == (message.whatsapp_id, None)

    def test_a_created_message_of_ours_tells_whatsapps_id(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        message = fake.keep(ANA, "hi", "12")
        expected = StatusReport("ultramsg", message.whatsapp_id, Delivery.SENT, outbox_id=12)
        assert (expected,) == inbound.parse(raw(fake.create_payload(message)))

    def test_a_created_message_of_another_is_ignored(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        payload = {**fake.text_payload(ANA, "hi"), "event_type": "message_create"}
        assert inbound.parse(raw(payload)) == ()

    def test_an_unknown_ack_is_ignored(self, inbound: UltraMsgInbound, fake: FakeUltraMsg) -> None:
        assert inbound.parse(raw(fake.ack_payload(fake.keep(ANA, "hi", "12"), "levitating"))) == ()


class TestJunk:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"hello",
            b"\xff\xfe",
            b"{}",
            b'{"data":1}',
            b"data=1",
            b"data=[]",
            b"data={",
            b'{"a":' + b"[" * 200_000,
        ],
        ids=lambda body: str(body[:12]),
    )
    def test_what_is_no_event_is_unreadable(self, inbound: UltraMsgInbound, body: bytes) -> None:
        with pytest.raises(Unreadable):
            inbound.parse(body)

    @pytest.mark.parametrize("missing", ["id", "from"])
    @pytest.mark.parametrize("value", [None, "", {}])
    def test_a_message_without_id_or_sender_is_unreadable(
        self, inbound: UltraMsgInbound, fake: FakeUltraMsg, missing: str, value: Any
    ) -> None:
        with pytest.raises(Unreadable, match=missing) as caught:
            inbound.parse(received(fake, body="a secret", **{missing: value}))
        assert "secret" not in str(caught.value)

    def test_a_report_without_id_is_unreadable(self, inbound: UltraMsgInbound) -> None:
        with pytest.raises(Unreadable, match="id"):
            inbound.parse(b'{"event_type":"message_ack","instanceId":"12345","data":{"ack":"read"}}')

    @pytest.mark.parametrize("event", ["message_reaction", "", None, 5])
    def test_an_unknown_event_is_ignored(self, inbound: UltraMsgInbound, fake: FakeUltraMsg, event: object) -> None:
        assert inbound.parse(raw({**fake.text_payload(ANA, "hi"), "event_type": event})) == ()
