"""Email by SMTP: notices go out, nothing comes in."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parseaddr

from bot.channels.base import Found, LookUp, SendError
from bot.channels.email_letter import letter, message_id
from bot.channels.smtp_wire import MailServer
from config import Settings
from conversations.delivery import SendFailure
from conversations.layout import Capabilities
from conversations.messages import Outgoing
from conversations.rules.emails import is_address
from conversations.rules.routes import EMAIL


def mail_server(settings: Settings) -> MailServer:
    """The one that is set up."""
    return MailServer(*settings.mail_server)


class EmailChannel:
    """One mail server, and `sender`, in whose name it takes our mail ("Sara <desk@example.com>")."""

    name = EMAIL
    capabilities = Capabilities(longest=100_000)

    def __init__(self, server: MailServer, sender: str, now: Callable[[], datetime]) -> None:
        self._server = server
        self._sender = sender
        self._now = now

    def send(self, message: Outgoing) -> str:
        """Hand the email in; answers its Message-ID, which every try of it has. Raises SendError."""
        if not is_address(message.address):
            raise SendError(SendFailure.WRONG_ADDRESS, "address", "no address that can be written to")
        _, sender = parseaddr(self._sender)
        self._server.hand_in(letter(message, self._sender, self._now()), sender, message.address)
        return message_id(message, sender.rpartition("@")[2])

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:
        """SMTP has no way to ask what was taken."""
        del message, since, known_ids
        return LookUp(Found.CANNOT_TELL)
