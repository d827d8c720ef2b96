"""The closed table of Twilio's error codes, walked in full through a real send."""

from collections.abc import Iterator

import pytest

from bot.channels.base import SendError
from bot.channels.errors import refusal
from bot.channels.twilio import TwilioChannel
from bot.channels.twilio_codes import FAILURES
from conversations.delivery import SendFailure
from conversations.messages import Outgoing
from tests.fakes.twilio_server import FakeTwilio

EXPECTED = {
    SendFailure.TOO_FAST: {20429, 30001, 63018},
    SendFailure.TOO_FAST_FOR_ONE: {14107},
    SendFailure.OPTED_OUT: {21610, 63014},
    SendFailure.WRONG_ADDRESS: {21211, 21614, 21635, 30006, 63003, 63024},
    SendFailure.UNREACHABLE: {30003, 30005, 30008, 21612, 30036, 30450, 30610, 63032},
    SendFailure.WINDOW_CLOSED: {63016},
    SendFailure.SETUP: {20003, 20404, 21408, 21606, 21608, 30002, 30034, 57012, 63038},
    SendFailure.CONTENT: {21617, 21620, 30004, 30007, 63013, 63021},
}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeTwilio]:
    with FakeTwilio("AC1", "token") as server:
        yield server


@pytest.fixture(scope="module")
def channel(fake: FakeTwilio) -> Iterator[TwilioChannel]:
    made = TwilioChannel("sms", "AC1", "token", ["+15005550006"], api_base=fake.base_url)
    yield made
    made.close()


def test_the_table_is_the_one_we_decided_on() -> None:
    assert {code: failure for failure, codes in EXPECTED.items() for code in codes} == dict(FAILURES)


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_every_code_ends_in_its_failure(fake: FakeTwilio, channel: TwilioChannel, code: int) -> None:
    fake.fail_next(400, code)
    with pytest.raises(SendError) as caught:
        channel.send(Outgoing(1, "+15005551234", "Tue 3pm ok?"))
    assert (FAILURES[code], str(code)) == (caught.value.failure, caught.value.code)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, SendFailure.SETUP),
        (400, SendFailure.SETUP),
        (403, SendFailure.SETUP),
        (408, SendFailure.UNCERTAIN),
        (429, SendFailure.TOO_FAST),
        (500, SendFailure.UNCERTAIN),
        (503, SendFailure.UNCERTAIN),
    ],
)
def test_an_unknown_code_is_judged_by_its_status(
    fake: FakeTwilio, channel: TwilioChannel, status: int, expected: SendFailure
) -> None:
    fake.fail_next(status, 99999)
    with pytest.raises(SendError) as caught:
        channel.send(Outgoing(1, "+15005551234", "Tue 3pm ok?"))
    assert (expected, "99999") == (caught.value.failure, caught.value.code)


def test_a_known_reason_counts_before_the_status() -> None:
    assert SendFailure.CONTENT is refusal(500, SendFailure.CONTENT)
