"""Sending by UltraMsg and looking up what became of an interrupted send, against a real local server."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Found, LookUp, SendError
from bot.channels.ultramsg import UltraMsgChannel
from conversations.delivery import SendFailure
from conversations.messages import Outgoing
from tests.fakes.faulty_server import Answer
from tests.fakes.ultramsg_server import FakeUltraMsg
from tests.patience import NO_WAIT

ANA = "+15005550006"
TOKEN = "t0ken"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MESSAGE = Outgoing(12, ANA, "Tue 3 pm is yours, Ana 💇")
NONE_KNOWN: frozenset[str] = frozenset()


class Clock:
    """UltraMsg's clock, set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def fake(clock: Clock) -> Iterator[FakeUltraMsg]:
    with FakeUltraMsg("instance12345", TOKEN, clock) as server:
        yield server


@pytest.fixture
def make(fake: FakeUltraMsg) -> Iterator[Callable[..., UltraMsgChannel]]:
    made: list[UltraMsgChannel] = []

    def build(instance: str = "12345", token: str = TOKEN, api_base: str = "", timeout: float = 5.0) -> UltraMsgChannel:
        made.append(UltraMsgChannel(instance, token, api_base or fake.base_url, timeout))
        return made[-1]

    yield build
    for channel in made:
        channel.close()


def failure_of(channel: UltraMsgChannel, message: Outgoing = MESSAGE) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(message)
    assert message.text not in str(caught.value)
    assert TOKEN not in str(caught.value)
    return caught.value


class TestSend:
    @pytest.mark.parametrize("instance", ["12345", "instance12345"])
    def test_a_text_arrives_with_our_reference(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], instance: str
    ) -> None:
        assert make(instance).send(MESSAGE) == "1"
        (kept,) = fake.messages
        assert (kept.to, kept.body, kept.reference) == (ANA, MESSAGE.text, "12")

    def test_a_hidden_number_is_answered_at_the_same_string(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]
    ) -> None:
        make().send(Outgoing(1, "98765@lid", "hi"))
        assert fake.messages[0].to == "98765@lid"

    def test_a_yes_may_be_a_boolean(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        fake.is_boolean = True
        assert make().send(MESSAGE) == "1"

    def test_a_yes_without_number_is_named_by_our_reference(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(200, '{"sent":"true","message":"ok"}'))
        assert make().send(MESSAGE) == "reference-12"

    def test_the_longest_text_passes(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        channel = make()
        channel.send(Outgoing(1, ANA, "x" * channel.capabilities.longest))
        assert len(fake.messages[0].body) == 4096

    @pytest.mark.parametrize(("instance", "token"), [("", TOKEN), ("12345", "")])
    def test_a_missing_setting_is_refused_at_once(self, instance: str, token: str) -> None:
        with pytest.raises(ValueError, match="instance and its token"):
            UltraMsgChannel(instance, token)


class TestRefusals:
    def test_a_wrong_token_is_our_setup(self, make: Callable[..., UltraMsgChannel]) -> None:
        error = failure_of(make(token="another"))
        assert (error.failure, error.code) == (SendFailure.SETUP, "200")
        assert error.words.startswith("Wrong token")

    def test_a_wrong_or_unpaid_instance_is_our_setup(self, make: Callable[..., UltraMsgChannel]) -> None:
        error = failure_of(make("99999"))
        assert (error.failure, error.code) == (SendFailure.SETUP, "404")

    @pytest.mark.parametrize(
        ("error", "expected", "words"),
        [
            ("no reason a program knows", SendFailure.SETUP, "no reason a program knows"),
            ([{"to": "is not a number"}], SendFailure.WRONG_ADDRESS, "to: is not a number"),
            ({"to": ["is required"]}, SendFailure.WRONG_ADDRESS, "to: is required"),
            ({"body": "too long"}, SendFailure.CONTENT, "body: too long"),
            ([{"token": "missing"}, {"to": "missing"}], SendFailure.SETUP, "token: missing; to: missing"),
            (["one", "two"], SendFailure.SETUP, "one; two"),
            (f"bad {TOKEN}", SendFailure.SETUP, "bad …"),
            (f"cannot say {MESSAGE.text}", SendFailure.SETUP, "HTTP 200"),
            ([{"body": MESSAGE.text}], SendFailure.CONTENT, "HTTP 200"),
            (True, SendFailure.SETUP, "True"),
            ("x" * 999, SendFailure.SETUP, "x" * 200),
        ],
    )
    def test_an_error_comes_with_a_200_in_any_shape(
        self,
        fake: FakeUltraMsg,
        make: Callable[..., UltraMsgChannel],
        error: object,
        expected: SendFailure,
        words: str,
    ) -> None:
        fake.next_error = error
        caught = failure_of(make())
        assert (expected, words) == (caught.failure, caught.words)
        assert fake.messages == ()

    def test_a_text_over_the_limit_will_never_pass(self, make: Callable[..., UltraMsgChannel]) -> None:
        assert failure_of(make(), Outgoing(1, ANA, "x" * 4097)).failure is SendFailure.CONTENT

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (302, SendFailure.SETUP),
            (400, SendFailure.SETUP),
            (404, SendFailure.SETUP),
            (429, SendFailure.TOO_FAST),
            (500, SendFailure.UNCERTAIN),
            (503, SendFailure.UNCERTAIN),
        ],
    )
    def test_a_refusal_is_judged_by_its_status(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], status: int, expected: SendFailure
    ) -> None:
        fake.fail_next(status)
        assert expected is failure_of(make()).failure

    def test_a_redirect_is_not_followed_without_the_form(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(302, "{}", headers={"Location": "/elsewhere"}))
        assert failure_of(make()).failure is SendFailure.SETUP
        assert [asked.path for asked in fake.asked] == ["/instance12345/messages/chat"]

    def test_too_fast_says_how_long_to_wait(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        fake.fail_next(429, retry_after=3)
        assert failure_of(make()).retry_after == 3.0

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (200, SendFailure.UNCERTAIN),
            (502, SendFailure.UNCERTAIN),
            (404, SendFailure.SETUP),
            (302, SendFailure.SETUP),
        ],
    )
    def test_a_page_instead_of_json_is_judged_by_its_status(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], status: int, expected: SendFailure
    ) -> None:
        fake.answer_html(status=status)
        assert expected is failure_of(make()).failure

    @pytest.mark.parametrize("answer", [{}, [], {"sent": "false"}, {"sent": False}, "ok", 7, {"sent": {}}])
    def test_neither_yes_nor_error_leaves_it_open(
        self,
        fake: FakeUltraMsg,
        make: Callable[..., UltraMsgChannel],
        monkeypatch: pytest.MonkeyPatch,
        answer: object,
    ) -> None:
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(200, json.dumps(answer)))
        assert failure_of(make()).failure is SendFailure.UNCERTAIN


class TestNoAnswer:
    def test_a_cut_after_accepting_leaves_it_open(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]
    ) -> None:
        fake.cut_after_accepting()
        assert failure_of(make()).failure is SendFailure.UNCERTAIN
        assert len(fake.messages) == 1

    def test_silence_ends_at_the_time_out(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        fake.hang_after_accepting()
        begun = time.monotonic()
        assert failure_of(make(timeout=0.2)).failure is SendFailure.UNCERTAIN
        assert 0.2 <= time.monotonic() - begun < NO_WAIT

    def test_an_unknown_host_was_surely_not_reached(self, make: Callable[..., UltraMsgChannel]) -> None:
        error = failure_of(make(api_base="http://nowhere.invalid"))
        assert (error.failure, error.__suppress_context__) == (SendFailure.BUSY, True)


class TestLookUp:
    def test_an_interrupted_send_is_found(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        channel = make()
        fake.cut_after_accepting()
        failure_of(channel)
        assert LookUp(Found.YES, "1") == channel.look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_what_was_never_taken_is_not_found(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        fake.keep(ANA, MESSAGE.text, "11")
        assert LookUp(Found.NO) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    def test_a_reference_counted_again_from_the_start_is_not_ours(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], clock: Clock
    ) -> None:
        fake.keep(ANA, "another text", "12")
        clock.now = NOON - timedelta(days=30)
        fake.keep(ANA, MESSAGE.text, "12")
        assert LookUp(Found.NO) == make().look_up(MESSAGE, NOON, NONE_KNOWN)
        assert LookUp(Found.YES, "2") == make().look_up(MESSAGE, clock.now, NONE_KNOWN)

    def test_a_message_known_as_another_is_not_it(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]
    ) -> None:
        fake.keep(ANA, MESSAGE.text, "12")
        assert LookUp(Found.NO) == make().look_up(MESSAGE, NOON, frozenset({"1"}))

    def test_a_list_that_ignores_the_reference_cannot_tell(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]
    ) -> None:
        fake.heeds_reference = False
        fake.keep(ANA, MESSAGE.text, "11")
        assert LookUp(Found.CANNOT_TELL) == make().look_up(MESSAGE, NOON, NONE_KNOWN)
        fake.keep(ANA, MESSAGE.text, "12")
        assert LookUp(Found.YES, "2") == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    @pytest.mark.parametrize("answer", [{}, {"messages": 1}, {"messages": [1]}, 7, "ok"])
    def test_a_list_in_an_unknown_shape_cannot_tell(
        self,
        fake: FakeUltraMsg,
        make: Callable[..., UltraMsgChannel],
        monkeypatch: pytest.MonkeyPatch,
        answer: object,
    ) -> None:
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(200, json.dumps(answer)))
        assert LookUp(Found.CANNOT_TELL) == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    @pytest.mark.parametrize("created", ["2026-11-20 12:00:00", None, "", 10**30])
    def test_a_bare_list_with_a_time_nobody_can_read_is_believed(
        self,
        fake: FakeUltraMsg,
        make: Callable[..., UltraMsgChannel],
        monkeypatch: pytest.MonkeyPatch,
        created: object,
    ) -> None:
        rows = [{"id": 5, "referenceId": 12, "created_at": created}]
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(200, json.dumps(rows)))
        assert LookUp(Found.YES, "5") == make().look_up(MESSAGE, NOON, NONE_KNOWN)

    @pytest.mark.parametrize(
        ("status", "expected"), [(429, SendFailure.TOO_FAST), (500, SendFailure.UNCERTAIN), (404, SendFailure.SETUP)]
    )
    def test_a_provider_that_does_not_say_is_no_no(
        self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel], status: int, expected: SendFailure
    ) -> None:
        fake.fail_next(status, method="GET")
        with pytest.raises(SendError) as caught:
            make().look_up(MESSAGE, NOON, NONE_KNOWN)
        assert expected is caught.value.failure

    def test_silence_is_no_no(self, fake: FakeUltraMsg, make: Callable[..., UltraMsgChannel]) -> None:
        fake.hang_after_accepting(method="GET")
        with pytest.raises(SendError) as caught:
            make(timeout=0.2).look_up(MESSAGE, NOON, NONE_KNOWN)
        assert caught.value.failure is SendFailure.UNCERTAIN
        assert TOKEN not in str(caught.value)
