"""Messages as values: what came in, what goes out, what is reported of it."""

from dataclasses import dataclass
from datetime import datetime

from conversations.delivery import Delivery, SendFailure


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it came in. `address` is what we answer to: E.164 for most, else the channel's opaque id. `phone`
    is E.164 where the channel shows one. `quoted_id` is the provider's id of the message it replies to."""

    channel: str
    provider_id: str
    address: str
    phone: str | None
    text: str
    profile_name: str = ""
    media: tuple[str, ...] = ()
    quoted_id: str = ""
    button: str = ""
    """The id we gave to the button that was pressed."""
    opt_out: str = ""
    """STOP, START or HELP where the provider has itself answered such a word already."""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a provider says has become of a message of ours. `outbox_id` where the report carries it back."""

    channel: str
    provider_id: str
    status: Delivery
    failure: SendFailure | None = None
    code: str = ""
    outbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send, as the channel needs it. `outbox_id` is our tag where the provider takes one."""

    outbox_id: int
    address: str
    text: str
