"""What the webhooks of WhatsApp's Cloud API become, and which of them are believed."""

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.unreadable import Unreadable
from bot.channels.whatsapp_codes import FAILURES, STATUSES
from bot.channels.whatsapp_inbound import WhatsAppInbound
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, StatusReport
from tests.fakes.whatsapp_server import FakeWhatsApp, Taken, body_of

ANA = "+15005550006"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET, WORD = "app_secret_example", "our-own-word"
ASKED = {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "123"}
TAKEN = Taken("wamid.BBB2", {"to": "15005550006", "biz_opaque_callback_data": "textbook-42"})


@pytest.fixture
def inbound() -> WhatsAppInbound:
    return WhatsAppInbound(SECRET, WORD, "990011")


@pytest.fixture
def fake() -> FakeWhatsApp:
    return FakeWhatsApp("990011", "token", SECRET, lambda: NOON)


def happened(inbound: WhatsAppInbound, raw: bytes) -> list[Inbound | StatusReport]:
    return list(inbound.parse(raw))


def only(inbound: WhatsAppInbound, fake: FakeWhatsApp, message: dict[str, Any]) -> Inbound:
    (found,) = inbound.parse(fake.webhook(message))
    assert isinstance(found, Inbound)
    return found


def report(inbound: WhatsAppInbound, fake: FakeWhatsApp, status: dict[str, Any]) -> StatusReport:
    (found,) = inbound.parse(fake.webhook(status))
    assert isinstance(found, StatusReport)
    return found


class TestSubscribe:
    def test_our_own_word_is_believed(self, inbound: WhatsAppInbound) -> None:
        assert inbound.subscribes(ASKED)

    @pytest.mark.parametrize(
        "changed", [{"hub.verify_token": "another"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}]
    )
    def test_anything_else_is_not(self, inbound: WhatsAppInbound, changed: dict[str, str]) -> None:
        assert not inbound.subscribes({**ASKED, **changed})

    @pytest.mark.parametrize("query", [{}, {"hub.mode": "subscribe"}, {"hub.verify_token": "\ud800é"}])
    def test_nothing_and_junk_are_not(self, inbound: WhatsAppInbound, query: dict[str, str]) -> None:
        assert not inbound.subscribes(query)

    def test_an_empty_word_opens_nothing(self) -> None:
        assert not WhatsAppInbound(SECRET, "", "1").subscribes({**ASKED, "hub.verify_token": ""})


class TestVerify:
    RAW = b'{"object":"whatsapp_business_account"}'
    GOOD = "sha256=796da3dcdde020d0a7cf4452f1a78e996ff3804c6cd0eab34c0950551309d5e4"

    def test_a_known_signature_is_believed(self, inbound: WhatsAppInbound) -> None:
        assert inbound.verify(self.RAW, self.GOOD)

    @pytest.mark.parametrize(
        "signature",
        [None, "", "sha256=", GOOD.upper(), GOOD[7:], GOOD[:-1], f"{GOOD}0", f"sha1={GOOD[7:]}", "é", "\ud800"],
    )
    def test_another_one_is_not(self, inbound: WhatsAppInbound, signature: str | None) -> None:
        assert not inbound.verify(self.RAW, signature)

    def test_it_is_over_the_bytes_as_they_came(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        raw = fake.webhook(fake.message(ANA, "text", "café 💇"))
        signature = fake.signature(raw)["X-Hub-Signature-256"]
        assert inbound.verify(raw, signature)
        assert not inbound.verify(json.dumps(json.loads(raw), ensure_ascii=False).encode(), signature)

    def test_an_empty_secret_opens_nothing(self) -> None:
        signature = FakeWhatsApp("1", "t", "").signature(self.RAW)["X-Hub-Signature-256"]
        assert not WhatsAppInbound("", WORD, "1").verify(self.RAW, signature)


class TestMessages:
    def test_a_text_is_read_in_full(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        assert Inbound(
            "whatsapp_cloud", "wamid.IN1", ANA, ANA, "Tue 3pm ok?", profile_name="Ana", sent_at=NOON
        ) == only(inbound, fake, fake.message(ANA, "text", "Tue 3pm ok?"))

    @pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
    def test_a_press_carries_our_id_and_what_it_answers(
        self, kind: str, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        content = {"type": kind, kind: {"id": "B:12", "title": "10:30", "description": "in the morning"}}
        message = only(inbound, fake, fake.message(ANA, "interactive", content, context={"id": "wamid.OUT1"}))
        assert ("B:12", "10:30", "wamid.OUT1", ()) == (
            message.button, message.text, message.quoted_id, message.media
        )  # fmt: skip

    def test_a_templates_button_carries_its_payload(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        content = {"payload": "yes", "text": "Yes, please"}
        message = only(inbound, fake, fake.message(ANA, "button", content, context={"id": "wamid.OUT1"}))
        assert ("yes", "Yes, please", "wamid.OUT1") == (message.button, message.text, message.quoted_id)

    def test_an_answer_names_what_it_quotes(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        message = fake.message(ANA, "text", "yes", context={"from": "15005550009", "id": "wamid.OUT1"})
        assert "wamid.OUT1" == only(inbound, fake, message).quoted_id

    @pytest.mark.parametrize("context", [None, [], "x", {}, {"forwarded": True}, {"id": None}])
    def test_a_quote_of_nothing_is_harmless(
        self, context: object, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        assert "" == only(inbound, fake, fake.message(ANA, "text", "yes", context=context)).quoted_id

    @pytest.mark.parametrize("emoji", ["👍", "👍🏽", "✔️", "👎🏿"])
    def test_a_sign_that_answers_quotes_what_it_is_put_to(
        self, emoji: str, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        content = {"message_id": "wamid.OUT1", "emoji": emoji}
        message = only(inbound, fake, fake.message(ANA, "reaction", content))
        assert (emoji, "wamid.OUT1", True) == (message.text, message.quoted_id, message.is_reaction)

    @pytest.mark.parametrize("content", [{"emoji": "❤️"}, {"emoji": "😂"}, {"emoji": ""}, {}, {"emoji": []}, "x"])
    def test_a_sign_that_answers_nothing_is_left_alone(
        self, content: Any, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        assert [] == happened(inbound, fake.webhook(fake.message(ANA, "reaction", content)))

    @pytest.mark.parametrize("kind", ["image", "audio", "video", "document", "sticker"])
    def test_a_file_is_its_id_and_its_caption(self, kind: str, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        content = {"id": "3141", "mime_type": "x/y", "sha256": "…", "caption": "like this"}
        message = only(inbound, fake, fake.message(ANA, kind, content))
        assert (("3141",), "like this") == (message.media, message.text)

    @pytest.mark.parametrize(
        ("kind", "content", "media"),
        [
            ("location", {"latitude": 25.28, "longitude": 51.53, "name": "Souq"}, ("geo:25.28,51.53",)),
            ("contacts", [{"phones": [{"phone": "+1 500"}, {}]}, {"name": {}}], ("tel:+1 500",)),
            ("contacts", [{"name": {"formatted_name": "Bea"}}], ("contacts",)),
            ("contacts", "x", ("contacts",)),
            ("order", {"catalog_id": "1", "product_items": []}, ("order",)),
            ("unsupported", {"type": "poll"}, ("unsupported",)),
            ("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}, ("interactive",)),
            ("image", {}, ("image",)),
        ],
    )
    def test_what_is_no_text_is_kept_as_such(
        self, kind: str, content: Any, media: tuple[str, ...], inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        message = only(inbound, fake, fake.message(ANA, kind, content))
        assert (media, "") == (message.media, message.text)

    @pytest.mark.parametrize("kind", ["edit", "revoke", "system", "request_welcome", "something_new", ""])
    def test_what_is_nothing_to_answer_is_left_alone(
        self, kind: str, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        assert [] == happened(inbound, fake.webhook(fake.message(ANA, kind, {"body": "x"})))

    def test_a_groups_message_is_left_alone(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        assert [] == happened(inbound, fake.webhook(fake.message(ANA, "text", "hi", group_id="g1")))

    def test_our_own_number_is_not_answered(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        assert [] == happened(inbound, fake.webhook(fake.message("15005550009", "text", "hi")))

    def test_who_shows_no_number_is_known_by_their_id(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        message = fake.message(ANA, "text", "hi", from_user_id="US.1349")
        assert (ANA, ANA) == ((both := only(inbound, fake, message)).address, both.phone)
        del message["from"]
        value = {
            "metadata": {"phone_number_id": "990011"},
            "contacts": [
                {"profile": {"name": name}, "user_id": user} for name, user in (("Bea", "US.1"), ("Ana", "US.1349"))
            ],
            "messages": [message],
        }  # fmt: skip
        (found,) = happened(inbound, body_of({"changes": [{"field": "messages", "value": value}]}))
        assert isinstance(found, Inbound)
        assert ("US.1349", None, "Ana") == (found.address, found.phone, found.profile_name)

    @pytest.mark.parametrize("missing", ["id", "from"])
    @pytest.mark.parametrize("value", [None, "", {}, []])
    def test_one_without_id_or_sender_is_left_alone_and_the_next_is_not(
        self, missing: str, value: object, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        broken, whole = fake.message(ANA, "text", "a"), fake.message(ANA, "text", "b")
        raw = fake.webhook(whole)
        body = json.loads(raw)
        body["entry"][0]["changes"][0]["value"]["messages"].insert(0, {**broken, missing: value})
        (found,) = happened(inbound, json.dumps(body).encode())
        assert isinstance(found, Inbound)
        assert "b" == found.text

    @pytest.mark.parametrize("time", ["", None, "soon", "9" * 30, [], True])
    def test_a_time_that_is_none_is_none(self, time: object, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        assert None is only(inbound, fake, fake.message(ANA, "text", "hi", timestamp=time)).sent_at

    def test_every_database_can_store_what_came(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        message = fake.message(ANA, "text", "a\x00b\ud83d", id="w" * 500, context={"id": "q" * 500})
        found = only(inbound, fake, message)
        assert ("ab\N{REPLACEMENT CHARACTER}", 140, 140) == (found.text, len(found.provider_id), len(found.quoted_id))


class TestManyAtOnce:
    def test_every_entry_change_message_and_status_is_read_in_order(
        self, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        entries: list[dict[str, Any]] = []
        for words in (("one", "two"), ("three",)):
            raw = fake.webhook(*(fake.message(ANA, "text", word) for word in words), fake.status(TAKEN, "read"))
            entries += json.loads(raw)["entry"]
        entries[0]["changes"] *= 2
        found = happened(inbound, body_of(*entries))
        texts = [one.text if isinstance(one, Inbound) else one.status.value for one in found]
        assert ["one", "two", "read", "one", "two", "read", "three", "read"] == texts

    def test_another_number_of_the_account_is_not_ours(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        for one in (fake.message(ANA, "text", "hi"), fake.status(TAKEN, "read")):
            assert [] == happened(inbound, fake.webhook(one, phone_number_id="990012"))

    @pytest.mark.parametrize("field", ["account_update", "user_preferences", "", None, 7])
    def test_another_field_is_left_alone(self, field: object, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        body = json.loads(fake.webhook(fake.message(ANA, "text", "hi")))
        body["entry"][0]["changes"][0]["field"] = field
        assert [] == happened(inbound, json.dumps(body).encode())

    def test_an_error_of_the_account_is_no_message(self, inbound: WhatsAppInbound) -> None:
        value = {"metadata": {"phone_number_id": "990011"}, "errors": [{"code": 130429}, "x"]}
        assert [] == happened(inbound, body_of({"changes": [{"field": "messages", "value": value}]}))


class TestStatuses:
    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("sent", Delivery.SENT),
            ("delivered", Delivery.DELIVERED),
            ("read", Delivery.READ),
            ("played", Delivery.READ),
            ("failed", Delivery.FAILED),
        ],
    )
    def test_every_status_has_its_place(
        self, word: str, expected: Delivery, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        assert expected is report(inbound, fake, fake.status(TAKEN, word)).status

    def test_the_table_has_nothing_untested(self) -> None:
        assert 5 == len(STATUSES)

    def test_the_highest_rank_is_the_same_in_any_order(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        for order in itertools.permutations(["sent", "delivered", "read"]):
            raw = fake.webhook(*(fake.status(TAKEN, word) for word in order))
            found = [one.status for one in inbound.parse(raw) if isinstance(one, StatusReport)]
            assert Delivery.READ is max(found, key=lambda status: status.rank)

    def test_one_carries_our_tag_back(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        expected = StatusReport("whatsapp_cloud", "wamid.BBB2", Delivery.DELIVERED, outbox_id=42)
        assert expected == report(inbound, fake, fake.status(TAKEN, "delivered"))

    @pytest.mark.parametrize("tag", ["", "42", "textbook-", "textbook-x", "textbook--1", "other-42", None, {}, []])
    def test_a_tag_that_cannot_be_ours_is_none(self, tag: object, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        status = {**fake.status(TAKEN, "sent"), "biz_opaque_callback_data": tag}
        assert None is report(inbound, fake, status).outbox_id

    def test_every_code_of_a_failure_has_its_reason(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        for code in FAILURES.keys() - {0}:
            failed = report(inbound, fake, fake.status(TAKEN, "failed", code))
            assert (FAILURES[code], str(code)) == (failed.failure, failed.code)

    @pytest.mark.parametrize("errors", [None, [], "x", [7], [{}], [{"code": "x"}], [{"code": 10**30}]])
    def test_a_failure_without_known_reason_is_told(
        self, errors: object, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        status = {**fake.status(TAKEN, "failed"), "errors": errors}
        assert SendFailure.UNREACHABLE is report(inbound, fake, status).failure

    def test_only_a_failure_has_a_reason(self, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        assert None is report(inbound, fake, fake.status(TAKEN, "delivered", 131026)).failure

    @pytest.mark.parametrize("changed", [{"status": "warning"}, {"status": None}, {"id": ""}, {"id": {}}])
    def test_no_news_of_a_message_of_ours_is_left_alone(
        self, changed: dict[str, Any], inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        assert [] == happened(inbound, fake.webhook({**fake.status(TAKEN, "sent"), **changed}))


class TestJunk:
    @pytest.mark.parametrize(
        "raw",
        [b"", b"{", b"[]", b"null", b"hello", b"\xff\xfe", b'{"a":' + b"[" * 200_000],
        ids=lambda raw: str(raw[:12]),
    )
    def test_what_is_no_object_is_unreadable(self, raw: bytes, inbound: WhatsAppInbound) -> None:
        with pytest.raises(Unreadable):
            happened(inbound, raw)

    @pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [None], [[]], [{}], {"a": 1}])
    def test_junk_in_any_place_is_left_alone(self, junk: object, inbound: WhatsAppInbound, fake: FakeWhatsApp) -> None:
        value = {"metadata": {"phone_number_id": "990011"}}
        for body in (
            {"entry": junk},
            {"entry": [{"changes": junk}]},
            {"entry": [{"changes": [{"field": "messages", "value": junk}]}]},
            *(
                {"entry": [{"changes": [{"field": "messages", "value": {**value, name: junk}}]}]}
                for name in ("metadata", "contacts", "messages", "statuses", "errors")
            ),
        ):
            assert [] == happened(inbound, json.dumps(body).encode())

    @pytest.mark.parametrize("kind", ["text", "image", "interactive", "button", "location", "contacts", "order"])
    @pytest.mark.parametrize("junk", [None, 7, "x", [], [7], {"id": {}, "body": [], "phones": 7}])
    def test_a_message_full_of_junk_is_still_a_message(
        self, kind: str, junk: object, inbound: WhatsAppInbound, fake: FakeWhatsApp
    ) -> None:
        message = {**fake.message(ANA, kind), kind: junk}
        assert "" == only(inbound, fake, message).text
