"""What Twilio's status callbacks become."""

import itertools

import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.channels.twilio_codes import FAILURES, STATUSES
from bot.channels.twilio_inbound import TwilioInbound, parse_status
from bot.channels.unreadable import Unreadable
from conversations.delivery import Delivery, SendFailure
from conversations.messages import StatusReport
from tests.fakes.twilio_server import FakeTwilio


def form(status: str, code: str = "", to: str = "+15005550006", **fields: str) -> dict[str, str]:
    error = {"ErrorCode": code} if code else {}
    return {"MessageSid": "SM1", "MessageStatus": status, "From": "+15005550009", "To": to, **error, **fields}


def report(status: str, code: str = "", **fields: str) -> StatusReport:
    (found,) = parse_status(form(status, code, **fields), {"outbox": "12"})
    return found


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("accepted", Delivery.SENT),
        ("scheduled", Delivery.SENT),
        ("queued", Delivery.SENT),
        ("sending", Delivery.SENT),
        ("sent", Delivery.SENT),
        ("delivered", Delivery.DELIVERED),
        ("read", Delivery.READ),
        ("undelivered", Delivery.FAILED),
        ("failed", Delivery.FAILED),
        ("canceled", Delivery.FAILED),
    ],
)
def test_every_status_has_its_place(word: str, expected: Delivery) -> None:
    assert expected is report(word).status


def test_the_status_table_has_nothing_untested() -> None:
    assert len(STATUSES) == 10


def test_the_highest_rank_is_the_same_in_any_order() -> None:
    for order in itertools.permutations(["queued", "sent", "delivered", "read"]):
        assert max((report(word).status for word in order), key=lambda status: status.rank) == Delivery.READ


def test_a_report_carries_our_id_back() -> None:
    assert StatusReport("sms", "SM1", Delivery.DELIVERED, outbox_id=12) == report("delivered")


def test_a_whatsapp_report_names_its_channel() -> None:
    assert report("read", to="whatsapp:+15005550006").channel == "whatsapp"


def test_a_read_event_counts_whatever_the_status_says() -> None:
    assert report("delivered", EventType="READ").status is Delivery.READ


@pytest.mark.parametrize("outbox", ["", "x", "-1", "1.5", "²", "9" * 30])
def test_an_id_that_cannot_be_ours_is_none(outbox: str) -> None:
    (found,) = parse_status(form("sent"), {"outbox": outbox})
    assert found.outbox_id is None


def test_a_report_without_our_id_is_still_a_report() -> None:
    assert (StatusReport("sms", "SM1", Delivery.SENT),) == parse_status(form("sent"), {})


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_every_code_of_a_failure_has_its_reason(code: int) -> None:
    failed = report("undelivered", str(code))
    assert (FAILURES[code], str(code)) == (failed.failure, failed.code)


@pytest.mark.parametrize("code", ["", "39999", "?"])
def test_a_failure_without_known_reason_may_be_tried_and_is_told(code: str) -> None:
    assert report("failed", code).failure is SendFailure.UNREACHABLE


def test_only_a_failure_has_a_reason() -> None:
    assert report("delivered", "30003").failure is None


@pytest.mark.parametrize("word", ["received", "receiving", "something new"])
def test_no_news_of_a_message_of_ours_is_ignored(word: str) -> None:
    assert parse_status(form(word), {}) == ()


@pytest.mark.parametrize(
    ("fields", "named"),
    [({}, "MessageSid"), ({"MessageSid": "SM1"}, "MessageStatus"), ({"MessageStatus": "sent"}, "Sid")],
)
def test_a_report_about_nothing_is_unreadable(fields: dict[str, str], named: str) -> None:
    with pytest.raises(Unreadable, match=named):
        parse_status(fields, {"outbox": "1"})


def test_the_signature_covers_our_id() -> None:
    url = "https://bot.example.test/hooks/twilio/status?outbox=12"
    signature = RequestValidator("t").compute_signature(url, form("sent"))
    assert TwilioInbound("t", []).verify(url, form("sent"), signature) is True
    assert TwilioInbound("t", []).verify(url.replace("12", "13"), form("sent"), signature) is False


def test_the_fakes_reports_are_read() -> None:
    fake = FakeTwilio("AC1", "t")
    message = fake.keep("+15005550006", "hi", "+15005550009")
    message.status, message.error_code = "undelivered", 30003
    expected = StatusReport("sms", message.sid, Delivery.FAILED, SendFailure.UNREACHABLE, "30003", 5)
    assert (expected,) == parse_status(fake.status_form(message), {"outbox": "5"})
