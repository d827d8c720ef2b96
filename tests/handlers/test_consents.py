"""Consent is written down each time it changes, with what shows it; what is sent follows it."""

from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.drain import drain
from bot.intake import receive, report
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, StatusReport
from models.consents import consents_of
from models.outbox import outbox_after

pytestmark = pytest.mark.every_database

SARA = "+97455501234"
COORDINATOR = "+97455500000"
MINUTE = timedelta(minutes=1)


def texts(desk: Desk, number: int, text: str, channel: str = "whatsapp", opt_out: str = "") -> None:
    receive(desk, Inbound(channel, f"in-{number}", SARA, SARA, text, opt_out=opt_out))
    Dispatcher(desk).send_due()


def changes(desk: Desk) -> list[tuple[bool, str, str]]:
    rows = desk.database.read(lambda session: consents_of(session, 1))
    return [(row.granted, str(row.source), row.words) for row in rows]


def sent_kinds(desk: Desk) -> list[str]:
    """What was sent to Sara."""
    rows = desk.database.read(lambda session: outbox_after(session, 0))
    return [row.kind for row in rows if row.status is Delivery.SENT and row.address == SARA]


def test_every_change_is_kept_with_what_shows_it(desk: Desk) -> None:
    texts(desk, 1, "haircut tomorrow at 3")
    texts(desk, 2, "please stop texting me")
    texts(desk, 3, "yes")
    texts(desk, 4, "start")
    assert changes(desk) == [
        (True, "wrote_first", ""), (False, "own_words", "please stop texting me"), (True, "own_words", "start"),
    ]  # fmt: skip
    kinds = ["confirm_unnamed", "opted_out_call", "opted_in"]
    assert kinds == sent_kinds(desk), "nothing in between, not even an answer"


def test_a_word_that_the_carrier_has_answered_says_so(desk: Desk) -> None:
    texts(desk, 1, "haircut tomorrow at 3", "sms")
    texts(desk, 2, "STOP", "sms", opt_out="STOP")
    texts(desk, 3, "START", "sms", opt_out="START")
    assert [change[:2] for change in changes(desk)] == [(True, "wrote_first"), (False, "carrier"), (True, "carrier")]


def test_an_opt_out_that_only_the_provider_knows_of_is_kept_once(desk: Desk, clock: SetClock) -> None:
    texts(desk, 1, "haircut tomorrow at 3")
    row = desk.database.read(lambda session: outbox_after(session, 0))[0]
    for _ in range(2):
        report(
            desk,
            StatusReport("whatsapp", row.provider_id, Delivery.FAILED, SendFailure.OPTED_OUT, "21610", row.id),
        )
    assert changes(desk)[1:] == [(False, "provider_report", "")]
    texts(desk, 2, "yes")
    assert sent_kinds(desk) == [], "the one that was refused, and nothing behind it"


def test_a_second_stop_is_not_confirmed_again(desk: Desk) -> None:
    for number in range(1, 4):
        texts(desk, number, "stop")
    assert sent_kinds(desk) == ["opted_out_call"]
    assert [change[:2] for change in changes(desk)] == [(True, "wrote_first"), (False, "own_words")]


def test_what_was_decided_while_their_start_waited_in_the_journal_reaches_them(desk: Desk, clock: SetClock) -> None:
    texts(desk, 1, "haircut tomorrow at 3pm, I'm Sara Khan")
    texts(desk, 2, "yes")
    texts(desk, 3, "stop")
    clock.move(MINUTE)
    desk.journal.put(Inbound("whatsapp", "in-4", SARA, SARA, "start"), clock.now(), "start")
    clock.move(MINUTE)
    receive(desk, Inbound("whatsapp", "in-5", COORDINATOR, COORDINATOR, "APPROVE 1"))
    Dispatcher(desk).send_due()
    assert sent_kinds(desk)[-1] == "opted_out_call", "their START is not known yet"
    drain(desk)
    Dispatcher(desk).send_due()
    assert sent_kinds(desk)[-2:] == ["opted_in", "approved"]
    texts(desk, 6, "stop")
    texts(desk, 7, "start")
    assert sent_kinds(desk)[-2:] == ["opted_out_call", "opted_in"], "what was sent since is not sent again"


def test_a_decision_that_was_given_up_between_their_stop_and_their_start_reaches_them(
    desk: Desk, clock: SetClock
) -> None:
    texts(desk, 1, "haircut tomorrow at 3pm, I'm Sara Khan")
    texts(desk, 2, "yes")
    clock.move(MINUTE)
    desk.journal.put(Inbound("whatsapp", "in-3", SARA, SARA, "stop"), clock.now(), "stop")
    start = clock.now() + MINUTE
    clock.move(2 * MINUTE)
    receive(desk, Inbound("whatsapp", "in-5", COORDINATOR, COORDINATOR, "APPROVE 1"))
    drain(desk)
    Dispatcher(desk).send_due()
    assert sent_kinds(desk)[-1] == "opted_out_call"
    desk.journal.put(Inbound("whatsapp", "in-4", SARA, SARA, "start"), start, "start")
    drain(desk)
    Dispatcher(desk).send_due()
    assert sent_kinds(desk)[-2:] == ["opted_in", "approved"]


def test_what_was_decided_before_they_texted_start_stays_unsaid(desk: Desk, clock: SetClock) -> None:
    texts(desk, 1, "haircut tomorrow at 3pm, I'm Sara Khan")
    texts(desk, 2, "yes")
    texts(desk, 3, "stop")
    clock.move(MINUTE)
    receive(desk, Inbound("whatsapp", "in-4", COORDINATOR, COORDINATOR, "APPROVE 1"))
    Dispatcher(desk).send_due()
    clock.move(MINUTE)
    texts(desk, 5, "start")
    assert sent_kinds(desk)[-2:] == ["opted_out_call", "opted_in"]
