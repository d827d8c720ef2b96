"""A client needs a person: who on duty is told, how, how often, and what they may text back."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from bot.channels.email import EmailChannel
from bot.channels.smtp_wire import MailServer
from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.drain import drain
from bot.intake import receive
from bot.logs import new_trace
from bot.schedule import AT_ONCE, run_due
from bot.stories import Phone
from conversations.languages import spoken
from conversations.languages.render import render
from conversations.messages import Inbound
from conversations.replies import say
from handlers.console.operators_kept import CannotKeep, change_role, set_active
from handlers.console.reached import Reach, keep_reach
from handlers.console.signed_in import Who
from handlers.console.stepped_in import TAKEN_FOR, Outcome, block, hand_back, mark, take_over, write
from handlers.messages_kept import Came, messages_kept
from handlers.operators_alerted import alerts_due, operators_alerted
from models.audit import audit_log
from models.business import touch_business
from models.clients import clients, rename_client
from models.conversations import conversation_by_id, conversation_id_for
from models.operators import Role, add_operator, change_operator, operator_by_id
from models.outbox import outbox
from tests.conftest import CHANNELS, MakeDesk
from tests.fakes.smtp_server import FakeSMTP
from tests.handlers.salon import BUSINESS, EVA, MAYA, OMAR, SARA, TOM, Salon

pytestmark = pytest.mark.every_database

ANA = Phone("Ana", "sms", "+97455509999")
BEN = Phone("Ben", "sms", "+97455509998")
MAIL = "ana@salon.example"
PAGE = "https://desk.test/console/c/"


@pytest.fixture
def server() -> Iterator[FakeSMTP]:
    with FakeSMTP() as server:
        yield server


MakeSalon = Callable[..., Salon]


@pytest.fixture
def make_salon(make_desk: MakeDesk, clock: SetClock, server: FakeSMTP, tmp_path: Path) -> MakeSalon:
    """A salon on a desk with these settings, and with these channels beside the usual ones."""
    mail = EmailChannel(
        MailServer("127.0.0.1", server.port, "none", timeout=2), "Two Rooms <desk@salon.example>", clock.now
    )

    def make(*, mails: bool = True, **settings: object) -> Salon:
        desk = make_desk(**{"public_url": "https://desk.test", **settings})
        if mails:
            desk = replace(desk, channels={**CHANNELS, "email": mail})
        path = tmp_path / "business.toml"
        path.write_text(BUSINESS, encoding="utf-8")
        load_business(desk.database, path)
        return Salon(desk, clock)

    return make


@pytest.fixture
def salon(make_salon: MakeSalon) -> Salon:
    return make_salon()


def operator(salon: Salon, name: str = "Ana", role: Role = Role.OPERATOR, **values: object) -> Who:
    """An operator on duty; with Ana's phone where nothing else is said."""
    known = {"phone": ANA.address, "email": "", "is_on_duty": True} | values

    def work(session: Session) -> int:
        now = salon.desk.clock.now()
        number = add_operator(session, login=name.casefold(), name=name, role=role, created_at=now, **known)
        touch_business(session)
        return number

    return Who(salon.desk.database.transact(work), name, name.casefold(), role, None, 0, has_totp=False)


def change(salon: Salon, who: Who, **values: object) -> None:
    salon.desk.database.transact(lambda session: change_operator(session, who.id, **values))


def reach(salon: Salon, who: Who, phone: str = "", email: str = "", is_on_duty: bool | None = None) -> None:
    told = salon.desk.circumstances(new_trace())
    salon.desk.database.transact(lambda s: keep_reach(s, who.id, Reach(phone, email, is_on_duty), who, told))


def room(salon: Salon, phone: Phone = SARA) -> int:
    now = salon.desk.clock.now()
    return salon.desk.database.transact(lambda s: conversation_id_for(s, phone.channel, phone.address, now))


def do(salon: Salon, deed: Callable[..., Outcome], *values: object) -> Outcome:
    told = salon.desk.circumstances(new_trace())
    return salon.desk.database.transact(lambda session: deed(session, *values, told))


def due(salon: Salon) -> list[int]:
    now = salon.desk.clock.now()
    return salon.desk.database.read(lambda session: alerts_due(session, salon.desk.channels, now, AT_ONCE))


def needs(salon: Salon, number: int) -> None:
    salon.desk.database.transact(lambda session: mark(session, number, needs_person=True))


def alert(number: int, who: str = SARA.address) -> str:
    return f"{who} needs a person.\n{PAGE}{number}\n"


class TestOnce:
    def test_everybody_on_duty_is_told_once_however_often_it_is_looked_at(self, salon: Salon, server: FakeSMTP) -> None:
        operator(salon)
        operator(salon, "Ben", Role.ADMIN, phone=BEN.address)
        operator(salon, "Eve", phone="", email=MAIL)
        read = salon.all(SARA, "agent")
        number = room(salon)
        assert alert(number) == read[ANA.address] == read[BEN.address]
        mails = [taken for taken in server.taken if taken.recipient == MAIL]
        assert 1 == len(mails)
        assert f"{SARA.address} needs a person." == mails[0].message["Subject"]
        assert f"{PAGE}{number}" in mails[0].message.get_body().get_content()
        salon.text(SARA, "agent")
        salon.player.settle()
        assert {} == {name: words for name, words in salon.news().items() if name in (ANA.address, BEN.address)}
        assert 1 == len([taken for taken in server.taken if taken.recipient == MAIL])

    @pytest.mark.parametrize("settles", ["mark", "write", "hand back", "unblock"])
    def test_once_it_is_settled_the_next_time_is_another_matter(self, salon: Salon, settles: str) -> None:
        who = operator(salon)
        assert ANA.address in salon.all(SARA, "agent")
        number, now = room(salon), salon.desk.clock.now()
        match settles:
            case "mark":
                salon.desk.database.transact(lambda session: mark(session, number, needs_person=False))
            case "write":
                do(salon, write, number, "Hello", who)
                do(salon, hand_back, number, who)
            case "hand back":
                do(salon, take_over, number, who)
                do(salon, hand_back, number, who)
            case "unblock":
                for is_spam in (True, False):
                    salon.desk.database.transact(
                        lambda s, spam=is_spam: block(s, number, who, now, is_spam=spam)
                    )  # fmt: skip
        salon.player.settle()
        assert salon.desk.database.read(lambda session: conversation_by_id(session, number)).alerted_at is None
        assert ANA.address not in salon.news()
        assert alert(number) == salon.all(SARA, "agent")[ANA.address]

    def test_what_only_changes_beside_it_settles_nothing(self, salon: Salon) -> None:
        operator(salon)
        assert ANA.address in salon.all(SARA, "agent")
        needs(salon, room(salon))
        salon.player.settle()
        assert ANA.address not in salon.news()

    def test_two_workers_at_once_tell_it_once(self, salon: Salon) -> None:
        number = self._untold(salon)
        barrier = threading.Barrier(4)
        failed: list[BaseException] = []

        def work() -> None:
            barrier.wait()
            told = salon.desk.circumstances(new_trace())
            try:
                salon.desk.database.transact(lambda session: operators_alerted(session, number, told))
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        workers = [threading.Thread(target=work) for _ in range(4)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        assert [] == failed
        rows = salon.desk.database.read(lambda s: s.execute(select(outbox).where(outbox.c.kind == "operator_alert")))
        assert [ANA.address] == [row.address for row in rows]

    def test_as_many_as_wait_are_all_told_each_once(self, salon: Salon) -> None:
        who = operator(salon, is_on_duty=False)
        phones = [Phone(f"{n}", "sms", f"+9745551{n:04}") for n in range(AT_ONCE + 10)]
        for phone in phones:
            receive(salon.desk, Inbound("sms", f"m-{phone.name}", phone.address, phone.address, "agent"))
        drain(salon.desk)
        assert [] == due(salon)
        change(salon, who, is_on_duty=True)
        salon.player.settle()
        told = salon.news()[ANA.address].splitlines()
        assert sorted(f"{PAGE}{room(salon, phone)}" for phone in phones) == sorted(told[1::2])

    def _untold(self, salon: Salon) -> int:
        """Sara needs a person, and nobody was told yet."""
        who = operator(salon, is_on_duty=False)
        salon.text(SARA, "agent")
        change(salon, who, is_on_duty=True)
        return room(salon)


class TestWho:
    @pytest.mark.parametrize(
        "values",
        [
            {"is_on_duty": False}, {"is_active": False}, {"role": Role.VIEWER}, {"role": Role.STAFF}, {"phone": ""},
            {"phone": "", "email": MAIL},
        ],
    )  # fmt: skip
    def test_while_nobody_can_be_told_it_waits_for_who_can(
        self, make_salon: MakeSalon, values: dict[str, object]
    ) -> None:
        salon = make_salon(mails=False)
        operator(salon, **values)  # type: ignore[arg-type]
        assert ANA.address not in salon.all(SARA, "agent")
        number = room(salon)
        assert [] == due(salon), "and nothing is looked at again and again"
        assert salon.desk.database.read(lambda session: conversation_by_id(session, number)).alerted_at is None
        operator(salon, "Ben", phone=BEN.address)
        salon.player.settle()
        assert {BEN.address: alert(number)} == salon.news()

    def test_nobody_is_told_of_what_an_operator_has_taken_until_they_are_gone(
        self, salon: Salon, clock: SetClock
    ) -> None:
        who = operator(salon)
        salon.text(SARA, "hi")
        number = room(salon)
        do(salon, take_over, number, who)
        salon.player.settle()
        salon.news()
        needs(salon, number)
        salon.player.settle()
        assert {} == salon.news()
        clock.move(TAKEN_FOR)
        salon.player.settle()
        assert {ANA.address: alert(number)} == salon.news()

    def test_nobody_is_told_of_spam(self, salon: Salon) -> None:
        who, now = operator(salon), salon.desk.clock.now()
        salon.text(SARA, "hi")
        number = room(salon)
        salon.desk.database.transact(lambda s: block(s, number, who, now, is_spam=True))
        needs(salon, number)
        salon.player.settle()
        assert ANA.address not in salon.news()

    def test_nobody_is_told_of_the_team_itself(self, salon: Salon) -> None:
        """An alert that does not arrive is no matter of which to tell."""
        operator(salon)
        salon.text(OMAR, "PENDING")
        needs(salon, room(salon, OMAR))
        needs(salon, room(salon, ANA))
        salon.player.settle()
        assert ANA.address not in salon.news()

    def test_it_was_settled_before_its_turn_came(self, salon: Salon) -> None:
        who = operator(salon, is_on_duty=False)
        salon.text(SARA, "agent")
        number = room(salon)
        change(salon, who, is_on_duty=True)
        assert [number] == due(salon)
        salon.desk.database.transact(lambda session: mark(session, number, needs_person=False))
        told = salon.desk.circumstances(new_trace())
        salon.desk.database.transact(lambda session: operators_alerted(session, number, told))
        salon.player.settle()
        assert ANA.address not in salon.news()


class TestHow:
    def test_on_the_channel_on_which_they_wrote_last(self, salon: Salon) -> None:
        operator(salon)
        salon.text(replace(ANA, channel="whatsapp"), "PENDING")
        salon.text(SARA, "agent")
        rows = salon.desk.database.read(lambda s: s.execute(select(outbox).where(outbox.c.kind == "operator_alert")))
        assert ["whatsapp"] == [row.channel for row in rows]

    def test_who_is_a_coordinator_too_reads_it_in_their_language(self, salon: Salon) -> None:
        operator(salon, "Eva", phone=EVA.address)
        salon.desk.database.transact(lambda s: s.execute(update(clients).values(name="")))
        read = salon.all(SARA, "agent")
        assert f"{SARA.address} necesita que le atienda una persona.\n{PAGE}{room(salon)}\n" == read[EVA.address]

    def test_who_wants_no_texts_is_told_by_email_and_two_of_one_mailbox_once(
        self, salon: Salon, server: FakeSMTP
    ) -> None:
        operator(salon, email=MAIL)
        operator(salon, "Ben", phone="", email=MAIL)
        salon.text(ANA, "STOP")
        assert ANA.address not in salon.all(SARA, "agent")
        assert [MAIL] == [taken.recipient for taken in server.taken]

    def test_a_rehearsal_texts_only_phones_of_the_simulator(self, salon: Salon, server: FakeSMTP) -> None:
        operator(salon)
        operator(salon, "Ben", phone="", email=MAIL)
        salon.text(replace(SARA, channel="simulator"), "agent")
        rows = salon.desk.database.read(lambda s: s.execute(select(outbox).where(outbox.c.kind == "operator_alert")))
        assert [("simulator", ANA.address)] == [(row.channel, row.address) for row in rows]
        assert [] == server.taken

    def test_of_a_rehearsal_that_would_have_to_be_mailed_nobody_is_told(self, salon: Salon, server: FakeSMTP) -> None:
        operator(salon, phone="", email=MAIL)
        salon.text(replace(SARA, channel="simulator"), "agent")
        assert [] == due(salon) == server.taken

    def test_by_the_name_of_the_client_on_one_line(self, salon: Salon, server: FakeSMTP) -> None:
        operator(salon)
        operator(salon, "Ben", phone="", email=MAIL)
        salon.text(SARA, "hi")
        number = room(salon)
        client = salon.desk.database.read(lambda session: conversation_by_id(session, number)).client_id
        name = "Sara\r\nBcc: eve@evil.test {link} <b>"
        salon.desk.database.transact(lambda session: rename_client(session, client, name))
        shown = "Sara Bcc: eve@evil.test {link} <b>"
        assert alert(number, shown) == salon.all(SARA, "agent")[ANA.address]
        assert [f"{shown} needs a person."] == [taken.message["Subject"] for taken in server.taken]

    def test_without_an_address_of_the_console_it_names_none(self, make_salon: MakeSalon) -> None:
        salon = make_salon(public_url="")
        operator(salon)
        assert f"{SARA.address} needs a person.\n" == salon.all(SARA, "agent")[ANA.address]

    @pytest.mark.parametrize("code", sorted(spoken()))
    def test_in_every_language_it_says_who_and_where(self, code: str) -> None:
        said = render(say("operator_alert", client="Sara", link=f"{PAGE}7"), code).splitlines()
        assert 2 == len(said)
        assert "Sara" in said[0]
        assert f"{PAGE}7" == said[1]
        assert said[:1] == render(say("operator_alert", client="Sara", link=""), code).splitlines()


class TestTheirPhone:
    """Whoever may command in the console may from their own phone."""

    def asked(self, salon: Salon) -> None:
        salon.text(SARA, "massage tomorrow at 10")
        salon.text(SARA, "yes")
        assert {1: "pending"} == salon.statuses()

    def clients(self, salon: Salon) -> set[str]:
        return set(salon.desk.database.read(lambda session: session.execute(select(clients.c.phone)).scalars().all()))

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMIN])
    def test_they_command_by_text_as_themselves_and_are_no_client(self, salon: Salon, role: Role) -> None:
        operator(salon, role=role)
        self.asked(salon)
        read = salon.all(ANA, "APPROVE 1")
        assert {1: "confirmed"} == salon.statuses()
        assert "Ana has answered request #1" in read[OMAR.address]
        assert ANA.address not in self.clients(salon)
        assert "UNDO" in salon.text(ANA, "undo")
        assert {1: "pending"} == salon.statuses()
        assert salon.is_sound()

    def test_of_a_phone_that_is_a_coordinators_too_the_coordinator_commands(self, salon: Salon) -> None:
        operator(salon, "Maya", phone=MAYA.address)
        self.asked(salon)
        assert "1" not in salon.text(MAYA, "PENDING"), "the massage is Omar's"
        assert MAYA.address not in self.clients(salon)

    @pytest.mark.parametrize("role", [Role.STAFF, Role.VIEWER])
    def test_who_may_not_command_in_the_console_may_not_by_text(self, salon: Salon, role: Role) -> None:
        operator(salon, role=role)
        self.asked(salon)
        salon.text(ANA, "APPROVE 1")
        assert {1: "pending"} == salon.statuses()
        assert ANA.address in self.clients(salon)

    @pytest.mark.parametrize("loss", ["switched off", "demoted", "another number", "no number"])
    def test_who_may_no_longer_command_may_not_from_the_next_text_on(self, salon: Salon, loss: str) -> None:
        ana, ben = operator(salon), operator(salon, "Ben", Role.ADMIN, phone="")
        self.asked(salon)
        assert "1" in salon.text(ANA, "PENDING")
        match loss:
            case "switched off":
                salon.desk.database.transact(lambda s: set_active(s, ana.id, is_active=False))
            case "demoted":
                salon.desk.database.transact(lambda s: change_role(s, ana.id, Role.VIEWER, None))
            case "another number":
                reach(salon, ana, BEN.address)
            case "no number":
                reach(salon, ana)
        salon.text(ANA, "APPROVE 1")
        assert {1: "pending"} == salon.statuses()
        assert ANA.address in self.clients(salon)
        if loss == "another number":
            salon.text(BEN, "APPROVE 1")
            assert {1: "confirmed"} == salon.statuses()
        assert ben.id

    def test_what_came_while_the_database_was_away_makes_no_client_of_them(self, salon: Salon) -> None:
        operator(salon)
        now, told = salon.desk.clock.now(), salon.desk.circumstances(new_trace())
        came = [
            Came(Inbound("sms", f"j-{phone.name}", phone.address, phone.address, "PENDING"), now, "t")
            for phone in (ANA, TOM)
        ]
        salon.desk.database.transact(lambda session: messages_kept(session, came, told))
        while run_due(salon.desk):
            pass
        assert {TOM.address} == self.clients(salon)

    def test_a_stranger_commands_nothing_from_an_address_that_only_looks_like_theirs(self, salon: Salon) -> None:
        operator(salon)
        self.asked(salon)
        for address in (f" {ANA.address}", ANA.address.removeprefix("+"), ""):
            salon.text(Phone("Eve", "sms", address), "APPROVE 1")
        assert {1: "pending"} == salon.statuses()


class TestKeeping:
    def kept(self, salon: Salon, who: Who) -> tuple[str, str, bool]:
        row = salon.desk.database.read(lambda session: operator_by_id(session, who.id))
        assert row is not None
        return row.phone, row.email, row.is_on_duty

    def test_a_phone_is_kept_as_e164_however_it_is_typed_and_who_did_it_is_written_down(self, salon: Salon) -> None:
        ana = operator(salon, phone="", is_on_duty=False)
        for typed in ("+974 5550-9999", "55509999", "0097455509999", f" {ANA.address} "):
            reach(salon, ana)
            reach(salon, ana, typed, f" {MAIL} ", is_on_duty=True)
            assert (ANA.address, MAIL, True) == self.kept(salon, ana)
        reach(salon, ana, ANA.address, MAIL)
        assert (ANA.address, MAIL, True) == self.kept(salon, ana), "of duty, nothing was said"
        rows = salon.desk.database.read(lambda s: s.execute(select(audit_log).order_by(audit_log.c.id)).all())
        assert {(f"operator {ana.id}", "changed how alerts arrive", f"operator {ana.id}")} == {
            (row.who, row.action, row.subject) for row in rows
        }
        assert "phone, email, is_on_duty" == rows[0].words, "what has changed, and not to what"
        assert 7 == len(rows), "what changes nothing is written down by nobody"

    @pytest.mark.parametrize(
        "phone", ["no number", "<script>", "+1", "+97455509999999999", "5\x00", "٠", MAYA.address, BEN.address]
    )
    def test_another_persons_phone_and_what_is_none_are_refused(self, salon: Salon, phone: str) -> None:
        ana = operator(salon)
        operator(salon, "Ben", phone=BEN.address)
        with pytest.raises(CannotKeep):
            reach(salon, ana, phone)
        assert (ANA.address, "", True) == self.kept(salon, ana)

    @pytest.mark.parametrize("email", ["nobody", "a@b", "a@example.test\nBcc: b@example.test", "<b>@example.test"])
    def test_an_email_to_which_nothing_can_go_is_refused(self, salon: Salon, email: str) -> None:
        ana = operator(salon)
        with pytest.raises(CannotKeep):
            reach(salon, ana, ANA.address, email)

    def test_the_phone_of_the_coordinator_that_they_are_is_theirs(self, salon: Salon) -> None:
        rosa = operator(salon, "Rosa Díaz", phone="")
        reach(salon, rosa, "+97455500003")
        assert "+97455500003" == self.kept(salon, rosa)[0]

    def test_of_several_who_take_one_phone_at_once_one_has_it(self, salon: Salon) -> None:
        all_of_them = [operator(salon, f"Ana {n}", phone="") for n in range(6)]
        barrier, refused = threading.Barrier(len(all_of_them)), []

        def take(who: Who) -> None:
            barrier.wait()
            try:
                reach(salon, who, ANA.address)
            except CannotKeep:
                refused.append(who)

        takers = [threading.Thread(target=take, args=(who,)) for who in all_of_them]
        for one in takers:
            one.start()
        for one in takers:
            one.join()
        assert 5 == len(refused)
        assert ["", "", "", "", "", ANA.address] == sorted(self.kept(salon, who)[0] for who in all_of_them)


def test_a_tick_asks_once_by_the_index_of_who_needs_a_person(salon: Salon, kind: str) -> None:
    operator(salon)
    salon.text(SARA, "agent")
    asked: list[tuple[str, object]] = []

    def look(session: Session) -> str:
        connection = session.connection()
        asked.clear()
        alerts_due(session, salon.desk.channels, salon.desk.clock.now(), AT_ONCE)
        if kind == "postgresql":  # which reads so small a table as a whole
            connection.exec_driver_sql("set local enable_seqscan = off")
        explain = "explain query plan" if kind == "sqlite" else "explain"
        return str(connection.exec_driver_sql(f"{explain} {asked[0][0]}", asked[0][1]).all())  # type: ignore[arg-type]

    def note(*said: object) -> None:
        asked.append((str(said[2]), said[3]))

    engine = salon.desk.database.engine
    event.listen(engine, "before_cursor_execute", note)
    plan = salon.desk.database.read(look)
    event.remove(engine, "before_cursor_execute", note)
    assert 1 == len([words for words, _ in asked if words.startswith("SELECT")])
    assert "ix_conversations_needs_person_last_message_at_id" in plan
