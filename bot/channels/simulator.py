"""The simulator: a phone that is always on, on this machine. What is sent is simply in the transcript."""

from datetime import datetime

from bot.channels.base import Found, LookUp
from conversations.layout import Capabilities
from conversations.messages import Outgoing

SIMULATOR = "simulator"
SCREEN = Capabilities(longest=4096, buttons=3, rows=10)
"""What the simulator's page shows: buttons and lists, as WhatsApp does."""


class SimulatorChannel:
    """Takes every message at once. It can stand in for another channel, with that one's name and capabilities."""

    def __init__(self, name: str = SIMULATOR, capabilities: Capabilities | None = None) -> None:
        self.name = name
        self.capabilities = capabilities or Capabilities(longest=4096)

    def send(self, message: Outgoing) -> str:
        return f"sim-{message.outbox_id}"

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:  # noqa: ARG002
        """Nothing is outside, so an interrupted send was never sent, and sending it again does no harm."""
        return LookUp(Found.NO)
