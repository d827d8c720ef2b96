"""One try to send a message: it is found to have got through already, or is handed to its channel."""

from bot.channels.base import Channel, Found, SendError
from bot.desk import Desk
from bot.in_hand import Hand, Tried
from conversations.delivery import SendFailure
from conversations.rules.retries import PERHAPS_TWICE_AFTER
from handlers.outbox import Claimed


class NotKnownYet(SendError):
    """The provider has not told yet whether it has taken a message: it asks nobody to wait."""


class LeaseLost(SendError):
    """The process stood still, or the database was away, before anything was tried: another worker may have it now."""


class TheirTextFirst(SendError):
    """The journal holds a text of the recipient, who may have wanted no more of ours."""


def tried(desk: Desk, claimed: Claimed, hand: Hand) -> Tried:
    """What came of it."""
    try:
        return _try(desk, claimed, hand)
    except SendError as error:
        return Tried(claimed, desk.clock.now(), error=error)


def _try(desk: Desk, claimed: Claimed, hand: Hand) -> Tried:
    channel = desk.channels.get(claimed.channel)
    if channel is None:
        raise SendError(SendFailure.SETUP, "no_channel", f"the channel {claimed.channel} is not set up")
    provider_id = _found_already(desk, channel, claimed)
    if provider_id is not None:
        return Tried(claimed, desk.clock.now(), provider_id, is_found=True)
    if desk.journal.holds(claimed.channel, claimed.message.address):
        raise TheirTextFirst(SendFailure.BUSY, "journal", "they have texted meanwhile", retry_after=1)
    if not hand.holds(claimed, desk.clock.now()):
        raise LeaseLost(SendFailure.BUSY, "lease_lost", "we stood still for longer than its lease")
    provider_id = channel.send(claimed.message)
    return Tried(claimed, desk.clock.now(), provider_id)


def _found_already(desk: Desk, channel: Channel, claimed: Claimed) -> str | None:
    """The provider's id, where an interrupted try got through after all; None where it did not.

    Raises SendError(UNCERTAIN) while that cannot be told and it is too early to risk a second text."""
    since = claimed.perhaps_sent_since
    if since is None:
        return None
    answer = channel.look_up(claimed.message, since, claimed.known_ids)
    if answer.found is Found.YES:
        return answer.provider_id
    if answer.found is Found.CANNOT_TELL and desk.clock.now() < since + PERHAPS_TWICE_AFTER:
        raise NotKnownYet(SendFailure.UNCERTAIN, "unknown", "waiting for the provider's report", retry_after=15)
    return None
