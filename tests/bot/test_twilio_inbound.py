"""What Twilio's message webhooks become, and which of them are believed."""

import base64
import hashlib
import hmac

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from bot.channels.twilio_inbound import TwilioInbound, fields_of
from bot.channels.unreadable import Unreadable
from conversations.messages import Inbound
from tests.fakes.twilio_server import FakeTwilio

TOKEN = "test_auth_token"
OURS = "+15005550009"
ANA = "+15005550006"
URL = "https://bot.example.test/hooks/twilio/s3cret"
SID = "SM" + "0" * 31 + "1"
VECTOR = {
    "From": "whatsapp:+15005550006",
    "To": "whatsapp:+15005550009",
    "Body": "Tue 3pm ok?",
    "NumMedia": "0",
    "NumSegments": "1",
    "ProfileName": "Ana",
    "WaId": "15005550006",
    "AccountSid": "AC" + "0" * 31 + "1",
    "MessageSid": SID,
    "SmsMessageSid": SID,
    "SmsSid": SID,
}
VECTOR_SIGNATURE = "8u7KBGYvV5cXiK7PpFBfA3N+YyM="


@pytest.fixture
def inbound() -> TwilioInbound:
    return TwilioInbound(TOKEN, [OURS])


def form(**fields: str) -> dict[str, str]:
    return FakeTwilio("AC1", TOKEN).text_form(ANA, OURS, "Tue 3pm ok?", **fields)


def only(messages: tuple[Inbound, ...]) -> Inbound:
    (message,) = messages
    return message


class TestVerify:
    def test_twilios_own_signature_is_believed(self) -> None:
        fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234"}
        fields |= {"From": "+14158675310", "To": "+18005551212"}
        url = "https://example.com/myapp.php?foo=1&bar=2"
        assert TwilioInbound("12345", []).verify(url, fields, "L/OH5YylLD5NRKLltdqwSvS0BnU=") is True

    def test_a_signed_message_is_believed(self, inbound: TwilioInbound) -> None:
        assert inbound.verify(URL, VECTOR, VECTOR_SIGNATURE) is True

    @pytest.mark.parametrize("port", ["", ":443"])
    def test_the_default_port_may_be_written_or_not(self, inbound: TwilioInbound, port: str) -> None:
        url = f"https://bot.example.test{port}/hooks/twilio/s3cret"
        assert inbound.verify(url, VECTOR, VECTOR_SIGNATURE) is True

    @pytest.mark.parametrize("name", sorted(VECTOR))
    def test_a_changed_field_is_not_believed(self, inbound: TwilioInbound, name: str) -> None:
        assert inbound.verify(URL, {**VECTOR, name: VECTOR[name] + " "}, VECTOR_SIGNATURE) is False

    def test_an_added_field_is_not_believed(self, inbound: TwilioInbound) -> None:
        assert inbound.verify(URL, {**VECTOR, "OptOutType": "STOP"}, VECTOR_SIGNATURE) is False

    @pytest.mark.parametrize("url", [URL.replace("https", "http"), URL + "?a=1", URL + "/", URL.replace("bot.", "")])
    def test_another_url_is_not_believed(self, inbound: TwilioInbound, url: str) -> None:
        assert inbound.verify(url, VECTOR, VECTOR_SIGNATURE) is False

    @pytest.mark.parametrize("signature", [None, "", "=", "é", VECTOR_SIGNATURE.lower(), VECTOR_SIGNATURE + "="])
    def test_a_missing_or_wrong_signature_is_not_believed(self, inbound: TwilioInbound, signature: str | None) -> None:
        assert inbound.verify(URL, VECTOR, signature) is False

    @pytest.mark.parametrize("body", [b"B=2&A=1&B=1&B=2", b"A=d%C3%A9j%C3%A0&B=%2B1+x&C=", b"A=%FF&B=1"])
    def test_it_believes_what_twilios_own_library_signs(self, inbound: TwilioInbound, body: bytes) -> None:
        fields = fields_of(body)
        signature = RequestValidator(TOKEN).compute_signature(URL, fields)
        assert inbound.verify(URL, fields, signature) is True
        assert inbound.verify(f"{URL}x", fields, signature) is False
        assert inbound.verify(URL, {**fields, "D": "1"}, signature) is False

    def test_a_form_is_read_as_flask_reads_it(self) -> None:
        for body in (b"A=1&B=2", b"A=1&A=2&B", b"A=%FF%00&%C3%A9=+", b"A;B=1", b"", b"\xff=1"):
            asked = Request.from_values(method="POST", data=body, content_type="application/x-www-form-urlencoded")
            assert asked.form.to_dict(flat=False) == MultiDict(fields_of(body)).to_dict(flat=False)

    def test_another_accounts_token_is_not_believed(self) -> None:
        assert TwilioInbound("another", [OURS]).verify(URL, VECTOR, VECTOR_SIGNATURE) is False

    def test_a_signed_json_post_is_not_taken_for_an_empty_form(self, inbound: TwilioInbound) -> None:
        digest = hashlib.sha256(b'{"a":1}').hexdigest()
        assert digest == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        url, signature = f"https://bot.example.test/hooks/json?bodySHA256={digest}", "JJqlEpaM6cDvRF7aoNbD6u1+JdU="
        mac = hmac.new(TOKEN.encode(), url.encode(), hashlib.sha1).digest()
        assert signature == base64.b64encode(mac).decode()  # it is genuine, and still not ours to take
        assert inbound.verify(url, {}, signature) is False

    def test_a_get_webhook_is_signed_over_its_query_alone(self, inbound: TwilioInbound) -> None:
        url = f"{URL}?From=%2B15005550006&MessageSid={SID}&Body=hi%20there"
        mac = hmac.new(TOKEN.encode(), url.encode(), hashlib.sha1).digest()
        assert inbound.verify(url, {}, base64.b64encode(mac).decode()) is True
        assert inbound.verify(url.replace("hi", "ho"), {}, base64.b64encode(mac).decode()) is False


class TestParse:
    def test_a_whatsapp_text_loses_its_prefix(self, inbound: TwilioInbound) -> None:
        expected = Inbound("whatsapp", SID, ANA, ANA, "Tue 3pm ok?", profile_name="Ana")
        assert (expected,) == inbound.parse(VECTOR)

    def test_an_sms_keeps_its_number(self, inbound: TwilioInbound) -> None:
        expected = Inbound("sms", "SM" + "0" * 31 + "1", ANA, ANA, "Tue 3pm ok?")
        assert (expected,) == inbound.parse(form())

    def test_a_repeat_carries_the_same_id(self, inbound: TwilioInbound) -> None:
        assert inbound.parse(VECTOR) == inbound.parse(dict(reversed(VECTOR.items())))

    def test_a_hidden_number_is_an_opaque_address_without_phone(self, inbound: TwilioInbound) -> None:
        message = only(inbound.parse(form(From="whatsapp:US.1234", ExternalUserId="US.1234")))
        assert (message.channel, message.address, message.phone) == ("whatsapp", "US.1234", None)

    @pytest.mark.parametrize("sender", ["72345", "MYBANK", "+12"])
    def test_a_sender_that_is_no_number_has_no_phone(self, inbound: TwilioInbound, sender: str) -> None:
        message = only(inbound.parse(form(From=sender)))
        assert (sender, None) == (message.address, message.phone)

    def test_a_number_outside_todays_plans_is_still_a_phone(self, inbound: TwilioInbound) -> None:
        assert only(inbound.parse(form(From="whatsapp:+5215512345678"))).phone == "+5215512345678"

    @pytest.mark.parametrize("sender", [" 15005550006", "whatsapp: 15005550006"])
    def test_a_plus_sign_that_became_a_space_is_mended(self, inbound: TwilioInbound, sender: str) -> None:
        assert only(inbound.parse(form(From=sender))).address == ANA

    def test_a_photo_without_words_is_a_message(self, inbound: TwilioInbound) -> None:
        media = {"NumMedia": "2", "MediaUrl0": "https://m.test/0", "MediaUrl1": "https://m.test/1"}
        message = only(inbound.parse(form(Body="", **media)))
        assert (message.text, message.media) == ("", ("https://m.test/0", "https://m.test/1"))

    @pytest.mark.parametrize("count", ["", "many", "-1", "²", "0"])
    def test_media_are_those_that_are_counted(self, inbound: TwilioInbound, count: str) -> None:
        assert only(inbound.parse(form(NumMedia=count, MediaUrl0="https://m.test/0"))).media == ()

    def test_a_huge_media_count_is_not_counted_out(self, inbound: TwilioInbound) -> None:
        assert only(inbound.parse(form(NumMedia="9" * 12, MediaUrl0="https://m.test/0"))).media == ("https://m.test/0",)

    def test_a_location_is_a_message_without_words(self, inbound: TwilioInbound) -> None:
        place = {"Latitude": "-1.29", "Longitude": "36.82", "Address": "Kimathi St", "Label": "Salon"}
        assert only(inbound.parse(form(Body="", **place))).text == ""

    def test_a_pressed_button_carries_our_id(self, inbound: TwilioInbound) -> None:
        pressed = form(Body="Yes", ButtonPayload="book:12", ButtonText="Yes", ButtonType="REPLY")
        message = only(inbound.parse(pressed))
        assert (message.button, message.text) == ("book:12", "Yes")

    def test_a_button_without_body_is_read_by_its_label(self, inbound: TwilioInbound) -> None:
        assert only(inbound.parse(form(Body="", ButtonPayload="b1", ButtonText="Yes"))).text == "Yes"

    def test_a_list_pick_carries_our_id(self, inbound: TwilioInbound) -> None:
        message = only(inbound.parse(form(Body="", ListId="slot:3", ListTitle="Tue 3 pm")))
        assert (message.button, message.text) == ("slot:3", "Tue 3 pm")

    def test_an_answer_names_what_it_quotes(self, inbound: TwilioInbound) -> None:
        quoting = form(OriginalRepliedMessageSid="SM9", OriginalRepliedMessageSender="whatsapp:+15005550009")
        assert only(inbound.parse(quoting)).quoted_id == "SM9"

    @pytest.mark.parametrize(("sent", "expected"), [("STOP", "STOP"), ("start", "START"), ("HELP", "HELP"), ("?", "")])
    def test_an_opt_out_that_twilio_answered_is_marked(self, inbound: TwilioInbound, sent: str, expected: str) -> None:
        assert expected == only(inbound.parse(form(Body="STOP", OptOutType=sent))).opt_out

    def test_a_stop_without_mark_is_plain_text(self, inbound: TwilioInbound) -> None:
        message = only(inbound.parse(form(Body="STOP")))
        assert (message.text, message.opt_out) == ("STOP", "")

    @pytest.mark.parametrize("sender", [OURS, f"whatsapp:{OURS}"])
    def test_our_own_message_is_ignored(self, inbound: TwilioInbound, sender: str) -> None:
        assert inbound.parse(form(From=sender)) == ()

    @pytest.mark.parametrize("older", ["SmsMessageSid", "SmsSid"])
    def test_an_older_copy_of_the_id_will_do(self, inbound: TwilioInbound, older: str) -> None:
        assert only(inbound.parse({"From": ANA, older: "SM7"})).provider_id == "SM7"

    @pytest.mark.parametrize(
        ("fields", "named"),
        [
            ({}, "From"),
            ({"MessageSid": "SM1"}, "From"),
            ({"MessageSid": "SM1", "From": ""}, "From"),
            ({"MessageSid": "SM1", "From": "whatsapp:"}, "From"),
            ({"From": ANA, "Body": "a secret"}, "MessageSid"),
            ({"MessageSid": "SM1", "From": "messenger:77"}, "messenger"),
        ],
    )
    def test_what_cannot_be_read_says_which_field(
        self, inbound: TwilioInbound, fields: dict[str, str], named: str
    ) -> None:
        with pytest.raises(Unreadable, match=named) as caught:
            inbound.parse(fields)
        assert "secret" not in str(caught.value)

    def test_every_database_can_store_the_text(self, inbound: TwilioInbound) -> None:
        assert only(inbound.parse(form(Body="a\x00b\ud83d"))).text == "ab\N{REPLACEMENT CHARACTER}"

    def test_unknown_fields_change_nothing(self, inbound: TwilioInbound) -> None:
        assert inbound.parse(form()) == inbound.parse(form(ChannelMetadata="{", ReferralBody="ad", NewIn2027="x"))
