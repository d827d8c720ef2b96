"""What can become of a message we send: delivery statuses with their rank, and the closed set of failures."""

from enum import StrEnum


class Delivery(StrEnum):
    """Where an outgoing message stands. Reports come in any order: one never lowers the rank already reached."""

    QUEUED = "queued"
    """Ours still: waiting for its turn or its next try."""
    SENDING = "sending"
    """A worker holds it. If that worker dies, the provider is asked before it is tried again."""
    SENT = "sent"
    """The provider has accepted it."""
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    """The provider accepted it and could not deliver it."""
    DEAD = "dead"
    """We gave up: it is on the dead-letter list, with the reason."""

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {
    Delivery.QUEUED: 0,
    Delivery.SENDING: 1,
    Delivery.DEAD: 1,
    Delivery.SENT: 2,
    Delivery.FAILED: 3,
    Delivery.DELIVERED: 4,
    Delivery.READ: 5,
}


class SendFailure(StrEnum):
    """Why a provider did not take, or did not deliver, a message. Closed: every channel maps its codes onto these."""

    BUSY = "busy"
    """The provider is down, or has too much to do: the same message may pass later."""
    TOO_FAST = "too_fast"
    """We text faster than the provider takes: everything on the channel waits."""
    TOO_FAST_FOR_ONE = "too_fast_for_one"
    """We text this person faster than the provider takes: what is for them waits."""
    UNCERTAIN = "uncertain"
    """No answer: it may have been taken. Ask the provider before trying again."""
    UNREACHABLE = "unreachable"
    """Phone off, no route: perhaps later, else a person must know."""
    OPTED_OUT = "opted_out"
    WRONG_ADDRESS = "wrong_address"
    WINDOW_CLOSED = "window_closed"
    """WhatsApp's 24 hours are over: only a template passes."""
    SETUP = "setup"
    """Our account or settings are wrong: alarm."""
    CONTENT = "content"
    """This text will never pass."""

    @property
    def may_pass_later(self) -> bool:
        """Whether trying the same message again makes sense."""
        return self in _PASSING


_PASSING = frozenset(
    {
        SendFailure.BUSY, SendFailure.TOO_FAST, SendFailure.TOO_FAST_FOR_ONE, SendFailure.UNCERTAIN,
        SendFailure.UNREACHABLE, SendFailure.SETUP,
    }
)  # fmt: skip
