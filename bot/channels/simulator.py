"""The simulator: a channel with nothing behind it, for trying the desk without a provider."""

from datetime import datetime

from bot.channels.base import Found, LookUp
from conversations.layout import Capabilities
from conversations.messages import Outgoing


class SimulatorChannel:
    """Takes every message at once; the outbox itself is what the simulator's screen shows."""

    name = "simulator"
    capabilities = Capabilities(longest=4096)

    def send(self, message: Outgoing) -> str:
        """The same message gets the same id however often it is sent."""
        return f"sim-{message.outbox_id}"

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:  # noqa: ARG002
        """Never there, since nothing is outside: so it is sent again, which harms nobody."""
        return LookUp(Found.NO)
