"""An operator who takes a conversation over and goes home: the client is not forgotten, nor is what they pay. And who
is kept out as spam may still say STOP."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.intake import receive
from bot.logs import new_trace
from bot.schedule import run_due
from conversations.messages import Inbound
from handlers.console.signed_in import Who
from handlers.console.stepped_in import TAKEN_FOR, Outcome, block, hand_back, take_over, write
from models.conversations import conversation_by_id, conversation_id_for
from models.operators import Role, add_operator
from tests.conftest import MakeDesk
from tests.handlers.salon import OMAR, SARA, Salon
from tests.handlers.test_console_desk import Made, conversation, do, made, sent_to
from tests.handlers.till import BRIAN, ZAWADI, Till

__all__ = ["made"]
SOON = TAKEN_FOR + timedelta(minutes=1)


def row_of(salon: Salon | Till, number: int) -> Row[object]:
    return salon.desk.database.read(lambda session: conversation_by_id(session, number))


def passes(salon: Salon, clock: SetClock, time: timedelta) -> None:
    clock.move(time)
    salon.player.settle()


class TestForgotten:
    def test_who_has_written_since_waits_for_a_person_and_reads_that_the_desk_listens_again(
        self, salon: Salon, clock: SetClock, made: Made
    ) -> None:
        salon.text(SARA, "hi")
        number = conversation(salon)
        assert Outcome.DONE is do(salon, take_over, number, made())
        passes(salon, clock, timedelta(hours=1))
        salon.text(SARA, "please book me tomorrow at 3pm")
        before = sent_to(salon, SARA)
        passes(salon, clock, timedelta(hours=2))
        assert not row_of(salon, number).needs_person and before == sent_to(salon, SARA), "they are still talked with"
        passes(salon, clock, SOON)
        row = row_of(salon, number)
        assert (True, None, None) == (row.needs_person, row.taken_by, row.taken_until)
        new = sent_to(salon, SARA)[len(before) :]
        assert 1 == len(new) and "booking desk of Two Rooms again" in new[0]
        passes(salon, clock, timedelta(days=1))
        assert len(before) + 1 == len(sent_to(salon, SARA)), "once"
        assert "haircut" in salon.text(SARA, "haircut tomorrow at 3pm").casefold(), "the desk listens"

    def test_who_was_answered_is_left_in_peace(self, salon: Salon, clock: SetClock, made: Made) -> None:
        salon.text(SARA, "haircut")
        number, ana = conversation(salon), made()
        do(salon, take_over, number, ana)
        salon.text(SARA, "is it far?")
        passes(salon, clock, timedelta(minutes=5))
        do(salon, write, number, "Two minutes by bus.", ana)
        salon.player.settle()
        before = sent_to(salon, SARA)
        for _ in range(4):
            passes(salon, clock, SOON)
        row = row_of(salon, number)
        assert (False, None, None, None) == (row.needs_person, row.taken_by, row.taken_until, row.quiet_at)
        assert before == sent_to(salon, SARA)

    def test_each_word_of_the_operator_puts_the_end_off(self, salon: Salon, clock: SetClock, made: Made) -> None:
        salon.text(SARA, "hi")
        number, ana = conversation(salon), made()
        do(salon, take_over, number, ana)
        for _ in range(3):
            passes(salon, clock, TAKEN_FOR - timedelta(minutes=1))
            do(salon, write, number, f"It is {clock.now():%H:%M}.", ana)
        salon.text(SARA, "thank you")
        passes(salon, clock, TAKEN_FOR - timedelta(minutes=1))
        assert ana.id == row_of(salon, number).taken_by
        passes(salon, clock, timedelta(minutes=1))
        assert row_of(salon, number).needs_person

    def test_who_was_handed_back_is_no_matter_of_it(self, salon: Salon, clock: SetClock, made: Made) -> None:
        salon.text(SARA, "hi")
        number, ana = conversation(salon), made()
        do(salon, take_over, number, ana)
        salon.text(SARA, "hello?")
        do(salon, hand_back, number, ana)
        salon.player.settle()
        before = sent_to(salon, SARA)
        passes(salon, clock, SOON)
        assert not row_of(salon, number).needs_person and before == sent_to(salon, SARA)

    def test_who_wants_no_texts_is_not_told(self, salon: Salon, clock: SetClock, made: Made) -> None:
        salon.text(SARA, "hi")
        number = conversation(salon)
        do(salon, take_over, number, made())
        salon.text(SARA, "please book me tomorrow")
        salon.text(SARA, "STOP")
        before = sent_to(salon, SARA)
        passes(salon, clock, SOON)
        assert before == sent_to(salon, SARA) and row_of(salon, number).taken_until is None

    def test_a_text_between_its_time_and_the_next_tick_hides_nothing(
        self, salon: Salon, clock: SetClock, made: Made
    ) -> None:
        salon.text(SARA, "hi")
        number = conversation(salon)
        do(salon, take_over, number, made())
        salon.text(SARA, "I was told to wait")
        clock.move(SOON)
        inbound = Inbound("sms", "late", SARA.address, SARA.address, "MENU")
        receive(salon.desk, inbound)
        run_due(salon.desk)
        assert row_of(salon, number).needs_person


class TestPaying:
    @pytest.fixture
    def till(self, make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
        with Till(make_desk, clock, by_phone=False, by_card=False) as till:
            yield till

    def taken(self, till: Till) -> tuple[int, Who]:
        """Brian's conversation, and the operator who talks with him."""
        now = till.clock.now()

        def work(session: Session) -> tuple[int, Who]:
            number = add_operator(
                session, login="ana", name="Ana", role=Role.OPERATOR, password_hash="k", created_at=now
            )
            ana = Who(number, "Ana", "ana", Role.OPERATOR, None, 0, has_totp=False)
            room = conversation_id_for(session, BRIAN.channel, BRIAN.address, now)
            take_over(session, room, ana, till.desk.circumstances(new_trace()))
            return room, ana

        return till.desk.database.transact(work)

    @pytest.mark.parametrize("words", ["i just paid, the reference is trx-889911", "I have paid, reference TRX-889911"])
    def test_a_proof_counts_while_an_operator_talks_with_them(self, till: Till, words: str) -> None:
        number = till.approved(who=BRIAN)
        room, _ = self.taken(till)
        till.passes(minutes=5)
        assert [] == till.says(BRIAN, words), "nobody speaks over the operator"
        assert ["proof_submitted"] == [one.status for one in till.payments()]
        assert "proof_notice" == till.told(ZAWADI)[-1]
        row = row_of(till, room)
        assert row.needs_person and row.is_unread
        for _ in range(30):
            till.passes(hours=1)
        assert "approved" == till.booking(number).status
        till.check()

    def test_a_time_is_held_while_they_talk_about_it_and_no_longer(self, till: Till) -> None:
        number = till.approved(who=BRIAN)
        room, ana = self.taken(till)
        due = till.payment_requests()[0].lapses_at
        till.clock.move(due - till.clock.now() - timedelta(hours=1))
        till.desk.database.transact(
            lambda session: write(session, room, "How do you pay?", ana, till.desk.circumstances(new_trace()))
        )
        till.says(BRIAN, "my bank is slow today, tomorrow?")
        till.passes(hours=1, minutes=1)
        assert "approved" == till.booking(number).status
        assert row_of(till, room).needs_person, "a person is called"
        till.check()
        till.desk.database.transact(lambda session: hand_back(session, room, ana, till.desk.circumstances(new_trace())))
        till.passes(minutes=2)
        assert "expired" == till.booking(number).status

    def test_who_has_said_nothing_since_they_were_asked_loses_it_as_ever(self, till: Till) -> None:
        number = till.approved(who=BRIAN)
        due = till.payment_requests()[0].lapses_at
        till.clock.move(due - till.clock.now() - timedelta(hours=1))
        self.taken(till)
        till.passes(hours=1, minutes=1)
        assert "expired" == till.booking(number).status


class TestSpam:
    def blocked(self, salon: Salon, who: Who) -> int:
        number, now = conversation(salon), salon.desk.clock.now()
        salon.desk.database.transact(lambda session: block(session, number, who, now, is_spam=True))
        return number

    @pytest.mark.parametrize("words", ["STOP", "please stop texting me", "Unsubscribe"])
    def test_who_is_kept_out_may_say_stop_and_reads_nothing_ever_after(
        self, salon: Salon, made: Made, words: str
    ) -> None:
        salon.text(SARA, "haircut tomorrow at 3pm")
        salon.text(SARA, "yes")
        number = self.blocked(salon, made())
        assert "" == salon.text(SARA, words)
        row = row_of(salon, number)
        assert row.opted_out_at is not None and not row.is_unread and not row.needs_person
        salon.text(OMAR, "decline 1 sorry")
        assert "" == salon.news().get(SARA.address, ""), "nothing is sent"

    def test_their_other_words_are_kept_and_change_nothing(self, salon: Salon, made: Made) -> None:
        salon.text(SARA, "hi")
        number = self.blocked(salon, made())
        for words in ("HELP", "START", "haircut tomorrow at 3pm", "please stop by at 3", "a person please"):
            assert "" == salon.text(SARA, words), words
        row = row_of(salon, number)
        assert (None, False, False) == (row.opted_out_at, row.is_unread, row.needs_person)

    def test_what_the_carrier_has_answered_is_known(self, salon: Salon, made: Made) -> None:
        salon.text(SARA, "hi")
        number, before = self.blocked(salon, made()), sent_to(salon, SARA)
        for kind, provider_id in (("STOP", "one"), ("START", "two")):
            inbound = Inbound("sms", provider_id, SARA.address, SARA.address, kind, opt_out=kind)
            receive(salon.desk, inbound)
            salon.player.settle()
            assert (kind == "STOP") == (row_of(salon, number).opted_out_at is not None)
        receive(salon.desk, Inbound("sms", "three", SARA.address, SARA.address, "haircut", opt_out="HELP"))
        salon.player.settle()
        assert before == sent_to(salon, SARA)
