"""The outbox: order per lane, leases, tries, reports in any order; nothing is lost and nothing goes twice."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.channels.base import Found, LookUp, SendError
from bot.clock import Clock, SetClock
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from conversations.delivery import Delivery, SendFailure
from conversations.layout import Capabilities
from conversations.messages import Outgoing, StatusReport
from conversations.rules.retries import MOST_TRIES
from handlers.circumstances import Circumstances
from handlers.delivery_reported import delivery_reported
from handlers.outbox import (
    LEASE,
    Claimed,
    Sent,
    claim_due,
    leases_renewed,
    message_given_up,
    message_put_off,
    messages_sent,
)
from models.conversations import change_conversation, conversation_for, conversations
from models.messages import add_outbound
from models.outbox import add_to_outbox, outbox
from tests.conftest import NOW

pytestmark = pytest.mark.every_database

SARA, OMAR = "+97455501234", "+97455500000"
SECOND = timedelta(seconds=1)
LEASE_IS_OVER = NOW + LEASE
Report = Callable[..., str | None]


@dataclass
class Provider:
    """A channel that does what it is told, one outcome a send; then it takes everything."""

    outcomes: list[SendError | str] = field(default_factory=list)
    holds: list[LookUp] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    name: str = "sms"
    capabilities: Capabilities = field(default_factory=Capabilities)

    def send(self, message: Outgoing) -> str:
        self.texts.append(message.text)
        time.sleep(self.seconds)
        outcome = self.outcomes.pop(0) if self.outcomes else f"SM{message.outbox_id}"
        if isinstance(outcome, SendError):
            raise outcome
        return outcome

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:
        return self.holds.pop(0)


def queue(database: Database, text: str = "Hello", to: str = SARA, subject: str = "", kind: str = "text") -> int:
    """Put one text on the shelf; its number."""

    def work(session: Session) -> int:
        conversation = conversation_for(session, "sms", to, NOW)
        message_id = add_outbound(
            session, conversation_id=conversation.id, turn_id=None, channel="sms", provider_id=None, body=text,
            media=[], quoted_id="", opt_out="", trace="t", at=NOW, due_at=None,
        )  # fmt: skip
        return add_to_outbox(
            session, message_id=message_id, conversation_id=conversation.id, booking_id=None, kind=kind, channel="sms",
            address=to, lane=f"sms:{to}{subject}", body=text, due_at=NOW, trace="t", created_at=NOW,
        )  # fmt: skip

    return database.transact(work)


def claimed_at(database: Database, now: datetime, limit: int = 8) -> list[Claimed]:
    return database.transact(lambda session: claim_due(session, now, limit))


def texts(claimed: list[Claimed]) -> list[str]:
    return [one.message.text for one in claimed]


def sent(database: Database, claimed: Claimed, provider_id: str = "", now: datetime = NOW) -> None:
    given = provider_id or f"SM{claimed.message.outbox_id}"
    database.transact(lambda session: messages_sent(session, [Sent(claimed, given, now)]))


def put_off(database: Database, claimed: Claimed, due_at: datetime, *, uncertain: bool) -> None:
    failure = SendFailure.UNCERTAIN if uncertain else SendFailure.BUSY
    database.transact(
        lambda session: message_put_off(session, claimed, failure, "503", "busy", due_at, uncertain=uncertain)
    )


def row(database: Database, outbox_id: int) -> Row[Any]:
    return database.read(lambda session: session.execute(select(outbox).where(outbox.c.id == outbox_id)).one())


def status(database: Database, outbox_id: int) -> Delivery:
    return Delivery(row(database, outbox_id).status)


def conversation(database: Database, address: str = SARA) -> Row[Any]:
    statement = select(conversations).where(conversations.c.address == address)
    return database.read(lambda session: session.execute(statement).one())


def opt_out(database: Database, address: str = SARA) -> None:
    def work(session: Session) -> None:
        change_conversation(session, conversation_for(session, "sms", address, NOW).id, opted_out_at=NOW)

    database.transact(work)


@pytest.fixture
def report(database: Database, desk: Desk) -> Report:
    """A provider's report; the trace of the message it was about, or None."""

    def deliver(status: Delivery, provider_id: str = "", outbox_id: int | None = None, **more: Any) -> str | None:
        about = StatusReport("sms", provider_id, status, outbox_id=outbox_id, **more)
        circumstances: Circumstances = desk.circumstances("report")
        return database.transact(lambda session: delivery_reported(session, about, circumstances))

    return deliver


def dispatcher(desk: Desk, provider: Provider) -> Dispatcher:
    return Dispatcher(replace(desk, channels={"sms": provider}))


def test_texts_of_one_lane_go_one_after_the_other(database: Database) -> None:
    queue(database, "first")
    queue(database, "second")
    (first,) = claimed_at(database, NOW)
    assert ("first", []) == (first.message.text, claimed_at(database, NOW))
    sent(database, first)
    assert ["second"] == texts(claimed_at(database, NOW))


def test_a_text_that_is_put_off_keeps_the_next_of_its_lane_waiting(database: Database) -> None:
    queue(database, "first")
    queue(database, "second")
    (first,) = claimed_at(database, NOW)
    put_off(database, first, NOW + SECOND, uncertain=False)
    assert [] == claimed_at(database, NOW)
    assert ["first"] == texts(claimed_at(database, NOW + SECOND))


def test_another_recipient_and_another_subject_are_not_held_up(database: Database) -> None:
    queue(database, "to Sara")
    queue(database, "to Omar", to=OMAR)
    queue(database, "to Omar about 7", to=OMAR, subject="#7")
    held = claimed_at(database, NOW, limit=1)
    assert ["to Sara"] == texts(held)
    assert ["to Omar", "to Omar about 7"] == texts(claimed_at(database, NOW))


def test_a_text_that_was_given_up_does_not_hold_its_lane(database: Database) -> None:
    queue(database, "first")
    queue(database, "second")
    (first,) = claimed_at(database, NOW)
    database.transact(lambda session: message_given_up(session, first, SendFailure.CONTENT, "30007", "filtered", NOW))
    assert ["second"] == texts(claimed_at(database, NOW))


def test_a_claimed_text_is_claimed_by_nobody_else(database: Database) -> None:
    queue(database)
    claimed_at(database, NOW)
    assert [] == claimed_at(database, LEASE_IS_OVER - SECOND)


def test_a_text_that_was_not_taken_is_tried_again_later_and_later(
    database: Database, desk: Desk, clock: SetClock
) -> None:
    outbox_id = queue(database)
    provider = Provider([SendError(SendFailure.BUSY, "20429", "too fast") for _ in range(4)])
    waits = []
    for _ in range(4):
        dispatcher(desk, provider).send_due()
        assert Delivery.QUEUED == status(database, outbox_id)
        waits.append(row(database, outbox_id).due_at - clock.now())
        clock.at = row(database, outbox_id).due_at
    for wait, longest in zip(waits, (1, 2, 4, 8), strict=True):
        assert longest / 2 <= wait.total_seconds() <= longest
    assert (SendFailure.BUSY, "20429", "too fast") == _reason(database, outbox_id)
    dispatcher(desk, provider).send_due()
    assert (Delivery.SENT, None) == (status(database, outbox_id), row(database, outbox_id).failure)


def test_the_wait_a_provider_asks_for_is_kept(database: Database, desk: Desk) -> None:
    outbox_id = queue(database)
    dispatcher(desk, Provider([SendError(SendFailure.BUSY, "20429", "too fast", retry_after=90)])).send_due()
    assert NOW + timedelta(seconds=90) == row(database, outbox_id).due_at


def test_a_text_that_will_never_pass_is_dead_with_its_reason_and_a_person_looks(database: Database, desk: Desk) -> None:
    hopeless = [f for f in SendFailure if not f.may_pass_later and f is not SendFailure.OPTED_OUT]
    for number, failure in enumerate(hopeless):
        to = f"+9745550{number:04}"
        outbox_id = queue(database, to=to)
        dispatcher(desk, Provider([SendError(failure, "21211", "no such number")])).send_due()
        assert Delivery.DEAD == status(database, outbox_id)
        assert (failure, "21211", "no such number") == _reason(database, outbox_id)
        assert (True, None) == (conversation(database, to).needs_person, conversation(database, to).opted_out_at)
    assert hopeless


def test_after_the_last_try_a_text_is_dead_and_a_person_looks(database: Database, desk: Desk, clock: SetClock) -> None:
    outbox_id = queue(database)
    provider = Provider([SendError(SendFailure.UNREACHABLE, "30003", "phone off") for _ in range(100)])
    for _ in range(MOST_TRIES + 3):
        dispatcher(desk, provider).send_due()
        clock.move(timedelta(hours=1))
    assert (MOST_TRIES, Delivery.DEAD) == (len(provider.texts), status(database, outbox_id))
    assert (SendFailure.UNREACHABLE, "30003", "phone off") == _reason(database, outbox_id)
    assert conversation(database).needs_person


def test_a_channel_that_is_not_set_up_leaves_the_text_waiting_with_the_reason(database: Database, desk: Desk) -> None:
    outbox_id = queue(database)
    Dispatcher(replace(desk, channels={})).send_due()
    assert (Delivery.QUEUED, SendFailure.SETUP) == (status(database, outbox_id), row(database, outbox_id).failure)


def test_who_has_opted_out_is_texted_nothing_but_the_confirmation(database: Database, desk: Desk) -> None:
    before = queue(database, "a reminder")
    confirmation = queue(database, "You will hear no more", kind="opted_out")
    after = queue(database, "another reminder")
    opt_out(database)
    provider = Provider()
    dispatcher(desk, provider).send_due()
    assert ["You will hear no more"] == provider.texts
    assert Delivery.SENT == status(database, confirmation)
    assert [(Delivery.DEAD, SendFailure.OPTED_OUT)] * 2 == [
        (status(database, one), row(database, one).failure) for one in (before, after)
    ]


def test_texts_to_the_opted_out_do_not_keep_others_waiting(database: Database) -> None:
    for number in range(6):
        queue(database, "nothing", subject=f"#{number}")
    queue(database, "to Omar", to=OMAR)
    opt_out(database)
    assert ["to Omar"] == texts(claimed_at(database, NOW, limit=2))


def test_a_refusal_for_an_opt_out_we_did_not_know_of_opts_the_conversation_out(database: Database, desk: Desk) -> None:
    outbox_id = queue(database)
    dispatcher(desk, Provider([SendError(SendFailure.OPTED_OUT, "21610", "unsubscribed")])).send_due()
    assert (SendFailure.OPTED_OUT, "21610", "unsubscribed") == _reason(database, outbox_id)
    assert (NOW, False) == (conversation(database).opted_out_at, conversation(database).needs_person)


def test_a_report_of_an_opt_out_we_did_not_know_of_opts_the_conversation_out(
    database: Database, report: Report
) -> None:
    queue(database)
    sent(database, claimed_at(database, NOW)[0], "SM1")
    report(Delivery.FAILED, "SM1", failure=SendFailure.OPTED_OUT, code="21610")
    assert NOW == conversation(database).opted_out_at


def test_a_text_whose_lease_is_over_is_claimed_again_as_perhaps_sent(database: Database) -> None:
    queue(database)
    (first,) = claimed_at(database, NOW)
    (second,) = claimed_at(database, LEASE_IS_OVER)
    assert (None, NOW) == (first.perhaps_sent_since, second.perhaps_sent_since)
    assert (1, 2) == (first.attempts, second.attempts)


def test_a_lease_that_is_renewed_is_not_over(database: Database) -> None:
    queue(database)
    held = claimed_at(database, NOW)
    database.transact(lambda session: leases_renewed(session, held, LEASE_IS_OVER - SECOND))
    assert [] == claimed_at(database, LEASE_IS_OVER)
    assert ["Hello"] == texts(claimed_at(database, LEASE_IS_OVER - SECOND + LEASE))


def test_a_lease_that_somebody_else_has_cannot_be_renewed(database: Database) -> None:
    queue(database)
    first = claimed_at(database, NOW)
    claimed_at(database, LEASE_IS_OVER)
    late = LEASE_IS_OVER + 3 * LEASE / 4
    assert [] == database.transact(lambda session: leases_renewed(session, first, late))
    assert ["Hello"] == texts(claimed_at(database, LEASE_IS_OVER + LEASE))


def test_since_when_it_was_perhaps_sent_is_when_it_was_first_uncertain(database: Database) -> None:
    queue(database)
    (first,) = claimed_at(database, NOW)
    put_off(database, first, NOW + SECOND, uncertain=True)
    (second,) = claimed_at(database, NOW + SECOND)
    put_off(database, second, NOW + 5 * SECOND, uncertain=True)
    (third,) = claimed_at(database, NOW + 5 * SECOND)
    assert [None, NOW, NOW] == [one.perhaps_sent_since for one in (first, second, third)]


def test_a_text_that_was_surely_not_taken_is_not_looked_up(database: Database) -> None:
    queue(database)
    (first,) = claimed_at(database, NOW)
    put_off(database, first, NOW + SECOND, uncertain=False)
    assert [None] == [one.perhaps_sent_since for one in claimed_at(database, NOW + SECOND)]


def test_an_interrupted_text_knows_the_ids_that_are_of_other_texts(database: Database) -> None:
    queue(database, "the same words")
    queue(database, "the same words")
    sent(database, claimed_at(database, NOW)[0], "SM1")
    claimed_at(database, NOW)
    assert [frozenset({"SM1"})] == [one.known_ids for one in claimed_at(database, LEASE_IS_OVER)]


@pytest.mark.parametrize(
    ("found", "texted"),
    [(LookUp(Found.YES, "SM9"), 0), (LookUp(Found.NO), 1), (LookUp(Found.CANNOT_TELL), 0)],
)
def test_an_interrupted_text_is_sent_again_only_where_the_provider_does_not_have_it(
    database: Database, desk: Desk, clock: SetClock, found: LookUp, texted: int
) -> None:
    outbox_id = queue(database)
    claimed_at(database, NOW)
    clock.at = LEASE_IS_OVER
    provider = Provider(holds=[found])
    dispatcher(desk, provider).send_due()
    assert texted == len(provider.texts)
    expected = Delivery.QUEUED if found.found is Found.CANNOT_TELL else Delivery.SENT
    assert expected == status(database, outbox_id)


def test_what_cannot_be_looked_up_is_sent_once_more_after_ten_minutes(
    database: Database, desk: Desk, clock: SetClock
) -> None:
    outbox_id = queue(database)
    provider = Provider([SendError(SendFailure.UNCERTAIN, "", "no answer")], [LookUp(Found.CANNOT_TELL)] * 100)
    for _ in range(12):
        dispatcher(desk, provider).send_due()
        clock.at = max(row(database, outbox_id).due_at, clock.at)
        if clock.at < NOW + timedelta(minutes=10):
            assert 1 == len(provider.texts)
    clock.at = NOW + timedelta(minutes=40)
    dispatcher(desk, provider).send_due()
    assert (2, Delivery.SENT) == (len(provider.texts), status(database, outbox_id))


def test_what_the_first_worker_says_after_it_has_lost_its_lease_is_ignored(database: Database) -> None:
    outbox_id = queue(database)
    (first,) = claimed_at(database, NOW)
    (second,) = claimed_at(database, LEASE_IS_OVER)
    sent(database, first, "SM-first")
    put_off(database, first, NOW, uncertain=False)
    database.transact(lambda session: message_given_up(session, first, SendFailure.CONTENT, "1", "late", NOW))
    found = row(database, outbox_id)
    assert (Delivery.SENDING, None, 2) == (found.status, found.provider_id, found.attempts)
    assert not conversation(database).needs_person
    sent(database, second, "SM-second", LEASE_IS_OVER)
    assert (Delivery.SENT, "SM-second") == (status(database, outbox_id), row(database, outbox_id).provider_id)


@pytest.mark.parametrize("lives", [True, False], ids=["lives", "shows no life"])
def test_a_send_that_takes_long_is_left_to_a_worker_that_shows_life(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch, lives: bool
) -> None:
    monkeypatch.setattr("handlers.outbox.LEASE", timedelta(seconds=1))
    monkeypatch.setattr("bot.leases.RENEW_SECONDS", 0.1 if lives else 60.0)
    queue(database)
    provider = Provider(holds=[LookUp(Found.NO)] * 10, seconds=1.8)
    running = replace(desk, channels={"sms": provider}, clock=Clock())
    workers = [Dispatcher(running, poll=0.05) for _ in range(2)]
    for worker in workers:
        worker.start()
    time.sleep(1.5)
    for worker in workers:
        worker.stop()
    assert lives is (len(provider.texts) == 1)


def test_a_worker_whose_lease_has_run_out_does_not_send(
    database: Database, desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(database)
    claimed_at(database, NOW)
    clock.at = LEASE_IS_OVER
    provider = Provider()

    def stand_still(*_: Any) -> LookUp:
        clock.move(LEASE)
        return LookUp(Found.NO) if clock.now() < LEASE_IS_OVER + 3 * LEASE else LookUp(Found.YES, "SM1")

    monkeypatch.setattr(provider, "look_up", stand_still)
    dispatcher(desk, provider).send_due()
    assert [] == provider.texts


def test_reports_in_any_order_end_at_the_highest(database: Database, report: Report) -> None:
    for number, order in enumerate(permutations((Delivery.SENT, Delivery.DELIVERED, Delivery.READ))):
        outbox_id = queue(database, subject=f"#{number}")
        sent(database, claimed_at(database, NOW)[0])
        seen = [status(database, outbox_id)]
        for word in order:
            assert "t" == report(word, f"SM{outbox_id}")
            seen.append(status(database, outbox_id))
        assert sorted(seen, key=lambda one: one.rank) == seen
        assert Delivery.READ == seen[-1]


def test_a_delivered_text_does_not_fail_afterwards(database: Database, report: Report) -> None:
    outbox_id = queue(database)
    sent(database, claimed_at(database, NOW)[0], "SM1")
    report(Delivery.DELIVERED, "SM1")
    report(Delivery.FAILED, "SM1", failure=SendFailure.UNREACHABLE, code="30003")
    assert (Delivery.DELIVERED, None) == (status(database, outbox_id), row(database, outbox_id).failure)
    assert not conversation(database).needs_person


def test_a_failed_delivery_keeps_its_reason_and_a_person_looks(database: Database, report: Report) -> None:
    outbox_id = queue(database)
    sent(database, claimed_at(database, NOW)[0], "SM1")
    report(Delivery.FAILED, "SM1", failure=SendFailure.UNREACHABLE, code="30003")
    assert (SendFailure.UNREACHABLE, "30003", "") == _reason(database, outbox_id)
    assert (Delivery.FAILED, True) == (status(database, outbox_id), conversation(database).needs_person)


def test_a_report_faster_than_the_answer_to_the_send_is_not_overwritten(database: Database, report: Report) -> None:
    outbox_id = queue(database)
    (held,) = claimed_at(database, NOW)
    report(Delivery.DELIVERED, "SM1", outbox_id)
    sent(database, held, "SM1")
    found = row(database, outbox_id)
    assert (Delivery.DELIVERED, "SM1", NOW) == (found.status, found.provider_id, found.sent_at)


def test_a_report_faster_than_the_time_out_of_the_send_stops_a_second_one(database: Database, report: Report) -> None:
    outbox_id = queue(database)
    (held,) = claimed_at(database, NOW)
    report(Delivery.SENT, "SM1", outbox_id)
    put_off(database, held, NOW + SECOND, uncertain=True)
    assert (Delivery.SENT, []) == (status(database, outbox_id), claimed_at(database, NOW + timedelta(hours=1)))


def test_a_report_with_our_number_stops_the_second_send_of_an_interrupted_text(
    database: Database, report: Report
) -> None:
    outbox_id = queue(database)
    claimed_at(database, NOW)
    assert "t" == report(Delivery.SENT, "SM1", outbox_id)
    found = row(database, outbox_id)
    assert (Delivery.SENT, "SM1", NOW) == (found.status, found.provider_id, found.sent_at)
    assert [] == claimed_at(database, LEASE_IS_OVER)


def test_a_report_with_our_number_stops_the_second_send_of_an_uncertain_text(
    database: Database, report: Report
) -> None:
    outbox_id = queue(database)
    put_off(database, claimed_at(database, NOW)[0], NOW + SECOND, uncertain=True)
    report(Delivery.DELIVERED, "SM1", outbox_id)
    assert (Delivery.DELIVERED, []) == (status(database, outbox_id), claimed_at(database, LEASE_IS_OVER))


def test_a_report_about_a_text_we_had_given_up_says_that_it_arrived(database: Database, report: Report) -> None:
    outbox_id = queue(database)
    (held,) = claimed_at(database, NOW)
    database.transact(lambda session: message_given_up(session, held, SendFailure.UNCERTAIN, "", "no answer", NOW))
    report(Delivery.DELIVERED, "SM1", outbox_id)
    assert (Delivery.DELIVERED, None) == (status(database, outbox_id), row(database, outbox_id).failure)


def test_a_report_about_no_text_of_ours_changes_nothing(database: Database, report: Report) -> None:
    outbox_id = queue(database)
    assert None is report(Delivery.DELIVERED, "SM-unknown")
    assert None is report(Delivery.DELIVERED, "SM-unknown", outbox_id + 1000)
    assert Delivery.QUEUED == status(database, outbox_id)


def test_a_number_of_another_channels_text_is_not_believed(database: Database, desk: Desk) -> None:
    outbox_id = queue(database)
    about = StatusReport("whatsapp", "SM-unknown", Delivery.READ, outbox_id=outbox_id)
    assert None is database.transact(lambda session: delivery_reported(session, about, desk.circumstances("report")))
    assert Delivery.QUEUED == status(database, outbox_id)


def _reason(database: Database, outbox_id: int) -> tuple[SendFailure, str, str]:
    found = row(database, outbox_id)
    return found.failure, found.failure_code, found.failure_words
