"""What operators write now and is sent later: put off, withdrawn, due; twice, at once, too late, to who wants none."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.logs import new_trace
from bot.schedule import run_due
from bot.stories import Phone
from conversations.delivery import Delivery
from handlers.console import texts_later
from handlers.console.signed_in import Who
from handlers.console.stepped_in import block, take_over
from handlers.console.texts_later import MOST_WAITING, Later, moment_typed, put_off, text_due, texts_shown, withdraw
from handlers.outbox import Sent, claim_due, messages_sent
from models.audit import audit_log
from models.business import touch_business
from models.conversations import change_conversation, conversation_by_id, conversation_id_for
from models.operators import Role, add_operator
from models.outbox import outbox_after
from models.scheduled_texts import Fate, add_text, scheduled_texts
from tests.conftest import NOW
from tests.databases import chosen
from tests.handlers.salon import OMAR, SARA, TOM, Salon

pytestmark = pytest.mark.every_database

LONDON = ZoneInfo("Europe/London")
NOON = "2026-03-10T12:00"
"""By the salon's clock, where it is 10:15."""
WORDS = "Bring <b>your</b> {name}, please"


@pytest.fixture
def ana(salon: Salon) -> Who:
    return operator(salon, "Ana")


def operator(salon: Salon, name: str) -> Who:
    def work(session: Session) -> int:
        made = add_operator(
            session, login=name.casefold(), name=name, role=Role.OPERATOR, password_hash="kept", created_at=NOW
        )
        touch_business(session)
        return made

    return Who(
        salon.desk.database.transact(work), name, name.casefold(), Role.OPERATOR, None, 0, has_totp=False
    )  # fmt: skip


@pytest.fixture
def sara(salon: Salon) -> int:
    """The number of her conversation."""
    salon.text(SARA, "hi")
    return conversation(salon, SARA)


@pytest.fixture
def tom(salon: Salon) -> int:
    salon.text(TOM, "hi")
    return conversation(salon, TOM)


def conversation(salon: Salon, phone: Phone) -> int:
    return salon.desk.database.transact(lambda s: conversation_id_for(s, phone.channel, phone.address, NOW))


def do(salon: Salon, deed: Callable[..., Any], *values: object) -> Any:
    told = salon.desk.circumstances(new_trace())
    return salon.desk.database.transact(lambda session: deed(session, *values, told))


def texts(salon: Salon) -> list[Row[Any]]:
    statement = select(scheduled_texts).order_by(scheduled_texts.c.id)
    return salon.desk.database.read(lambda session: list(session.execute(statement)))


def fates(salon: Salon) -> list[Fate]:
    return [row.fate for row in texts(salon)]


def as_it_is(salon: Salon, number: int) -> Row[Any]:
    return salon.desk.database.read(lambda session: conversation_by_id(session, number))


def sent_to(salon: Salon, phone: Phone) -> list[str]:
    rows = salon.desk.database.read(lambda session: outbox_after(session, 0))
    return [row.body for row in rows if row.address == phone.address and row.status is Delivery.SENT]


def audited(salon: Salon) -> list[tuple[str, str, str, str]]:
    rows = salon.desk.database.read(lambda s: s.execute(select(audit_log).order_by(audit_log.c.id)).all())
    return [(row.who, row.action, row.subject, row.words) for row in rows]


class TestTheTime:
    @pytest.mark.parametrize(
        ("typed", "now", "expected"),
        [
            ("2026-03-29T00:59", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
            ("2026-03-29T01:00", datetime(2026, 3, 28, 12, tzinfo=UTC), Later.SKIPPED),
            ("2026-03-29T01:59", datetime(2026, 3, 28, 12, tzinfo=UTC), Later.SKIPPED),
            ("2026-03-29T02:00", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
            ("2026-10-25T01:30", datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), Later.PAST),
            ("2026-06-01T12:00", datetime(2026, 6, 1, 11, tzinfo=UTC), Later.PAST),
            (" 2026-06-01T12:01 ", datetime(2026, 6, 1, 11, tzinfo=UTC), datetime(2026, 6, 1, 11, 1, tzinfo=UTC)),
            ("2027-06-02T11:59", datetime(2026, 6, 1, 11, tzinfo=UTC), datetime(2027, 6, 2, 10, 59, tzinfo=UTC)),
            ("2027-06-02T12:01", datetime(2026, 6, 1, 11, tzinfo=UTC), Later.TOO_FAR),
            ("2026-12-31T23:30", datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, 30, tzinfo=UTC)),
            ("0001-01-01T00:00", datetime(2026, 6, 1, 11, tzinfo=UTC), Later.PAST),
            ("9999-12-31T23:59", datetime(2026, 6, 1, 11, tzinfo=UTC), Later.TOO_FAR),
        ],
    )
    def test_it_is_one_that_comes_within_a_year_by_the_clock_on_the_wall(
        self, typed: str, now: datetime, expected: datetime | Later
    ) -> None:
        assert expected == moment_typed(typed, now, LONDON)

    @pytest.mark.parametrize("nonsense", [
        "soon", "2026-13-01T10:00", "2026-06-31T10:00", "2026-06-30T25:00", "2026-06-30", "2026-06-30T10:00+02:00",
        "<script>", "2026-W20-1T10:00", "٢", "9" * 400,
    ])  # fmt: skip
    def test_nonsense_is_none(self, nonsense: str) -> None:
        assert Later.NOT_A_TIME is moment_typed(nonsense, NOW, LONDON)

    @pytest.mark.parametrize("nothing", ["", "  "])
    def test_nor_is_nothing(self, nothing: str) -> None:
        assert Later.NO_TIME is moment_typed(nothing, NOW, LONDON)


class TestPuttingOff:
    def test_it_is_sent_at_its_time_once_and_the_conversation_stays_as_it_was(
        self, salon: Salon, clock: SetClock, ana: Who
    ) -> None:
        salon.text(SARA, "massage")
        number = conversation(salon, SARA)
        before, known = sent_to(salon, SARA), as_it_is(salon, number)
        assert Later.DONE is do(salon, put_off, number, f" {WORDS}\r\n", NOON, ana)
        clock.move_to(datetime(2026, 3, 10, 8, 59, 59, tzinfo=UTC))
        change = lambda session: change_conversation(session, number, quiet_at=None)  # noqa: E731
        salon.desk.database.transact(change)  # or they would be reminded of what they began, which is beside the matter
        salon.player.settle()
        assert before == sent_to(salon, SARA)
        assert [Fate.WAITS] == fates(salon)
        clock.move(timedelta(seconds=1))
        for _ in range(3):
            salon.player.settle()
        assert [*before, WORDS] == sent_to(salon, SARA), "nobody says that they talk with Ana now"
        assert [(Fate.SENT, clock.now())] == [(row.fate, row.ended_at) for row in texts(salon)]
        now = as_it_is(salon, number)
        assert (known.state, known.dialogue) == (now.state, now.dialogue)
        assert (None, None, False, None) == (now.taken_by, now.taken_until, now.needs_person, now.quiet_at)
        salon.text(SARA, "tomorrow at 10")
        assert "10:00" in sent_to(salon, SARA)[-1], "the desk goes on where they were"
        subject = f"conversation {number}"
        told = [(action, subject, "for 2026-03-10 12:00 +03") for action in ("put off a text", "wrote")]
        assert [(f"operator {ana.id}", *one) for one in told] == audited(salon)
        assert salon.is_sound()

    def test_whoever_has_the_conversation_then_hears_the_answer(self, salon: Salon, clock: SetClock, ana: Who) -> None:
        salon.text(SARA, "hi")
        number, eve = conversation(salon, SARA), operator(salon, "Eve")
        assert Later.DONE is do(salon, put_off, number, WORDS, "2026-03-10T11:00", ana)
        do(salon, take_over, number, eve)
        taken = as_it_is(salon, number)
        clock.move(timedelta(hours=1))
        salon.player.settle()
        assert WORDS == sent_to(salon, SARA)[-1]
        now = as_it_is(salon, number)
        assert (eve.id, taken.taken_until) == (now.taken_by, now.taken_until)
        before = sent_to(salon, SARA)
        salon.text(SARA, "haircut tomorrow at 10")
        assert before == sent_to(salon, SARA), "Eve has it"

    def test_what_cannot_be_sent_is_not_kept(self, salon: Salon, ana: Who, sara: int, tom: int) -> None:
        salon.text(OMAR, "PENDING")
        for expected, number, words, typed in (
            (Later.EMPTY, sara, " \n ", NOON),
            (Later.TOO_LONG, sara, "x" * 4097, NOON),
            (Later.NO_TIME, sara, WORDS, ""),
            (Later.NOT_A_TIME, sara, WORDS, "noon"),
            (Later.PAST, sara, WORDS, "2026-03-10T10:15"),
            (Later.TOO_FAR, sara, WORDS, "2027-03-12T10:15"),
            (Later.MISSING, 999_999, WORDS, NOON),
            (Later.MISSING, conversation(salon, OMAR), WORDS, NOON),
        ):
            assert expected is do(salon, put_off, number, words, typed, ana)
        salon.desk.database.transact(lambda s: block(s, sara, ana, NOW, is_spam=True))
        assert Later.BLOCKED is do(salon, put_off, sara, WORDS, NOON, ana)
        salon.desk.database.transact(lambda s: block(s, sara, ana, NOW, is_spam=False))
        salon.text(SARA, "STOP")
        assert Later.OPTED_OUT is do(salon, put_off, sara, WORDS, NOON, ana)
        assert [] == texts(salon)
        assert Later.DONE is do(salon, put_off, tom, "x" * 4096, NOON, ana)

    def test_a_form_that_is_sent_twice_is_one_text_and_there_is_an_end_to_them(
        self, salon: Salon, ana: Who, sara: int, tom: int
    ) -> None:
        for _ in range(2):
            assert Later.DONE is do(salon, put_off, sara, WORDS, NOON, ana)
        assert 1 == len(texts(salon)) == len(audited(salon))
        assert Later.DONE is do(salon, put_off, sara, WORDS, "2026-03-10T12:01", ana)
        for number in range(MOST_WAITING - 2):
            assert Later.DONE is do(salon, put_off, sara, f"{number}", NOON, ana)
        assert Later.CROWDED is do(salon, put_off, sara, "one more", NOON, ana)
        assert Later.DONE is do(salon, put_off, tom, "one more", NOON, ana)

    def test_those_of_one_conversation_are_shown_and_sent_in_the_order_of_their_times(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int, tom: int
    ) -> None:
        for number, words, typed in (
            (sara, "third", "2026-03-10T12:00"), (sara, "first", "2026-03-10T11:00"), (tom, "other", NOON),
            (sara, "second", "2026-03-10T11:00"),
        ):  # fmt: skip
            assert Later.DONE is do(salon, put_off, number, words, typed, ana)
        shown = salon.desk.database.read(lambda session: texts_shown(session, sara, clock.now()))
        assert ["first", "second", "third"] == [one.body for one in shown]
        clock.move(timedelta(days=2))
        salon.player.settle()
        assert ["first", "second", "third"] == sent_to(salon, SARA)[-3:]
        assert () == salon.desk.database.read(lambda session: texts_shown(session, sara, clock.now()))


class TestWithdrawing:
    def test_what_is_withdrawn_is_never_sent_whoever_wrote_it(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int
    ) -> None:
        before, eve = sent_to(salon, SARA), operator(salon, "Eve")
        do(salon, put_off, sara, WORDS, NOON, ana)
        number = texts(salon)[0].id
        assert Later.DONE is do(salon, withdraw, sara, number, eve)
        assert Later.GONE is do(salon, withdraw, sara, number, ana)
        clock.move(timedelta(days=1))
        salon.player.settle()
        do(salon, text_due, number)
        assert before == sent_to(salon, SARA)
        assert [Fate.WITHDRAWN] == fates(salon)
        told = f"operator {eve.id}", "withdrew a text", f"conversation {sara}", "for 2026-03-10 12:00 +03"
        assert told == audited(salon)[-1]
        assert 2 == len(audited(salon))

    def test_it_is_one_that_waits_in_that_very_conversation(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int, tom: int
    ) -> None:
        do(salon, put_off, sara, WORDS, NOON, ana)
        number = texts(salon)[0].id
        assert Later.MISSING is do(salon, withdraw, tom, number, ana)
        assert Later.MISSING is do(salon, withdraw, sara, number + 1, ana)
        assert [Fate.WAITS] == fates(salon)
        clock.move(timedelta(hours=2))
        salon.player.settle()
        assert Later.GONE is do(salon, withdraw, sara, number, ana), "it is sent"
        assert WORDS == sent_to(salon, SARA)[-1]


class TestWhenItIsDue:
    @pytest.mark.parametrize("why", ["opted out", "blocked"])
    def test_who_takes_no_texts_any_more_gets_none_and_a_person_is_called(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int, why: str
    ) -> None:
        do(salon, put_off, sara, WORDS, NOON, ana)
        if why == "opted out":
            salon.text(SARA, "STOP")
        else:
            salon.desk.database.transact(lambda s: block(s, sara, ana, NOW, is_spam=True))
        before = sent_to(salon, SARA)
        assert not as_it_is(salon, sara).needs_person
        clock.move(timedelta(days=1))
        salon.player.settle()
        assert before == sent_to(salon, SARA)
        assert [Fate.REFUSED] == fates(salon)
        assert as_it_is(salon, sara).needs_person
        shown = salon.desk.database.read(lambda session: texts_shown(session, sara, clock.now()))
        assert [WORDS] == [one.body for one in shown], "whoever looks sees what was not sent"
        clock.move(timedelta(days=8))
        assert () == salon.desk.database.read(lambda session: texts_shown(session, sara, clock.now()))

    def test_who_opts_out_between_the_deed_and_the_sending_gets_none(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int
    ) -> None:
        do(salon, put_off, sara, WORDS, NOON, ana)
        clock.move(timedelta(hours=2))
        run_due(salon.desk)
        salon.text(SARA, "STOP")
        salon.player.settle()
        assert WORDS not in sent_to(salon, SARA)

    def test_a_fault_leaves_it_waiting_and_the_next_tick_sends_it(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        do(salon, put_off, sara, WORDS, NOON, ana)
        clock.move(timedelta(hours=2))

        def broken(*_: object) -> None:
            raise RuntimeError("broken on purpose")

        with monkeypatch.context() as patched:
            patched.setattr(texts_later, "advance", broken)
            run_due(salon.desk)
        assert [Fate.WAITS] == fates(salon)
        salon.player.settle()
        assert 1 == sent_to(salon, SARA).count(WORDS)
        assert [Fate.SENT] == fates(salon)

    def test_whatsapp_is_told_that_its_window_is_closed_by_then(self, salon: Salon, clock: SetClock, ana: Who) -> None:
        phone = Phone("Sara", "whatsapp_cloud", SARA.address)
        salon.text(phone, "hi")
        number = conversation(salon, phone)
        do(salon, put_off, number, "within", "2026-03-10T20:00", ana)
        do(salon, put_off, number, "beyond", "2026-03-11T20:00", ana)
        open_for = {}
        for hours in (10, 24):
            clock.move(timedelta(hours=hours))
            run_due(salon.desk)
            for one in salon.desk.database.transact(lambda session: claim_due(session, clock.now(), 10)):
                open_for[one.message.text] = one.message.is_window_open
                salon.desk.database.transact(lambda s, done=one: messages_sent(s, [Sent(done, "", clock.now())]))
        assert {"within": True, "beyond": False} == open_for

    def test_many_at_one_moment_are_all_sent(self, salon: Salon, clock: SetClock, sara: int) -> None:
        def work(session: Session) -> None:
            for number in range(120):
                add_text(
                    session, conversation_id=sara, operator_id=1, who="Ana", body=f"{number}", made_at=NOW,
                    send_at=NOW + timedelta(hours=1),
                )  # fmt: skip

        salon.desk.database.transact(work)
        clock.move(timedelta(hours=1))
        salon.player.settle()
        assert [f"{number}" for number in range(120)] == sent_to(salon, SARA)[-120:]


class TestTwoAtOnce:
    MANY = 6

    def due(self, salon: Salon, clock: SetClock, ana: Who, sara: int) -> list[int]:
        for number in range(self.MANY):
            assert Later.DONE is do(salon, put_off, sara, f"once {number}", NOON, ana)
        clock.move(timedelta(hours=2))
        return [row.id for row in texts(salon)]

    def at_once(self, *deeds: Callable[[], object]) -> None:
        """Each in a thread of its own, begun together."""
        gate = threading.Barrier(len(deeds))

        def run(deed: Callable[[], object]) -> object:
            gate.wait()
            return deed()

        with ThreadPoolExecutor(len(deeds)) as pool:
            for one in [pool.submit(run, deed) for deed in deeds]:
                one.result()

    def sent(self, salon: Salon) -> list[str]:
        salon.player.settle()
        return [text for text in sent_to(salon, SARA) if text.startswith("once")]

    def test_two_workers_send_each_once_and_in_order(self, salon: Salon, clock: SetClock, ana: Who, sara: int) -> None:
        self.due(salon, clock, ana, sara)
        self.at_once(lambda: run_due(salon.desk), lambda: run_due(salon.desk))
        assert [f"once {number}" for number in range(self.MANY)] == self.sent(salon)
        assert {Fate.SENT} == set(fates(salon))

    def test_what_is_withdrawn_at_that_moment_is_sent_or_withdrawn_never_both(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int
    ) -> None:
        numbers, answers = self.due(salon, clock, ana, sara), dict[int, Later]()

        def withdraw_all() -> None:
            for number in reversed(numbers):
                answers[number] = do(salon, withdraw, sara, number, ana)

        self.at_once(lambda: run_due(salon.desk), withdraw_all)
        expected = {
            row.id: Later.DONE if row.fate is Fate.WITHDRAWN else Later.GONE for row in texts(salon)
        }  # fmt: skip
        assert expected == answers
        kept = [row.body for row in texts(salon) if row.fate is Fate.SENT]
        assert kept == self.sent(salon)

    @pytest.mark.parametrize("kind", [one for one in chosen() if one != "sqlite"])
    def test_with_the_guard_off_one_is_sent_twice(
        self, salon: Salon, clock: SetClock, ana: Who, sara: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Read without its lock; on SQLite only one writes at a time anyway."""
        number, both = self.due(salon, clock, ana, sara)[0], threading.Barrier(2)

        def unlocked(session: Session, text_id: int) -> Row[Any]:
            found = session.execute(select(scheduled_texts).where(scheduled_texts.c.id == text_id)).one()
            both.wait()
            return found

        monkeypatch.setattr(texts_later, "lock_text", unlocked)
        self.at_once(lambda: do(salon, text_due, number), lambda: do(salon, text_due, number))
        monkeypatch.undo()
        assert 2 == self.sent(salon).count("once 0")
