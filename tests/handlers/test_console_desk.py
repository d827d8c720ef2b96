"""What operators do at the console, on the database: sign in, step in, command; twice, at once, too late."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.console.secrets import new_token, token_hash, totp_step
from bot.logs import new_trace
from bot.stories import Phone
from bot.understood import for_people
from handlers.console.commanded import commanded
from handlers.console.inbox_listed import inbox_rows, lines_of
from handlers.console.operators_kept import (
    CannotKeep,
    change_role,
    first_link,
    fit_password,
    invite,
    new_password_link,
    place_of,
    set_active,
    take_place,
)
from handlers.console.signed_in import FREE_TRIES, STAYS, Attempt, Refusal, Who, let_in, sign_in, who_is
from handlers.console.stepped_in import Outcome, assign, block, hand_back, label, note, take_over, write
from handlers.console.story_saved import story_of
from handlers.console.thread_shown import Said, head_of, moment_of, thread_of, understood_in
from models.audit import audit_log
from models.business import touch_business
from models.conversations import conversation_id_for
from models.inbox_listing import Place, Wanted, thread_version
from models.operators import Role, add_operator, change_operator, operator_by_id
from models.outbox import outbox_after
from tests.handlers.salon import OMAR, SARA, TOM, Salon

Made = Callable[..., Who]


@pytest.fixture
def made(salon: Salon, clock: SetClock) -> Made:
    """Makes operators."""

    def make(role: Role = Role.OPERATOR, name: str = "Ana") -> Who:
        def work(session: Session) -> int:
            number = add_operator(
                session, login=name.casefold(), name=name, role=role, password_hash="kept", created_at=clock.now()
            )  # fmt: skip
            touch_business(session)
            return number

        number = salon.desk.database.transact(work)
        return Who(number, name, name.casefold(), role, None, 0, has_totp=False)

    return make


def conversation(salon: Salon, phone: Phone = SARA) -> int:
    now = salon.desk.clock.now()
    return salon.desk.database.transact(lambda s: conversation_id_for(s, "sms", phone.address, now))


def do(salon: Salon, deed: Callable[..., Outcome], *values: object) -> Outcome:
    told = salon.desk.circumstances(new_trace())
    return salon.desk.database.transact(lambda session: deed(session, *values, told))


def sent_to(salon: Salon, phone: Phone) -> list[str]:
    rows = salon.desk.database.read(lambda session: outbox_after(session, 0))
    return [row.body for row in rows if row.address == phone.address]


class TestSigningIn:
    def attempt(self, salon: Salon, *, right: bool, step: int | None = None) -> Refusal | int:
        one = Attempt("ana", right, step)
        hashed, now = token_hash(new_token()), salon.desk.clock.now()
        return salon.desk.database.transact(lambda session: sign_in(session, one, hashed, "a browser", now))

    def test_wrong_passwords_in_a_row_shut_the_door_for_a_while_and_longer_each_time(
        self, salon: Salon, clock: SetClock, made: Made
    ) -> None:
        who = made()
        assert who.id == self.attempt(salon, right=True)
        assert [Refusal.WRONG] * (FREE_TRIES + 1) == [self.attempt(salon, right=False) for _ in range(FREE_TRIES + 1)]
        assert Refusal.LOCKED is self.attempt(salon, right=True), "right or wrong"
        clock.move(timedelta(seconds=31))
        assert Refusal.WRONG is self.attempt(salon, right=False)
        clock.move(timedelta(seconds=31))
        assert Refusal.LOCKED is self.attempt(salon, right=True)
        clock.move(timedelta(seconds=31))
        assert who.id == self.attempt(salon, right=True)
        assert Refusal.WRONG is self.attempt(salon, right=False), "and they are counted anew"

    def test_a_code_counts_once_and_none_is_wrong_where_one_is_wanted(self, salon: Salon, made: Made) -> None:
        who = made()
        salon.desk.database.transact(lambda s: change_operator(s, who.id, totp_secret="JBSWY3DPEHPK3PXP", totp_step=41))
        assert Refusal.WRONG is self.attempt(salon, right=True)
        assert Refusal.WRONG is self.attempt(salon, right=True, step=41)
        assert who.id == self.attempt(salon, right=True, step=42)
        assert Refusal.WRONG is self.attempt(salon, right=True, step=42)

    def test_the_codes_are_those_of_rfc_6238(self) -> None:
        secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        assert 1 == totp_step(secret, "287082", 59)
        assert 1 == totp_step(secret, "287082", 59 + 30), "a phone may be half a minute behind"
        assert totp_step(secret, "287082", 59 + 60) is None
        assert 37037036 == totp_step(secret, "081804", 1111111109)

    def test_whoever_asks_for_nothing_is_signed_out_and_so_is_who_is_switched_off(
        self, salon: Salon, clock: SetClock, made: Made
    ) -> None:
        who, hashed = made(), token_hash(new_token())
        read = salon.desk.database.read
        salon.desk.database.transact(lambda session: let_in(session, who.id, hashed, "x", clock.now()))
        found = read(lambda session: who_is(session, hashed, clock.now()))
        assert found is not None
        assert (who.id, False) == (found[0].id, found[1])
        assert read(lambda session: who_is(session, token_hash("another"), clock.now())) is None
        salon.desk.database.transact(lambda session: change_operator(session, who.id, is_active=False))
        assert read(lambda session: who_is(session, hashed, clock.now())) is None
        salon.desk.database.transact(lambda session: change_operator(session, who.id, is_active=True))
        clock.move(STAYS)
        assert read(lambda session: who_is(session, hashed, clock.now())) is None


class TestKeeping:
    def test_the_first_link_makes_one_admin_once_and_a_newer_one_takes_its_place(self, salon: Salon) -> None:
        old, new, now, transact = (
            token_hash("old"),
            token_hash("new"),
            salon.desk.clock.now(),
            salon.desk.database.transact,
        )
        assert transact(lambda session: first_link(session, old, now))
        assert transact(lambda session: first_link(session, new, now))
        assert transact(lambda session: take_place(session, old, "ana", "Ana", "hash", now)) is None
        number = transact(lambda session: take_place(session, new, " ANA@example.com", " Ana  Ruiz ", "hash", now))
        assert number is not None
        row = transact(lambda session: operator_by_id(session, number))
        assert row is not None
        assert ("ana@example.com", "Ana Ruiz", "admin") == (row.login, row.name, row.role)
        assert transact(lambda session: take_place(session, new, "eve", "Eve", "hash", now)) is None
        assert not transact(lambda session: first_link(session, token_hash("later"), now))

    def test_two_who_use_one_link_at_once_make_one_admin(self, salon: Salon) -> None:
        hashed, now, transact = token_hash("link"), salon.desk.clock.now(), salon.desk.database.transact
        transact(lambda session: first_link(session, hashed, now))
        done: list[int | None] = []

        def take(login: str) -> None:
            done.append(transact(lambda session: take_place(session, hashed, login, login, "hash", now)))

        both = [threading.Thread(target=take, args=(login,)) for login in ("ana", "eve")]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert [None] == [one for one in done if one is None]
        assert 2 == len(done)

    def test_an_invitation_and_a_new_password_work_once_and_not_for_ever(self, salon: Salon, clock: SetClock) -> None:
        transact, now = salon.desk.database.transact, clock.now()
        hashed = token_hash("invite")
        number = transact(lambda session: invite(session, "Eve", "Eve", Role.VIEWER, None, hashed, now))
        place = transact(lambda session: place_of(session, hashed, now))
        assert place is not None
        assert place.operator is not None
        assert number == transact(lambda session: take_place(session, hashed, "", "", "hash", now))
        assert transact(lambda session: new_password_link(session, "eve", token_hash("reset"), now))
        assert not transact(lambda session: new_password_link(session, "nobody", token_hash("other"), now))
        clock.move(timedelta(hours=2))
        assert transact(lambda session: place_of(session, token_hash("reset"), clock.now())) is None
        with pytest.raises(CannotKeep, match="there already"):
            transact(lambda session: invite(session, "EVE", "Eve", Role.VIEWER, None, token_hash("x"), now))
        with pytest.raises(CannotKeep, match="which staff member"):
            transact(lambda session: invite(session, "zoe", "Zoe", Role.STAFF, None, token_hash("x"), now))

    def test_the_last_admin_stays_one(self, salon: Salon, made: Made) -> None:
        ana, transact = made(Role.ADMIN), salon.desk.database.transact
        with pytest.raises(CannotKeep, match="last admin"):
            transact(lambda session: set_active(session, ana.id, is_active=False))
        with pytest.raises(CannotKeep, match="last admin"):
            transact(lambda session: change_role(session, ana.id, Role.VIEWER, None))
        made(Role.ADMIN, "Eve")
        transact(lambda session: change_role(session, ana.id, Role.VIEWER, None))

    @pytest.mark.parametrize("password", ["", "short", "          ", "aaaaaaaaaaaa", "ana@example.com", "x" * 201])
    def test_what_is_easily_guessed_is_no_password(self, password: str) -> None:
        with pytest.raises(CannotKeep):
            fit_password(password, "ana@example.com")


class TestSteppingIn:
    def test_the_client_is_told_and_we_are_silent_until_they_are_handed_back(self, salon: Salon, made: Made) -> None:
        ana = made()
        salon.text(SARA, "hi")
        number = conversation(salon)
        assert Outcome.DONE is do(salon, take_over, number, ana)
        assert Outcome.UNCHANGED is do(salon, take_over, number, ana)
        before = len(sent_to(salon, SARA))
        salon.text(SARA, "haircut tomorrow at 10")
        assert before == len(sent_to(salon, SARA))
        assert Outcome.DONE is do(salon, write, number, "Hello <b>you</b> {name}", ana)
        assert "Hello <b>you</b> {name}" == sent_to(salon, SARA)[-1]
        assert Outcome.DONE is do(salon, hand_back, number, ana)
        assert Outcome.UNCHANGED is do(salon, hand_back, number, ana)
        salon.text(SARA, "haircut tomorrow at 10")
        assert "10:00" in sent_to(salon, SARA)[-1]
        assert salon.is_sound()

    def test_whoever_forgets_to_hand_back_keeps_nobody_waiting_for_ever(
        self, salon: Salon, clock: SetClock, made: Made
    ) -> None:
        salon.text(SARA, "hi")
        do(salon, take_over, conversation(salon), made())
        clock.move(timedelta(hours=4))
        salon.text(SARA, "haircut tomorrow at 10")
        assert "10:00" in sent_to(salon, SARA)[-1]

    def test_a_colleague_does_not_write_between_but_may_hand_back(self, salon: Salon, made: Made) -> None:
        salon.text(SARA, "hi")
        ana, eve, number = made(), made(name="Eve"), conversation(salon)
        do(salon, take_over, number, ana)
        before = sent_to(salon, SARA)
        assert Outcome.OTHERS is do(salon, write, number, "and me", eve)
        assert Outcome.OTHERS is do(salon, take_over, number, eve)
        assert before == sent_to(salon, SARA)
        assert Outcome.DONE is do(salon, hand_back, number, eve)
        assert Outcome.DONE is do(salon, write, number, "and me", eve)
        assert ["You are now talking with Eve of Salon.", "and me"] == sent_to(salon, SARA)[-2:] or "Eve" in sent_to(
            salon, SARA
        )[-2]

    def test_what_cannot_be_sent_is_not(self, salon: Salon, made: Made) -> None:
        ana = made()
        salon.text(SARA, "hi")
        number = conversation(salon)
        assert Outcome.EMPTY is do(salon, write, number, " \n ", ana)
        assert Outcome.TOO_LONG is do(salon, write, number, "x" * 4097, ana)
        assert Outcome.MISSING is do(salon, write, 999_999, "hello", ana)
        salon.text(OMAR, "PENDING")
        assert Outcome.MISSING is do(salon, take_over, conversation(salon, OMAR), ana), "a coordinator is no client"
        salon.text(SARA, "STOP")
        before = sent_to(salon, SARA)
        assert Outcome.OPTED_OUT is do(salon, write, number, "please come back", ana)
        assert Outcome.DONE is do(salon, take_over, number, ana)
        assert Outcome.DONE is do(salon, hand_back, number, ana)
        assert before == sent_to(salon, SARA)

    def test_stop_and_a_cry_for_help_are_heard_all_the_same(self, salon: Salon, made: Made) -> None:
        salon.text(SARA, "hi")
        do(salon, take_over, conversation(salon), made())
        before = len(sent_to(salon, SARA))
        salon.text(SARA, "I want to kill myself")
        assert before + 1 == len(sent_to(salon, SARA))
        salon.text(SARA, "STOP")
        head = salon.desk.database.read(lambda s: head_of(s, conversation(salon), salon.desk.circumstances("t")))
        assert head is not None
        assert head.opted_out_at is not None

    def test_what_a_spammer_texts_is_kept_and_answered_by_nobody(self, salon: Salon, made: Made) -> None:
        ana, now, transact = made(), salon.desk.clock.now(), salon.desk.database.transact
        salon.text(SARA, "cheap watches")
        number, before = conversation(salon), sent_to(salon, SARA)
        assert Outcome.DONE is transact(lambda s: block(s, number, ana, now, is_spam=True))
        assert Outcome.UNCHANGED is transact(lambda s: block(s, number, ana, now, is_spam=True))
        assert Outcome.MISSING is transact(lambda s: block(s, 99_999, ana, now, is_spam=True))
        for words in ("cheap watches", "massage tomorrow at 10", "hi"):
            salon.text(SARA, words)
        assert before == sent_to(salon, SARA)
        assert [] == [row.id for row in transact(lambda s: inbox_rows(s, Wanted(), None))]
        assert [number] == [row.id for row in transact(lambda s: inbox_rows(s, Wanted(blocked=True), None))]
        transact(lambda s: block(s, number, ana, now, is_spam=False))
        assert "10:00" in salon.text(SARA, "massage tomorrow at 10")
        assert salon.is_sound()

    def test_a_conversation_is_saved_as_a_story_that_can_be_played(
        self, salon: Salon, clock: SetClock, made: Made
    ) -> None:
        salon.text(SARA, "massage tomorrow at 10")
        clock.move(timedelta(minutes=20))
        salon.text(SARA, "yes, my name is Sara\nand thank you")
        do(salon, take_over, conversation(salon), made())
        profile = salon.desk.database.read(salon.desk.profiles.current)
        story = salon.desk.database.read(lambda session: story_of(session, conversation(salon), profile))
        assert story is not None
        told = [line for line in story.splitlines() if not line.startswith(("  ", "    "))]
        assert "person Client sms +97455501234 Sara" == told[2]
        assert ["Client> massage tomorrow at 10", "wait 20 minutes", "Client> yes, my name is Sara"] == told[4:7]
        assert "    | and thank you" in story
        assert "  Client< You are now talking with Ana of Two Rooms." in story.splitlines()
        assert salon.desk.database.read(lambda session: story_of(session, 99_999, profile)) is None

    def test_what_was_understood_is_read_against_what_was_known_then(self, salon: Salon, clock: SetClock) -> None:
        salon.text(SARA, "massage")
        salon.text(SARA, "tomorrow at 10")
        clock.move(timedelta(days=9))
        told, number, read = salon.desk.circumstances("t"), conversation(salon), salon.desk.database.read
        thread = read(lambda session: thread_of(session, number, None, told))
        assert thread is not None
        turns = [one.turn_id for one in thread.entries if isinstance(one, Said) and not one.is_ours]
        moment = read(lambda session: moment_of(session, number, turns[-1] or 0))
        assert moment is not None
        found = read(lambda session: understood_in(session, moment, told))
        assert found is not None
        lines = dict(for_people(*found))
        assert "11 March 2026" in lines["date"], "the morrow of that day"
        assert "10:00" in lines["time"]
        assert read(lambda session: moment_of(session, number, 99_999)) is None

    def test_notes_labels_and_whose_it_is(self, salon: Salon, made: Made) -> None:
        ana, now, transact = made(), salon.desk.clock.now(), salon.desk.database.transact
        salon.text(SARA, "hi")
        number = conversation(salon)
        assert Outcome.DONE is transact(lambda s: note(s, number, " likes tea \r\n", ana, now))
        assert Outcome.EMPTY is transact(lambda s: note(s, number, "  ", ana, now))
        assert Outcome.MISSING is transact(lambda s: note(s, 99_999, "x", ana, now))
        for _ in range(2):
            assert Outcome.DONE is transact(lambda s: label(s, number, " VIP  guest ", is_put=True))
        assert Outcome.DONE is transact(lambda s: assign(s, number, ana.id, ana, now))
        assert Outcome.MISSING is transact(lambda s: assign(s, number, 12345, ana, now))
        thread = transact(lambda s: thread_of(s, number, None, salon.desk.circumstances("t")))
        assert thread is not None
        assert (("vip guest",), ana.id) == (thread.head.labels, thread.head.assigned_to)
        assert "likes tea" in [entry.body for entry in thread.entries]
        transact(lambda s: label(s, number, "vip guest", is_put=False))
        head = transact(lambda s: head_of(s, number, salon.desk.circumstances("t")))
        assert head is not None
        assert () == head.labels
        assert not any("likes tea" in text for text in sent_to(salon, SARA))

    def test_a_thread_has_another_version_once_something_of_it_is_another(self, salon: Salon, made: Made) -> None:
        ana, now, transact = made(), salon.desk.clock.now(), salon.desk.database.transact
        salon.text(SARA, "hi")
        number = conversation(salon)
        seen = [tuple(transact(lambda session: thread_version(session, number)))]
        for change in (
            lambda: salon.text(SARA, "what do you offer?"),
            lambda: transact(lambda session: note(session, number, "likes tea", ana, now)),
            lambda: do(salon, take_over, number, ana),
            lambda: salon.news() or salon.player.settle(),
        ):
            change()
            seen.append(tuple(transact(lambda session: thread_version(session, number))))
        assert len(seen) == len(set(seen))
        assert seen[-1] == tuple(transact(lambda session: thread_version(session, number)))


class TestCommanding:
    def command(self, salon: Salon, who: Who, words: str, form: str) -> str:
        told = salon.desk.circumstances(new_trace())
        answer = salon.desk.database.transact(lambda session: commanded(session, words, form, who, told))
        return "\n".join(answer.texts)

    def test_the_same_words_do_the_same_as_a_coordinators_and_the_form_counts_once(
        self, salon: Salon, made: Made
    ) -> None:
        ana = made()
        first = self.command(salon, ana, "BOOK +97455501234 Sara massage tomorrow 10:00", "f1")
        assert "#1" in first
        assert first == self.command(salon, ana, "BOOK +97455501234 Sara massage tomorrow 10:00", "f1")
        assert {1: "confirmed"} == salon.statuses()
        assert "CANCELLED" in self.command(salon, ana, "CANCEL 1 ill", "f2")
        assert "#1 is already cancelled: by Ana" in salon.text(OMAR, "CANCEL 1")
        assert "UNDO" in self.command(salon, ana, "undo", "f3")
        assert {1: "confirmed"} == salon.statuses()
        assert salon.is_sound()
        rows = salon.desk.database.read(lambda s: s.execute(select(audit_log).order_by(audit_log.c.id)).all())
        assert ["commanded"] * 3 == [row.action for row in rows]

    def test_whoever_may_only_look_commands_nothing(self, salon: Salon, made: Made) -> None:
        eve = made(Role.VIEWER, "Eve")
        assert "#1" not in self.command(salon, eve, "BOOK +97455501234 Sara massage tomorrow 10:00", "f1")
        assert {} == salon.statuses()

    def test_somebody_who_calls_themselves_an_operator_on_a_channel_is_none(self, salon: Salon, made: Made) -> None:
        ana = made()
        salon.text(SARA, "massage tomorrow at 10")
        salon.text(SARA, "yes")
        salon.text(Phone("Eve", "sms", f"operator-{ana.id}"), "APPROVE 1")
        assert {1: "pending"} == salon.statuses()


class TestInbox:
    def numbers(self, salon: Salon, wanted: Wanted, behind: Place | None = None) -> list[int]:
        return [row.id for row in salon.desk.database.read(lambda session: inbox_rows(session, wanted, behind))]

    def test_who_needs_a_person_comes_first_then_the_newest_and_a_page_goes_on_behind_the_last(
        self, salon: Salon, clock: SetClock
    ) -> None:
        phones = [Phone(f"{number}", "sms", f"+9745551{number:04}") for number in range(60)]
        for number, phone in enumerate(phones):
            clock.move(timedelta(minutes=number % 3))  # some at one moment
            salon.text(phone, "agent" if number % 7 == 0 else "hi")
        whole: list[int] = []
        behind: Place | None = None
        for _ in range(5):
            rows = salon.desk.database.read(lambda session, at=behind: inbox_rows(session, Wanted(), at))[:17]
            if not rows:
                break
            whole += [row.id for row in rows]
            behind = Place(rows[-1].needs_person, rows[-1].last_message_at, rows[-1].id)
        lines = salon.desk.database.read(
            lambda session: lines_of(session, list(inbox_rows(session, Wanted(), None)), clock.now())
        )
        assert 60 == len(whole) == len(set(whole))
        assert [True] * 9 == [line.needs_person for line in lines[:9]]
        assert sorted((line.at for line in lines[:9]), reverse=True) == [line.at for line in lines[:9]]
        assert all(line.is_unread for line in lines)

    def test_filters(self, salon: Salon, made: Made) -> None:
        ana = made()
        salon.text(SARA, "massage tomorrow at 10")
        salon.text(TOM, "agent")
        salon.text(OMAR, "PENDING")
        sara, other, omar = (conversation(salon, phone) for phone in (SARA, TOM, OMAR))
        now, transact = salon.desk.clock.now(), salon.desk.database.transact
        transact(lambda s: label(s, sara, "vip", is_put=True))
        transact(lambda s: assign(s, other, ana.id, ana, now))
        assert {sara, other} == set(self.numbers(salon, Wanted()))
        assert [other] == self.numbers(salon, Wanted(needs_person=True))
        assert [sara] == self.numbers(salon, Wanted(label="vip"))
        assert [] == self.numbers(salon, Wanted(label="nothing"))
        assert [other] == self.numbers(salon, Wanted(assigned_to=ana.id))
        assert [sara] == self.numbers(salon, Wanted(unassigned=True))
        assert [omar] == self.numbers(salon, Wanted(team=True))
        assert [] == self.numbers(salon, Wanted(channel="whatsapp"))
        lately = Wanted(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
        assert {sara, other} == set(self.numbers(salon, lately))
        assert [] == self.numbers(salon, Wanted(until=now - timedelta(hours=1)))
        do(salon, take_over, sara, ana)
        assert [sara] == self.numbers(salon, Wanted(taken=now))
        assert [] == self.numbers(salon, replace(Wanted(), undelivered=True))
