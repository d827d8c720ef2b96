"""The door to WhatsApp's Cloud API, and whole conversations through it: signed webhooks in, Meta's API out."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Row, Table, func, select
from werkzeug.test import TestResponse

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk, open_desk
from bot.dispatcher import Dispatcher
from config import Settings
from conversations.booking import BookingStatus
from conversations.delivery import Delivery, SendFailure
from models.bookings import bookings
from models.conversations import conversations, turns
from models.messages import Direction, messages
from models.outbox import outbox
from tests.conftest import NOW
from tests.fakes.whatsapp_server import FakeWhatsApp, Taken
from webhooks import create_app

HOOK = "/webhooks/whatsapp"
TOKEN, SECRET, WORD = "EAAt0ken", "app_s3cret", "our-own-w0rd"
ANA, OMAR = "15005550006", "97455500000"


@pytest.fixture
def fake(clock: SetClock) -> Iterator[FakeWhatsApp]:
    with FakeWhatsApp("990011", TOKEN, SECRET, clock.now) as server:
        yield server


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(database: Database, clock: SetClock, fake: FakeWhatsApp) -> MakeDesk:
    def make(**values: object) -> Desk:
        given: dict[str, Any] = {
            "whatsapp_token": TOKEN, "whatsapp_phone_number_id": "990011", "whatsapp_app_secret": SECRET,
            "whatsapp_verify_token": WORD, "whatsapp_api_base": fake.base_url, "burst_ms": 0, **values,
        }  # fmt: skip
        return open_desk(Settings(_env_file=None, **given), clock, database)

    return make


class Line:
    """Meta's side of the line: delivers webhooks to the app, and lets the dispatcher send what came of them."""

    def __init__(self, desk: Desk, fake: FakeWhatsApp) -> None:
        self.desk, self.fake = desk, fake
        self.client: FlaskClient = create_app(desk).test_client()
        self._seen = 0

    def post(self, raw: bytes, **headers: str) -> TestResponse:
        return self.client.post(HOOK, data=raw, headers={**self.fake.signature(raw), **headers})

    def hears(self, *happened: dict[str, Any], name: str = "Ana Bell") -> list[Taken]:
        """Deliver, send what is due; what was taken since."""
        answer = self.post(self.fake.webhook(*happened, name=name))
        assert (200, b"") == (answer.status_code, answer.data)
        return self.sends()

    def sends(self) -> list[Taken]:
        dispatcher = Dispatcher(self.desk)
        dispatcher.send_due()
        dispatcher.stop()
        found, self._seen = self.fake.messages[self._seen :], len(self.fake.messages)
        return list(found)

    def texts(self, words: str, from_: str = ANA, **fields: Any) -> list[Taken]:
        return self.hears(self.fake.message(from_, "text", words, **fields))

    def presses(self, taken: Taken, title: str, from_: str = ANA) -> list[Taken]:
        return self.hears(self.fake.pressed(from_, taken, title))

    def reacts(self, taken: Taken, emoji: str, from_: str) -> list[Taken]:
        return self.hears(self.fake.message(from_, "reaction", {"message_id": taken.id, "emoji": emoji}))

    def count(self, table: Table, *where: Any) -> int:
        statement = select(func.count()).select_from(table).where(*where)
        return self.desk.database.read(lambda session: int(session.execute(statement).scalar_one()))

    def rows(self, table: Table) -> list[Row[Any]]:
        return self.desk.database.read(lambda session: list(session.execute(select(table).order_by(table.c.id))))

    @property
    def inbound(self) -> int:
        return self.count(messages, messages.c.direction == Direction.IN)


@pytest.fixture
def line(make_desk: MakeDesk, fake: FakeWhatsApp) -> Line:
    return Line(make_desk(whatsapp_template="booking_news:en", whatsapp_messages_per_second=0), fake)


def events(logged: io.StringIO, event: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, logged.getvalue().splitlines()) if line["event"] == event]


class TestTheDoor:
    def test_meta_is_answered_with_its_challenge(self, line: Line) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "<b>1158201444"}
        answer = line.client.get(HOOK, query_string=query)
        assert (200, "text/plain", "<b>1158201444") == (answer.status_code, answer.mimetype, answer.text)

    @pytest.mark.parametrize("word", ["another", ""])
    def test_nobody_else_is(self, word: str, line: Line, logged: io.StringIO) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "1158201444"}
        answer = line.client.get(HOOK, query_string=query)
        assert (403, False) == (answer.status_code, "1158201444" in answer.text)
        assert 1 == len(events(logged, "webhook_refused"))

    @pytest.mark.parametrize(
        "signature", ["", "sha256=", "sha256=" + "0" * 64, "sha256=" + "0" * 63, "sha256=" + "0" * 65, "junk"]
    )
    def test_a_forged_delivery_is_refused_and_never_read(self, signature: str, line: Line, logged: io.StringIO) -> None:
        for raw in (line.fake.webhook(line.fake.message(ANA, "text", "book")), b"{broken"):
            assert 403 == line.post(raw, **{"X-Hub-Signature-256": signature}).status_code
        assert 0 == line.inbound
        assert ["whatsapp_cloud"] * 2 == [one["provider"] for one in events(logged, "webhook_refused")]
        assert [] == events(logged, "webhook_unreadable")

    def test_a_changed_delivery_is_refused(self, line: Line) -> None:
        raw = line.fake.webhook(line.fake.message(ANA, "text", "DECLINE 1"))
        headers = line.fake.signature(raw)
        assert 403 == line.client.post(HOOK, data=raw.replace(b"DECLINE", b"APPROVE"), headers=headers).status_code
        assert 0 == line.inbound

    def test_the_same_delivery_again_and_twice_in_one_is_one_message(self, line: Line) -> None:
        message = line.fake.message(ANA, "text", "book")
        raw = line.fake.webhook(message, message)
        assert [200, 200] == [line.post(raw).status_code for _ in range(2)]
        assert (1, 1, 1) == (line.inbound, line.count(turns), line.count(outbox))

    def test_many_people_in_one_delivery_each_get_their_answer(self, line: Line) -> None:
        sent = line.hears(*(line.fake.message(f"1500556{n:04}", "text", "book") for n in range(20)))
        assert {f"1500556{n:04}" for n in range(20)} == {one.to for one in sent}

    def test_a_large_delivery_is_taken_and_a_huge_one_is_not(self, line: Line) -> None:
        many = [line.fake.status(Taken(f"wamid.X{n}", {"to": ANA}), "read") for n in range(1000)]
        raw = line.fake.webhook(*many, line.fake.message(ANA, "text", "x" * 100_000))
        assert len(raw) > 256 * 1024
        assert 200 == line.post(raw).status_code
        assert 1 == line.inbound
        assert 413 == line.post(b" " * (3 * 1024 * 1024 + 1)).status_code

    def test_what_we_do_not_know_is_logged_and_left_alone(self, line: Line, logged: io.StringIO) -> None:
        strange = line.fake.message(ANA, "hologram", {"body": "my back hurts"})
        body = json.loads(line.fake.webhook(strange, line.fake.message(ANA, "text", "book")))
        body["entry"][0]["changes"].insert(0, {"field": "account_update", "value": {}})
        body["entry"] += json.loads(line.fake.webhook(strange, phone_number_id="1"))["entry"]
        assert 200 == line.post(json.dumps(body).encode()).status_code
        assert 1 == line.inbound
        ignored = [(one["what"], one["kind"]) for one in events(logged, "webhook_ignored")]
        assert [("field", "account_update"), ("message", "hologram"), ("phone_number", "")] == ignored
        for private in ("my back hurts", ANA, TOKEN, SECRET, WORD):
            assert private not in logged.getvalue()

    def test_what_nobody_can_read_is_not_asked_for_again(self, line: Line, logged: io.StringIO) -> None:
        assert 200 == line.post(b"[]").status_code
        assert 1 == len(events(logged, "webhook_unreadable"))


class TestABooking:
    def test_from_the_first_word_to_the_confirmation(self, line: Line) -> None:
        (services,) = line.texts("book")
        assert services.text.endswith("Which service would you like?")
        assert ["1. Individual Therapy…", "2. Haircut", "3. Relaxing Massage", "4. Maths Lesson"] == [
            title for _, title in services.buttons
        ]
        (day,) = line.presses(services, "2.")
        assert day.text.startswith("Haircut: which day suits you?")
        (times,) = line.texts("tomorrow")
        (summary,) = line.presses(times, "B.")
        assert "Reply YES to book" in summary.text
        assert [] == summary.buttons
        prompt, requested = sorted(line.texts("yes"), key=lambda taken: taken.to == ANA)
        assert (OMAR, "template") == (prompt.to, prompt.payload["type"])  # he has never written
        assert "NEW BOOKING REQUEST #1 · Client: Ana Bell (+15005550006) · Service: Haircut" in prompt.text
        assert requested.text.startswith("Thank you, Ana Bell! Your request #1 is with us:")
        approved, confirmed = sorted(line.texts("APPROVE 1", OMAR), key=lambda taken: taken.to == ANA)
        assert "text" == approved.payload["type"]
        assert "✅ APPROVED: Appointment #1 confirmed successfully!" == approved.text
        assert confirmed.text.startswith("✅ Confirmed! #1: Haircut with Maya")
        assert [BookingStatus.CONFIRMED] == [row.status for row in line.rows(bookings)]

    def test_the_transcript_holds_what_was_offered_and_pressed(self, line: Line) -> None:
        (services,) = line.texts("book")
        line.presses(services, "1.")
        _, offered, pressed, _ = line.rows(messages)
        assert "Which service would you like?\n1. Individual Therapy Session\n2. Haircut" in offered.body
        assert "Individual Therapy Session" == pressed.body

    def test_a_press_on_a_sign_approves_the_request_it_is_put_to(self, line: Line) -> None:
        line.texts("book a haircut tomorrow at 3")
        prompt = next(taken for taken in line.texts("yes") if taken.to == OMAR)
        assert [] == line.reacts(prompt, "❤️", OMAR)
        (approved, _) = line.reacts(prompt, "👍🏽", OMAR)
        assert approved.text.startswith("✅ APPROVED: Appointment #1")

    def test_a_sign_under_another_text_approves_nothing(self, line: Line) -> None:
        (hello,) = line.texts("hello", OMAR)
        line.texts("book a haircut tomorrow at 3")
        line.texts("yes")
        assert [] == line.reacts(hello, "👍", OMAR)
        assert [BookingStatus.PENDING] == [row.status for row in line.rows(bookings)]

    def test_a_clients_sign_answers_the_last_text_only(self, line: Line) -> None:
        (first,) = line.texts("book a haircut tomorrow at 3")
        (second,) = line.texts("no, at 4")
        assert [] == line.reacts(first, "👍", ANA)
        assert 2 == len(line.reacts(second, "👍", ANA))
        assert 1 == line.count(bookings)

    def test_who_shows_no_number_books_too(self, line: Line) -> None:
        message = line.fake.message(ANA, "text", "book a haircut tomorrow at 3", from_user_id="US.1349")
        del message["from"]
        (summary,) = line.hears(message)
        assert ("US.1349", False) == (summary.payload["recipient"], "to" in summary.payload)


class TestAnOldButton:
    def test_a_second_press_changes_nothing(self, line: Line) -> None:
        (services,) = line.texts("book")
        (first,) = line.presses(services, "2.")
        (second,) = line.presses(services, "2.")
        assert first.text == second.text

    def test_an_option_that_is_still_offered_is_taken_by_what_it_says(self, line: Line) -> None:
        line.texts("haircut")
        (morning,) = line.texts("tomorrow")
        shown = {title[3:]: title for _, title in morning.buttons}
        (later,) = line.texts("after 12")
        kept = next(label for label in shown if label in {title[3:] for _, title in later.buttons})
        assert shown[kept] not in {title for _, title in later.buttons}  # under another letter by now
        (summary,) = line.presses(morning, shown[kept])
        assert f"Wednesday 11 March 2026, {kept} (Asia/Qatar)" in summary.text

    def test_one_that_is_offered_no_more_still_means_what_it_says(self, line: Line) -> None:
        (services,) = line.texts("book")
        line.presses(services, "2.")
        line.texts("tomorrow")
        (changed,) = line.presses(services, "1.")
        assert "Wednesday 11 March" in changed.text
        (summary,) = line.presses(changed, "A.")
        assert summary.text.startswith("Individual Therapy Session (60 min) with Dr Lina")

    def test_a_wish_of_an_old_menu_is_still_one(self, line: Line) -> None:
        (menu,) = line.texts("menu")
        (asked,) = line.texts("haircut")
        (answer,) = line.presses(menu, "2.")
        assert answer.text.startswith("You have no bookings ahead.")
        assert answer.text.endswith(asked.text.partition("\n")[2] or asked.text)

    def test_what_to_change_is_pressed_where_it_is_asked(self, line: Line) -> None:
        line.texts("haircut tomorrow at 3")
        (question,) = line.texts("no")
        assert ["the service", "the day", "the time"] == [title for _, title in question.buttons]
        (answer,) = line.presses(question, "the day")
        assert "which day suits you?" in answer.text

    def test_a_time_that_is_gone_is_answered_with_what_is_free(self, line: Line) -> None:
        line.texts("haircut tomorrow")
        (times,) = line.texts("after 12")
        wanted = times.buttons[0][1]
        line.texts(f"haircut tomorrow at {wanted[3:]}", "15005550007")
        line.texts("yes", "15005550007")
        (answer,) = line.presses(times, wanted)
        assert f"{wanted[3:]} (Asia/Qatar) is taken." in answer.text
        assert ["A", "B", "C", "WAIT"] == [key.partition(":")[0] for key, _ in answer.buttons]

    def test_a_number_that_quotes_an_old_question_is_of_that_question(self, line: Line) -> None:
        (services,) = line.texts("book")
        line.presses(services, "2.")
        line.texts("tomorrow")
        (changed,) = line.texts("1", context={"id": services.id})
        (summary,) = line.presses(changed, "A.")
        assert summary.text.startswith("Individual Therapy Session")

    def test_somebody_elses_button_is_only_its_words(self, line: Line) -> None:
        (services,) = line.texts("book")
        (answer,) = line.presses(services, "1.", "15005550007")
        assert 1 == line.count(messages, messages.c.body == "1. Individual Therapy…")
        assert answer.to == "15005550007"

    @pytest.mark.parametrize("button", ["x", "2:", ":1", "2:x", "2:999999", f"2:{'9' * 30}", "2:1:1"])
    def test_an_id_that_we_never_gave_is_only_its_words(self, button: str, line: Line) -> None:
        content = {"type": "button_reply", "button_reply": {"id": button, "title": "Haircut"}}
        (answer,) = line.hears(line.fake.message(ANA, "interactive", content))
        assert "Haircut: which day suits you?" in answer.text


class TestTheWindow:
    def test_who_wrote_long_ago_gets_the_template(self, line: Line, clock: SetClock) -> None:
        line.texts("book a haircut on friday at 3")
        line.texts("yes")
        clock.move(timedelta(hours=23, minutes=56))
        sent = line.texts("DECLINE 1 Maya is ill", OMAR)
        (declined,) = [taken for taken in sent if taken.to == ANA]
        assert "template" == declined.payload["type"]
        assert "Maya is ill" in declined.text and "\n" not in declined.text

    @pytest.mark.parametrize("age", [timedelta(hours=23), timedelta(hours=25)])
    def test_without_a_template_it_is_a_dead_letter_and_a_person_looks(
        self, age: timedelta, make_desk: MakeDesk, fake: FakeWhatsApp, clock: SetClock
    ) -> None:
        line = Line(make_desk(coordinator_phone_number="+15005550001"), fake)
        line.texts("COMMANDS", "15005550001")
        line.texts("book a haircut on friday at 3")
        line.texts("yes")
        clock.move(age)
        sent = line.texts("APPROVE 1", "15005550001")
        row = line.rows(outbox)[-1]
        ana = next(one for one in line.rows(conversations) if one.address == f"+{ANA}")
        if age < timedelta(hours=24):
            assert (Delivery.SENT, 2, False) == (row.status, len(sent), ana.needs_person)
        else:
            assert (Delivery.DEAD, SendFailure.WINDOW_CLOSED, "outside_window") == (
                row.status, row.failure, row.failure_code
            )  # fmt: skip
            assert ([("15005550001")], True) == ([taken.to for taken in sent], ana.needs_person)


class TestDelivery:
    def test_reports_in_any_order_and_twice_end_at_the_highest(self, line: Line) -> None:
        (sent,) = line.texts("book")
        for word in ("read", "sent", "read", "delivered", "failed"):
            line.hears(line.fake.status(sent, word, tagged=word != "sent"))
        row = line.rows(outbox)[0]
        assert (Delivery.READ, sent.id) == (row.status, row.provider_id)

    def test_a_failed_delivery_keeps_its_reason_and_a_person_looks(self, line: Line) -> None:
        (sent,) = line.texts("book")
        line.hears(line.fake.status(sent, "failed", 131026))
        row = line.rows(outbox)[0]
        assert (Delivery.FAILED, SendFailure.WRONG_ADDRESS, "131026") == (row.status, row.failure, row.failure_code)
        assert line.rows(conversations)[0].needs_person

    def test_an_interrupted_send_is_known_again_by_its_tag_and_not_repeated(self, line: Line, clock: SetClock) -> None:
        line.fake.cut_after_accepting()
        (sent,) = line.texts("book")
        assert (Delivery.QUEUED, True) == (line.rows(outbox)[0].status, line.rows(outbox)[0].uncertain)
        clock.move(timedelta(minutes=1))
        assert [] == line.sends()
        line.hears(line.fake.status(sent, "delivered"))
        clock.move(timedelta(hours=1))
        assert [] == line.sends()
        assert (Delivery.DELIVERED, sent.id) == (line.rows(outbox)[0].status, line.rows(outbox)[0].provider_id)

    def test_one_of_which_nothing_is_heard_is_sent_once_more_after_ten_minutes(
        self, line: Line, clock: SetClock
    ) -> None:
        line.fake.cut_after_accepting()
        (first,) = line.texts("book")
        sent: list[tuple[datetime, Taken]] = []
        while clock.now() < NOW + timedelta(minutes=30):
            clock.move(timedelta(seconds=30))
            sent += [(clock.now(), taken) for taken in line.sends()]
        ((when, again),) = sent
        assert (first.text, first.tag) == (again.text, again.tag)
        assert when >= NOW + timedelta(minutes=10)

    @pytest.mark.parametrize("code", [130429, 131056])
    def test_too_fast_is_tried_again(self, code: int, line: Line, clock: SetClock) -> None:
        line.fake.code_for[ANA] = code
        assert [] == line.texts("book")
        line.fake.code_for.clear()
        clock.move(timedelta(seconds=10))
        assert [ANA] == [taken.to for taken in line.sends()]
