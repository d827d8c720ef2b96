"""What every channel is: how a message comes in, goes out, and is looked up when a send was interrupted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from conversations.delivery import SendFailure
from conversations.layout import Capabilities
from conversations.messages import Outgoing

SENDERS = 32
"""Threads that wait for providers, made as they are wanted: ten texts a second where each takes three seconds. Each has
a connection of its own to keep."""


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
        """Whether the provider has this message from a try at or after `since` (aware UTC). `known_ids` are the ids of
        other messages of ours to that address. Raises SendError where the provider does not answer."""
