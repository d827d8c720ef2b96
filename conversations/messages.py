"""Messages as values: what came in, what goes out, what is reported of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from conversations.delivery import Delivery, SendFailure
from conversations.entries import Entry
from conversations.values import made_often

Choice: TypeAlias = tuple[str, str]
"""An option as a channel shows it: what the person types for it ("2", "B"), and its label."""


@made_often
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
    is_reaction: bool = False
    """A sign put to the quoted message: it says something of that one alone."""
    opt_out: str = ""
    """STOP, START or HELP where the provider has itself answered such a word already."""
    sent_at: datetime | None = None
    raw: str = field(default="", compare=False, repr=False)
    """The provider's own words for it, as JSON, without what is secret; "" where there is no provider."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What a provider says has become of a message of ours. `outbox_id` where the report carries it back."""

    channel: str
    provider_id: str
    status: Delivery
    failure: SendFailure | None = None
    code: str = ""
    outbox_id: int | None = None


@made_often
@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send, as the channel needs it. `outbox_id` is our tag where the provider takes one. `choices` are
    shown under the text as buttons or a list. `is_window_open`: the person wrote within WhatsApp's 24 hours."""

    outbox_id: int
    address: str
    text: str
    choices: tuple[Choice, ...] = ()
    is_window_open: bool = True
    subject: str = ""
    """Of an email."""
    message_id: int = 0
    """Its number in the transcript, which it keeps when it is sent anew."""
    entries: tuple[Entry, ...] = ()
    """The bookings that go into a calendar by it."""


def button_id(key: str, outbox_id: int) -> str:
    """The id of the button that stands for an option under a message of ours."""
    return f"{key}:{outbox_id}"


def option_of(button: str) -> tuple[str, int] | None:
    """The key and the outbox id in a button's id; None where it is none that we gave."""
    key, _, outbox_id = button.rpartition(":")
    if not key or not (outbox_id.isascii() and outbox_id.isdigit() and len(outbox_id) <= 18):
        return None
    return key, int(outbox_id)
