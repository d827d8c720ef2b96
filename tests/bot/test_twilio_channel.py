"""Sending by Twilio and looking up what became of an interrupted send, against a real local server."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from urllib3 import HTTPResponse, HTTPSConnectionPool

from bot.channels.base import Channel, Found, LookUp, SendError
from bot.channels.twilio import TwilioChannel, tagged
from conversations.delivery import SendFailure
from conversations.messages import Outgoing
from tests.fakes.faulty_server import Answer
from tests.fakes.twilio_server import FakeTwilio
from tests.patience import NO_WAIT

SID, TOKEN = "AC" + "0" * 31 + "1", "test_auth_token"
OURS, ANA = "+15005550006", "+15005551234"
CALLBACK = "https://bot.example.test/hooks/twilio/status"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MESSAGE = Outgoing(12, ANA, "Tue 3 pm is yours, Ana 💇")
NONE_KNOWN: frozenset[str] = frozenset()


class Clock:
    """Twilio's clock, set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def fake(clock: Clock) -> Iterator[FakeTwilio]:
    with FakeTwilio(SID, TOKEN, clock) as server:
        yield server


@pytest.fixture
def make(fake: FakeTwilio) -> Iterator[Callable[..., TwilioChannel]]:
    made: list[TwilioChannel] = []

    def build(name: str = "sms", **changes: Any) -> TwilioChannel:
        plain: dict[str, Any] = {
            "account_sid": SID,
            "auth_token": TOKEN,
            "numbers": [OURS],
            "api_base": fake.base_url,
            "timeout": 5.0,
        }
        made.append(TwilioChannel(name, **{**plain, **changes}))
        return made[-1]

    yield build
    for channel in made:
        channel.close()


def failure_of(channel: Channel, message: Outgoing = MESSAGE) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(message)
    assert message.text not in str(caught.value)
    return caught.value


class TestSend:
    def test_an_sms_arrives_with_every_field(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        sid = make(status_callback_url=CALLBACK).send(MESSAGE)
        (kept,) = fake.messages
        assert (kept.sid, kept.to, kept.from_, kept.body) == (sid, ANA, OURS, MESSAGE.text)
        assert f"{CALLBACK}?outbox=12" == kept.status_callback

    def test_whatsapp_carries_its_prefix_on_both_ends(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel]
    ) -> None:
        make("whatsapp").send(MESSAGE)
        assert (f"whatsapp:{ANA}", f"whatsapp:{OURS}") == (fake.messages[0].to, fake.messages[0].from_)

    def test_a_hidden_number_is_answered_at_the_same_string(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel]
    ) -> None:
        make("whatsapp").send(Outgoing(1, "US.1234", "hi"))
        assert fake.messages[0].to == "whatsapp:US.1234"

    def test_a_messaging_service_chooses_the_sender(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        make(messaging_service_sid="MG1").send(MESSAGE)
        assert (fake.messages[0].service, fake.messages[0].from_) == ("MG1", None)

    def test_without_callback_url_no_reports_are_asked_for(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel]
    ) -> None:
        make().send(MESSAGE)
        assert "StatusCallback" not in fake.asked[0].form

    def test_neither_number_nor_service_is_refused_at_once(self) -> None:
        with pytest.raises(ValueError, match="Messaging Service"):
            TwilioChannel("sms", SID, TOKEN)

    def test_the_region_of_the_environment_is_not_read(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TWILIO_REGION", "ie1")
        monkeypatch.setenv("TWILIO_EDGE", "dublin")
        client = make()._messages._version.domain.twilio
        assert (client.region, client.edge) == ("", None)

    def test_without_another_base_it_is_twilio_itself(self, make: Callable[..., TwilioChannel]) -> None:
        asked = []

        def answer(pool: HTTPSConnectionPool, method: str, target: str, *_: Any, **__: Any) -> HTTPResponse:
            asked.append(f"{method} {pool.scheme}://{pool.host}:{pool.port}{target}")
            assert pool.cert_reqs == "CERT_REQUIRED"
            return HTTPResponse(b'{"sid": "SM1"}', status=201)

        with patch.object(HTTPSConnectionPool, "urlopen", answer):
            assert make(api_base="").send(MESSAGE) == "SM1"
        assert [f"POST https://api.twilio.com:443/2010-04-01/Accounts/{SID}/Messages.json"] == asked

    def test_the_connection_is_kept(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        channel = make()
        for _ in range(3):
            channel.send(MESSAGE)
        assert len(fake.open_sockets) == 1

    def test_the_proxy_of_the_environment_is_used(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", fake.base_url.replace("//", "//name:word@"))
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(201, '{"sid": "SM1"}'))
        assert "SM1" == make(api_base="http://relay.invalid").send(MESSAGE)
        (asked,) = fake.asked
        assert "Basic bmFtZTp3b3Jk" == asked.headers["Proxy-Authorization"]
        assert asked.headers["Host"] == "relay.invalid"

    def test_the_certificates_of_the_environment_are_used(
        self, make: Callable[..., TwilioChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", __file__)
        pool = make(api_base="")._outgoing._pool._pool
        assert (__file__, "CERT_REQUIRED") == (pool.ca_certs, pool.cert_reqs)

    def test_many_threads_each_get_their_own_id(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        channel = make()
        texts = [f"text {number}" for number in range(60)]
        with ThreadPoolExecutor(8) as pool:
            sids = list(pool.map(lambda text: channel.send(Outgoing(1, ANA, text)), texts))
        assert dict(zip(sids, texts, strict=True)) == {kept.sid: kept.body for kept in fake.messages}

    def test_neither_text_nor_number_is_logged(
        self, make: Callable[..., TwilioChannel], fake: FakeTwilio, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        make().send(MESSAGE)
        make().look_up(MESSAGE, NOON, NONE_KNOWN)
        assert not [record for record in caplog.records if ANA in record.getMessage() or "Tue" in record.getMessage()]


class TestRefusals:
    @pytest.mark.parametrize(
        ("number", "code", "expected"),
        [
            ("+15005550001", "21211", SendFailure.WRONG_ADDRESS),
            ("+15005550002", "21612", SendFailure.UNREACHABLE),
            ("+15005550003", "21408", SendFailure.SETUP),
            ("+15005550004", "21610", SendFailure.OPTED_OUT),
            ("+15005550009", "21614", SendFailure.WRONG_ADDRESS),
        ],
    )
    def test_the_test_numbers_fail_as_twilio_says(
        self, make: Callable[..., TwilioChannel], number: str, code: str, expected: SendFailure
    ) -> None:
        error = failure_of(make(), Outgoing(1, number, "hi there"))
        assert (expected, code) == (error.failure, error.code)

    def test_after_stop_the_person_has_opted_out(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.opted_out.add(ANA)
        assert failure_of(make()).failure is SendFailure.OPTED_OUT
        assert fake.messages == ()

    def test_a_text_over_the_limit_will_never_pass(self, make: Callable[..., TwilioChannel]) -> None:
        assert failure_of(make(), Outgoing(1, ANA, "x" * 1601)).failure is SendFailure.CONTENT
        assert make().send(Outgoing(1, ANA, "x" * make().capabilities.longest))

    def test_a_wrong_token_is_our_setup(self, make: Callable[..., TwilioChannel]) -> None:
        error = failure_of(make(auth_token="wrong"))
        assert (error.failure, error.code) == (SendFailure.SETUP, "20003")

    def test_too_fast_says_how_long_to_wait(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.fail_next(429, 20429, retry_after=7)
        error = failure_of(make())
        assert (error.failure, error.retry_after) == (SendFailure.TOO_FAST, 7.0)

    def test_a_fault_passes_with_the_next_try(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.fail_next(429, times=2)
        channel = make()
        assert [failure_of(channel).failure for _ in range(2)] == [SendFailure.TOO_FAST] * 2
        assert not fake.messages
        assert channel.send(MESSAGE) == fake.messages[0].sid

    def test_an_error_at_twilio_leaves_it_open(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.fail_next(500)
        assert failure_of(make()).failure is SendFailure.UNCERTAIN

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (200, SendFailure.UNCERTAIN),
            (502, SendFailure.UNCERTAIN),
            (403, SendFailure.SETUP),
            (429, SendFailure.TOO_FAST),
        ],
    )
    def test_a_page_instead_of_json_is_judged_by_its_status(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], status: int, expected: SendFailure
    ) -> None:
        fake.answer_html(status=status)
        assert expected is failure_of(make()).failure

    def test_words_that_repeat_the_text_are_dropped(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        echo = {"code": 21617, "message": f"too long: {MESSAGE.text}", "status": 400}
        monkeypatch.setattr(fake, "error_body", lambda status, code: echo)
        fake.fail_next(400, 21617)
        assert failure_of(make()).words == ""

    def test_the_newer_form_of_errors_is_read_too(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        problem = {"type": "about:blank", "title": "Blocked", "status": 400, "code": 21610, "detail": "Said STOP"}
        monkeypatch.setattr(fake, "error_body", lambda status, code: problem)
        fake.fail_next(400)
        error = failure_of(make())
        assert (error.failure, error.code, error.words) == (SendFailure.OPTED_OUT, "21610", "Said STOP")


class TestNoAnswer:
    def test_a_cut_after_accepting_leaves_it_open(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.cut_after_accepting()
        assert failure_of(make()).failure is SendFailure.UNCERTAIN
        assert len(fake.messages) == 1

    def test_a_cut_on_a_kept_connection_is_not_sent_again(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel]
    ) -> None:
        channel = make()
        channel.send(MESSAGE)
        fake.cut_after_accepting()
        assert failure_of(channel).failure is SendFailure.UNCERTAIN
        assert len(fake.messages) == 2

    def test_silence_ends_at_the_time_out(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.hang_after_accepting()
        begun = time.monotonic()
        assert failure_of(make(timeout=0.2)).failure is SendFailure.UNCERTAIN
        assert 0.2 <= time.monotonic() - begun < NO_WAIT

    def test_slow_is_not_silent(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.delay(0.1)
        assert make(timeout=3.0).send(MESSAGE) == fake.messages[0].sid

    def test_a_refused_connection_was_surely_not_taken(self, make: Callable[..., TwilioChannel]) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as closed:
            port = closed.getsockname()[1]
        assert failure_of(make(api_base=f"http://127.0.0.1:{port}")).failure is SendFailure.BUSY

    def test_an_unknown_host_was_surely_not_reached(self, make: Callable[..., TwilioChannel]) -> None:
        assert failure_of(make(api_base="http://nowhere.invalid")).failure is SendFailure.BUSY

    def test_no_address_at_all_is_our_setup(self, make: Callable[..., TwilioChannel]) -> None:
        assert failure_of(make(api_base="localhost")).failure is SendFailure.SETUP

    def test_the_error_hides_the_url(self, make: Callable[..., TwilioChannel]) -> None:
        error = failure_of(make(api_base="http://nowhere.invalid"))
        assert error.words == "NameResolutionError"
        assert error.__cause__ is None
        assert error.__suppress_context__ is True


class TestLookUp:
    def test_an_interrupted_send_is_found(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        channel = make()
        fake.cut_after_accepting()
        failure_of(channel)
        assert LookUp(Found.YES, fake.messages[0].sid) == channel.look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_what_has_left_the_queue_is_found(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        kept = fake.keep(ANA, MESSAGE.text, OURS)
        fake.leave_queue(kept)
        assert LookUp(Found.YES, kept.sid) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_what_was_never_taken_is_not_found(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.keep(ANA, "another text", OURS)
        fake.keep("+15005557777", MESSAGE.text, OURS)
        fake.keep(ANA, MESSAGE.text, "+15005558888")
        assert LookUp(Found.NO) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    @pytest.mark.parametrize("has_left", [True, False])
    def test_an_older_message_of_the_same_words_is_not_it(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], clock: Clock, has_left: bool
    ) -> None:
        clock.now = NOON - timedelta(minutes=10)
        older = fake.keep(ANA, MESSAGE.text, OURS)
        if has_left:
            fake.leave_queue(older)
        assert LookUp(Found.NO) == make().look_up(MESSAGE, NOON, NONE_KNOWN)
        assert LookUp(Found.YES, older.sid) == make().look_up(MESSAGE, clock.now, NONE_KNOWN)

    def test_a_message_known_as_another_is_not_it(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        other = fake.keep(ANA, MESSAGE.text, OURS)
        assert LookUp(Found.NO) == make().look_up(MESSAGE, NOON, frozenset({other.sid}))
        ours = fake.keep(ANA, MESSAGE.text, OURS)
        assert LookUp(Found.YES, ours.sid) == make().look_up(MESSAGE, NOON, frozenset({other.sid}))

    def test_clocks_may_be_somewhat_apart(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], clock: Clock
    ) -> None:
        clock.now = NOON - timedelta(seconds=40)
        kept = fake.keep(ANA, MESSAGE.text, OURS)
        assert LookUp(Found.YES, kept.sid) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_a_try_at_midnight_is_found_on_both_days(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], clock: Clock
    ) -> None:
        midnight = datetime(2026, 11, 20, 0, 0, 5, tzinfo=UTC)
        clock.now = midnight - timedelta(seconds=20)
        kept = fake.keep(ANA, MESSAGE.text, OURS)
        fake.leave_queue(kept)
        assert LookUp(Found.YES, kept.sid) == make().look_up(MESSAGE, midnight, NONE_KNOWN)

    def test_it_is_found_behind_many_pages(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        wanted = fake.keep(ANA, MESSAGE.text, OURS)
        for number in range(120):
            fake.keep(ANA, f"text {number}", OURS)
        for kept in fake.messages:
            fake.leave_queue(kept)
        assert LookUp(Found.YES, wanted.sid) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_a_services_message_is_found_whoever_sent_it(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel]
    ) -> None:
        fake.keep(ANA, MESSAGE.text, OURS)
        fake.keep(ANA, MESSAGE.text, service="MG2")
        channel = make(messaging_service_sid="MG1")
        assert LookUp(Found.NO) == channel.look_up(MESSAGE, NOON, NONE_KNOWN)
        kept = fake.keep(ANA, MESSAGE.text, service="MG1")
        fake.leave_queue(kept, from_="+15005558888")
        assert LookUp(Found.YES, kept.sid) == channel.look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_whatsapp_is_looked_up_with_its_prefix(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.keep(ANA, MESSAGE.text, OURS)
        assert LookUp(Found.NO) == make("whatsapp").look_up(MESSAGE, NOON, NONE_KNOWN)
        kept = fake.keep(f"whatsapp:{ANA}", MESSAGE.text, f"whatsapp:{OURS}")
        assert LookUp(Found.YES, kept.sid) == make("whatsapp").look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_a_trial_accounts_preface_is_looked_through(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel]
    ) -> None:
        kept = fake.keep(ANA, f"Sent from your Twilio trial account - {MESSAGE.text}", OURS)
        assert LookUp(Found.YES, kept.sid) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    @pytest.mark.parametrize(
        ("status", "expected"), [(429, SendFailure.TOO_FAST), (500, SendFailure.UNCERTAIN), (401, SendFailure.SETUP)]
    )
    def test_a_provider_that_does_not_say_is_no_no(
        self, fake: FakeTwilio, make: Callable[..., TwilioChannel], status: int, expected: SendFailure
    ) -> None:
        fake.fail_next(status, method="GET")
        with pytest.raises(SendError) as caught:
            make().look_up(MESSAGE, NOON, NONE_KNOWN)
        assert expected is caught.value.failure

    def test_a_page_instead_of_the_list_is_no_no(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.answer_html()
        with pytest.raises(SendError) as caught:
            make().look_up(MESSAGE, NOON, NONE_KNOWN)
        assert caught.value.failure is SendFailure.UNCERTAIN

    def test_silence_is_no_no(self, fake: FakeTwilio, make: Callable[..., TwilioChannel]) -> None:
        fake.hang_after_accepting(method="GET")
        with pytest.raises(SendError) as caught:
            make(timeout=0.2).look_up(MESSAGE, NOON, NONE_KNOWN)
        assert (caught.value.failure, caught.value.__suppress_context__) == (SendFailure.UNCERTAIN, True)


def test_the_two_channels_differ_in_who_answers_stop(make: Callable[..., TwilioChannel]) -> None:
    sms, whatsapp = make("sms").capabilities, make("whatsapp").capabilities
    assert (sms.carrier_answers_stop, sms.bare_cancel_opts_out, sms.longest) == (True, True, 1600)
    assert (whatsapp.carrier_answers_stop, whatsapp.bare_cancel_opts_out, whatsapp.longest) == (False, False, 1600)


@pytest.mark.parametrize(
    "url",
    [CALLBACK, f"{CALLBACK}?a=1&b=", f"{CALLBACK}?a=%C3%A9&b=x+y", f"{CALLBACK}#rc=3&rp=outbox=0", f"{CALLBACK}#"],
)
@pytest.mark.parametrize("number", [0, 10, 1_000_007])
def test_the_reports_that_are_asked_for_carry_our_id(
    fake: FakeTwilio, make: Callable[..., TwilioChannel], url: str, number: int
) -> None:
    make(status_callback_url=url).send(Outgoing(number, ANA, "1 + 1 = 2 & more?\n50 % é"))
    (kept,) = fake.messages
    assert (tagged(url, number), ANA, OURS) == (kept.status_callback, kept.to, kept.from_)
    assert "1 + 1 = 2 & more?\n50 % é" == kept.body


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ""),
        (CALLBACK, f"{CALLBACK}?outbox=7"),
        (f"{CALLBACK}?a=1&b=", f"{CALLBACK}?a=1&b=&outbox=7"),
        (f"{CALLBACK}#rc=3", f"{CALLBACK}?outbox=7#rc=3"),
    ],
)
def test_our_id_is_added_to_the_callback_url(url: str, expected: str) -> None:
    assert expected == tagged(url, 7)
