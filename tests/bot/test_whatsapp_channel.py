"""Sending by WhatsApp's Cloud API, against a real local server."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.base import Found, LookUp, SendError
from bot.channels.errors import refusal
from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp_codes import FAILURES
from conversations.delivery import SendFailure
from conversations.messages import Outgoing
from tests.fakes.faulty_server import Answer
from tests.fakes.whatsapp_server import VERSION, FakeWhatsApp
from tests.patience import NO_WAIT

ANA = "+15005550006"
TOKEN = "EAAt0ken"
MESSAGE = Outgoing(12, ANA, "Tue 3 pm is yours, Ana 💇")
LATE = replace(MESSAGE, text="✅ Confirmed!\n\n#7:  Haircut\twith      Maya\n", is_window_open=False)
SERVICES = (("1", "Individual Therapy Session"), ("2", "Haircut"), ("3", "Relaxing Massage"), ("4", "Maths Lesson"))
TIMES = (("A", "09:00"), ("B", "10:30"), ("C", "15:00"))
Make = Callable[..., WhatsAppChannel]
EXPECTED = {
    SendFailure.BUSY: {1, 2, 131000, 131016, 131057},
    SendFailure.TOO_FAST: {4, 80007, 130429},
    SendFailure.TOO_FAST_FOR_ONE: {131056},
    SendFailure.WINDOW_CLOSED: {131047},
    SendFailure.WRONG_ADDRESS: {131021, 131026, 130403},
    SendFailure.UNREACHABLE: {130472, 131048, 131049},
    SendFailure.OPTED_OUT: {131050},
    SendFailure.SETUP: {
        *(0, 3, 10, 100, 190, *range(200, 300), 368),
        *(131031, 131037, 131042, 132000, 132001, 132012, 132015, 132016),
    },
    SendFailure.CONTENT: {131008, 131009, 131051, 131052, 131053, 132005, 132007},
}


@pytest.fixture
def fake() -> Iterator[FakeWhatsApp]:
    with FakeWhatsApp("990011", TOKEN, "secret") as server:
        yield server


@pytest.fixture
def make(fake: FakeWhatsApp) -> Iterator[Make]:
    made: list[WhatsAppChannel] = []

    def build(token: str = TOKEN, number: str = "990011", template: str = "", **more: object) -> WhatsAppChannel:
        settings = {"api_base": fake.base_url, "timeout": 5.0, **more}
        made.append(WhatsAppChannel(VERSION, token, number, template, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for channel in made:
        channel.close()


def failure_of(channel: WhatsAppChannel, message: Outgoing = MESSAGE) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(message)
    assert message.text not in str(caught.value)
    assert TOKEN not in str(caught.value)
    return caught.value


class TestSend:
    def test_a_text_arrives_with_our_tag(self, fake: FakeWhatsApp, make: Make) -> None:
        assert "wamid.OUT1" == make().send(MESSAGE)
        assert {
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": "15005550006", "type": "text",
            "text": {"body": MESSAGE.text, "preview_url": False}, "biz_opaque_callback_data": "textbook-12",
        } == fake.messages[0].payload  # fmt: skip

    def test_who_shows_no_number_is_answered_at_their_id(self, fake: FakeWhatsApp, make: Make) -> None:
        make().send(replace(MESSAGE, address="US.1349"))
        assert ("US.1349", False) == (fake.messages[0].payload["recipient"], "to" in fake.messages[0].payload)

    def test_the_longest_text_passes(self, fake: FakeWhatsApp, make: Make) -> None:
        make().send(replace(MESSAGE, text="x" * make().capabilities.longest))
        assert 4096 == len(fake.messages[0].text)

    @pytest.mark.parametrize(("token", "number"), [("", "990011"), (TOKEN, "")])
    def test_a_missing_setting_is_refused_at_once(self, token: str, number: str) -> None:
        with pytest.raises(ValueError, match="token and a phone number id"):
            WhatsAppChannel(VERSION, token, number)


class TestChoices:
    def test_three_short_ones_are_buttons(self, fake: FakeWhatsApp, make: Make) -> None:
        make().send(replace(MESSAGE, choices=TIMES))
        (taken,) = fake.messages
        assert ("button", MESSAGE.text) == (taken.payload["interactive"]["type"], taken.text)
        assert [("A:12", "09:00"), ("B:12", "10:30"), ("C:12", "15:00")] == taken.buttons

    def test_more_are_a_list_that_shows_long_ones_whole(self, fake: FakeWhatsApp, make: Make) -> None:
        make().send(replace(MESSAGE, choices=SERVICES))
        (taken,) = fake.messages
        (section,) = taken.payload["interactive"]["action"]["sections"]
        long, short = section["rows"][:2]
        assert {"id": "1:12", "title": "1. Individual Therapy…", "description": "Individual Therapy Session"} == long
        assert {"id": "2:12", "title": "2. Haircut"} == short
        assert "☰ 1–4" == taken.payload["interactive"]["action"]["button"]

    @pytest.mark.parametrize(
        "choices",
        [
            tuple((str(n), f"Service {n}") for n in range(1, 11)),
            (("1", "x" * 72),),
            (("1", "💇" * 36), ("2", "💅🏽" * 9)),
            (("A", "same"), ("B", "same")),
            (("1", "مساج"), ("2", "جلسة علاج نفسي فردية مع الدكتورة لينا")),
        ],
        ids=["ten", "long", "emoji", "equal labels", "Arabic"],
    )
    def test_whatever_fits_is_taken(self, choices: tuple[tuple[str, str], ...], fake: FakeWhatsApp, make: Make) -> None:
        make().send(replace(MESSAGE, choices=choices))
        assert [f"{key}:12" for key, _ in choices] == [found for found, _ in fake.messages[0].buttons]

    def test_a_text_too_long_for_buttons_has_a_list(self, fake: FakeWhatsApp, make: Make) -> None:
        make().send(replace(MESSAGE, text="x" * 1025, choices=TIMES))
        assert "list" == fake.messages[0].payload["interactive"]["type"]

    @pytest.mark.parametrize("choices", [tuple((str(n), str(n)) for n in range(11)), (("1", "x" * 73),)])
    def test_what_does_not_fit_is_numbered(
        self, choices: tuple[tuple[str, str], ...], fake: FakeWhatsApp, make: Make
    ) -> None:
        make().send(replace(MESSAGE, choices=choices))
        assert fake.messages[0].text.splitlines()[1:] == [f"{key}. {label}" for key, label in choices]


class TestOutsideTheWindow:
    def test_the_template_goes_out_on_one_line(self, fake: FakeWhatsApp, make: Make) -> None:
        make(template="booking_news:en_US").send(LATE)
        (taken,) = fake.messages
        assert ("booking_news", {"code": "en_US"}) == tuple(
            taken.payload["template"][name] for name in ("name", "language")
        )
        assert "✅ Confirmed! · #7: Haircut with Maya" == taken.text
        assert "textbook-12" == taken.tag

    def test_its_text_holds_the_choices(self, fake: FakeWhatsApp, make: Make) -> None:
        make(template="booking_news:en").send(replace(LATE, text="Which time?", choices=TIMES))
        assert "Which time? · A. 09:00 · B. 10:30 · C. 15:00" == fake.messages[0].text

    def test_without_a_template_nothing_is_even_tried(self, fake: FakeWhatsApp, make: Make) -> None:
        error = failure_of(make(), LATE)
        assert (SendFailure.WINDOW_CLOSED, "outside_window") == (error.failure, error.code)
        assert [] == fake.asked

    def test_where_meta_counts_otherwise_the_template_follows(self, fake: FakeWhatsApp, make: Make) -> None:
        fake.outside.add("15005550006")
        assert "wamid.OUT1" == make(template="booking_news:en").send(MESSAGE)
        assert "template" == fake.messages[0].payload["type"]

    def test_where_meta_counts_otherwise_and_there_is_none_it_is_told(self, fake: FakeWhatsApp, make: Make) -> None:
        fake.outside.add("15005550006")
        error = failure_of(make())
        assert (SendFailure.WINDOW_CLOSED, "131047") == (error.failure, error.code)

    def test_only_who_has_a_template_says_so(self, make: Make) -> None:
        assert (True, False) == tuple(
            make(template=template).capabilities.templates_outside_window for template in ("x:en", "")
        )


class TestRefusals:
    def test_the_table_is_the_one_we_decided_on(self) -> None:
        assert {code: failure for failure, codes in EXPECTED.items() for code in codes} == dict(FAILURES)

    def test_every_code_ends_in_its_failure_whatever_the_status(self, fake: FakeWhatsApp, make: Make) -> None:
        channel = make()
        for code in FAILURES.keys() - {0}:
            fake.fail_next(500 if FAILURES[code] is SendFailure.CONTENT else 400, code)
            error = failure_of(channel)
            assert (FAILURES[code], str(code), f"Details of {code}") == (error.failure, error.code, error.words)

    def test_code_zero_is_a_code(self, fake: FakeWhatsApp, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        body = json.dumps({"error": {"code": 0, "message": f"bad {TOKEN}"}})
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(500, body))
        error = failure_of(make())
        assert (SendFailure.SETUP, "0", "bad …") == (error.failure, error.code, error.words)

    def test_a_wrong_token_and_a_wrong_number_are_our_setup(self, make: Make) -> None:
        for channel, code in ((make(token="EAAother"), "190"), (make(number="1"), "100")):
            error = failure_of(channel)
            assert (SendFailure.SETUP, code) == (error.failure, error.code)

    def test_a_text_over_the_limit_will_never_pass(self, make: Make) -> None:
        assert SendFailure.CONTENT is failure_of(make(), replace(MESSAGE, text="x" * 4097)).failure

    @pytest.mark.parametrize(
        ("code", "failure"), [(131056, SendFailure.TOO_FAST_FOR_ONE), (130429, SendFailure.TOO_FAST)]
    )
    def test_too_fast_for_one_person_is_told_from_too_fast_for_all(
        self, code: int, failure: SendFailure, fake: FakeWhatsApp, make: Make
    ) -> None:
        fake.code_for["15005550006"] = code
        error = failure_of(make())
        assert (failure, None) == (error.failure, error.retry_after)

    def test_the_wait_that_meta_asks_for_counts(self, fake: FakeWhatsApp, make: Make) -> None:
        fake.fail_next(429, 131056, retry_after=30)
        assert 30.0 == failure_of(make()).retry_after

    @pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 408, 429, 500, 503])
    def test_an_unknown_code_is_judged_by_its_status(self, status: int, fake: FakeWhatsApp, make: Make) -> None:
        fake.fail_next(status, 999999)
        error = failure_of(make())
        assert (refusal(status), "999999") == (error.failure, error.code)

    @pytest.mark.parametrize("status", [200, 302, 404, 502])
    def test_a_page_instead_of_json_is_judged_by_its_status(self, status: int, fake: FakeWhatsApp, make: Make) -> None:
        fake.answer_html(status=status)
        expected = SendFailure.UNCERTAIN if status == 200 else refusal(status)
        assert expected is failure_of(make()).failure

    @pytest.mark.parametrize(
        "answer", [{}, [], "ok", {"messages": []}, {"messages": [7]}, {"messages": {}}, {"messages": [{"id": ""}]}]
    )
    def test_a_yes_without_an_id_leaves_it_open(
        self, answer: object, fake: FakeWhatsApp, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(200, json.dumps(answer)))
        assert SendFailure.UNCERTAIN is failure_of(make()).failure

    @pytest.mark.parametrize("error", ["no", 7, [], {"code": {}}, {"code": "x"}, {"code": 10**30, "error_data": "x"}])
    def test_an_error_in_an_unknown_shape_is_our_setup(
        self, error: object, fake: FakeWhatsApp, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(400, json.dumps({"error": error})))
        assert SendFailure.SETUP is failure_of(make()).failure

    def test_words_never_hold_the_text(self, fake: FakeWhatsApp, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
        body = json.dumps({"error": {"code": 131008, "message": f"cannot send {MESSAGE.text}"}})
        monkeypatch.setattr(fake, "reply", lambda asked: Answer(400, body))
        assert "HTTP 400" == failure_of(make()).words


class TestNoAnswer:
    def test_a_cut_after_accepting_leaves_it_open(self, fake: FakeWhatsApp, make: Make) -> None:
        fake.cut_after_accepting()
        assert SendFailure.UNCERTAIN is failure_of(make()).failure
        assert 1 == len(fake.messages)

    def test_silence_ends_at_the_time_out(self, fake: FakeWhatsApp, make: Make) -> None:
        fake.hang_after_accepting()
        begun = time.monotonic()
        assert SendFailure.UNCERTAIN is failure_of(make(timeout=0.2)).failure
        assert 0.2 <= time.monotonic() - begun < NO_WAIT

    def test_an_unknown_host_was_surely_not_reached(self, make: Make) -> None:
        error = failure_of(make(api_base="http://nowhere.invalid"))
        assert (SendFailure.BUSY, True) == (error.failure, error.__suppress_context__)

    def test_an_interrupted_send_cannot_be_looked_up(self, fake: FakeWhatsApp, make: Make) -> None:
        now = datetime(2026, 11, 20, 12, tzinfo=UTC)
        assert LookUp(Found.CANNOT_TELL) == make().look_up(MESSAGE, now, frozenset())
        assert [] == fake.asked
