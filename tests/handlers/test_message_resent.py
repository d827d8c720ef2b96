"""Dead letters: what did not arrive goes out again, once, and only while it is still so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.base import Found, LookUp, SendError
from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive, report
from bot.schedule import run_due
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, StatusReport
from conversations.rules.obsolete import Obsolete
from handlers.message_resent import message_resent
from models.conversations import change_conversation, conversation_for
from models.outbox import dead_letters, outbox_after, undelivered
from tests.conftest import CHANNELS, NOW, MakeDesk
from tests.handlers.test_outbox import OMAR, SARA, Provider, conversation, queue, row, status

FILTERED = SendError(SendFailure.CONTENT, "30007", "filtered")


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk(coordinator_phone_number=f"sms:{OMAR}")


class Line:
    """A desk on SMS, whose provider does what it is told."""

    def __init__(self, desk: Desk) -> None:
        self.provider = Provider()
        self.desk = replace(desk, channels={"sms": self.provider})
        self.provider.capabilities = CHANNELS["sms"].capabilities
        self._count = 0

    def text(self, words: str, address: str = SARA) -> None:
        self._count += 1
        receive(self.desk, Inbound("sms", f"in-{self._count}", address, address, words))
        Dispatcher(self.desk).send_due()

    def request(self) -> None:
        """Sara's, which waits for Omar's answer."""
        self.text("therapy tomorrow 3pm")
        self.text("yes")

    def lose(self, kind: str) -> int:
        """The number of the last text of that kind, which the provider reports as undelivered."""
        rows = self.desk.database.read(lambda session: outbox_after(session, 0))
        lost = [found for found in rows if found.kind == kind][-1]
        report(self.desk, StatusReport("sms", lost.provider_id, Delivery.FAILED, SendFailure.UNREACHABLE, "30003"))
        return int(lost.id)

    def again(self, outbox_id: int) -> int | Obsolete:
        now = self.desk.clock.now()
        return self.desk.database.transact(lambda session: message_resent(session, outbox_id, "again", now))

    def sends(self) -> list[str]:
        before = len(self.provider.texts)
        Dispatcher(self.desk).send_due()
        return self.provider.texts[before:]


@pytest.fixture
def line(desk: Desk) -> Line:
    return Line(desk)


def listed(database: Database, reason: str = "") -> list[int]:
    return [found.id for found in database.read(lambda session: dead_letters(session, None, reason))]


def test_a_text_that_was_given_up_goes_out_again_once(database: Database, line: Line) -> None:
    outbox_id = queue(database, "Hello")
    line.provider.outcomes = [FILTERED]
    assert ["Hello"] == line.sends()
    assert ([outbox_id], {1: 1}) == (listed(database), database.read(lambda session: undelivered(session, [1, 2])))
    new_id = line.again(outbox_id)
    assert [Obsolete.RESENT] * 2 == [line.again(outbox_id) for _ in range(2)]
    assert ["Hello"] == line.sends()
    assert ([], {}) == (listed(database), database.read(lambda session: undelivered(session, [1, 2])))
    assert isinstance(new_id, int)
    assert (Delivery.DEAD, Delivery.SENT) == (status(database, outbox_id), status(database, new_id))
    assert row(database, outbox_id).message_id == row(database, new_id).message_id


def test_one_that_is_lost_again_is_listed_again(database: Database, line: Line) -> None:
    outbox_id = queue(database)
    line.provider.outcomes = [FILTERED, FILTERED]
    line.sends()
    again = line.again(outbox_id)
    line.sends()
    assert [again] == listed(database)
    assert isinstance(line.again(int(again)), int)


def test_a_report_that_comes_later_puts_a_text_on_the_list(database: Database, line: Line) -> None:
    line.request()
    lost = line.lose("request_prompt")
    assert [lost] == listed(database)
    assert [[lost], [lost], [], []] == [
        listed(database, reason) for reason in ("30003", "unreachable", "30007", "content")
    ]
    assert conversation(database, OMAR).needs_person


def test_a_report_that_says_delivered_after_all_takes_it_off(database: Database, line: Line) -> None:
    line.request()
    lost = line.lose("request_prompt")
    report(line.desk, StatusReport("sms", f"SM{lost}", Delivery.DELIVERED))
    assert ([], Obsolete.NOT_LOST) == (listed(database), line.again(lost))


@pytest.mark.parametrize("outbox_id", [1, 999])
def test_what_is_not_lost_is_not_sent_again(database: Database, line: Line, outbox_id: int) -> None:
    queue(database)
    assert Obsolete.NOT_LOST is line.again(outbox_id)
    line.sends()
    assert Obsolete.NOT_LOST is line.again(outbox_id)


def test_a_request_goes_out_again_while_it_waits(line: Line) -> None:
    line.request()
    lost = line.lose("request_prompt")
    line.again(lost)
    (sent,) = line.sends()
    assert sent.startswith("🔔 NEW BOOKING REQUEST #1\n")


def test_the_client_hears_again_of_the_booking_the_text_was_about(database: Database, line: Line) -> None:
    line.request()
    lost = line.lose("requested")
    assert 1 == row(database, lost).booking_id
    assert isinstance(line.again(lost), int)
    line.text("APPROVE 1", OMAR)
    confirmed = line.lose("approved")
    line.again(confirmed)
    assert ["✅ Confirmed! #1"] == [text[:15] for text in line.sends()]


def test_what_was_decided_meanwhile_is_not_asked_again(line: Line) -> None:
    line.request()
    lost = line.lose("request_prompt")
    line.text("APPROVE 1", OMAR)
    assert Obsolete.CHANGED is line.again(lost)


def test_what_can_no_longer_be_answered_in_time_is_not_asked_again(line: Line, clock: SetClock) -> None:
    line.request()
    lost = line.lose("request_prompt")
    clock.move(timedelta(days=3))
    assert Obsolete.PAST is line.again(lost)
    run_due(line.desk)
    assert Obsolete.CHANGED is line.again(lost)


def test_a_note_of_the_clients_leaves_the_request_as_it_is(line: Line) -> None:
    line.request()
    lost = line.lose("request_prompt")
    line.text("please tell them I come with my son")
    assert isinstance(line.again(lost), int)


def test_who_has_opted_out_gets_nothing_again(database: Database, line: Line) -> None:
    outbox_id = queue(database)
    line.provider.outcomes = [FILTERED]
    line.sends()
    database.transact(lambda s: change_conversation(s, conversation_for(s, "sms", SARA, NOW).id, opted_out_at=NOW))
    assert Obsolete.OPTED_OUT is line.again(outbox_id)


def test_an_answer_in_a_conversation_that_has_gone_on_is_not_sent_again(line: Line) -> None:
    line.text("book")
    lost = line.lose("ask_service")
    line.text("haircut")
    assert Obsolete.WENT_ON is line.again(lost)


def test_an_answer_that_the_conversation_still_waits_for_is(line: Line) -> None:
    line.text("book")
    assert isinstance(line.again(line.lose("ask_service")), int)


def test_what_perhaps_arrived_is_looked_up_before_it_goes_out_again(
    database: Database, line: Line, clock: SetClock
) -> None:
    outbox_id = queue(database)
    line.provider.outcomes = [SendError(SendFailure.UNCERTAIN, "", "no answer")]
    line.sends()
    for _ in range(30):
        line.provider.holds = [LookUp(Found.NO)]
        line.provider.outcomes = [SendError(SendFailure.UNCERTAIN, "", "no answer")]
        clock.move(timedelta(hours=1))
        line.sends()
    assert Delivery.DEAD == status(database, outbox_id)
    again = line.again(outbox_id)
    line.provider.holds = [LookUp(Found.YES, "SM-after-all")]
    line.provider.outcomes = []
    assert [] == line.sends()
    assert (Delivery.SENT, "SM-after-all") == (status(database, int(again)), row(database, int(again)).provider_id)
