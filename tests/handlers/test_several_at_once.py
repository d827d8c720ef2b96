"""Messages that come in quick succession are one text; but a word that must be heard alone is heard alone."""

from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.intake import receive
from bot.stories import Player
from conversations.messages import Inbound
from models.bookings import booking_by_id
from models.conversations import conversation_for
from models.outbox import outbox_after
from tests.conftest import NOW, MakeDesk
from tests.handlers.salon import OMAR, SARA


@pytest.fixture
def desk_and_player(make_desk: MakeDesk, clock: SetClock) -> tuple[Player, SetClock]:
    return Player(make_desk(burst_ms=3000), clock), clock


def quickly(player: Player, clock: SetClock, address: str, *texts: str) -> None:
    """One text after the other, before the first has had its turn; then time goes by."""
    for words in texts:
        receive(player.desk, Inbound("sms", f"{address}{clock.now()}", address, address, words))
        clock.move(timedelta(milliseconds=300))
    clock.move(timedelta(seconds=5))
    player.settle()


def kinds(player: Player) -> list[str]:
    return [row.kind for row in player.desk.database.read(lambda session: outbox_after(session, 0))]


def is_opted_out(player: Player, address: str) -> bool:
    row = player.desk.database.transact(lambda session: conversation_for(session, "sms", address, NOW))
    return row.opted_out_at is not None


@pytest.mark.parametrize("words", ["STOP", "stop", "Unsubscribe", "CANCEL"])
def test_a_stop_behind_a_greeting_is_a_stop(desk_and_player: tuple[Player, SetClock], words: str) -> None:
    player, clock = desk_and_player
    quickly(player, clock, SARA.address, "hi", words)
    assert is_opted_out(player, SARA.address)
    assert [kind for kind in kinds(player) if not kind.startswith("opted_out")] == []


def test_a_start_behind_a_greeting_is_a_start(desk_and_player: tuple[Player, SetClock]) -> None:
    player, clock = desk_and_player
    quickly(player, clock, SARA.address, "stop")
    quickly(player, clock, SARA.address, "hello", "START")
    assert not is_opted_out(player, SARA.address)


def test_what_asks_for_a_visit_behind_a_greeting_is_one_text_still(desk_and_player: tuple[Player, SetClock]) -> None:
    player, clock = desk_and_player
    quickly(player, clock, SARA.address, "hi", "massage tomorrow at 10")
    assert not is_opted_out(player, SARA.address)
    assert len(kinds(player)) == 1


def test_a_coordinators_command_behind_a_greeting_is_done(desk_and_player: tuple[Player, SetClock]) -> None:
    player, clock = desk_and_player
    quickly(player, clock, SARA.address, "massage tomorrow at 10, I am Sara")
    quickly(player, clock, SARA.address, "yes")
    quickly(player, clock, OMAR.address, "hi", "APPROVE 1")
    row = player.desk.database.read(lambda session: booking_by_id(session, 1))
    assert row is not None
    assert row.status == "confirmed"
