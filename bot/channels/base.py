"""What every channel is: how a message comes in, goes out, and is looked up when a send was interrupted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from conversations.delivery import Delivery, SendFailure
from conversations.layout import Capabilities


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it came in. `address` is what we answer to: E.164 for most, else the channel's opaque id. `phone` is
    E.164 where the channel shows one. `quoted_id` is the provider's id of the message it replies to."""

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


class SendError(Exception):
    """A provider did not take a message. `code` is its own code, `words` its own words without secrets."""

    def __init__(self, failure: SendFailure, code: str = "", words: str = "", retry_after: float | None = None) -> None:
        super().__init__(f"{failure}: {code} {words}".strip())
        self.failure = failure
        self.code = code
        self.words = words
        self.retry_after = retry_after
        """Seconds the provider asked us to wait, where it said so."""


class Found(StrEnum):
    """What a look-up of an interrupted send can say."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class LookUp:
    found: Found
    provider_id: str = ""


class Channel(Protocol):
    """One way to text a person. `send` and `look_up` wait for the network, with a time-out; both are safe from several
    threads at once."""

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def send(self, message: Outgoing) -> str:
        """Hand one message to the provider; answers its id for it. Raises SendError."""

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:
        """Whether the provider has this message from a try at or after `since` (aware UTC). `known_ids` are the provider ids
        that belong to other messages of ours to that address. Raises SendError where the provider does not answer."""
