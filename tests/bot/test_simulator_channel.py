"""The channel with nothing behind it."""

from datetime import UTC, datetime

from bot.channels.base import Channel, Found, LookUp
from bot.channels.simulator import SCREEN, SimulatorChannel
from conversations.messages import Outgoing

CHANNEL: Channel = SimulatorChannel()


def test_everything_is_taken_and_named_by_our_id() -> None:
    assert CHANNEL.send(Outgoing(12, "ana", "hi")) == "sim-12"


def test_sending_again_is_the_same_message() -> None:
    assert CHANNEL.send(Outgoing(7, "ana", "hi")) == CHANNEL.send(Outgoing(7, "ana", "hi"))
    assert CHANNEL.send(Outgoing(7, "ana", "hi")) != CHANNEL.send(Outgoing(8, "ana", "hi"))


def test_an_interrupted_send_may_be_repeated() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert LookUp(Found.NO) == CHANNEL.look_up(Outgoing(12, "ana", "hi"), now, frozenset())


def test_it_carries_what_the_simulators_screen_shows() -> None:
    assert (CHANNEL.name, CHANNEL.capabilities.longest) == ("simulator", 4096)


def test_the_page_shows_buttons_and_lists() -> None:
    assert (3, 10) == (SCREEN.buttons, SCREEN.rows)
