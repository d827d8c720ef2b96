"""The named points at which a process is killed: every step of a turn, a send, a report, the tick, a
payment, a refund, an engagement and the journal."""

from dataclasses import dataclass
from enum import StrEnum


class When(StrEnum):
    """Where, about a function, the point lies."""

    BEFORE = "before"
    AFTER = "after"
    """It has returned, and what it wrote is not committed yet, if there is anything to commit."""
    COMMITTED = "committed"
    """The transaction that it ran in has been committed, and nothing has been done since."""


class Reached(StrEnum):
    """What a point needs to be reached."""

    ALWAYS = "always"
    AHEAD = "ahead"
    """Time has passed, for it is about a deadline."""
    AWAY = "away"
    """The database is away, for it is about writing to the journal."""
    BACK = "back"
    """The database has just come back, for it is about draining the journal."""
    IN_ONE = "in one"
    """Web and worker are one process, for it is about what leaves at once."""


@dataclass(frozen=True, slots=True)
class Point:
    name: str
    when: When
    function: str
    reached: Reached = Reached.ALWAYS


STRIPE, MPESA = "bot.payments.stripe_checkout:StripeCheckout", "bot.payments.mpesa:Mpesa"
POINTS = (
    Point("turn: received, nothing stored", When.BEFORE, "bot.intake:receive"),
    Point("turn: message stored", When.AFTER, "models.messages:store_inbound"),
    Point("turn: message and answer stored, nothing queued", When.AFTER, "models.messages:add_messages"),
    Point("turn: put off for the next text, committed", When.COMMITTED, "models.messages:postpone"),
    Point("turn: time held for the YES", When.AFTER, "handlers.bookings_made:hold"),
    Point("turn: booking written, its time not handed over", When.AFTER, "models.bookings:add_booking"),
    Point("turn: booking made", When.AFTER, "handlers.bookings_made:book"),
    Point("turn: request decided", When.AFTER, "handlers.requests_decided:approve"),
    Point("turn: another time proposed", When.AFTER, "handlers.proposals_made:propose"),
    Point("turn: proposed time taken", When.AFTER, "handlers.proposals_made:accept"),
    Point("turn: turn written, its messages not covered", When.AFTER, "models.conversations:add_turn"),
    Point("turn: messages covered", When.AFTER, "models.messages:cover"),
    Point("turn: answer queued", When.AFTER, "models.outbox:add_texts"),
    Point("turn: before its commit", When.AFTER, "handlers.message_received:message_received"),
    Point("turn: after its commit", When.COMMITTED, "handlers.message_received:message_received"),
    Point("turn: before the provider is answered", When.AFTER, "bot.intake:receive"),
    Point("send: before the claim", When.BEFORE, "handlers.outbox:claim_due"),
    Point("send: claimed, not committed", When.AFTER, "handlers.outbox:claim_due"),
    Point("send: claimed", When.COMMITTED, "handlers.outbox:claim_due"),
    Point("send: written as in hand, not committed", When.AFTER, "handlers.at_once:Birth.is_written", Reached.IN_ONE),
    Point(
        "send: committed as in hand, not handed over", When.BEFORE, "bot.senders:Senders._send_at_once", Reached.IN_ONE
    ),
    Point("send: before the provider is asked to send", When.BEFORE, "bot.channels.twilio:TwilioChannel.send"),
    Point("send: the provider has accepted, nothing recorded", When.AFTER, "bot.channels.twilio:TwilioChannel.send"),
    Point("send: recorded, not committed", When.AFTER, "handlers.outbox:messages_sent"),
    Point("send: recorded, with the next claim", When.COMMITTED, "handlers.outbox:messages_sent"),
    Point("send: before an interrupted one is looked up", When.BEFORE, "bot.channels.twilio:TwilioChannel.look_up"),
    Point("send: looked up", When.AFTER, "bot.channels.twilio:TwilioChannel.look_up"),
    Point("send: put off, not committed", When.AFTER, "handlers.outbox:message_put_off"),
    Point("send: put off", When.COMMITTED, "handlers.outbox:message_put_off"),
    Point("send: given up, not committed", When.AFTER, "handlers.outbox:message_given_up"),
    Point("send: given up", When.COMMITTED, "handlers.outbox:message_given_up"),
    Point("lease: before it is renewed", When.BEFORE, "handlers.outbox:leases_renewed"),
    Point("lease: renewed, not committed", When.AFTER, "handlers.outbox:leases_renewed"),
    Point("lease: renewed", When.COMMITTED, "handlers.outbox:leases_renewed"),
    Point("report: received", When.BEFORE, "bot.intake:report"),
    Point("report: recorded, not committed", When.AFTER, "models.outbox:record_report"),
    Point("report: recorded", When.COMMITTED, "models.outbox:record_report"),
    Point("tick: begins", When.BEFORE, "bot.schedule:run_due"),
    Point("tick: a turn is due", When.BEFORE, "handlers.message_received:turn_due"),
    Point("tick: a turn that was due, not committed", When.AFTER, "handlers.message_received:turn_due"),
    Point("tick: a turn that was due, committed", When.COMMITTED, "handlers.message_received:turn_due"),
    Point(
        "tick: a request expired, not committed", When.AFTER, "handlers.deadlines_passed:request_expired", Reached.AHEAD
    ),
    Point("tick: a request expired", When.COMMITTED, "handlers.deadlines_passed:request_expired", Reached.AHEAD),
    Point("tick: a silent client, not committed", When.AFTER, "handlers.went_quiet:went_quiet", Reached.AHEAD),
    Point("tick: a silent client", When.COMMITTED, "handlers.went_quiet:went_quiet", Reached.AHEAD),
    Point("page: opened, nothing written", When.BEFORE, "bot.payments.work:open_checkout"),
    Point("page: an attempt written, not committed", When.AFTER, "handlers.payment_begun:card_attempt"),
    Point("page: an attempt written", When.COMMITTED, "handlers.payment_begun:card_attempt"),
    Point("page: made by the provider, nothing recorded", When.AFTER, f"{STRIPE}.begin"),
    Point("page: recorded, not committed", When.AFTER, "handlers.payment_begun:attempt_begun"),
    Point("page: recorded", When.COMMITTED, "handlers.payment_begun:attempt_begun"),
    Point("prompt: in hand, not committed", When.AFTER, "handlers.payment_begun:attempt_due"),
    Point("prompt: in hand", When.COMMITTED, "handlers.payment_begun:attempt_due"),
    Point("prompt: before it is sent", When.BEFORE, f"{MPESA}.begin"),
    Point("prompt: sent, nothing recorded", When.AFTER, f"{MPESA}.begin"),
    Point("prompt: asked about, nothing recorded", When.AFTER, f"{MPESA}.look"),
    Point("call: received, nothing kept", When.BEFORE, "bot.payments.calls:take_call"),
    Point("call: kept, not committed", When.AFTER, "models.provider_calls:keep_call"),
    Point("call: kept", When.COMMITTED, "models.provider_calls:keep_call"),
    Point("money: written down, its booking not confirmed", When.AFTER, "handlers.money_moved:take_in"),
    Point("money: received, not committed", When.AFTER, "handlers.money_received:received"),
    Point("money: received", When.COMMITTED, "handlers.money_received:received"),
    Point("money: looked for, nothing recorded", When.AFTER, f"{STRIPE}.look", Reached.AHEAD),
    Point("money: a page ended, nothing recorded", When.AFTER, f"{STRIPE}.end"),
    Point(
        "money: not paid in time, not committed", When.AFTER, "handlers.payment_lapsed:payment_lapsed", Reached.AHEAD
    ),
    Point("money: not paid in time", When.COMMITTED, "handlers.payment_lapsed:payment_lapsed", Reached.AHEAD),
    Point("refund: promised, not committed", When.AFTER, "handlers.money_returned:give_back"),
    Point("refund: promised", When.COMMITTED, "handlers.money_returned:give_back"),
    Point("refund: in hand", When.COMMITTED, "handlers.money_returned:refund_due"),
    Point("refund: before the provider is asked for it", When.BEFORE, f"{STRIPE}.refund"),
    Point("refund: given by the provider, nothing recorded", When.AFTER, f"{STRIPE}.refund"),
    Point("refund: recorded, not committed", When.AFTER, "handlers.money_returned:refund_heard"),
    Point("refund: recorded", When.COMMITTED, "handlers.money_returned:refund_heard"),
    Point("engagement: asked for, its booking not committed", When.AFTER, "models.engagements:ask_for_work"),
    Point("engagement: stored, not committed", When.AFTER, "handlers.engagement_opened:open_engagement"),
    Point("engagement: made, not told", When.COMMITTED, "handlers.engagement_opened:open_engagement"),
    Point("engagement: told, not recorded", When.AFTER, "handlers.engagement_told:tell_of_engagement"),
    Point("engagement: told", When.COMMITTED, "handlers.engagement_told:tell_opened"),
    Point("journal: before an entry is written", When.BEFORE, "bot.journal:Journal.put", Reached.AWAY),
    Point("journal: a file made, nothing in it", When.BEFORE, "bot.durable:_flush", Reached.AWAY),
    Point("journal: written, not renamed", When.BEFORE, "bot.durable:publish", Reached.AWAY),
    Point("journal: renamed, before the provider is answered", When.AFTER, "bot.durable:publish", Reached.AWAY),
    Point("journal: before a batch is taken in", When.BEFORE, "bot.drain:_store", Reached.BACK),
    Point(
        "journal: messages taken in, the batch not committed",
        When.AFTER,
        "handlers.messages_kept:messages_kept",
        Reached.BACK,
    ),
    Point("journal: a batch taken in, not committed", When.AFTER, "bot.drain:_store", Reached.BACK),
    Point("journal: a batch committed, its files still there", When.COMMITTED, "bot.drain:_store", Reached.BACK),
    Point("journal: before a file is removed", When.BEFORE, "bot.journal:Journal.forget", Reached.BACK),
    Point("journal: a file removed", When.AFTER, "bot.journal:Journal.forget", Reached.BACK),
    Point("journal: taken in, not tidied up", When.BEFORE, "bot.journal:Journal.tidy", Reached.BACK),
)
