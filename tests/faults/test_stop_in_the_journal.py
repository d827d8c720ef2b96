"""STOP came while the database was away: when it is back, nothing that was queued before goes out first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.drain import drain
from conversations.delivery import Delivery
from conversations.messages import Inbound
from tests.conftest import NOW
from tests.handlers.test_outbox import Provider, conversation, opt_out, queue, status

pytestmark = pytest.mark.every_database

SARA, LEA = "+97455501234", "+97455507777"


@pytest.fixture
def keep(desk: Desk) -> Callable[[str, str], None]:
    """Keep in the journal what somebody texts."""

    def kept(who: str, words: str) -> None:
        desk.journal.put(Inbound("sms", f"{who} {words}", who, who, words), desk.clock.now(), "t")

    return kept


@pytest.mark.parametrize("words", ["STOP", "stop texting me"])
def test_what_was_queued_is_not_sent_to_who_said_stop_meanwhile(
    words: str, desk: Desk, clock: SetClock, keep: Callable[[str, str], None]
) -> None:
    provider = Provider()
    worker = Dispatcher(replace(desk, channels={"sms": provider}))
    for_sara, for_lea = queue(desk.database, "To Sara", to=SARA), queue(desk.database, "To Lea", to=LEA)
    keep(SARA, words)
    worker.send_due()
    assert ["To Lea"] == provider.texts
    assert (Delivery.QUEUED, Delivery.SENT) == (status(desk.database, for_sara), status(desk.database, for_lea))

    drain(desk)
    assert NOW == conversation(desk.database).opted_out_at
    clock.move(timedelta(minutes=1))
    worker.send_due()
    assert Delivery.DEAD is status(desk.database, for_sara)
    assert "To Sara" not in provider.texts


def test_of_who_said_nothing_of_the_kind_the_turn_waits_for_the_schedule(
    desk: Desk, keep: Callable[[str, str], None]
) -> None:
    keep(SARA, "book")
    drain(desk)
    assert conversation(desk.database).last_inbound_at is None


def test_start_counts_before_anything_that_others_say(desk: Desk, keep: Callable[[str, str], None]) -> None:
    opt_out(desk.database, SARA)
    keep(SARA, "START")
    drain(desk)
    assert conversation(desk.database).opted_out_at is None


def test_start_behind_stop_counts(desk: Desk, keep: Callable[[str, str], None]) -> None:
    for words in ("STOP", "START"):
        keep(SARA, words)
    drain(desk)
    assert conversation(desk.database).opted_out_at is None
